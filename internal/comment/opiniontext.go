// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/layerbot/layerbot/internal/report"
)

// What policies and scanners say, on a terminal.

// Most rows that a terminal shows under one title, and the column at which messages are wrapped.
const (
	maxRows  = 50
	maxScan  = 1000
	maxWidth = 100
)

// ScanTerminal returns what scanners, and policies on manifests, say of p.Scans for a terminal, where the last lines are read
// first. Coloured if colour is set.
func ScanTerminal(p Page, colour bool) string {
	p.Reports, p.Together = nil, nil
	return opinionTerminal(p, colour)
}

// PolicyTerminal returns what policies say of p.Reports, of them together and of the manifests of p.Scans, likewise: each
// decision with the place of its rule.
func PolicyTerminal(p Page, colour bool) string {
	limits := map[string]report.Threshold{}
	for id, t := range p.Thresholds {
		t.Scanners = nil
		limits[id] = t
	}
	p.Thresholds, p.Scans = limits, slices.Clone(p.Scans)
	for i, s := range p.Scans {
		p.Scans[i] = report.Scan{Target: s.Target, Manifests: s.Manifests}
	}
	return opinionTerminal(p, colour)
}

func opinionTerminal(p Page, colour bool) string {
	p.State = Scanned
	v, c := newView(p), palette(colour)
	slices.Reverse(v.others)
	var b strings.Builder
	if v.blocked() {
		b.WriteString(visibleBut(v.Blocked.Message, "\n") + "\n" + visible(typed(v.Blocked.Hint)) + "\n\n")
	}
	b.WriteString(v.opinionText(c, maxScan))
	for _, n := range v.Notices {
		b.WriteString(c.yellow("! ") + visible(n.Message) + "\n  " + visible(typed(n.Hint)) + "\n\n")
	}
	return b.String() + v.scanOverview(c) + v.conclusion(c)
}

// scanOverview has a line for each target.
func (v *view) scanOverview(c palette) string {
	width := 0
	for _, t := range v.others {
		width = max(width, utf8.RuneCountInString(visible(t.name)))
	}
	var b strings.Builder
	for _, t := range v.others {
		name := visible(t.name)
		said := strings.TrimPrefix(also(t.tally, t.scan), "; ")
		if t.state == report.Failed {
			said = v.label(t)
		}
		line := name + strings.Repeat(" ", width-utf8.RuneCountInString(name)) + "  "
		switch {
		case t.tally.Failed() || t.state == report.Failed:
			line = c.red("✗ " + line + said)
		case said == "":
			line = c.green("✓ ") + line + "nothing"
		case plain(t.tally):
			line = c.green("✓ ") + line + said
		default:
			line = c.yellow("! ") + line + said
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// opinionText returns opinions, and the rows of each, the most urgent last; of each at most room rows. Of what is quiet only
// scans have rows, of suppressions only those that are to be looked at.
func (v *view) opinionText(c palette, room int) string {
	var b strings.Builder
	for _, o := range slices.Backward(v.opinions) {
		b.WriteString(c.bold(o.title) + "\n")
		rows, more := o.rows, " more: --format=json has all"
		if o.rows[0].suppressed != nil {
			rows = slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !lookAt(r.suppressed) })
			more = " more: `bot scan --suppressions` lists them"
		}
		if !o.quiet || v.State == Scanned && o.rows[0].suppressed == nil {
			rows = sample(rows[:min(len(rows), room)])
			if n := len(o.rows) - len(rows); n > 0 {
				b.WriteString("  and " + number(n) + more + "\n")
			}
			for _, r := range slices.Backward(rows) {
				b.WriteString(r.text(c))
			}
		}
		b.WriteByte('\n')
	}
	for _, s := range v.counted() {
		b.WriteString(s + "\n\n")
	}
	return b.String()
}

// maxAlike is how many rows of one rule a terminal shows of an opinion that has more than maxRows.
const maxAlike = 3

// sample returns rows that can be read: of many only the first of each rule.
func sample(rows []row) []row {
	if len(rows) <= maxRows {
		return rows
	}
	n := map[string]int{}
	return slices.DeleteFunc(slices.Clone(rows), func(r row) bool {
		n[r.word+ruleText(r.rules)]++
		return n[r.word+ruleText(r.rules)] > maxAlike
	})
}

// text returns a row as lines: what and where, the message, the rules and the targets.
func (r *row) text(c palette) string {
	last := ruleText(r.rules)
	if r.source != "" {
		last += " (" + shown(r.source, maxName) + ")"
	}
	first := strings.Join(nonempty(r.word, placeText(r.file, r.line), shown(r.address, maxPath)), "  ")
	if r.word == "" {
		first = "suppression"
	}
	if r.file+r.address == "" {
		first, last = first+"  "+last, ""
	}
	switch first = strings.TrimRight(first, " "); r.mark {
	case fatal:
		first = c.red("✗ " + first)
	case odd:
		first = c.yellow("! ") + first
	default:
		first = "· " + first
	}
	if in := cmp.Or(r.spread, listed(slices.Clone(r.targets))); in != "" {
		last = strings.TrimPrefix(last+", in "+in, ", ")
	}
	out := first + "\n"
	for _, s := range nonempty(append(strings.Split(r.message, "\n"), typed(r.hint), last, suppressedText(r.suppressed))...) {
		out += wrap(clip(visible(s), 4*maxProse), "    ")
	}
	return out
}

// nonempty returns the texts that are not empty.
func nonempty(list ...string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" })
}

// ruleText returns "AVD-AWS-0132 (trivy), CKV_AWS_145 (checkov)".
func ruleText(rules []report.Rule) string {
	var parts []string
	for _, r := range rules {
		s := shown(r.ID, maxName)
		if r.Tool != "" {
			s += " (" + shown(r.Tool, 40) + ")"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

// placeText returns "main.tf:12".
func placeText(file string, line int) string {
	s := shown(file, maxName)
	if s != "" && line > 0 {
		s += ":" + strconv.Itoa(line)
	}
	return s
}

// suppressedText says where and why a finding is suppressed.
func suppressedText(s *report.Suppression) string {
	if s == nil {
		return ""
	}
	text := "suppressed"
	if s.New {
		text += " in this change"
	}
	text += " at " + placeText(s.File, s.Line)
	if s.Reason == "" {
		return text + " without a reason"
	}
	return text + ": " + visible(s.Reason)
}

// wrap breaks a text between words into lines of at most maxWidth columns, each behind indent.
func wrap(text, indent string) string {
	var b strings.Builder
	width := 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case width == 0:
			b.WriteString(indent)
			width = len(indent)
		case width+1+n > maxWidth:
			b.WriteString("\n" + indent)
			width = len(indent)
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += n
	}
	if width > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}
