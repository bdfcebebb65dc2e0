// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// applies reports on applies: it brings the living comments of the pull requests to their end, writes the check runs of
// the commit and concludes the deployments. In this order: a plan is shown before it can be accepted, and nothing counts
// as applied that nobody was told of.
func (d Desk) applies(ctx context.Context, t *Ticket, reports []report.Report) (*Outcome, error) {
	gh, err := d.Open(ctx, applyPermissions(t))
	if err != nil {
		return nil, err
	}
	defer d.close(ctx, gh)
	for i, j := range t.Jobs {
		if h := j.Apply.Hold; j.Apply.Idle() {
			reports[i] = *failed(t, j, h.Kind, h.Message, h.Hint)
		}
	}
	s := newStanding(d, t, reports)
	checks, err := gh.Checks(ctx, t.Head)
	if err != nil {
		return nil, err
	}
	s.recall(checks)
	for _, left := range t.Left {
		s.page.Earlier = append(s.page.Earlier, comment.Earlier{Target: left})
		s.page.Next = "/apply"
	}
	if err := s.writeAll(ctx, gh); err != nil {
		return nil, err
	}
	if err := s.putApplyChecks(ctx, gh); err != nil {
		return nil, err
	}
	for i, j := range t.Jobs {
		if err := d.settle(ctx, gh, j, &s.page.Reports[i]); err != nil {
			return nil, err
		}
	}
	out := s.outcome()
	if len(t.Jobs) == 0 {
		out = &Outcome{Summary: fmt.Sprintf("Nothing to apply: everything in %s is as %.12s says.\n", strings.Join(t.Checks, ", "), t.Head)}
	}
	d.react(ctx, gh, t, out.reaction())
	return out, nil
}

// writeAll brings the living comment of each pull request up to date.
func (s *standing) writeAll(ctx context.Context, gh Thread) error {
	for _, number := range s.pulls() {
		c, err := gh.PutComment(ctx, number, comment.MarkerPrefix, s.desk.Redact.String(comment.Render(s.pageOf(number)).Body))
		if err != nil {
			return err
		}
		s.desk.Log.Info("the living comment is up to date", "url", c.URL)
		if number == s.ticket.PullRequest {
			s.comment = c.ID
		}
	}
	return nil
}

// applyPermissions is the power of the report phase after applies; where nothing was applied there is only a check to
// put right.
func applyPermissions(t *Ticket) github.Permissions {
	if len(t.Jobs) == 0 {
		return github.Permissions{"metadata": "read", "checks": "write"}
	}
	p := reportPermissions(t)
	p["deployments"] = "write"
	return p
}

// settle concludes the deployment of a job, and that of an earlier apply that had no end.
func (d Desk) settle(ctx context.Context, gh Thread, j Job, r *report.Report) error {
	if id := j.Apply.Abandoned; id != 0 && id != j.Apply.Deployment {
		if err := gh.SetDeployment(ctx, id, github.DeploymentState{State: "error", Description: interrupted, LogURL: ""}); err != nil {
			return err
		}
	}
	if j.Apply.Deployment == 0 {
		return nil
	}
	s := github.DeploymentState{LogURL: d.Links.Run}
	s.State, s.Description = concluded(r)
	s.Description = strings.Join(strings.Fields(plain(d.Redact.String(s.Description))), " ")
	return gh.SetDeployment(ctx, j.Apply.Deployment, s)
}

// concluded returns the state and the description of a deployment: error means that it was not begun, or has no end.
func concluded(r *report.Report) (state, description string) {
	switch {
	case r.Status == report.Applied:
		return "success", "applied"
	case r.Status == report.Unchanged:
		return "success", "nothing to change"
	case r.Status == report.Stopped:
		if r.Failure != nil && r.Failure.Kind == report.Unreviewed {
			return "failure", "stopped: nobody reviewed the plan"
		}
		if r.Failure != nil && r.Failure.Kind == report.Refused {
			return "failure", "stopped: a policy denies the plan"
		}
		return "failure", "stopped: the plan is not the reviewed one"
	case r.Failure == nil:
		return "error", interrupted
	}
	switch r.Failure.Kind {
	case report.Interrupted, report.Missing, report.Invalid:
		return "error", interrupted + ": " + clip(r.Failure.Message, 100)
	case report.Blocked, report.Unapproved, report.Unpromoted:
		return "error", clip(r.Failure.Message, 130)
	default:
		return "failure", clip(r.Failure.Message, 130)
	}
}

// pulls returns the pull requests whose comments are written: that which the ticket is about, and those on which its
// plans were reviewed.
func (s *standing) pulls() []int {
	var out []int
	add := func(number int) {
		if number != 0 && !slices.Contains(out, number) {
			out = append(out, number)
		}
	}
	if len(s.ticket.Jobs) > 0 {
		add(s.ticket.PullRequest)
	}
	for _, j := range s.ticket.Jobs {
		add(j.Apply.Pull)
	}
	return out
}

