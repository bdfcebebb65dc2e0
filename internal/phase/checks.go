// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/report"
)

// checkPrefix begins the name of a check run: "layerbot / prod".
const checkPrefix = "layerbot / "

// The identifiers of the buttons "Plan again" and "Apply again".
const (
	planButton  = "plan"
	applyButton = "apply"
)

// branchID names the environment branch on the check run of an applied commit; branchOf reads it back, "" if it is none.
func branchID(branch string, pull int) string { return fmt.Sprintf("branch/%s/pull/%d", branch, pull) }

func branchOf(externalID string) string {
	rest, ok := strings.CutPrefix(externalID, "branch/")
	if i := strings.LastIndex(rest, "/pull/"); ok && i >= 0 {
		return rest[:i]
	}
	return ""
}

// externalID names the pull request on the App's own check run; pullOf reads it back, 0 if it is none.
func externalID(pull int) string { return fmt.Sprintf("pull/%d", pull) }

func pullOf(externalID string) int {
	id := "/" + externalID
	i := strings.LastIndex(id, "/pull/") // a branch may be called anything
	if i < 0 {
		return 0
	}
	n, err := strconv.Atoi(id[i+len("/pull/"):])
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// conclude returns the conclusion of the check of env. It is success only if every expected target of the
// environment has a good plan on this commit; no target at all is success, and the text says so.
//
// Where a check is required, GitHub lets neutral pass. So what was overtaken is cancelled, for its commit may become the
// head again; and a pull request that is closed, and may be reopened, is neutral only where it had succeeded.
func (s *standing) conclude(env string) string {
	switch s.page.State {
	case comment.Superseded:
		return "cancelled"
	case comment.Closed:
		if before := s.concluded[checkPrefix+env]; before != "success" && before != "neutral" {
			return "cancelled"
		}
		return "neutral"
	case comment.Planned, comment.Scanned, comment.Merged, comment.Drifting:
	}
	if s.records[env] == nil {
		return "neutral" // the base branch's, from a run that could not begin: no environment of that name
	}
	for _, e := range s.records[env].Targets {
		if e.Status != report.Changed && e.Status != report.Unchanged || e.Plan.Failed() || e.Files.Failed() {
			return "failure"
		}
	}
	return "success"
}

// putChecks writes the check runs of environments.
func (s *standing) putChecks(ctx context.Context, gh Thread, envs []string) error {
	for _, env := range envs {
		c, err := s.check(env)
		if err != nil {
			return err
		}
		if _, err := gh.PutCheck(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// check returns the check run of the plans of one environment.
func (s *standing) check(env string) (github.Check, error) {
	c, err := s.checkRun(checkPrefix+env, env, s.conclude(env), s.granting())
	c.ExternalID, c.Annotations = externalID(s.ticket.PullRequest), s.annotations(env)
	for i, a := range c.Annotations {
		c.Annotations[i].Title, c.Annotations[i].Message = s.desk.Redact.String(a.Title), s.desk.Redact.String(a.Message)
	}
	if s.page.State == comment.Planned || s.page.State == comment.Scanned {
		c.Actions = []github.Button{{Label: "Plan again", Description: "Plan this environment once more", Identifier: planButton}}
	}
	return c, err
}

// checkRun returns a check run about one environment, with what it remembers.
func (s *standing) checkRun(name, env, conclusion string, page comment.Page) (github.Check, error) {
	title, summary, text := comment.CheckText(page, env, maxCheckText)
	text, err := s.records[env].attach(s.desk.Redact.String(text))
	c := github.Check{
		Name: name, HeadSHA: s.ticket.Head, Conclusion: conclusion,
		Title: s.desk.Redact.String(title), Summary: s.desk.Redact.String(summary), Text: text,
		DetailsURL: s.page.Links.Run,
	}
	return c, err
}

// granting is the page without the what-if plans: a check speaks of what counts.
func (s *standing) granting() comment.Page {
	p := s.page
	p.WhatIf, p.WhatIfWhy, p.Reports = false, "", nil
	for i, j := range s.ticket.Jobs {
		if j.WhatIf == "" && i < len(s.page.Reports) {
			p.Reports = append(p.Reports, s.page.Reports[i])
		}
	}
	p.Expected -= len(s.page.Reports) - len(p.Reports)
	if p.State == comment.Scanned { // the plans that it speaks of are earlier ones
		p.State, p.Expected = comment.Planned, 0
	}
	return p
}

// plain is s without what GitHub cannot store.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

// clip shortens s to at most n bytes, at a boundary between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n-len("…")], "") + "…"
}
