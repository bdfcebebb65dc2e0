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

// silent returns the scanners that did not run: those that fail the check by that, and the others.
func (v *view) silent() (required, others []row) {
	type key struct {
		tool, message, hint string
		required            bool
	}
	var l ledger[key]
	for _, t := range v.all() {
		if t.scan == nil {
			continue
		}
		for _, s := range t.scan.Tools {
			if s.State == report.Ran {
				continue
			}
			k := key{s.Tool, s.Message, s.Hint, t.limit.Lacks(s)}
			l.add(k, []string{t.name}, func() row {
				r := row{mark: odd, word: "did not run", rules: []report.Rule{{ID: s.Tool}}, message: s.Message, hint: s.Hint}
				switch {
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
		if r.mark == fatal {
			required = append(required, r)
		} else {
			others = append(others, r)
		}
	}
	return required, others
}

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

// suppressionTitle counts suppressions. look is whether there are any to look at: of this change, or without a reason.
func suppressionTitle(rows []row) (title string, look bool) {
	findings, fresh, bare := 0, 0, 0
	for _, r := range rows {
		if r.word != "" {
			findings++
		}
		if r.suppressed.New {
			fresh++
		}
		if r.suppressed.Reason == "" {
			bare++
		}
	}
	parts := []string{count(findings, "suppressed finding")}
	if lone := len(rows) - findings; lone > 0 {
		parts = append(parts, count(lone, "other suppression"))
	}
	if fresh > 0 {
		parts = append(parts, number(fresh)+" suppressed in this change")
	}
	if bare > 0 {
		parts = append(parts, number(bare)+" without a reason")
	}
	return strings.Join(parts, ", "), fresh+bare > 0
}
