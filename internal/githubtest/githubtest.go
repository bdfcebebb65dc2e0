// Package githubtest is a GitHub for tests and the demo: stateful, over HTTP on
// loopback, with real git repositories behind it.
//
// It is strict. A route it does not know, a token without the permission or the
// repository, a body or query GitHub would refuse: each is an error to the client
// and a violation that fails the test. It is no mock: what was written can be read
// back. It never leaves the loopback interface.
package githubtest

import (
	"net/http"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

// Options configure a Server. The zero value is a good one for tests.
type Options struct {
	Addr      string           // "127.0.0.1:0"
	Dir       string           // where bare repositories are kept; "" is a temporary folder, removed by Close
	Now       func() time.Time // nil is time.Now
	Violation func(error)      // told of everything GitHub would have refused; nil collects them for Violations
	Validate  bool             // check each exchange against GitHub's OpenAPI description
}

// A Server is one GitHub with one App registered and installed.
type Server struct {
	URL        string // "http://127.0.0.1:4711": html and git; the API is at URL + "/api/v3"
	AppID      int64
	AppSlug    string // "layerbot"; its user is "layerbot[bot]"
	PrivateKey []byte // PEM
}

// New starts a server.
func New(o Options) (*Server, error) { panic("being written") }

// Close stops it and removes what it made.
func (s *Server) Close() error { panic("being written") }

// APIURL returns the address of the REST API, without a last slash.
func (s *Server) APIURL() string { return s.URL + "/api/v3" }

// User adds a person, or returns the one of that login.
func (s *Server) User(login string) github.User { panic("being written") }

// Repository adds a repository with an empty bare git repository, with the App installed on it.
func (s *Server) Repository(owner, name string) *Repo { panic("being written") }

// Violations returns what GitHub would have refused so far.
func (s *Server) Violations() []error { panic("being written") }

// A Request is one that was served.
type Request struct {
	Method, Route, Path string // Route is the template: "/repos/{owner}/{repo}/pulls/{pull_number}"
	Status              int
	Token               string            // id of the token, never its text
	Granted             map[string]string // permissions of the token
	Needed              map[string]string // permission the route used: {"pull_requests": "read"}
	Write               bool
}

// Requests returns what was served so far, oldest first. Git requests have Route "git".
func (s *Server) Requests() []Request { panic("being written") }

// ResetRequests forgets them.
func (s *Server) ResetRequests() { panic("being written") }

// Fault makes the next n requests that match (method "" and path prefix "" match all) go to h instead: a 500, a
// 429 with Retry-After, an empty 200. If h is nil the connection is cut. after: the request is carried out first
// and its answer lost.
func (s *Server) Fault(method, pathPrefix string, n int, after bool, h http.Handler) {
	panic("being written")
}

// Hook calls f just before a matching request is served: to move a head between two calls, for example.
func (s *Server) Hook(method, pathPrefix string, f func()) { panic("being written") }

// WorkflowToken mints what Actions calls GITHUB_TOKEN, for one repository with the given permissions.
func (s *Server) WorkflowToken(r *Repo, p github.Permissions) string { panic("being written") }

// A Repo is one repository.
type Repo struct {
	Owner, Name    string
	ID             int64
	InstallationID int64
	GitDir         string // the bare repository on disk, to push to
	CloneURL       string // over HTTP, with smart git and token authentication
}

// Collaborator gives login a permission: "none", "read", "triage", "write", "maintain", "admin".
func (r *Repo) Collaborator(login, permission string) { panic("being written") }

// Push commits files (nil content deletes; "-> x" makes a link) on top of branch, made from the branch from if it
// is new, and returns the SHA.
func (r *Repo) Push(branch, from, message string, files map[string][]byte) (string, error) {
	panic("being written")
}

// Open opens a pull request from a branch. If fork is not nil, head is a branch of it.
func (r *Repo) Open(author, title, body, head, base string, fork *Repo) (*Pull, error) {
	panic("being written")
}

// Fork makes a fork of r.
func (r *Repo) Fork(owner string) *Repo { panic("being written") }

// A Pull is one pull request.
type Pull struct{ Number int }

// Event returns the webhook payload of the pull request for an action: "opened", "synchronize", "closed" …
func (p *Pull) Event(action string) []byte { panic("being written") }

// Comment writes a comment as a person and returns its issue_comment payload.
func (p *Pull) Comment(login, body string) (id int64, event []byte) { panic("being written") }

// Close closes it unmerged; Merge merges it and returns the merge commit.
func (p *Pull) Close() { panic("being written") }

// Merge merges it.
func (p *Pull) Merge(login string) (sha string, err error) { panic("being written") }

// An Item is one entry of the conversation, oldest first.
type Item struct {
	ID        int64
	Author    github.User
	Body      string
	Created   time.Time
	Edits     int            // how often it was edited
	Reactions map[string]int // "eyes" → 1
}

// Conversation returns the description and the comments.
func (p *Pull) Conversation() []Item { panic("being written") }

// Checks returns the check runs on the head of the pull request.
func (p *Pull) Checks() []github.Check { panic("being written") }
