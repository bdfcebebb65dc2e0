// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// judge gives every target what policies and scanners say of it, and adds those that have a scan and no report.
func (v *view) judge() {
	if v.State == Drifting {
		return
	}
	byID := map[string]*target{}
	for _, t := range v.targets {
		byID[t.id] = t
	}
	for i := range v.Scans {
		s := &v.Scans[i]
		t := byID[s.Target.ID()]
		if t == nil {
			t = &target{Report: &report.Report{Target: s.Target}, id: s.Target.ID(), name: s.Target.String()}
			v.others, byID[t.id] = append(v.others, t), t
		}
		t.scan = s
	}
	for _, t := range v.all() {
		t.limit = v.Thresholds[t.id]
		r := t.Report
		if !t.asked() {
			r = nil
		}
		t.tally = t.limit.Sum(r, t.scan)
		if e := v.before(t.id); e != nil && t.state == "" { // its plan, and what policies say of that, are of an earlier run
			t.tally.Judged, t.tally.Denied, t.tally.Warned, t.tally.Unasked = e.Tally.Judged, e.Tally.Denied, e.Tally.Warned, e.Tally.Unasked
		}
	}
	v.judgeTogether()
	if v.State == Scanned {
		v.targets, v.others, v.missing = nil, v.all(), 0
		return
	}
	for _, t := range v.targets {
		if v.State != Merged && t.counted && t.tally.Refused() {
			t.state = denied
		}
	}
}

// judgeTogether counts what policies say of several targets for each of them.
func (v *view) judgeTogether() {
	if v.Together == nil {
		return
	}
	for _, t := range v.all() {
		if t.asked() {
			t.tally = t.tally.Add(t.limit.Judge(v.Together, func(d report.Decision) bool { return d.About(t.id) }))
		}
	}
}

// about returns the targets of the page that a decision on several is about.
func (v *view) about(d report.Decision) (list []*target) {
	for _, t := range v.all() {
		if t.asked() && d.About(t.id) {
			list = append(list, t)
		}
	}
	return list
}

// asked reports whether policies were to be asked about a plan of the target.
func (t *target) asked() bool {
	return t.limit.Policies && (t.Policy != nil || t.Failure == nil && t.Status != "")
}

// verdicts returns what policies say of a target: of its plan, and of its manifests. One that was not asked, and had to be,
// is nil.
func (t *target) verdicts() (list []*report.Policy) {
	if t.asked() {
		list = append(list, t.Policy)
	}
	if t.limit.Manifests && t.scan != nil {
		list = append(list, t.scan.Manifests)
	}
	return list
}

// denies reports whether policies do not allow something on the page.
func (v *view) denies() bool {
	return len(v.opinions) > 0 && v.opinions[0].what == denials
}

// deniedWord says what became of the targets that policies do not allow.
func (v *view) deniedWord() string {
	for _, t := range v.all() {
		if t.tally.Denied > 0 {
			return "denied by policy"
		}
	}
	return "not judged by policies"
}

// denialOutcome is the headline where policies do not allow something.
func (v *view) denialOutcome() string {
	var names []string
	isDenied, list := false, v.all()
	for _, t := range list {
		if t.tally.Refused() {
			names, isDenied = append(names, t.name), isDenied || t.tally.Denied > 0
		}
	}
	text := "Denied by policy"
	if len(names) > 0 && !isDenied {
		text = "Policies could not be asked"
	}
	switch {
	case len(names) == 0:
		return text
	case len(names) <= 3:
		return text + ": " + listed(names)
	}
	return text + ": " + number(len(names)) + " of " + count(len(list), "target")
}

// failingOutcome is the headline where scanners fail the check.
func (v *view) failingOutcome() string {
	var parts []string
	if n := len(v.found.failing); n > 0 {
		what := "new finding"
		if slices.ContainsFunc(v.found.failing, func(r row) bool { return strings.HasSuffix(r.word, known) }) {
			what = "finding"
		}
		parts = append(parts, count(n, what)+" "+verb(n, "fails", "fail")+" the check")
	}
	var tools []string
	for _, r := range v.required {
		if tool := r.rules[0].ID; !slices.Contains(tools, tool) {
			tools = append(tools, tool)
		}
	}
	if len(tools) > 0 {
		parts = append(parts, listed(tools)+" did not run")
	}
	return strings.Join(parts, ", ")
}
