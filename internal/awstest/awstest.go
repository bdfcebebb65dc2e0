// SPDX-License-Identifier: Apache-2.0

// Package awstest is an AWS for tests and demonstrations, on loopback: an issuer of OIDC tokens that have the shape of
// GitHub's, an STS that evaluates trust policies and answers with AWS's error codes, and S3. Its S3 is one in process
// that knows no identities, or MinIO, which enforces session policies.
package awstest

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"net"
	"net/http"
	"time"
)

// server is one HTTP server on a free port of loopback.
type server struct {
	http *http.Server
	done chan error
}

// serve starts h. Its URL is in url before the first request comes.
func serve(h http.Handler, url *string) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	*url = "http://" + listener.Addr().String()
	s := &server{http: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}, done: make(chan error, 1)}
	go func() { s.done <- s.http.Serve(listener) }()
	return s, nil
}

// Close stops it. The second time it does nothing.
func (s *server) Close() error {
	err := s.http.Close()
	served := <-s.done
	s.done <- http.ErrServerClosed
	if errors.Is(served, http.ErrServerClosed) {
		return err
	}
	return errors.Join(err, served)
}

// random returns n capital letters and digits that nobody guesses.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return base32.StdEncoding.EncodeToString(b)[:n]
}
