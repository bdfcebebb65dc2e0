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
	fails bool // the check fails for each of them: it stands above the plans, in no fold
	quiet bool // its fold is closed, however short it is
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
	suppressed *report.Suppression
}

// form puts together everything that policies and scanners say, what fails the check first.
func (v *view) form() {
	denied, warnings := v.decisions()
	required, silent := v.silent()
	f := v.findings()
	v.found, v.required = f, required
	add := func(o opinion) {
		if len(o.rows) > 0 {
			v.opinions = append(v.opinions, &o)
		}
	}
	add(opinion{what: denials, title: "Denied by policy", rows: append(v.unasked(), denied...), fails: true})
	add(opinion{what: "what fails the check", title: "Fails the check", rows: append(required, f.failing...), fails: true})
	add(opinion{what: "policy warnings", title: count(len(warnings), "policy warning"), rows: warnings})
	add(opinion{what: "scanners that did not run", title: count(len(silent), "scanner") + " did not run", rows: silent})
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
