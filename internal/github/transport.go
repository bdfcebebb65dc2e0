// SPDX-License-Identifier: Apache-2.0

package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	gh "github.com/google/go-github/v60/github"
)

// maxAnswer caps a response body: a page of 100 comments of the largest size fits.
const maxAnswer = 32 << 20

// defaultTimeout bounds one attempt, from dialling to the last byte. Waits between attempts do not count.
const defaultTimeout = time.Minute

// newAPI stacks, from outside to inside: go-github, the redirect rule, retries, authentication, the guard of the
// host, and the innermost transport. The time limit is in the guard: http.Client's would count the waits.
func newAPI(base *url.URL, outer http.RoundTripper) *gh.Client {
	api := gh.NewClient(&http.Client{Transport: outer, CheckRedirect: sameHost(base)})
	api.BaseURL = base
	api.UserAgent = "layerbot"
	return api
}

// sameHost follows GitHub's redirects of renamed repositories, and none that leaves the host or would turn a
// write into a read.
func sameHost(base *url.URL) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		switch {
		case req.URL.Scheme != base.Scheme || req.URL.Host != base.Host:
			return fmt.Errorf("redirect to another host (%s) refused", req.URL.Host)
		case req.Method != via[0].Method:
			return fmt.Errorf("redirect of a %s refused", via[0].Method)
		case len(via) > 3:
			return errors.New("too many redirects")
		}
		return nil
	}
}

// errFinal marks failures that asking again would not change.
var errFinal = errors.New("not retried")

// guard lets requests go to one host only. It reads the whole answer, within a size and a time, so that a
// connection cut in the middle of a body is a failed request and not half a list.
type guard struct {
	base    *url.URL
	timeout time.Duration
	next    http.RoundTripper
}

func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != g.base.Scheme || req.URL.Host != g.base.Host {
		return nil, fmt.Errorf("request to %s instead of %s: %w", req.URL.Host, g.base.Host, errFinal)
	}
	ctx, cancel := context.WithTimeout(req.Context(), g.timeout)
	defer cancel()
	resp, err := g.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the answer: %w", err)
	case len(body) > maxAnswer:
		return nil, fmt.Errorf("the answer is larger than %d MB: %w", maxAnswer>>20, errFinal)
	}
	if err := refuseEmpty(resp.StatusCode, body); err != nil {
		return nil, err
	}
	setBody(resp, body)
	return resp, nil
}

// refuseEmpty refuses a success that says nothing. go-github would take it for a zero value: "no comments".
func refuseEmpty(status int, body []byte) error {
	if status != http.StatusOK && status != http.StatusCreated && status != http.StatusAccepted {
		return nil
	}
	switch text := bytes.TrimSpace(body); {
	case len(text) == 0, string(text) == "{}", string(text) == "null":
		return fmt.Errorf("GitHub answered %d with nothing in it", status)
	case !json.Valid(text):
		return fmt.Errorf("GitHub answered %d with something that is not JSON", status)
	}
	return nil
}

func setBody(resp *http.Response, body []byte) {
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
}

// peek returns the body and leaves it to be read again. The body is in memory since guard.
func peek(resp *http.Response) []byte {
	body, _ := io.ReadAll(resp.Body)
	setBody(resp, body)
	return body
}

// again returns a copy of req that may be sent, with its body from the start.
func again(req *http.Request) (*http.Request, error) {
	clone := req.Clone(req.Context())
	if req.GetBody == nil {
		return clone, nil
	}
	body, err := req.GetBody()
	clone.Body = body
	return clone, err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
