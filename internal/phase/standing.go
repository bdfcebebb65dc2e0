// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// A standing is where a pull request stands after a run: what is shown, and what is remembered of each environment.
type standing struct {
	desk    Desk
	ticket  *Ticket
	page    comment.Page
	records map[string]*record // environment → what its check remembers
	comment int64              // the living comment, once it is written

	concluded map[string]string // check → what it concluded before
}

func newStanding(d Desk, t *Ticket, reports []report.Report) *standing {
	s := &standing{desk: d, ticket: t, records: map[string]*record{}, concluded: map[string]string{}}
	s.page = comment.Page{
		Repository: t.Repository.String(), PullRequest: t.PullRequest,
		Head: t.Head, Base: t.Base, BaseRef: t.BaseRef, State: comment.Planned,
		Reports: reports, Expected: len(t.Jobs), Why: map[string][]string{}, Thresholds: map[string]report.Threshold{},
		Skipped: t.Skipped, Notices: slices.Clone(t.Notices), Links: d.Links, Version: d.Version,
	}
	if t.Command != nil {
		s.page.Command = t.Command.String()
	}
	switch {
	case t.Closed:
		s.page.State = comment.Closed
	case t.Work == Applying:
		s.page.State = comment.Merged
	case t.Work == Drifting:
		s.page.State = comment.Drifting
	case t.Work == Scanning:
		s.page.State = comment.Scanned
	}
	for i, j := range t.Jobs {
		if i < len(reports) {
			s.distrust(&s.page.Reports[i], j)
			s.distrustPolicy(&s.page.Reports[i], j)
		}
		s.page.Why[j.Target.ID()], s.page.Thresholds[j.Target.ID()] = j.Why, j.Threshold
	}
	s.whatIf()
	switch t.Work {
	case Applying:
		s.page.Next, s.page.Accept = nextApply(reports)
		s.page.Upstream, s.page.Previous = waiting(t, reports), t.Previous
	case Drifting:
	default:
		s.page.Upstream = provisional(reports)
		s.page.Next = next(t, reports)
	}
	for _, env := range t.Checks {
		s.records[env] = &record{Head: t.Head, Targets: map[string]entry{}}
	}
	return s
}

// distrust makes a failure of a report that is not about this commit, or whose mode is not what gate asked for: it
// was left by a plan job, beside code from the pull request.
func (s *standing) distrust(r *report.Report, j Job) {
	if r.Status == report.Failed {
		return
	}
	if r.Head == s.ticket.Head && r.Deleted == j.Deleted && reflect.DeepEqual(r.Mode, j.Mode) && s.ticket.Work.yields(r.Status) && j.allows(r.Status) {
		return
	}
	*r = report.Report{
		Version: report.Version, Target: j.Target, Head: s.ticket.Head, Status: report.Failed, Mode: j.Mode, Deleted: j.Deleted,
		Failure: &report.Failure{
			Kind: report.Invalid, Message: "the job left a report on something else than it was asked for",
			Hint: "run `" + s.ticket.Work.again(j.Target) + "`; if it happens again, read the job's log",
		},
	}
}

// whatIf says which of the plans grant nothing, once for all or target by target.
func (s *standing) whatIf() {
	why := map[string][]string{}
	for _, j := range s.ticket.Jobs {
		why[j.WhatIf] = append(why[j.WhatIf], j.Target.String())
	}
	if len(why) == 1 {
		for reason := range why {
			s.page.WhatIf, s.page.WhatIfWhy = reason != "", reason
		}
		return
	}
	for reason, targets := range why {
		if reason != "" {
			s.page.Notices = append(s.page.Notices, comment.Notice{
				Message: fmt.Sprintf("what-if, grants nothing (%s): %s", reason, strings.Join(targets, ", ")),
			})
		}
	}
	slices.SortFunc(s.page.Notices[len(s.ticket.Notices):], func(a, b comment.Notice) int { return strings.Compare(a.Message, b.Message) })
}

// moved marks the run as overtaken if the pull request changed while it ran.
func (s *standing) moved(now *github.PullRequest) {
	switch {
	case s.ticket.Event == "merge_group", s.ticket.Closed:
	case now.State == "closed" && !now.Merged:
		s.page.State = comment.Closed
	case now.HeadSHA != s.ticket.Head, now.BaseRef != s.ticket.BaseRef:
		s.page.State = comment.Superseded
	}
}

// remember merges what this run found into what the App's checks on the same commit remember, and shows the
// targets that this run did not plan.
func (s *standing) remember(checks []github.Check) {
	for _, c := range checks {
		s.concluded[c.Name] = c.Conclusion
	}
	before := plannedOn(remembered(checks, s.ticket.Head), s.ticket.PullRequest)
	planned := map[string]bool{}
	now := maps.Clone(before)
	for i, j := range s.ticket.Jobs {
		if id := j.Target.ID(); j.WhatIf == "" {
			planned[id] = s.ticket.Work != Scanning
			now[id] = s.renew(i, before[id])
		}
	}
	for _, t := range s.ticket.Expected {
		e := now[t.ID()] // zero where it was not planned on this commit: no success
		if !planned[t.ID()] {
			s.page.Earlier = append(s.page.Earlier, e.earlier(t))
		}
		if r := s.records[t.Env]; r != nil {
			r.Targets[t.ID()] = e
		}
	}
}

