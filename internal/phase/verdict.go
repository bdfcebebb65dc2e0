// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// examine takes in what the scan jobs left, which is untrusted, and what policies say of several plans at once.
func (s *standing) examine(ctx context.Context, fsys fs.FS) error {
	if s.desk.Scans != nil {
		fsys = s.desk.Scans
	}
	scans, err := scansOf(s.ticket, fsys)
	if err != nil {
		return err
	}
	s.page.Scans = scans
	if len(s.page.Reports) > 0 {
		s.page.Together = Together(ctx, s.ticket, s.page.Reports)
		s.whole()
	}
	return nil
}

// whole makes sure that rules over several targets had all that the change affects before them: whoever plans them one by
// one shows such rules nothing.
func (s *standing) whole() {
	p := s.page.Together
	if p == nil {
		return
	}
	for i, d := range p.Decisions {
		if !slices.ContainsFunc(d.Targets, func(id string) bool { _, err := s.ticket.Job(id); return err == nil }) {
			p.Decisions[i].Targets = nil // it names none that there is
		}
	}
	planned := map[string]bool{}
	for i, j := range s.ticket.Jobs {
		planned[j.Target.ID()] = s.page.Reports[i].Failure == nil || !j.Threshold.Policies
	}
	had := len(s.ticket.Expected)
	for _, t := range s.ticket.Expected {
		if !planned[t.ID()] {
			had--
		}
	}
	switch {
	case p.Failure != "":
	case had < len(s.ticket.Expected):
		p.Failure = fmt.Sprintf("rules over several targets had %d of the %d plans of this change before them", had, len(s.ticket.Expected))
		p.Hint = "`/plan` plans them all"
	case p.Omitted > 0:
		p.Failure, p.Hint = "rules over several targets have too much against this change to be told whole", "make it smaller"
	}
}

// scansOf returns the scans of those jobs whose files were to be looked at, in order.
func scansOf(t *Ticket, fsys fs.FS) ([]report.Scan, error) {
	jobs := Scans(t.Jobs)
	if len(jobs) == 0 {
		return nil, nil
	}
	byID := map[string]Job{}
	for _, j := range jobs {
		byID[j.Target.ID()] = j
	}
	scans, err := report.ReadScans(fsys, Targets(jobs), func(t layer.Target) []report.Scanner { return byID[t.ID()].Threshold.Scanners })
	if err != nil {
		return nil, err
	}
	for i := range scans {
		distrustScan(&scans[i], t, jobs[i])
	}
	return scans, nil
}

// distrustScan makes a failure of a scan of something else than it was asked for.
func distrustScan(s *report.Scan, t *Ticket, j Job) {
	if s.Head != t.Head || s.Base != t.MergeBase {
		disown(s, t, j)
	}
	if !j.Threshold.Manifests {
		s.Manifests = nil
	} else if s.Manifests == nil {
		s.Manifests = &report.Policy{Failure: "the job left no word of the policies on manifests", Hint: "see the log of its job; `/scan` tries again"}
	}
}

// disown makes a failure of a scan of other commits; what says that nothing was scanned stays.
func disown(s *report.Scan, t *Ticket, j Job) {
	s.Manifests = nil
	if !slices.ContainsFunc(s.Tools, func(tool report.Scanned) bool { return tool.State == report.Ran }) {
		return
	}
	*s = report.Scan{Version: report.ScanVersion, Target: s.Target, Head: t.Head}
	for _, c := range j.Threshold.Scanners {
		s.Tools = append(s.Tools, report.Scanned{
			Tool: c.Tool, State: report.Crashed, Message: "the job left a scan of another commit", Hint: "`/scan` tries again; if it happens again, read the job's log",
		})
	}
}

// distrustPolicy makes sure that a plan says what policies have to say exactly where there are any.
func (s *standing) distrustPolicy(r *report.Report, j Job) {
	switch {
	case !j.Threshold.Policies || s.ticket.Work == Drifting || s.ticket.Work == Unlocking:
		r.Policy = nil
	case r.Policy == nil && r.Failure == nil:
		r.Policy = &report.Policy{Failure: "the job left no word of the policies", Hint: "run `" + s.ticket.Work.again(j.Target) + "`; if it happens again, read the job's log"}
	}
}

// tallies sums up what policies and scanners say of a job of the ticket: of its plan, and of its files.
func (s *standing) tallies(i int) (plan, files report.Tally) {
	j := s.ticket.Jobs[i]
	if i < len(s.page.Reports) {
		plan = j.Threshold.Sum(&s.page.Reports[i], nil)
		if p := s.page.Together; p != nil && j.Threshold.Policies && s.page.Reports[i].Failure == nil {
			plan = plan.Add(j.Threshold.Judge(p, func(d report.Decision) bool { return d.About(j.Target.ID()) }))
		}
	}
	for k := range s.page.Scans {
		if s.page.Scans[k].Target.ID() == j.Target.ID() {
			files = j.Threshold.Sum(nil, &s.page.Scans[k])
		}
	}
	return plan, files
}