// pageOf returns the page of one pull request: the ticket's own shows everything, another what was reviewed on it.
func (s *standing) pageOf(number int) comment.Page {
	p := s.page
	own := number == s.ticket.PullRequest
	if p.Earlier = slices.Clone(p.Earlier); !own {
		p.Earlier = nil
	}
	for _, done := range s.ticket.Done {
		if done.Pull == number && !slices.ContainsFunc(s.ticket.Left, func(t layer.Target) bool { return t.ID() == done.Target.ID() }) {
			p.Earlier = append(p.Earlier, comment.Earlier{Target: done.Target, Status: report.Applied, Run: done.Run})
		}
	}
	if own {
		return p
	}
	p.PullRequest, p.Links.Checks = number, ""
	p.Reports, p.Command = nil, ""
	for i, j := range s.ticket.Jobs {
		if j.Apply.Pull == number {
			p.Reports = append(p.Reports, s.page.Reports[i])
		}
	}
	p.Expected = len(p.Reports)
	p.Next, p.Accept = nextApply(p.Reports)
	return p
}

// nextApply returns the commands that go on with what is left, and that accept what was stopped.
func nextApply(reports []report.Report) (next, accept string) {
	var stopped []layer.Target
	for i := range reports {
		r := &reports[i]
		if good(r) {
			continue
		}
		next = "/apply"
		if r.Status == report.Stopped && r.Failure.Kind != report.Refused { // what policies deny cannot be accepted
			stopped = append(stopped, r.Target)
		}
	}
	if len(stopped) == 1 && !slices.ContainsFunc(reports, func(r report.Report) bool {
		return r.Target.ID() != stopped[0].ID() && r.Target.String() == stopped[0].String() // 03-apps and 04-apps
	}) {
		return next, Applying.again(stopped[0])
	}
	for _, t := range stopped { // each in one word: layers and environments apart would name more than these
		accept = cmp.Or(accept, "/apply") + " " + t.ID()
	}
	return next, accept
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// waiting returns, for each target that was not begun, what it waits for.
func waiting(t *Ticket, reports []report.Report) map[string][]string {
	missing := map[string]bool{}
	for i, j := range t.Jobs {
		missing[j.Target.ID()] = !good(&reports[i])
	}
	out := map[string][]string{}
	for i, j := range t.Jobs {
		if f := reports[i].Failure; f == nil || f.Kind != report.Blocked {
			continue
		}
		for _, up := range j.Apply.Upstream {
			if missing[up] {
				out[j.Target.ID()] = append(out[j.Target.ID()], up)
			}
		}
	}
	return out
}

// recall merges what this run applied into what the App's apply checks on the same commit remember.
func (s *standing) recall(checks []github.Check) {
	for _, c := range checks {
		s.concluded[c.Name] = c.Conclusion
		env, ok := strings.CutPrefix(c.Name, applyPrefix)
		if r := readRecord(c.Text); ok && r != nil && r.Head == s.ticket.Head && s.records[env] != nil {
			s.records[env] = r
		}
	}
	for i, j := range s.ticket.Jobs {
		if rec := s.records[j.Target.Env]; rec != nil {
			rec.Targets[j.Target.ID()] = s.entryOf(j, &s.page.Reports[i])
		}
	}
}

// entryOf returns what is remembered of an apply.
func (s *standing) entryOf(j Job, r *report.Report) entry {
	e := enter(r, s.desk.Links.Run)
	e.Pull, e.Fingerprint = j.Apply.Pull, nil
	if r.Status == report.Stopped {
		e.Fingerprint, e.Shown = r.Fingerprint, cmp.Or(s.ticket.PullRequest, j.Apply.Pull)
	}
	if review := j.Apply.Review; review != nil && !good(r) {
		e.Review, e.Applied = review.Fingerprint, slices.Clone(review.Applied)
		e.Partial = e.Partial || review.Partial
		if r.Apply != nil {
			for _, address := range r.Apply.Done {
				e.Applied = appendNew(e.Applied, address)
			}
		}
	}
	return e
}

// putApplyChecks writes the check runs of the environments on the commit that was applied: of those with jobs, and of
// those where an earlier run left one red and nothing is pending any more.
func (s *standing) putApplyChecks(ctx context.Context, gh Thread) error {
	for _, env := range s.ticket.Checks {
		begun := slices.ContainsFunc(s.ticket.Jobs, func(j Job) bool { return j.Target.Env == env })
		if !begun && s.concluded[applyPrefix+env] != "failure" {
			continue
		}
		c, err := s.applyCheck(env)
		if err != nil {
			return err
		}
		if _, err := gh.PutCheck(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// applyCheck returns the check run of one environment on the commit that was applied. It is green only if the whole
// environment is as the commit says. It has no annotations: GitHub never removes them, and the next run may be green.
func (s *standing) applyCheck(env string) (github.Check, error) {
	conclusion := "success"
	for i, j := range s.ticket.Jobs {
		if j.Target.Env == env && !good(&s.page.Reports[i]) {
			conclusion = "failure"
		}
	}
	if slices.ContainsFunc(s.ticket.Left, func(t layer.Target) bool { return t.Env == env }) {
		conclusion = "failure"
	}
	c, err := s.checkRun(applyPrefix+env, env, conclusion, s.page)
	c.ExternalID = branchID(s.ticket.BaseRef, s.ticket.PullRequest)
	if conclusion == "failure" {
		c.Actions = []github.Button{{Label: "Apply again", Description: "Apply what is left in this environment", Identifier: applyButton}}
	}
	return c, err
}
