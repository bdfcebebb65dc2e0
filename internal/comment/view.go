// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"cmp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// A view is a page with everything decided that its forms (comment, summary, terminal, HTML) share.
type view struct {
	Page
	targets  []*target     // failures first, then in wave order
	others   []*target     // scanned, and without a report; likewise. When Scanned all are such
	total    report.Counts // of the targets that are counted
	opinions []*opinion    // what policies and scanners say
	found    found
	required []row // scanners that are required, and did not run

	changed, unchanged, applied      int
	failed, denied, stopped, waiting int
	missing                          int // expected and without a report

	cut       bool // something was left out; set while rendering
	isSummary bool // this is the run's summary itself
	isPart    bool // reports of the page are left out: its commands are about them, too
}

// A target is one report with the name it is shown under.
type target struct {
	*report.Report
	id, name string
	state    report.Status   // the one to believe
	counted  bool            // it is known what it does: list and counts say so
	list     []report.Change // what is planned, or after the merge what was carried out
	counts   report.Counts   // of list

	limit report.Threshold
	tally report.Tally
	scan  *report.Scan // nil: it was not scanned
}

// Further states of targets.
const (
	waiting report.Status = "waiting" // nothing is wrong with it: something else has to happen first
	denied  report.Status = "denied"  // there is a plan, and policies do not allow it
)

func newView(p Page) *view {
	v := &view{Page: p, missing: max(0, p.Expected-len(p.Reports))}
	if v.blocked() {
		v.missing = 0 // nobody knows how many
	}
	for i := range p.Reports {
		v.targets = append(v.targets, v.take(&p.Reports[i]))
	}
	v.judge()
	seen := map[string]int{}
	for _, t := range v.all() {
		seen[t.name]++
	}
	for _, t := range v.all() {
		if seen[t.name] > 1 { // 04-data and 05-data
			t.name = t.id
		}
	}
	for _, t := range v.targets {
		v.tell(t)
	}
	for _, t := range v.others {
		if t.state == report.Failed { // Scanned, and policies had to be asked about its plan
			v.failed++
		}
	}
	v.Notices = slices.DeleteFunc(slices.Clone(v.Notices), func(n Notice) bool {
		return n.Hint != "" && slices.ContainsFunc(v.targets, func(t *target) bool { return t.Failure != nil && t.Failure.Hint == n.Hint })
	})
	slices.SortStableFunc(v.targets, order)
	slices.SortStableFunc(v.others, order)
	v.takeOpinions()
	return v
}

// all returns the targets with a report, then the others.
func (v *view) all() []*target { return slices.Concat(v.targets, v.others) }

func order(a, b *target) int {
	return cmp.Or(rank(a)-rank(b), a.Target.Wave-b.Target.Wave, strings.Compare(a.id, b.id))
}

// take returns the target of a report.
func (v *view) take(r *report.Report) *target {
	t := &target{Report: r, id: r.Target.ID(), name: r.Target.String(), state: v.state(r)}
	if v.State == Merged {
		t.carryOut()
		return t
	}
	t.list, t.counts = r.Changes, r.Count()
	t.counted = t.state == report.Changed || t.state == report.Unchanged
	return t
}

// tell counts a target.
func (v *view) tell(t *target) {
	switch t.state {
	case report.Changed:
		v.changed++
	case report.Unchanged:
		v.unchanged++
	case report.Applied:
		v.applied++
	case denied:
		v.denied++
	case report.Stopped:
		v.stopped++
	case waiting:
		v.waiting++
	default:
		v.failed++
	}
	if t.counted {
		v.total = add(v.total, t.counts)
	}
}

// blocked reports whether planning could not begin.
func (v *view) blocked() bool { return v.Blocked.Message != "" }

// nameOf returns the name that the target of an ID is shown under.
func (v *view) nameOf(id string) string {
	for _, t := range v.all() {
		if t.id == id {
			return t.name
		}
	}
	i := strings.LastIndex(id, "/") + 1
	return layer.Short(strings.TrimSuffix(id[:i], "/")) + id[max(0, i-1):]
}

func rank(t *target) int {
	switch t.state {
	case report.Failed:
		return 0
	case denied:
		return 1
	case report.Stopped:
		return 2
	case waiting:
		return 3
	default:
	}
	if t.tally.Failed() {
		return 4
	}
	return 5
}

// state returns the status to believe: a report with a failure failed, one with changes changed, and one that says neither,
// or something that has no place on this page, failed.
func (v *view) state(r *report.Report) report.Status {
	switch {
	case v.State == Merged:
		return appliedState(r)
	case v.State == Drifting && r.Failure != nil && (r.Failure.Kind == report.Unreached || r.Failure.Kind == report.Upstream):
		return waiting // an environment that was never applied has no drift
	case r.Failure != nil || r.Status != report.Changed && r.Status != report.Unchanged:
		return report.Failed
	case len(r.Changes)+len(r.Outputs) > 0, v.State == Drifting && len(r.Drift) > 0:
		return report.Changed
	}
	return r.Status
}

func add(a, b report.Counts) report.Counts {
	return report.Counts{
		Add: a.Add + b.Add, Change: a.Change + b.Change, Destroy: a.Destroy + b.Destroy, Replace: a.Replace + b.Replace,
		Forget: a.Forget + b.Forget, Read: a.Read + b.Read, Moved: a.Moved + b.Moved, Imported: a.Imported + b.Imported,
		Deferred: a.Deferred + b.Deferred, Outputs: a.Outputs + b.Outputs,
	}
}

// grantsNothing says why the plan is a what-if, "" if it is none.
func (v *view) grantsNothing() string {
	if v.State == Merged || v.State == Drifting {
		return ""
	}
	if v.WhatIf && v.WhatIfWhy != "" {
		return v.WhatIfWhy
	}
	for _, t := range v.targets {
		if m := flagsOf(t.Mode); m != "" {
			return "It was planned with `" + m + "`."
		}
	}
	if v.WhatIf {
		return "It only shows what would happen."
	}
	return ""
}

// where says where the whole text is.
func (v *view) where() string {
	switch {
	case v.Links.Report != "":
		return "the " + link("full report", v.Links.Report)
	case v.isSummary:
		return "the report kept with the run's artifacts"
	case v.Links.Run != "":
		return "the " + link("run's summary", v.Links.Run)
	}
	return "the run's summary"
}
