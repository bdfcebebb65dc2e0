// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/layerbot/layerbot/internal/report"
)

// Terminal returns the page for a terminal, where the last lines are read first: details, warnings, then a line for each
// target with what it destroys and why it failed, then the outcome. Coloured if colour is set.
func Terminal(p Page, colour bool) string {
	v, c := newView(p), palette(colour)
	slices.SortStableFunc(v.targets, func(a, b *target) int { return urgency(a) - urgency(b) })
	var b strings.Builder
	for _, t := range v.targets {
		text := v.detail(t)
		if text == "" {
			continue
		}
		b.WriteString(c.bold(visible(t.name)) + "\n" + c.diff(indent(text)) + "\n")
	}
	b.WriteString(v.remarks(c) + v.opinionText(c, maxRows))
	b.WriteString(v.overview(c) + v.outputsNow(c))
	b.WriteString(v.conclusion(c))
	if v.Accept != "" && v.acceptable() > 0 {
		b.WriteString("\n" + verb(v.acceptable(), "Accept exactly this plan", "Accept exactly these plans") + ": " + visible(v.Accept) + "\n")
	}
	if v.Next != "" {
		b.WriteString("\n" + v.purpose() + ": " + visible(v.Next) + "\n")
	}
	return b.String()
}

// conclusion is the outcome and the sums.
func (v *view) conclusion(c palette) string {
	symbol, text := v.outcome()
	out := "\n" + c.bold(symbol+" "+text) + "\n"
	if rollup := v.rollup(); rollup != "" {
		if sum := v.sum(); sum != "" {
			rollup += " · " + sum
		}
		out += rollup + "\n"
	}
	return out
}

// detail is what a terminal shows of a target above the overview.
func (v *view) detail(t *target) string {
	d := &differ{update: "~", maxValue: 2000, collapse: true}
	switch {
	case t.state == waiting && t.kind() == report.Blocked:
		return "" // the overview says it all
	case t.state == report.Applied:
		d.list(t.Changes)
		return string(d.out)
	}
	return v.body(t, d, true)
}

// outputsNow lists the outputs of what was applied, each target's under its name.
func (v *view) outputsNow(c palette) string {
	var b strings.Builder
	for _, t := range v.targets {
		if t.state != report.Applied || t.Apply == nil || len(t.Apply.Outputs) == 0 {
			continue
		}
		b.WriteString("\n" + c.bold("Outputs of "+visible(t.name)) + "\n")
		for _, o := range t.Apply.Outputs {
			b.WriteString(indent(outputText(o, 2000)))
		}
	}
	return b.String()
}

// urgency orders a terminal's targets: what is last stands nearest to the eye.
func urgency(t *target) int {
	switch {
	case t.state == report.Failed:
		return 5
	case t.state == report.Stopped || t.state == denied:
		return 4
	case t.state == waiting:
		return 3
	case t.counts.Destroy+t.counts.Replace > 0:
		return 2
	case t.state == report.Changed || t.state == report.Applied:
		return 1
	}
	return 0
}

// remarks has the warnings, the notices, and what the plans rest on.
func (v *view) remarks(c palette) string {
	var b strings.Builder
	remark := func(what string, more ...string) {
		b.WriteString(c.yellow("! ") + visible(what) + "\n")
		for _, line := range more {
			if line != "" {
				b.WriteString("  " + visible(line) + "\n")
			}
		}
		b.WriteString("\n")
	}
	for _, w := range v.warningsBySummary() {
		remark(w.summary, w.places...)
	}
	for _, n := range v.Notices {
		remark(n.Message, typed(n.Hint))
	}
	if why := v.grantsNothing(); why != "" {
		remark("What if: this plan grants nothing.", why)
	}
	for _, t := range v.targets {
		if up := v.Upstream[t.id]; len(up) > 0 && t.counted && v.State != Merged && v.State != Drifting {
			var names []string
			for _, id := range up {
				names = append(names, v.nameOf(id))
			}
			b.WriteString(visible(t.name+" is provisional: "+strings.Join(names, ", ")+" "+verb(len(up), "is", "are")+" not applied yet") + "\n")
		}
	}
	if text := b.String(); text != "" {
		return strings.TrimRight(text, "\n") + "\n\n"
	}
	return ""
}

// A warning is one summary and where it holds.
type warning struct {
	summary string
	places  []string
}

// maxPlaces is how many places of one warning are named.
const maxPlaces = 5

// warningsBySummary returns every warning and failed check, each summary once.
func (v *view) warningsBySummary() []*warning {
	var list []*warning
	left := map[string]int{}
	for _, w := range v.allWarnings() {
		line := "in " + strings.Join(w.targets, ", ")
		if at := place(w.what); at != "" {
			line += ", on " + at
		}
		i := slices.IndexFunc(list, func(known *warning) bool { return known.summary == w.what.Summary })
		switch {
		case i < 0:
			list = append(list, &warning{w.what.Summary, []string{line}})
		case len(list[i].places) < maxPlaces:
			list[i].places = append(list[i].places, line)
		default:
			left[w.what.Summary]++
		}
	}
	for _, w := range list {
		if n := left[w.summary]; n > 0 {
			w.places = append(w.places, "and "+number(n)+" more")
		}
	}
	return list
}

