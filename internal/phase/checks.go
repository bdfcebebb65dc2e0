package phase

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/report"
)

// checkPrefix begins the name of a check run: "layerbot / prod".
const checkPrefix = "layerbot / "

// planButton is the identifier of the button "Plan again".
const planButton = "plan"

// maxAnnotations keeps a check run readable and its upload to two requests.
const maxAnnotations = 100

// What a plan job says of places is believed within these.
const (
	maxPath = 1024
	maxLine = 1_000_000
)

// externalID names the pull request on the App's own check run; pullOf reads it back, 0 if it is none.
func externalID(pull int) string { return fmt.Sprintf("pull/%d", pull) }

func pullOf(externalID string) int {
	rest, ok := strings.CutPrefix(externalID, "pull/")
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(rest)
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
	case comment.Planned:
	}
	if s.records[env] == nil {
		return "neutral" // the base branch's, from a run that could not begin: no environment of that name
	}
	for _, e := range s.records[env].Targets {
		if e.Status != report.Changed && e.Status != report.Unchanged {
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

// check returns the check run of one environment.
func (s *standing) check(env string) (github.Check, error) {
	title, summary, text := comment.CheckText(s.granting(), env, maxCheckText)
	text, err := s.records[env].attach(s.desk.Redact.String(text))
	if err != nil {
		return github.Check{}, err
	}
	c := github.Check{
		Name: checkPrefix + env, HeadSHA: s.ticket.Head, Conclusion: s.conclude(env),
		Title: s.desk.Redact.String(title), Summary: s.desk.Redact.String(summary), Text: text,
		ExternalID: externalID(s.ticket.PullRequest), DetailsURL: s.page.Links.Run,
		Annotations: annotations(s.page.Reports, env),
	}
	for i, a := range c.Annotations {
		c.Annotations[i].Title, c.Annotations[i].Message = s.desk.Redact.String(a.Title), s.desk.Redact.String(a.Message)
	}
	if s.page.State == comment.Planned {
		c.Actions = []github.Button{{Label: "Plan again", Description: "Plan this environment once more", Identifier: planButton}}
	}
	return c, nil
}

// granting is the page without the what-if plans: a check speaks of what counts.
func (s *standing) granting() comment.Page {
	p := s.page
	p.WhatIf, p.WhatIfWhy, p.Reports = false, "", nil
	for i, j := range s.ticket.Jobs {
		if j.WhatIf == "" {
			p.Reports = append(p.Reports, s.page.Reports[i])
		}
	}
	p.Expected -= len(s.page.Reports) - len(p.Reports)
	return p
}

// annotations puts the errors and warnings of Terraform on the lines they speak of, errors first.
func annotations(reports []report.Report, env string) []github.Annotation {
	var failures, warnings []github.Annotation
	for _, r := range reports {
		if r.Target.Env != env {
			continue
		}
		if r.Failure != nil {
			failures = append(failures, annotate(r, r.Failure.Diagnostics, "failure")...)
		}
		warnings = append(warnings, annotate(r, r.Warnings, "warning")...)
	}
	all := slices.Concat(failures, warnings)
	return all[:min(len(all), maxAnnotations)]
}

func annotate(r report.Report, diagnostics []report.Diagnostic, level string) []github.Annotation {
	var out []github.Annotation
	for _, d := range diagnostics {
		if !fs.ValidPath(d.File) || len(d.File) > maxPath || d.Line < 1 || d.Line > maxLine {
			continue // GitHub would refuse the whole check for it
		}
		out = append(out, github.Annotation{
			Path: d.File, Start: d.Line, End: d.Line, Level: level,
			Title: clip(r.Target.String()+": "+plain(d.Summary), 255), Message: clip(plain(d.Summary+"\n"+d.Detail), 4000),
		})
	}
	return out
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
