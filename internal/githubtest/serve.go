// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// maxBody is more than GitHub takes in one request, which is a SARIF file of 10 MB as base64.
const maxBody = 16 << 20

// serve answers every request: hooks first, then a fault if one waits for it, else the request itself.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.running.RLock()
	defer s.running.RUnlock()
	path := strings.TrimPrefix(r.URL.Path, "/api/v3")
	s.runHooks(r.Method, path)
	fault := s.nextFault(r.Method, path)
	if fault == nil {
		s.carryOut(w, r, path)
		return
	}
	if fault.after {
		s.carryOut(newRecorder(), r, path)
	}
	fault.answer(s, w, r, path)
}

// carryOut serves a request as if nothing were wrong with the network.
func (s *Server) carryOut(w http.ResponseWriter, r *http.Request, path string) {
	end := s.begin(r.Method, path)
	if m := gitPath.FindStringSubmatch(path); m != nil {
		s.serveGit(w, r, m, end)
		return
	}
	done, answer := s.serveAPI(r, path)
	end(done)
	answer.copyTo(w)
}

// serveAPI answers a request to the REST API and checks the exchange.
func (s *Server) serveAPI(r *http.Request, path string) (Request, *recorder) {
	answer := newRecorder()
	body, err := io.ReadAll(http.MaxBytesReader(answer, r.Body, maxBody))
	c := &call{s: s, r: r, path: path, body: body, query: r.URL.Query()}
	var rep reply
	if err != nil {
		rep = reply{status: http.StatusRequestEntityTooLarge, body: message("request body too large")}
	} else {
		rep = s.dispatch(c)
	}
	c.write(answer, rep)
	if rep.violation != "" {
		s.violate(fmt.Errorf("%s %s: %s", r.Method, path, rep.violation))
	}
	if s.describe != nil && c.route != nil && !c.route.page && rep.violation == "" {
		if err := s.describe.check(c, answer); err != nil {
			s.violate(fmt.Errorf("%s %s: not as GitHub describes it: %w", r.Method, path, err))
		}
	}
	return c.record(answer.code), answer
}

// dispatch finds the route, lets the caller in or not, and runs the operation. One request at a time.
func (s *Server) dispatch(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.route, c.vars = find(c.r.Method, c.escaped())
	if c.route == nil {
		rep := notFound("Not Found")
		rep.violation = "no such route"
		return rep
	}
	if rep, in := c.enter(); !in {
		return rep
	}
	known := strings.Fields(c.route.query)
	for name := range c.query {
		if !slices.Contains(known, name) {
			return invalid("unknown query parameter " + name)
		}
	}
	return c.route.handle(c)
}

// A recorder keeps an answer until it is known whether the client gets it.
type recorder struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: http.Header{}, code: http.StatusOK} }

func (a *recorder) Header() http.Header         { return a.header }
func (a *recorder) WriteHeader(code int)        { a.code = code }
func (a *recorder) Write(p []byte) (int, error) { return a.body.Write(p) }

func (a *recorder) copyTo(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.code)
	_, _ = w.Write(a.body.Bytes()) //nolint:gosec // G705: JSON for a client under test; if it has gone there is nothing to do
}
