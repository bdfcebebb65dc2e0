// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"slices"

	"github.com/layerbot/layerbot/internal/report"
)

// A decisionKey is what makes two decisions the same.
type decisionKey struct {
	kind                                      report.DecisionKind
	severity                                  report.Severity
	pkg, rule, address, message, file, source string
	line                                      int
	blocks                                    bool
}

// decisions returns the decisions that block, and the others.
func (v *view) decisions() (denials, warnings []row) {
	var l ledger[decisionKey]
	add := func(d report.Decision, blocks bool, targets []string) {
		l.add(decisionKey{d.Kind, d.Severity, d.Package, d.Rule, d.Address, d.Message, d.File, d.Source, d.Line, blocks}, targets,
			func() row { return decisionRow(d, blocks) })
	}
	for _, t := range v.all() {
		for _, p := range t.verdicts() {
			if p == nil {
				continue
			}
			for _, d := range p.Decisions {
				blocks := t.limit.Blocks(d)
				if blocks && p == t.Policy && t.refused() {
					continue // the target's own section tells
				}
				add(d, blocks, []string{t.name})
			}
		}
	}
	if v.Together != nil {
		for _, d := range v.Together.Decisions {
			about := v.about(d)
			blocks := slices.ContainsFunc(about, func(t *target) bool { return t.limit.Blocks(d) }) || len(about) == 0 && report.Threshold{}.Blocks(d)
			var names []string
			for _, id := range d.Targets {
				names = append(names, v.nameOf(id))
			}
			add(d, blocks, names)
		}
	}
	slices.SortStableFunc(l.rows, byRank)
	for _, r := range l.rows {
		if r.mark == fatal {
			denials = append(denials, r)
		} else {
			warnings = append(warnings, r)
		}
	}
	return denials, warnings
}

// refused reports whether the target's plan was not carried out because of policies.
func (t *target) refused() bool {
	return t.state == report.Stopped && t.Failure != nil && t.Failure.Kind == report.Refused
}

// denials returns what keeps a plan that was stopped because of policies from being applied.
func (t *target) denials() (rows []row) {
	if !t.refused() || t.Policy == nil {
		return nil
	}
	for _, d := range t.Policy.Decisions {
		if t.limit.Blocks(d) {
			rows = append(rows, decisionRow(d, true))
		}
	}
	slices.SortStableFunc(rows, byRank)
	return rows
}

func decisionRow(d report.Decision, blocks bool) row {
	name := d.Rule
	if d.Package != "" {
		name = d.Package + "." + d.Rule
	}
	r := row{mark: odd, word: "warning", rank: d.Severity.Rank(), rules: []report.Rule{{ID: name}}, source: d.Source,
		file: d.File, line: d.Line, address: d.Address, message: d.Message}
	if blocks {
		r.mark, r.word = fatal, "denied"
	}
	if r.rank > 0 {
		r.word += ", " + string(d.Severity)
	}
	return r
}

// unasked returns a row for each reason why policies could not be asked.
func (v *view) unasked() []row {
	var l ledger[Notice]
	add := func(n Notice, targets ...string) {
		l.add(n, targets, func() row { return row{mark: fatal, word: "not asked", message: n.Message, hint: n.Hint} })
	}
	for _, t := range v.all() {
		if v.State == Scanned && t.state == report.Failed {
			l.add(Notice{v.message(t), v.hint(t)}, []string{t.name}, func() row { return row{mark: fatal, word: "no plan", message: v.message(t), hint: v.hint(t)} })
		}
		for _, p := range t.verdicts() {
			switch {
			case t.refused() && p == t.Policy: // the target's own section tells
			case p == nil:
				add(Notice{"Nothing says what policies think of this.", "See the log of its job."}, t.name)
			case p.Failure != "":
				add(Notice{p.Failure, p.Hint}, t.name)
			}
		}
	}
	if p := v.Together; p != nil && p.Failure != "" {
		add(Notice{p.Failure, p.Hint})
	}
	return l.rows
}
