// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A server gives the credentials of sessions to whoever on this machine has a session's token, as containers are given
// theirs. Every session has a path and a token of its own.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
type server struct {
	mu       sync.Mutex
	http     *http.Server // nil: not started
	address  string       // "127.0.0.1:4711"
	sessions map[string]served
	closed   bool
}

// served is a session and the token that opens it.
type served struct {
	*session
	token string
}

// serve returns where the credentials of s are served, and the token that must be shown there.
func (e *server) serve(s *session) (url, token string, problem *fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.closed:
		return "", "", &fault{problem: "no more credentials are given out", hint: "run it again"}
	case e.http == nil:
		if err := e.start(); err != nil {
			return "", "", &fault{problem: "its credentials cannot be served on 127.0.0.1: " + err.Error(), hint: "let processes of the job listen on the loopback address"}
		}
	}
	path := "/role/" + strconv.Itoa(len(e.sessions)+1)
	token = rand.Text()
	e.sessions[path] = served{session: s, token: token}
	return "http://" + e.address + path, token, nil
}

// start listens.
func (e *server) start() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	e.address, e.sessions = listener.Addr().String(), map[string]served{}
	e.http = &http.Server{
		Handler: e, MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0),
		ReadTimeout: 10 * time.Second, WriteTimeout: 2 * callLimit, IdleTimeout: time.Minute,
	}
	go func() { _ = e.http.Serve(listener) }() // until Close
	return nil
}

// close ends it.
func (e *server) close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	if e.http == nil {
		return nil
	}
	return e.http.Close()
}

// ServeHTTP answers with credentials, or with why there are none. Requests that name another host come from a browser
// that a page led here, by a name of its own that it let point to this machine: they find nothing.
func (e *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	s, ok := e.sessions[r.URL.Path]
	e.mu.Unlock()
	switch {
	case !ok || r.Host != e.address:
		w.WriteHeader(http.StatusNotFound)
	case r.Method != http.MethodGet:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(s.token)) != 1:
		w.WriteHeader(http.StatusUnauthorized)
	default:
		// An exchange goes on if who asked has gone: the next one is glad of it.
		s.answer(context.WithoutCancel(r.Context()), w)
	}
}

// answer writes the credentials of s in the form that AWS's SDKs read. They repeat the message of an error.
func (s *session) answer(ctx context.Context, w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	keys, problem := s.current(ctx)
	if problem != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_ = json.NewEncoder(w).Encode(map[string]string{"code": "LayerbotRoleError", "message": strings.TrimSpace(s.error(problem).Error() + " (" + problem.hint + ")\n" + problem.condition)})
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{
		"AccessKeyId": keys.AccessKeyID, "SecretAccessKey": keys.SecretAccessKey, "Token": keys.SessionToken,
		"Expiration": keys.Expires.UTC().Format(time.RFC3339),
	})
}
