// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

// A Server is one GitHub with one App registered and installed. Others are made on its pages.
type Server struct {
	URL        string // "http://127.0.0.1:4711": html and git; the API is at URL + "/api/v3"
	AppID      int64
	AppSlug    string // "layerbot"; its user is "layerbot[bot]"
	PrivateKey []byte // PEM

	options  Options
	dir      string
	git      string // the program
	http     *http.Server
	running  sync.RWMutex // read-locked by each request
	describe *description // nil unless Options.Validate

	mu       sync.Mutex // guards all below, and all of Repo and Pull
	lastID   int64
	users    map[string]*github.User
	apps     map[string]*app
	repos    map[string]*Repo // by "owner/name" in lower case
	teams    map[string][]string
	tokens   map[string]*token
	comments map[int64]*comment
	checks   []*check
	codes    map[string]*conversion // of Apps that were just made
	visitor  string                 // who is signed in to the pages

	traffic    sync.Mutex // guards all below
	requests   []*Request
	violations []error
	faults     []*fault
	hooks      []hook
}

// New starts a server. It refuses an address that is not a loopback one.
func New(o Options) (*Server, error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Permissions == nil {
		o.Permissions = github.Permissions{
			"checks": "write", "contents": "read", "deployments": "write", "issues": "write", "members": "read",
			"metadata": "read", "pull_requests": "write", "security_events": "write",
		}
	}
	s := &Server{
		AppID: 4242, AppSlug: "layerbot", options: o, lastID: 1000,
		users: map[string]*github.User{}, apps: map[string]*app{}, repos: map[string]*Repo{},
		teams: map[string][]string{}, tokens: map[string]*token{}, comments: map[int64]*comment{},
		codes: map[string]*conversion{}, visitor: "octocat",
	}
	if err := s.start(); err != nil {
		return nil, fmt.Errorf("start the simulated GitHub: %w", err)
	}
	return s, nil
}

// appKey makes the App's key: one for all servers of a process, since it takes a tenth of a second.
var appKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func (s *Server) start() (err error) {
	if s.git, err = exec.LookPath("git"); err != nil {
		return err
	}
	if s.options.Validate {
		if s.describe, err = loadDescription(); err != nil {
			return err
		}
	}
	key, err := appKey()
	if err != nil {
		return err
	}
	s.PrivateKey = encodeKey(key)
	s.apps[s.AppSlug] = &app{
		ID: s.AppID, Slug: s.AppSlug, Name: "Layerbot", Owner: s.user("layerbot-owner"), Permissions: s.options.Permissions, key: &key.PublicKey,
	}
	s.apps[actionsSlug] = &app{ID: 15368, Slug: actionsSlug, Name: "GitHub Actions", Owner: s.user("github"), Permissions: github.Permissions{}}

	l, err := net.Listen("tcp", s.options.Addr)
	if err != nil {
		return err
	}
	if !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
		return fmt.Errorf("%s is not a loopback address (%w)", s.options.Addr, errOr(l.Close(), os.ErrInvalid))
	}
	s.dir = s.options.Dir
	if s.dir == "" {
		s.dir, err = os.MkdirTemp("", "githubtest-")
	} else {
		s.dir, err = filepath.Abs(s.dir)
	}
	if err != nil {
		return errOr(l.Close(), err)
	}
	s.URL = "http://" + l.Addr().String()
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 10 * time.Second}
	go s.http.Serve(l) //nolint:errcheck // always http.ErrServerClosed, after Close
	return nil
}

func encodeKey(key *rsa.PrivateKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}

// errOr returns first unless it is nil.
func errOr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// Close stops it and removes what it made.
func (s *Server) Close() error {
	err := s.http.Close()
	s.running.Lock() // wait for what is being served
	defer s.running.Unlock()
	if s.options.Dir == "" {
		err = errOr(err, os.RemoveAll(s.dir))
	}
	return err
}

// APIURL returns the address of the REST API, without a last slash.
func (s *Server) APIURL() string { return s.URL + "/api/v3" }

// id returns a number never used before. The caller holds s.mu.
func (s *Server) id() int64 {
	s.lastID++
	return s.lastID
}

func (s *Server) now() time.Time { return s.options.Now().UTC().Truncate(time.Second) }

// Violations returns what GitHub would have refused so far.
func (s *Server) Violations() []error {
	s.traffic.Lock()
	defer s.traffic.Unlock()
	return slices.Clone(s.violations)
}

func (s *Server) violate(err error) {
	if s.options.Violation != nil {
		s.options.Violation(err)
		return
	}
	s.traffic.Lock()
	defer s.traffic.Unlock()
	s.violations = append(s.violations, err)
}

// Requests returns what was served so far, oldest first. Git requests have Route "git".
func (s *Server) Requests() []Request {
	s.traffic.Lock()
	defer s.traffic.Unlock()
	all := make([]Request, len(s.requests))
	for i, r := range s.requests {
		all[i] = *r
	}
	return all
}

// ResetRequests forgets them.
func (s *Server) ResetRequests() {
	s.traffic.Lock()
	defer s.traffic.Unlock()
	s.requests = nil
}

// begin records a request that is about to be served; the returned function says how it ended.
func (s *Server) begin(method, path string) (end func(Request)) {
	r := &Request{Method: method, Path: path}
	s.traffic.Lock()
	defer s.traffic.Unlock()
	s.requests = append(s.requests, r)
	return func(done Request) {
		s.traffic.Lock()
		defer s.traffic.Unlock()
		*r = done
	}
}

// folder returns where a repository is kept.
func (s *Server) folder(owner, name string) string { return filepath.Join(s.dir, owner, name+".git") }

func repoKey(owner, name string) string { return strings.ToLower(owner + "/" + name) }