// renew returns what is remembered of a job after this run. One that only looked at files leaves what was planned.
func (s *standing) renew(i int, before entry) entry {
	plan, files := s.tallies(i)
	if s.ticket.Work == Scanning {
		before.Files = files
		return before
	}
	e := enter(&s.page.Reports[i], s.desk.Links.Run)
	e.Pull, e.Plan, e.Files = s.ticket.PullRequest, plan, files
	if plan.Refused() {
		e.Fingerprint = nil // a plan that policies deny grants nothing
	}
	return e
}

// write puts the living comment in place, unless a newer commit's result already stands there, or there is nothing
// to say on a pull request that has none: it was closed, or touches no layer and nobody asked (its check says so).
func (s *standing) write(ctx context.Context, gh Thread, now *github.PullRequest) error {
	silent := s.page.State == comment.Closed || s.page.Expected+len(s.page.Earlier) == 0 && s.ticket.Command == nil
	if silent || s.page.State == comment.Superseded {
		living, err := gh.Living(ctx, s.ticket.PullRequest, comment.MarkerPrefix)
		if err != nil {
			return err
		}
		if living == nil && silent {
			return nil
		}
		if living != nil && s.newer(living.Body, now) {
			s.desk.Log.Info("a newer result is already shown")
			return nil
		}
	}
	c, err := gh.PutComment(ctx, s.ticket.PullRequest, comment.MarkerPrefix, s.desk.Redact.String(comment.Render(s.page).Body))
	if err != nil {
		return err
	}
	s.comment = c.ID
	s.desk.Log.Info("the living comment is up to date", "url", c.URL)
	return nil
}

// newer reports whether a living comment shows the pull request's present commit while this run is about another.
func (s *standing) newer(living string, now *github.PullRequest) bool {
	m, ok := comment.ReadMarker(living)
	return ok && m.Head == now.HeadSHA && m.Head != s.ticket.Head
}

// checkedEnvironments returns the environments whose check is written: those of the base branch; for a command that
// names targets, those that it planned to grant; for a closed pull request, those that have one.
func (s *standing) checkedEnvironments(checks []github.Check) []string {
	var out []string
	switch c := s.ticket.Command; {
	case s.ticket.Closed:
		for _, c := range checks {
			if env, ok := strings.CutPrefix(c.Name, checkPrefix); ok {
				out = append(out, env)
			}
		}
	case s.ticket.asksForAffected() && (c == nil || c.Mode.Zero()):
		out = slices.Clone(s.ticket.Checks)
		if _, blocked := s.concluded[checkPrefix+s.ticket.BaseRef]; blocked && !slices.Contains(out, s.ticket.BaseRef) {
			out = append(out, s.ticket.BaseRef) // planning could not begin before; now it has
		}
	default:
		for _, j := range s.ticket.Jobs {
			if j.WhatIf == "" && !slices.Contains(out, j.Target.Env) {
				out = append(out, j.Target.Env)
			}
		}
	}
	return out
}

func (s *standing) outcome() *Outcome {
	o := &Outcome{Page: &s.page, Summary: comment.Summary(s.page, 1<<20).Body, Comment: s.comment}
	for i := range s.page.Reports {
		r := &s.page.Reports[i]
		bad := r.Status == report.Failed || r.Status == report.Stopped
		o.Failed = o.Failed || bad && (s.ticket.Work != Drifting || !Unknown(r))
	}
	for i := range s.ticket.Jobs {
		plan, files := s.tallies(i)
		o.Refused = o.Refused || plan.Refused() || files.Refused()
		o.Failed = o.Failed || plan.Failed() || files.Failed()
	}
	return o
}

// provisional returns, for each planned target, its upstreams that change in the same run: until they are applied,
// the plan builds on what is still the old state of them.
func provisional(reports []report.Report) map[string][]string {
	changed := map[string]string{} // dir and env → name
	for _, r := range reports {
		if r.Status != report.Unchanged {
			changed[r.Target.Dir+"\x00"+r.Target.Env] = r.Target.String()
		}
	}
	out := map[string][]string{}
	for _, r := range reports {
		for _, dir := range r.Target.DependsOn {
			if name, ok := changed[dir+"\x00"+r.Target.Env]; ok {
				out[r.Target.ID()] = append(out[r.Target.ID()], name)
			}
		}
	}
	return out
}

// next returns the exact command that comes next: the failed targets again, else everything again.
func next(t *Ticket, reports []report.Report) string {
	if t.Closed {
		return ""
	}
	var failed []report.Report
	for _, r := range reports {
		if r.Status == report.Failed {
			failed = append(failed, r)
		}
	}
	if len(failed) == 1 {
		return again(failed[0].Target)
	}
	if t.Command != nil && t.Command.Verb == comment.Plan {
		return t.Command.String()
	}
	return "/plan"
}

func again(t layer.Target) string { return Planning.again(t) }
