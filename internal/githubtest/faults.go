// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

type fault struct {
	method, prefix string
	left           int
	after          bool
	handler        http.Handler
}

type hook struct {
	method, prefix string
	f              func()
}

// Fault makes the next n requests that match (method "" and path prefix "" match all) go to h instead: a 500, a
// 429 with Retry-After, an empty 200. If h is nil the connection is cut. after: the request is carried out first
// and its answer lost. The prefix is below the base of the API: "/repos/acme/infra/issues".
func (s *Server) Fault(method, pathPrefix string, n int, after bool, h http.Handler) {
	s.traffic.Lock()
	defer s.traffic.Unlock()
	s.faults = append(s.faults, &fault{method, pathPrefix, n, after, h})
}

// Hook calls f just before a matching request is served: to move a head between two calls, for example. It is
// called for every such request.
func (s *Server) Hook(method, pathPrefix string, f func()) {
	s.traffic.Lock()
	defer s.traffic.Unlock()
	s.hooks = append(s.hooks, hook{method, pathPrefix, f})
}

func matches(method, prefix, m, path string) bool {
	return (method == "" || method == m) && strings.HasPrefix(path, prefix)
}

func (s *Server) runHooks(method, path string) {
	s.traffic.Lock()
	hooks := s.hooks[:len(s.hooks):len(s.hooks)]
	s.traffic.Unlock()
	for _, h := range hooks {
		if matches(h.method, h.prefix, method, path) {
			h.f()
		}
	}
}

func (s *Server) nextFault(method, path string) *fault {
	s.traffic.Lock()
	defer s.traffic.Unlock()
	for _, f := range s.faults {
		if f.left > 0 && matches(f.method, f.prefix, method, path) {
			f.left--
			return f
		}
	}
	return nil
}

// answer spoils a request. One that was carried out is recorded already.
func (f *fault) answer(s *Server, w http.ResponseWriter, r *http.Request, path string) {
	spoiled := newRecorder()
	if f.handler != nil {
		f.handler.ServeHTTP(spoiled, r)
	} else {
		spoiled.code = 0
	}
	if !f.after {
		s.begin(r.Method, path)(Request{Method: r.Method, Path: path, Status: spoiled.code})
	}
	if f.handler == nil {
		panic(http.ErrAbortHandler) // net/http cuts the connection
	}
	spoiled.copyTo(w)
}

// Status is a fault that answers with a status and GitHub's form of a message.
func Status(code int, text string) http.Handler {
	return answer(code, fmt.Sprintf(`{"message":%q,"documentation_url":"https://docs.github.com/rest"}`, text), nil)
}

// Empty is a 200 with nothing in it.
func Empty() http.Handler { return answer(http.StatusOK, "", nil) }

// SlowDown is the 429 of a primary limit: retry after so many seconds.
func SlowDown(seconds int) http.Handler {
	return answer(http.StatusTooManyRequests, `{"message":"API rate limit exceeded"}`,
		map[string]string{"Retry-After": strconv.Itoa(seconds)})
}

// SecondaryLimit is the 403 of a secondary limit, which says when to retry only if seconds > 0.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
func SecondaryLimit(seconds int) http.Handler {
	header := map[string]string{}
	if seconds > 0 {
		header["Retry-After"] = strconv.Itoa(seconds)
	}
	return answer(http.StatusForbidden, `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",`+
		`"documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`, header)
}

func answer(code int, body string, header map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body) // the client has gone: nothing to do
	})
}
