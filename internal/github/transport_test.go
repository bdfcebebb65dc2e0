// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

func TestReadIsAskedAgain(t *testing.T) {
	eachFault(t, nil, 2, steps(say(200, pullJSON)), func(t *testing.T, f *fake) {
		pr, err := f.client().PullRequest(t.Context(), 7)
		if err != nil || pr.HeadSHA != sha || len(f.requests()) != 3 {
			t.Fatalf("%+v, %v after %d requests", pr, err, len(f.requests()))
		}
		for i, wait := range f.clock.waits() {
			if whole := time.Second << i; wait < whole/2 || wait > whole {
				t.Errorf("wait %d was %s", i, wait)
			}
		}
	})
}

func TestReadIsAnErrorAfterFourAttempts(t *testing.T) {
	eachFault(t, nil, 1, nil, func(t *testing.T, f *fake) {
		comment, err := f.client().Living(t.Context(), 7, "<!-- m -->")
		refused[*github.UnavailableError](t, err)
		if comment != nil || len(f.requests()) != 4 {
			t.Errorf("%v after %d requests", comment, len(f.requests()))
		}
		if strings.Count(f.log.String(), "GitHub failed, asking again") != 3 {
			t.Errorf("log %s", f.log)
		}
	})
}

func TestWriteIsNotRepeatedBlindly(t *testing.T) {
	made := say(200, `[{"id":5,"body":"<!-- m --> hello","user":{"login":"github-actions[bot]","type":"Bot"},"issue_url":"x/7"}]`)
	eachFault(t, steps(say(200, "[]")), 1, steps(made), func(t *testing.T, f *fake) {
		c, err := f.client().PutComment(t.Context(), 7, "<!-- m -->", "<!-- m --> hello")
		if err != nil || c.ID != 5 || c.Issue != 7 {
			t.Fatalf("%+v, %v", c, err)
		}
		if got := methods(f); got != "GET POST GET" {
			t.Errorf("requests %s", got)
		}
	})
}

func methods(f *fake) string {
	var all []string
	for _, r := range f.requests() {
		all = append(all, r.Method)
	}
	return strings.Join(all, " ")
}

const limitText = "API rate limit exceeded for installation ID 1."

func TestWaitIsWhatGitHubSays(t *testing.T) {
	date := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := "Date: " + date.Format(http.TimeFormat)
	reset := func(d time.Duration) string { return fmt.Sprintf("X-RateLimit-Reset: %d", date.Add(d).Unix()) }
	const none = "X-RateLimit-Remaining: 0"
	for _, test := range []struct {
		name  string
		steps []http.HandlerFunc
		want  []time.Duration
	}{
		{"429 with Retry-After", steps(message(429, limitText, "Retry-After: 7")), seconds(7)},
		{"429 with a date", steps(message(429, limitText, at, "Retry-After: "+date.Add(90*time.Second).Format(http.TimeFormat))), seconds(90)},
		{"429 bare", steps(say(429, "")), seconds(60)},
		{"403 with Retry-After", steps(message(403, "slow down", "Retry-After: 61")), seconds(61)},
		{"Retry-After beats the reset", steps(message(403, limitText, at, none, reset(time.Hour), "Retry-After: 9")), seconds(9)},
		{"403 with nothing left", steps(message(403, limitText, at, none, reset(200*time.Second))), seconds(200)},
		{"reset is over", steps(message(403, limitText, at, none, reset(-time.Hour))), seconds(1)},
		{"Retry-After 0", steps(message(429, limitText, "Retry-After: 0")), seconds(1)},
		{"403 secondary, text only", steps(message(403, "You have exceeded a secondary rate limit."), message(403, "You have exceeded a secondary rate limit."), message(403, "You have triggered an abuse detection mechanism.")), seconds(60, 120, 240)},
		{"403 secondary, known by its documentation", steps(say(403, `{"message":"Slow down","documentation_url":"https://docs.github.com/rest/overview/rate-limits#about-secondary-rate-limits"}`)), seconds(60)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, append(test.steps, say(200, pullJSON))...)
			if _, err := f.client().PullRequest(t.Context(), 7); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(f.clock.waits(), test.want) {
				t.Errorf("waits %v, want %v", f.clock.waits(), test.want)
			}
			if len(test.want) > 0 && !strings.Contains(f.log.String(), test.want[0].String()) {
				t.Errorf("the wait is not in the log: %s", f.log)
			}
		})
	}
	t.Run("a limited write was not carried out and is sent again", func(t *testing.T) {
		f := newFake(t, say(200, "[]"), message(403, limitText, "Retry-After: 5"), say(201, `{"id":5}`))
		if _, err := f.client().PutComment(t.Context(), 7, "m", "m"); err != nil {
			t.Fatal(err)
		}
		if got := methods(f); got != "GET POST POST" || !slices.Equal(f.clock.waits(), seconds(5)) {
			t.Errorf("requests %s, waits %v", got, f.clock.waits())
		}
	})
	t.Run("the last allowed answer holds the next request back", func(t *testing.T) {
		f := newFake(t, say(200, pullJSON, at, none, reset(120*time.Second)), say(200, pullJSON))
		c := f.client()
		for range 3 {
			if _, err := c.PullRequest(t.Context(), 7); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(f.clock.waits(), seconds(120)) || len(f.requests()) != 3 {
			t.Errorf("waits %v", f.clock.waits())
		}
	})
}

