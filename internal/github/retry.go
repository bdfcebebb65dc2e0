// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	attempts = 4                // of a request that may be repeated, when GitHub fails
	maxWait  = 15 * time.Minute // in all, for one request, when GitHub asks to wait
	writeGap = time.Second      // between writes; https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#pause-between-mutative-requests
)

// retry asks again where that is harmless and waits as long as GitHub says.
//
// It is not go-retryablehttp: there, the wait cannot be injected, a refusal to wait any longer cannot be a typed
// error, and what may be repeated is decided from the response alone, while here it depends on the request.
type retry struct {
	next  http.RoundTripper
	log   *slog.Logger
	sleep func(context.Context, time.Duration) error
	now   func() time.Time
	pace  *pace // of writes; nil for none

	mu    sync.Mutex
	until time.Time // no request before this: the last answer said that none is left
}

type repeatableKey struct{}

// repeatable marks requests under ctx as harmless to repeat although they write.
func repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatableKey{}, true)
}

func (t *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if req.Method != http.MethodGet && t.pace != nil {
		leave, err := t.pace.enter(ctx, t.sleep, t.now)
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	if err := t.holdBack(ctx); err != nil {
		return nil, err
	}
	var faults, limits int
	var waited time.Duration
	for {
		once, err := again(req)
		if err != nil {
			return nil, err
		}
		resp, err := t.next.RoundTrip(once)
		wait, limited := t.limit(resp, limits)
		switch {
		case limited:
			limits++
			waited += wait
			if waited > maxWait {
				return nil, &RateLimitError{Wait: wait}
			}
			t.log.Warn("GitHub asks to wait", "wait", wait.String(), "method", req.Method, "path", pathOf(req))
		case failed(resp, err) && mayRepeat(req, err) && faults < attempts-1:
			wait = max(backoff(faults), retryAfter(resp, t.now()))
			faults++
			if wait > maxWait {
				return resp, err
			}
			t.log.Info("GitHub failed, asking again", "problem", problem(resp, err), "method", req.Method, "path", pathOf(req))
		default:
			t.remember(resp)
			return resp, err
		}
		if err := t.sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// holdBack waits until the limit is reset if an earlier answer said that it is used up.
func (t *retry) holdBack(ctx context.Context) error {
	t.mu.Lock()
	wait := t.until.Sub(t.now())
	t.until = time.Time{}
	t.mu.Unlock()
	switch {
	case wait <= 0:
		return nil
	case wait > maxWait:
		return &RateLimitError{Wait: wait}
	}
	t.log.Warn("GitHub's rate limit is used up, waiting for its reset", "wait", wait.String())
	return t.sleep(ctx, wait)
}

// remember notes when the limit is reset if this answer was the last one it allowed, and hides the headers from
// go-github, which would refuse the next request without waiting.
func (t *retry) remember(resp *http.Response) {
	if resp == nil {
		return
	}
	if wait, ok := untilReset(resp, t.now()); ok {
		t.mu.Lock()
		t.until = t.now().Add(wait)
		t.mu.Unlock()
	}
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"} {
		resp.Header.Del(name)
	}
}

// limit reports whether resp is a rate limit, primary or secondary, and how long GitHub wants to be left alone;
// seen is how often it said so before. Such a request was not carried out.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
func (t *retry) limit(resp *http.Response, seen int) (wait time.Duration, limited bool) {
	if resp == nil || resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusForbidden {
		return 0, false
	}
	text := strings.ToLower(string(peek(resp)))
	said := retryAfter(resp, t.now())
	reset, none := untilReset(resp, t.now())
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
	case strings.Contains(text, "not accessible"): // a missing permission, whatever the headers say
		return 0, false
	case said > 0, none, strings.Contains(text, "rate limit"), strings.Contains(text, "rate-limit"), strings.Contains(text, "abuse detection"):
	default:
		return 0, false
	}
	switch {
	case said > 0:
		return said, true
	case none:
		return max(reset, time.Second), true
	}
	return time.Minute << min(seen, 10), true
}

// retryAfter returns what the header of that name asks for, at least a second; 0 if there is none.
func retryAfter(resp *http.Response, now time.Time) time.Duration {
	if resp == nil {
		return 0
	}
	value := resp.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return max(time.Duration(seconds)*time.Second, time.Second)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(serverTime(resp, now)), time.Second)
	}
	return 0
}

// untilReset reports whether resp said that no request is left, and how long until there are some again.
func untilReset(resp *http.Response, now time.Time) (time.Duration, bool) {
	if resp.Header.Get("X-RateLimit-Remaining") != "0" {
		return 0, false
	}
	reset, err := strconv.ParseInt(resp.Header.Get("X-RateLimit-Reset"), 10, 64)
	return time.Unix(reset, 0).Sub(serverTime(resp, now)), err == nil
}

// serverTime is GitHub's clock, so that a wrong one here does not matter.
func serverTime(resp *http.Response, now time.Time) time.Time {
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		return date
	}
	return now
}

func failed(resp *http.Response, err error) bool {
	return err != nil || resp.StatusCode >= http.StatusInternalServerError
}

func mayRepeat(req *http.Request, err error) bool {
	if req.Context().Err() != nil || errors.Is(err, errFinal) {
		return false
	}
	return req.Method == http.MethodGet || req.Context().Value(repeatableKey{}) != nil
}

// backoff doubles from a second, each somewhere in the upper half.
func backoff(n int) time.Duration {
	d := time.Second << n
	return d/2 + rand.N(d/2) // #nosec G404 -- jitter
}

func problem(resp *http.Response, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("status %d", resp.StatusCode)
}

// pathOf is the path of a request for the log. The code of a manifest is worth an App's key.
func pathOf(req *http.Request) string {
	if before, _, secret := strings.Cut(req.URL.Path, convertPath); secret {
		return before + convertPath + "CODE/conversions"
	}
	return req.URL.Path
}

// pace keeps writes serial and a gap apart.
type pace struct {
	slot chan struct{}
	last time.Time // guarded by slot
}

func newPace() *pace { return &pace{slot: make(chan struct{}, 1)} }

func (p *pace) enter(ctx context.Context, sleep func(context.Context, time.Duration) error, now func() time.Time) (leave func(), err error) {
	select {
	case p.slot <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	leave = func() {
		p.last = now()
		<-p.slot
	}
	if gap := p.last.Add(writeGap).Sub(now()); gap > 0 {
		if err := sleep(ctx, gap); err != nil {
			leave()
			return nil, err
		}
	}
	return leave, nil
}
