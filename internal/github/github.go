// Package github speaks to GitHub for Layerbot: it reads events, mints
// installation tokens narrowed to one repository and one phase's permissions, and
// reads and writes what a pull request shows.
//
// It never sends a credential to another host than the configured one, never
// believes a comment or check run that another author wrote, and never repeats a
// write that may have happened without looking first.
package github

import (
	"context"
	"io"
	"log/slog"
	"net/http"
)

// A Repository names a repository and where it is.
type Repository struct {
	ID            int64  `json:"id"`
	Owner         string `json:"owner"`
	Name          string `json:"name"`
	CloneURL      string `json:"clone_url"`
	DefaultBranch string `json:"default_branch"`
}

// String returns "owner/name".
func (r Repository) String() string { return r.Owner + "/" + r.Name }

// A User is who did something. Type is "User", "Bot" or "Organization"; a deleted user is the zero value.
type User struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Type  string `json:"type"`
}

// An Event is what started the run, reduced to what Layerbot uses. Fields that the event does not have are zero.
type Event struct {
	Name           string // "pull_request", "issue_comment", "merge_group", "check_run", "workflow_dispatch", "push", "schedule"
	Action         string // "opened", "created" …
	Repository     Repository
	InstallationID int64
	Sender         User

	PullRequest   *PullRequest      // pull_request only
	BaseChanged   bool              // pull_request edited: the base branch changed
	Number        int               // pull request number of pull_request, issue_comment and check_run
	OnPull        bool              // issue_comment: the issue is a pull request
	Comment       *Comment          // issue_comment only
	CheckRun      *CheckEvent       // check_run only
	MergeGroup    *MergeGroup       // merge_group only
	Inputs        map[string]string // workflow_dispatch only
	Ref           string            // push and workflow_dispatch: "refs/heads/prod"
	Before, After string            // push only
}

// A PullRequest is one pull request as it was when read.
type PullRequest struct {
	Number           int
	State            string // "open" or "closed"
	Merged, Draft    bool
	Title            string
	Author           User
	HeadSHA, HeadRef string
	HeadRepo         *Repository // nil when the fork is gone
	BaseSHA, BaseRef string
	BaseRepo         Repository
}

// A Comment is one comment on a pull request.
type Comment struct {
	ID     int64
	Body   string
	Author User
	AppID  int64 // of the App that wrote it; 0 for people
	URL    string
	Issue  int // number of the pull request it is on
}

// A CheckEvent is a press on a check run's button, or a request to run it again.
type CheckEvent struct {
	ID         int64
	Name       string
	HeadSHA    string
	AppID      int64
	ExternalID string
	Identifier string // of the button; "" for rerequested
}

// A MergeGroup is a merge queue's candidate.
type MergeGroup struct{ HeadSHA, HeadRef, BaseSHA, BaseRef string }

// ReadEvent parses the payload of a webhook as Actions stores it at GITHUB_EVENT_PATH (at most 25 MB). A
// malformed payload is an *EventError with a hint.
func ReadEvent(name string, r io.Reader) (*Event, error) { panic("being written") }

// Permissions of an installation token, by GitHub's names: "pull_requests" → "read".
type Permissions map[string]string

// Options say how GitHub is reached.
type Options struct {
	BaseURL        string // "https://api.github.com" or "https://ghes.example/api/v3"; with or without the last slash
	AppID          int64
	PrivateKey     []byte            // PEM
	InstallationID int64             // 0: looked up by repository
	Transport      http.RoundTripper // innermost; nil is a default one
	Log            *slog.Logger
	Sleep          func(context.Context, int64) error // seconds; nil waits for real
}

// An App mints tokens.
type App struct{}

// NewApp checks the options; a key that is no RSA PEM is an error with a hint that never shows the key.
func NewApp(o Options) (*App, error) { panic("being written") }

// Open mints an installation token for one repository with exactly the given permissions. Close revokes it.
func (a *App) Open(ctx context.Context, repo Repository, p Permissions) (*Client, error) {
	panic("being written")
}

// WithToken returns a client for a token that somebody else minted (GITHUB_TOKEN). Close does not revoke it.
func WithToken(o Options, repo Repository, token string) (*Client, error) { panic("being written") }

// A Client acts on one repository with one token.
type Client struct{}

// Token returns the token, for git over HTTPS. It is never logged.
func (c *Client) Token() string { panic("being written") }

// Close revokes the token if this client owns it. It is safe to call twice.
func (c *Client) Close(ctx context.Context) error { panic("being written") }

// PullRequest returns a pull request as it is now.
func (c *Client) PullRequest(ctx context.Context, number int) (*PullRequest, error) {
	panic("being written")
}

// PullRequestsOf returns the open pull requests whose head is sha (check_run payloads may omit them).
func (c *Client) PullRequestsOf(ctx context.Context, sha string) ([]*PullRequest, error) {
	panic("being written")
}

// Permission returns what login may do: "admin", "write", "read" or "none". Triage and maintain arrive as
// "read" and "write", as GitHub reports them.
func (c *Client) Permission(ctx context.Context, login string) (string, error) {
	panic("being written")
}

// React adds a reaction ("eyes", "rocket", "confused") to a comment. Repeating it is harmless.
func (c *Client) React(ctx context.Context, commentID int64, content string) error {
	panic("being written")
}

// Living returns the comment on a pull request that this App wrote and that begins with marker; nil if there is none.
func (c *Client) Living(ctx context.Context, number int, marker string) (*Comment, error) {
	panic("being written")
}

// PutComment creates the comment that begins with marker or edits it in place. Body must begin with marker. It
// writes nothing if the text is already there.
func (c *Client) PutComment(ctx context.Context, number int, marker, body string) (*Comment, error) {
	panic("being written")
}

// RecentComments returns the newest comments of the whole repository that this App wrote: one request.
func (c *Client) RecentComments(ctx context.Context) ([]*Comment, error) { panic("being written") }

// A Check is a check run to be shown.
type Check struct {
	Name                 string // "layerbot / prod"
	HeadSHA              string
	Conclusion           string // "success", "failure", "neutral", "action_required", "cancelled"
	Title, Summary, Text string
	ExternalID           string
	DetailsURL           string
	Annotations          []Annotation
	Actions              []Button
}

// An Annotation marks lines of a file.
type Annotation struct {
	Path           string
	Start, End     int
	Level          string // "notice", "warning", "failure"
	Title, Message string
}

// A Button is shown on a check run: label ≤ 20, description ≤ 40, identifier ≤ 20 characters.
type Button struct{ Label, Description, Identifier string }

// PutCheck creates or updates the check run of that name on that commit that belongs to this App: never two.
// Annotations go in requests of 50.
func (c *Client) PutCheck(ctx context.Context, check Check) (id int64, err error) {
	panic("being written")
}

// Checks returns this App's check runs of a commit, with their text.
func (c *Client) Checks(ctx context.Context, sha string) ([]Check, error) { panic("being written") }
