// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"cmp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// An opinion is what policies or scanners say of one kind, under one title.
type opinion struct {
	what  string // in the middle of a sentence: "new findings"
	title string // "3 new findings"
	rows  []row
	note  string // what there is to know beside, as Markdown
	fails bool   // the check fails for each of them: it stands above the plans, in no fold
	quiet bool   // its fold is closed, however short it is
}

// denials is what the opinion is of that keeps plans from being applied.
const denials = "denials"

// The marks of rows: what fails the check, and what to look at.
const (
	fatal = "❌"
	odd   = "⚠️"
)

// A row is a decision, a finding, a suppression, or a tool that did not do its work: the same in all forms.
type row struct {
	mark, word string        // "❌", "denied": of ours
	rank       int           // of its severity
	rules      []report.Rule // of a decision without a tool
	source     string        // of a decision's rule
	file       string
	line       int
	address    string
	message    string
	hint       string
	targets    []string
	spread     string // "all 3 targets": in place of targets
	suppressed *report.Suppression
}

// takeOpinions puts together everything that policies and scanners say, what fails the check first.
func (v *view) takeOpinions() {
	denied, warnings := v.decisions()
	required, silent, partial := v.silent()
	f := v.findings()
	v.found, v.required = f, required
	add := func(o opinion) {
		if len(o.rows) > 0 {
			v.opinions = append(v.opinions, &o)
		}
	}
	note := ""
	if v.State == Planned && len(denied) > 0 {
		note = "No plan that policies deny is applied, whoever accepts it. They are those of the base branch: push a change that they allow.\n\n"
	}
	add(opinion{what: denials, title: "Denied by policy", rows: append(v.unasked(), denied...), note: note, fails: true})
	add(opinion{what: "what fails the check", title: "Fails the check", rows: append(required, f.failing...), fails: true})
	add(opinion{what: "policy warnings", title: count(len(warnings), "policy warning"), rows: warnings})
	add(opinion{what: "scanners that did not run", title: count(len(silent), "scanner") + " did not run", rows: silent})
	add(opinion{what: "scanners that did not see all", title: count(len(partial), "scanner") + " did not see all", rows: partial})
	other := ""
	if len(f.failing) > 0 {
		other = "other "
	}
	add(opinion{what: "new findings", title: count(len(f.fresh), other+"new finding"), rows: f.fresh})
	if v.scansCompared() {
		add(opinion{what: "existing findings", title: count(len(f.existing), "existing finding"), rows: f.existing, quiet: true})
	} else {
		add(opinion{what: "findings", title: count(len(f.existing), "finding"), rows: f.existing})
	}
	quiet := slices.Concat(f.suppressed, v.loneSuppressions(f.suppressed))
	slices.SortStableFunc(quiet, bySuppression)
	title, look := suppressionTitle(quiet)
	add(opinion{what: "suppressions", title: title, rows: quiet, quiet: !look})
	v.spread()
}

// spread shortens where rows are: of a page with one target nothing is said, and what is in all of several is said so.
func (v *view) spread() {
	total := len(v.all())
	for _, o := range v.opinions {
		for i := range o.rows {
			r := &o.rows[i]
			if len(r.targets) != total || total == 2 {
				continue
			}
			r.targets = nil
			if total > 2 {
				r.spread = "all " + count(total, "target")
			}
		}
	}
}

// scansCompared reports whether findings are compared with those of a base.
func (v *view) scansCompared() bool {
	return slices.ContainsFunc(v.Scans, func(s report.Scan) bool { return s.Base != "" })
}

// A ledger collects rows, each once, with the targets that it is about.
type ledger[K comparable] struct {
	known map[K]int
	rows  []row
}

// add adds targets to the row of key, which fresh makes when it is new.
func (l *ledger[K]) add(key K, targets []string, fresh func() row) {
	i, ok := l.known[key]
	if !ok {
		if l.known == nil {
			l.known = map[K]int{}
		}
		i = len(l.rows)
		l.known[key], l.rows = i, append(l.rows, fresh())
	}
	r := &l.rows[i]
	for _, t := range targets {
		if n := len(r.targets); n == 0 || r.targets[n-1] != t {
			r.targets = append(r.targets, t)
		}
	}
}

// byRank orders rows by severity, then by where they are.
func byRank(a, b row) int {
	return cmp.Or(b.rank-a.rank, strings.Compare(a.file, b.file), a.line-b.line, strings.Compare(a.address, b.address), strings.Compare(a.message, b.message))
}