func seconds(all ...int) []time.Duration {
	var waits []time.Duration
	for _, s := range all {
		waits = append(waits, time.Duration(s)*time.Second)
	}
	return waits
}

func TestWaitIsBounded(t *testing.T) {
	for _, test := range []struct {
		name     string
		step     http.HandlerFunc
		requests int
	}{
		{"an hour", message(429, limitText, "Retry-After: 3600"), 1},
		{"absurd", message(403, limitText, "Retry-After: 2000000000"), 1},
		{"five minutes, again and again", message(403, limitText, "Retry-After: 300"), 4},
		{"nothing said, again and again", say(429, ""), 5}, // 60 + 120 + 240 + 480
		{"a second, again and again", message(429, limitText, "Retry-After: 1"), 901},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, test.step)
			_, err := f.client().PullRequest(t.Context(), 7)
			refused[*github.RateLimitError](t, err)
			if len(f.requests()) != test.requests {
				t.Errorf("%d requests, want %d", len(f.requests()), test.requests)
			}
		})
	}
}

func TestRefusalsAreNotRetried(t *testing.T) {
	accepted := "X-Accepted-GitHub-Permissions: issues=read; pull_requests=read"
	for _, test := range []struct {
		name string
		step http.HandlerFunc
		hint string
	}{
		{"permission", message(403, "Resource not accessible by integration", accepted), "issues=read or pull_requests=read"},
		{"permission, with the last request", message(403, "Resource not accessible by integration", accepted, "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1"), "issues=read"},
		{"archived", message(403, "Repository was archived so is read-only."), "archived"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t, test.step)
			_, err := f.client().PullRequest(t.Context(), 7)
			known := refused[*github.PermissionError](t, err)
			if !strings.Contains(known.Hint(), test.hint) || len(f.requests()) != 1 || len(f.clock.waits()) != 0 {
				t.Errorf("%d requests, hint %s", len(f.requests()), known.Hint())
			}
		})
	}
	f := newFake(t, message(422, "Validation Failed"))
	if _, err := f.client().PullRequest(t.Context(), 7); err == nil || len(f.requests()) != 1 {
		t.Errorf("422: %v after %d requests", err, len(f.requests()))
	}
	f = newFake(t, message(401, "Bad credentials"))
	_, err := f.client().PullRequest(t.Context(), 7)
	refused[*github.AuthError](t, err)
	if len(f.requests()) != 1 {
		t.Errorf("401: %d requests", len(f.requests()))
	}
}

func TestNotFound(t *testing.T) {
	f := newFake(t, message(404, "Not Found"))
	_, err := f.client().PullRequest(t.Context(), 7)
	refused[*github.NotFoundError](t, err)
	if len(f.requests()) != 1 {
		t.Errorf("%d requests", len(f.requests()))
	}
	f = newFake(t, message(404, "Not Found"), message(404, "Not Found"), say(200, pullJSON))
	if pr, err := f.client().AwaitPullRequest(t.Context(), 7); err != nil || pr.Number != 7 {
		t.Errorf("just after the event: %v", err)
	}
	f = newFake(t, message(404, "Not Found"))
	_, err = f.client().AwaitPullRequest(t.Context(), 7)
	refused[*github.NotFoundError](t, err)
	if len(f.requests()) != 4 {
		t.Errorf("%d requests", len(f.requests()))
	}
}

