// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/report"
)

// maxAnnotations keeps a check run readable and its upload to two requests.
const maxAnnotations = 100

// What a plan job says of places is believed within these.
const (
	maxPath = 1024
	maxLine = 1_000_000
)

// annotations puts what is said of an environment's targets on the lines that it speaks of: errors of Terraform, decisions
// of policies and findings that count; the gravest first.
func (s *standing) annotations(env string) []github.Annotation {
	var all []github.Annotation
	for i := range s.page.Reports {
		r := &s.page.Reports[i]
		if r.Target.Env != env {
			continue
		}
		if r.Failure != nil {
			all = append(all, diagnosed(r, r.Failure.Diagnostics, "failure")...)
		}
		all = append(all, diagnosed(r, r.Warnings, "warning")...)
		all = append(all, decided(r.Target.String(), s.ticket.Jobs[i].Threshold, r.Policy)...)
	}
	for i := range s.page.Scans {
		if c := &s.page.Scans[i]; c.Target.Env == env {
			t := s.page.Thresholds[c.Target.ID()]
			all = append(append(all, found(c, t)...), decided(c.Target.String(), t, c.Manifests)...)
		}
	}
	all = slices.DeleteFunc(all, func(a github.Annotation) bool { // GitHub would refuse the whole check for it
		return !fs.ValidPath(a.Path) || len(a.Path) > maxPath || a.Start < 1 || a.Start > maxLine || a.End < a.Start || a.End > maxLine
	})
	grave := []string{"failure", "warning", "notice"}
	slices.SortStableFunc(all, func(a, b github.Annotation) int {
		return cmp.Compare(slices.Index(grave, a.Level), slices.Index(grave, b.Level))
	})
	return all[:min(len(all), maxAnnotations)]
}

// note returns an annotation whose texts GitHub can store.
func note(path string, start, end int, level, title, message string) github.Annotation {
	return github.Annotation{
		Path: path, Start: start, End: max(start, end), Level: level,
		Title: clip(plain(title), 255), Message: clip(plain(message), 4000),
	}
}

func diagnosed(r *report.Report, diagnostics []report.Diagnostic, level string) []github.Annotation {
	var out []github.Annotation
	for _, d := range diagnostics {
		out = append(out, note(d.File, d.Line, d.Line, level, r.Target.String()+": "+d.Summary, d.Summary+"\n"+d.Detail))
	}
	return out
}

// decided returns what policies have against a target, where the line is known.
func decided(target string, t report.Threshold, p *report.Policy) []github.Annotation {
	if p == nil {
		return nil
	}
	var out []github.Annotation
	for _, d := range p.Decisions {
		level := "warning"
		if t.Blocks(d) {
			level = "failure"
		}
		title := fmt.Sprintf("%s: policy %s.%s", target, d.Package, d.Rule)
		out = append(out, note(d.File, d.Line, d.Line, level, title, strings.TrimSpace(d.Address+"\n"+d.Message)))
	}
	return out
}

// found returns the findings of a scan that people are to look at.
func found(s *report.Scan, t report.Threshold) []github.Annotation {
	var out []github.Annotation
	for _, f := range s.Findings {
		if !t.Counts(f) {
			continue
		}
		level := "notice"
		switch {
		case t.Fails(f) || f.Severity.Rank() >= report.High.Rank():
			level = "failure"
		case f.Severity.Rank() >= report.Medium.Rank():
			level = "warning"
		}
		var rules, links []string
		for _, r := range f.Rules {
			rules = append(rules, r.Tool+" "+r.ID)
			if r.Link != "" {
				links = append(links, r.Link)
			}
		}
		title := strings.Join(rules, ", ") + " (" + cmp.Or(string(f.Severity), "no severity") + ")"
		out = append(out, note(f.File, f.Line, f.End, level, title, strings.Join(append([]string{f.Message}, links...), "\n")))
	}
	return out
}
