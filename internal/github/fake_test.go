// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

// canary stands for every token in these tests. No error and no log may show it.
const canary = "ghs_4242_eyJ0eXAiOiJKV1QifQ.canary-_"

const pullJSON = `{"number":7,"state":"open","head":{"sha":"` + sha + `","ref":"change"},"base":{"sha":"` + sha + `","ref":"prod"}}`

// fake is a GitHub that answers each request with the next step, and the last step for ever.
type fake struct {
	*httptest.Server
	t        *testing.T
	log      *syncBuffer
	clock    *clock
	patience time.Duration // of one attempt

	mu    sync.Mutex
	steps []http.HandlerFunc
	seen  []*http.Request
}

func newFake(t *testing.T, steps ...http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{t: t, steps: steps, log: &syncBuffer{}, clock: &clock{at: time.Now()}, patience: 10 * time.Second}
	f.Server = httptest.NewServer(f)
	t.Cleanup(func() {
		f.Close()
		if strings.Contains(f.log.String(), "canary") {
			t.Errorf("the log shows the token:\n%s", f.log)
		}
	})
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.seen = append(f.seen, r)
	step := f.steps[0]
	if len(f.steps) > 1 {
		f.steps = f.steps[1:]
	}
	f.mu.Unlock()
	_, _ = io.Copy(io.Discard, r.Body)
	step(w, r)
}

func (f *fake) requests() []*http.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seen
}

func (f *fake) options() github.Options {
	return github.Options{
		BaseURL: f.URL, Sleep: f.clock.sleep, Now: f.clock.now, Timeout: f.patience,
		Log: slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

func (f *fake) client() *github.Client {
	f.t.Helper()
	c, err := github.WithToken(f.options(), github.Repository{ID: 1, Owner: "acme", Name: "infra"}, canary)
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

// refused checks that err is of the type of target, has a hint and shows no token.
func refused[E interface {
	error
	Hint() string
}](t *testing.T, err error) (target E) {
	t.Helper()
	switch {
	case !errors.As(err, &target):
		t.Fatalf("got %T %v, want %T", err, err, target)
	case target.Hint() == "":
		t.Errorf("no hint: %v", err)
	case strings.Contains(fmt.Sprintf("%+v %s", err, target.Hint()), "canary"):
		t.Errorf("the error shows the token: %v", err)
	}
	return target
}

// clock is moved by sleeping and by nothing else.
type clock struct {
	mu    sync.Mutex
	at    time.Time
	slept []time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

func (c *clock) waits() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slept
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// Steps.

// say answers a status with a body; header is "Name: value" lines.
func say(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, line := range header {
			name, value, _ := strings.Cut(line, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func message(status int, text string, header ...string) http.HandlerFunc {
	return say(status, fmt.Sprintf(`{"message":%q}`, text), header...)
}

func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// cutInside breaks off in the middle of a body.
func cutInside(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100000")
	_, _ = io.WriteString(w, pullJSON)
	panic(http.ErrAbortHandler)
}

// faults are the ways in which GitHub fails to answer.
var faults = []struct {
	name string
	step http.HandlerFunc
}{
	{"500", message(500, "Server Error")},
	{"502 with a page", say(502, "<html>Unicorn!</html>")},
	{"503", say(503, "")},
	{"cut connection", cut},
	{"cut inside the body", cutInside},
	{"no answer in time", slow},
	{"empty 200", say(200, "")},
	{"blank 200", say(200, " \n")},
	{"{} 200", say(200, "{}\n")},
	{"null 200", say(200, "null")},
	{"half a list", say(200, `[{"id":1`)},
	{"a login page", say(200, "<html>Sign in to the proxy</html>")},
}

// eachFault runs test with a GitHub that answers with before, then n times with a fault, then with after.
func eachFault(t *testing.T, before []http.HandlerFunc, n int, after []http.HandlerFunc, test func(*testing.T, *fake)) {
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, slices.Concat(before, slices.Repeat(steps(fault.step), n), after)...)
			if fault.name == "no answer in time" {
				f.patience = 500 * time.Millisecond
			}
			test(t, f)
		})
	}
}

func steps(all ...http.HandlerFunc) []http.HandlerFunc { return all }

func slow(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(2 * time.Second):
	}
}

func huge(w http.ResponseWriter, _ *http.Request) {
	blank := bytes.Repeat([]byte(" "), 1<<20)
	for range 40 {
		if _, err := w.Write(blank); err != nil {
			return
		}
	}
}
