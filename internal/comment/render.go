// SPDX-License-Identifier: Apache-2.0

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

	Blocked  Notice // why nothing could be planned; the zero value is that planning began
	Expected int    // how many targets were to be planned: no report for one of them is a failure
	Reports  []report.Report
	Earlier  []Earlier           // affected targets that this run did not plan
	Why      map[string][]string // target ID → changed files that pulled it in
	Skipped  []Skipped           // layers left out, with reasons
	Upstream map[string][]string // target ID → upstream targets not applied ("provisional"); when Merged, what a blocked one waits for
	Others   map[string][]int    // target ID → other open pull requests that plan it
	Notices  []Notice            // warnings about the whole run
	Links    Links
	Next     string // the exact next command; "" is none
	Accept   string // the exact command that accepts the stopped plans; "" is none
	Version  string // of Layerbot

	Scans      []report.Scan               // of targets, also of such without a report; none where nothing was scanned
	Thresholds map[string]report.Threshold // target ID → what its findings and decisions are measured by
	Together   *report.Policy              // what rules that look at several targets say; nil where there are none

	Previous map[string]string // environment → the one whose applies it waits for
}

// State is where the pull request stands.
type State string

// The states a comment can show.
const (
	Planned    State = "planned"
	Closed     State = "closed"     // closed without merging
	Superseded State = "superseded" // the head moved while planning
	Merged     State = "merged"     // merged: the reports are of applies, Head is the commit that was applied
	Scanned    State = "scanned"    // only what scanners and policies say is told: of Scans, and of the plans of Reports
	Drifting   State = "drifting"   // no pull request: the reports are of a search for drift, for the run's own summary
)

// Skipped is something not planned and the reason.
type Skipped struct{ Name, Reason string }

// A Notice is a warning about the whole run, with what to do.
type Notice struct{ Message, Hint string }

// Links are addresses the footer points to; empty ones are left out.
type Links struct {
	Run, Checks, Report string
	Jobs                map[string]string // target ID → its job
	Files               string            // what stands before a file's path: "https://github.com/acme/infra/blob/SHA/"
}

// A Rendered is a finished text.
type Rendered struct {
	Body      string
	Truncated bool // something was shortened; Body says what and where the rest is
}

// Render returns the living comment, within Budget: the marker, the headline, what is destroyed, the table, a
// fold per changed target, and the footer. It is deterministic.
func Render(p Page) Rendered { return newView(p).compose(Budget, true) }

// Summary returns the same without the marker and the budget of a comment: for a job summary, at most room bytes
// (GitHub takes 1 MiB a step). room is at least 16 KiB.
func Summary(p Page, room int) Rendered {
	v := newView(p)
	v.isSummary = true
	return v.compose(room, false)
}
