package comment

import "github.com/layerbot/layerbot/internal/report"

// Budget is the most bytes a comment may have. GitHub refuses bodies over 65,536 characters.
const Budget = 65000

// A Page is everything the living comment shows. All text in it is untrusted.
type Page struct {
	Repository  string // "acme/infra"
	PullRequest int
	Head, Base  string // commits
	BaseRef     string // "prod"
	State       State
	Command     string // the command this answers; "" for an autoplan
	WhatIf      bool   // the plan grants nothing; WhatIfWhy says why
	WhatIfWhy   string

	Reports  []report.Report
	Why      map[string][]string // target ID → changed files that pulled it in
	Skipped  []Skipped           // layers left out, with reasons
	Upstream map[string][]string // target ID → upstream targets not applied ("provisional")
	Others   map[string][]int    // target ID → other open pull requests that plan it
	Notices  []Notice            // warnings about the whole run
	Links    Links
	Next     string // the exact next command; "" is none
	Version  string // of Layerbot
}

// State is where the pull request stands.
type State string

// The states a comment can show.
const (
	Planned    State = "planned"
	Closed     State = "closed"     // closed without merging
	Superseded State = "superseded" // the head moved while planning
)

// Skipped is something not planned and the reason.
type Skipped struct{ Name, Reason string }

// A Notice is a warning about the whole run, with what to do.
type Notice struct{ Message, Hint string }

// Links are addresses the footer points to; empty ones are left out.
type Links struct {
	Run, Checks, Report string
	Jobs                map[string]string // target ID → its job
}

// A Rendered is a finished text.
type Rendered struct {
	Body      string
	Truncated bool // something was shortened; Body says what and where the rest is
}

// Render returns the living comment, within Budget: the marker, the headline, what is destroyed, the table, a
// fold per changed target, and the footer. It is deterministic.
func Render(p Page) Rendered { panic("being written") }

// Summary returns the same without the budget of a comment: for a job summary, at most max bytes.
func Summary(p Page, max int) Rendered { panic("being written") }

// HTML returns the whole report as one self-contained page.
func HTML(p Page) string { panic("being written") }

// Terminal returns the same for a terminal, coloured if colour is set.
func Terminal(p Page, colour bool) string { panic("being written") }

// CheckText returns title, summary and text of the check run of one environment, each within GitHub's 65,535 characters.
func CheckText(p Page, env string) (title, summary, text string) { panic("being written") }

// Refusal returns the short reply for a command that was not carried out.
func Refusal(key, message, hint string) string { panic("being written") }

// LayersTable returns the answer to /layers; HelpText that to /help.
func LayersTable(p Page) string { panic("being written") }

// A Marker is the hidden first line of the living comment.
type Marker struct {
	Head      string   `json:"head"`
	Targets   []string `json:"targets"`
	Truncated bool     `json:"truncated,omitempty"`
}

// ReadMarker returns the marker of a comment's body. Callers must have verified the comment's author first.
func ReadMarker(body string) (Marker, bool) { panic("being written") }
