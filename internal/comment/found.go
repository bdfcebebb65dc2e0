// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"cmp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// A findingKey is what makes two findings the same: in several targets of one layer they are one row.
type findingKey struct {
	state                         report.FindingState
	severity                      report.Severity
	message, file, address, rules string
	line                          int
	suppressed                    report.Suppression
	quiet                         bool
}

// known is said of a failing finding that is not new.
const known = ", existing"

// found are the findings of all scans, each once.
type found struct {
	failing, fresh, existing, suppressed []row
	fixed                                int
}

// findings gathers the findings of all scans.
func (v *view) findings() (out found) {
	var failing, fresh, existing, suppressed, fixed ledger[findingKey]
	for _, t := range v.all() {
		if t.scan == nil {
			continue
		}
		for i := range t.scan.Findings {
			f, l := &t.scan.Findings[i], &existing
			switch {
			case f.State == report.Fixed:
				l = &fixed
			case f.Suppressed != nil:
				l = &suppressed
			case t.limit.Fails(*f):
				l = &failing
			case f.State == report.New:
				l = &fresh
			}
			l.add(keyOf(f), []string{t.name}, func() row { return findingRow(f, l == &failing) })
		}
	}
	for _, l := range []*ledger[findingKey]{&failing, &fresh, &existing, &suppressed} {
		slices.SortStableFunc(l.rows, byRank)
	}
	return found{failing.rows, fresh.rows, existing.rows, suppressed.rows, len(fixed.rows)}
}

func keyOf(f *report.Finding) findingKey {
	k := findingKey{state: f.State, severity: f.Severity, message: f.Message, file: f.File, address: f.Address, line: f.Line}
	for _, r := range f.Rules {
		k.rules += r.Tool + "\x00" + r.ID + "\x00"
	}
	if f.Suppressed != nil {
		k.suppressed, k.quiet = *f.Suppressed, true
	}
	return k
}

func findingRow(f *report.Finding, fails bool) row {
	r := row{word: "unrated", rank: f.Severity.Rank(), rules: f.Rules, file: f.File, line: f.Line, address: f.Address, message: f.Message, suppressed: f.Suppressed}
	if r.rank > 0 {
		r.word = string(f.Severity)
	}
	if fails {
		r.mark = fatal
		if f.State == report.Existing {
			r.word += known
		}
	}
	return r
}

// silent returns the scanners that did not run, those that fail the check by that and the others, and what those that ran
// did not see.
func (v *view) silent() (required, others, partial []row) {
	type key struct {
		tool, message, hint string
		ran, required       bool
	}
	var l ledger[key]
	for _, t := range v.all() {
		if t.scan == nil {
			continue
		}
		for _, s := range t.scan.Tools {
			k := key{s.Tool, s.Message, s.Hint, s.State == report.Ran, t.limit.Lacks(s)}
			if k.ran && s.Message == "" {
				continue
			}
			l.add(k, []string{t.name}, func() row {
				r := row{mark: odd, word: "did not run", rules: []report.Rule{{ID: s.Tool}}, message: s.Message, hint: s.Hint}
				switch {
				case k.ran:
					r.word = sawPart
				case k.required && t.limit.Requires(s.Tool):
					r.mark, r.word = fatal, "required, and did not run"
				case k.required:
					r.mark, r.word = fatal, "failed, where its findings fail the check"
				}
				return r
			})
		}
	}
	for _, r := range l.rows {
		switch {
		case r.mark == fatal:
			required = append(required, r)
		case r.word == sawPart:
			partial = append(partial, r)
		default:
			others = append(others, r)
		}
	}
	return required, others, partial
}

// sawPart is said of a scanner that ran, and not on everything.
const sawPart = "did not see all"

// loneSuppressions returns the suppressions of the head that keep none of the findings quiet: of what a tool does not tell of
// once it is suppressed, or of nothing.
func (v *view) loneSuppressions(quiet []row) []row {
	type key struct {
		tool, rule, file string
		line             int
	}
	keyOf := func(s report.Suppression) key { return key{s.Tool, s.Rule, s.File, s.Line} }
	known := map[key]bool{}
	for _, r := range quiet {
		known[keyOf(*r.suppressed)] = true
	}
	var l ledger[report.Suppression]
	for _, t := range v.all() {
		if t.scan == nil {
			continue
		}
		for _, s := range t.scan.Suppressions {
			if !known[keyOf(s)] {
				l.add(s, []string{t.name}, func() row { return row{rules: []report.Rule{{Tool: s.Tool, ID: s.Rule}}, suppressed: &s} })
			}
		}
	}
	return l.rows
}

// bySuppression orders suppressions: those of this change first, then those without a reason, then by where they are.
func bySuppression(a, b row) int {
	rank := func(s *report.Suppression) int {
		switch {
		case s.New:
			return 0
		case s.Reason == "":
			return 1
		}
		return 2
	}
	x, y := a.suppressed, b.suppressed
	return cmp.Or(rank(x)-rank(y), strings.Compare(x.File, y.File), x.Line-y.Line)
}

// lookAt reports whether a suppression is to be looked at: it came with this change, or has no reason.
func lookAt(s *report.Suppression) bool { return s.New || s.Reason == "" }

// suppressionTitle counts suppressions. look is whether there are any to look at: of this change, or without a reason.
func suppressionTitle(rows []row) (title string, look bool) {
	findings, fresh, bare := 0, 0, 0
	for _, r := range rows {
		if r.word != "" {
			findings++
		}
		look = look || lookAt(r.suppressed)
		if r.suppressed.New {
			fresh++
		}
		if r.suppressed.Reason == "" {
			bare++
		}
	}
	var parts []string
	lone := len(rows) - findings
	switch {
	case findings == 0:
		parts = append(parts, count(lone, "suppression"))
	case lone > 0:
		parts = append(parts, count(findings, "suppressed finding"), count(lone, "other suppression"))
	default:
		parts = append(parts, count(findings, "suppressed finding"))
	}
	if fresh > 0 {
		parts = append(parts, number(fresh)+" suppressed in this change")
	}
	if bare > 0 {
		parts = append(parts, number(bare)+" without a reason")
	}
	return strings.Join(parts, ", "), look
}