// typed returns a text as it is typed in a terminal: a comment's /plan is bot plan there.
func typed(hint string) string { return commands.ReplaceAllString(hint, "${1}bot $2") }

var commands = regexp.MustCompile("(^|[ `])/(plan|apply)\\b")

// overview has a line for each target, and one for each resource it destroys or replaces. Many targets without changes
// share a line.
func (v *view) overview(c palette) string {
	list := v.all()
	var b strings.Builder
	loud := slices.DeleteFunc(slices.Clone(list), (*target).uneventful)
	if still := len(list) - len(loud); still > maxQuiet {
		list = loud
		b.WriteString(c.green("= "+count(still, "target")+" without changes") + "\n")
	}
	width := 0
	for _, t := range list {
		width = max(width, utf8.RuneCountInString(visible(t.name)))
	}
	for _, t := range list {
		name := visible(t.name)
		b.WriteString(v.summary(t, name+strings.Repeat(" ", width-utf8.RuneCountInString(name)), c) + also(t.tally, t.scan) + "\n" + v.lost(t, c))
	}
	return b.String()
}

// summary is a target's line in the overview.
func (v *view) summary(t *target, name string, c palette) string {
	line := name + "  " + v.outcomeOf(t)
	switch t.state {
	case report.Failed:
		if t.kind() == report.Broken {
			line += ": " + clip(visible(v.message(t)), maxName)
		}
		return c.red("✗ " + line)
	case denied:
		return c.red("⛔ " + line)
	case report.Stopped:
		return c.yellow("✋ ") + line
	case waiting:
		return c.yellow("… ") + line
	case report.Applied:
		return c.green("✓ ") + line
	case report.Unchanged:
		return c.green("= ") + line
	default:
	}
	if t.counts.Destroy+t.counts.Replace > 0 {
		return c.red("− ") + line
	}
	return c.yellow("~ ") + line
}

// maxLost is how many resources the overview names of one target.
const maxLost = 20

// losing returns the changes of a target that may destroy or replace: those of a stopped plan, too.
func (v *view) losing(t *target) []report.Change {
	if v.State == Merged && t.state == report.Stopped {
		return t.Changes
	}
	return t.planned()
}

// lost names what a target destroys and replaces, or did.
func (v *view) lost(t *target, c palette) string {
	list := v.losing(t)
	var b strings.Builder
	n := 0
	for i := range list {
		word := v.lossWord(t, &list[i])
		if word == "" {
			continue
		}
		if n++; n <= maxLost {
			b.WriteString("    " + c.red(word+" "+visible(list[i].Address)) + "\n")
		}
	}
	if n > maxLost {
		b.WriteString("    and " + number(n-maxLost) + " more\n")
	}
	return b.String()
}

// outcomeOf is the outcome of a target in words.
func (v *view) outcomeOf(t *target) string {
	switch {
	case v.State == Merged:
		text := v.appliedResult(t)
		if sum := carried(t.counts); t.state == report.Applied && sum != "" {
			text += ": " + sum
		}
		return text
	case t.state == report.Failed || t.state == waiting:
		return v.label(t)
	case t.state == denied:
		return strings.TrimSuffix(t.denial()+"; "+tally(t.counts), "; ")
	case v.State == Drifting && t.state == report.Changed:
		return driftWords(t.Report)
	case t.state == report.Changed:
		if s := tally(t.counts); s != "" {
			return s
		}
		return "changes"
	}
	return "no changes"
}

// A palette colours text, or leaves it as it is.
type palette bool

func (p palette) paint(n int, s string) string {
	if !p {
		return s
	}
	return "\x1b[" + strconv.Itoa(n) + "m" + s + "\x1b[0m"
}

func (p palette) bold(s string) string   { return p.paint(1, s) }
func (p palette) red(s string) string    { return p.paint(31, s) }
func (p palette) green(s string) string  { return p.paint(32, s) }
func (p palette) yellow(s string) string { return p.paint(33, s) }

// diff colours the lines of a diff by their sign.
func (p palette) diff(text string) string {
	if !p {
		return text
	}
	list := strings.Split(text, "\n")
	for i, s := range list {
		switch sign := strings.TrimPrefix(s, "  "); {
		case strings.HasPrefix(sign, "-"):
			list[i] = p.red(s)
		case strings.HasPrefix(sign, "+"):
			list[i] = p.green(s)
		case strings.HasPrefix(sign, "~"):
			list[i] = p.yellow(s)
		}
	}
	return strings.Join(list, "\n")
}