func TestAnswersOfSomethingElseAreErrors(t *testing.T) {
	f := newFake(t, say(200, `{"message":"fine"}`))
	c := f.client()
	_, pull := c.PullRequest(t.Context(), 7)
	_, permission := c.Permission(t.Context(), "ada")
	_, checks := c.Checks(t.Context(), sha)
	_, comment := c.Living(t.Context(), 7, "m")
	for name, err := range map[string]error{"pull": pull, "permission": permission, "checks": checks, "comment": comment} {
		t.Run(name, func(t *testing.T) { refused[*github.UnavailableError](t, err) })
	}
}

func TestTokenStaysOnItsHost(t *testing.T) {
	thief := newFake(t, say(200, pullJSON))
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, target := range []string{thief.URL + "/repos/acme/infra/pulls/7", "//" + strings.TrimPrefix(thief.URL, "http://") + "/x", "https://api.github.com/x"} {
			f := newFake(t, say(status, "", "Location: "+target))
			if _, err := f.client().PullRequest(t.Context(), 7); err == nil || !strings.Contains(err.Error(), "redirect to another host") {
				t.Errorf("%d to %s: %v", status, target, err)
			}
		}
	}
	if n := len(thief.requests()); n != 0 {
		t.Errorf("another host got %d requests", n)
	}
	f := newFake(t, say(301, "", "Location: /repositories/1/pulls/7"), say(200, pullJSON))
	if _, err := f.client().PullRequest(t.Context(), 7); err != nil {
		t.Errorf("a renamed repository: %v", err)
	}
	for _, r := range f.requests() {
		if r.Header.Get("Authorization") != "Bearer "+canary {
			t.Errorf("%s went without the token", r.URL)
		}
	}
	f = newFake(t, say(301, "", "Location: /elsewhere"), say(200, `{"id":5}`))
	if err := f.client().React(t.Context(), 7, "eyes"); err == nil || len(f.requests()) != 1 {
		t.Errorf("a write became a read: %s, %v", methods(f), err)
	}
	f = newFake(t, say(307, "", "Location: /repositories/1/reactions"), say(200, `{"id":5}`))
	if err := f.client().React(t.Context(), 7, "eyes"); err != nil || methods(f) != "POST POST" {
		t.Errorf("a write to a renamed repository: %s, %v", methods(f), err)
	}
	f = newFake(t, say(302, "", "Location: /loop"))
	if _, err := f.client().PullRequest(t.Context(), 7); err == nil || len(f.requests()) > 20 {
		t.Errorf("a loop: %v after %d requests", err, len(f.requests()))
	}
}

func TestHugeAnswerIsRefused(t *testing.T) {
	f := newFake(t, huge)
	_, err := f.client().PullRequest(t.Context(), 7)
	refused[*github.UnavailableError](t, err)
	if len(f.requests()) != 1 || !strings.Contains(err.Error(), "32 MB") {
		t.Errorf("%v after %d requests", err, len(f.requests()))
	}
}

func TestEndlessPagesAreRefused(t *testing.T) {
	f := newFake(t, say(200, `[{"id":1}]`, `Link: <http://x/y?page=2>; rel="next"`))
	if _, err := f.client().Living(t.Context(), 7, "m"); err == nil || len(f.requests()) > 200 {
		t.Errorf("%v after %d requests", err, len(f.requests()))
	}
}

func TestWritesAreASecondApart(t *testing.T) {
	f := newFake(t, say(201, `{"id":5}`))
	c := f.client()
	for range 3 {
		if err := c.React(t.Context(), 5, "eyes"); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(f.clock.waits(), seconds(1, 1)) {
		t.Errorf("waits %v", f.clock.waits())
	}
}

func TestCancelEndsTheWait(t *testing.T) {
	f := newFake(t, message(429, limitText, "Retry-After: 60"))
	o := f.options()
	o.Sleep = nil // the real one
	c, err := github.WithToken(o, someRepo, canary)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err = c.PullRequest(ctx, 7); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if time.Since(f.clock.now()) > 30*time.Second || len(f.requests()) != 1 {
		t.Errorf("%d requests", len(f.requests()))
	}
}
