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
		text := body(t, &differ{update: "~", maxValue: 2000, collapse: true})
		if t.state == report.Failed {
			text = fault(t, typed(advice(t.Report)))
		}
		if text == "" {
			continue
		}
		b.WriteString(c.bold(visible(t.name)) + "\n" + c.diff(indent(text)) + "\n")
	}
	b.WriteString(v.remarks(c))
	b.WriteString(v.overview(c))
	symbol, text := v.outcome()
	b.WriteString("\n" + c.bold(symbol+" "+text) + "\n")
	if rollup := v.rollup(); rollup != "" {
		if sum := tally(v.total); sum != "" {
			rollup += " · " + sum
		}
		b.WriteString(rollup + "\n")
	}
	if v.Next != "" {
		b.WriteString("\n" + v.purpose() + ": " + visible(v.Next) + "\n")
	}
	return b.String()
}

// urgency orders a terminal's targets: what is last stands nearest to the eye.
func urgency(t *target) int {
	switch {
	case t.state == report.Failed:
		return 3
	case t.counts.Destroy+t.counts.Replace > 0:
		return 2
	case t.state == report.Changed:
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
		if up := v.Upstream[t.id]; len(up) > 0 && t.state != report.Failed {
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

// typed returns a hint as it is typed in a terminal: a comment's /plan is bot plan there.
func typed(hint string) string { return commands.ReplaceAllString(hint, "${1}bot plan") }

var commands = regexp.MustCompile("(^|[ `])/plan\\b")

// overview has a line for each target, and one for each resource it destroys or replaces. Many targets without changes
// share a line.
func (v *view) overview(c palette) string {
	list := v.targets
	var b strings.Builder
	if v.unchanged > maxQuiet {
		list = slices.DeleteFunc(slices.Clone(list), func(t *target) bool { return t.state == report.Unchanged })
		b.WriteString(c.green("= "+count(v.unchanged, "target")+" without changes") + "\n")
	}
	width := 0
	for _, t := range list {
		width = max(width, utf8.RuneCountInString(visible(t.name)))
	}
	for _, t := range list {
		name := visible(t.name)
		b.WriteString(summary(t, name+strings.Repeat(" ", width-utf8.RuneCountInString(name)), c) + "\n" + lost(t, c))
	}
	return b.String()
}

// summary is a target's line in the overview.
func summary(t *target, name string, c palette) string {
	line := name + "  " + outcomeOf(t)
	switch urgency(t) {
	case 3:
		if kind(t.Report) == report.Broken {
			line += ": " + clip(visible(message(t.Report)), maxName)
		}
		return c.red("✗ " + line)
	case 2:
		return c.red("− ") + line
	case 1:
		return c.yellow("~ ") + line
	}
	return c.green("= ") + line
}

// maxLost is how many resources the overview names of one target.
const maxLost = 20

// lost names what a target destroys and replaces.
func lost(t *target, c palette) string {
	if t.state == report.Failed {
		return ""
	}
	var b strings.Builder
	n := 0
	for i := range t.Changes {
		word := loss(&t.Changes[i])
		if word == "" {
			continue
		}
		if n++; n <= maxLost {
			b.WriteString("    " + c.red(word+" "+visible(t.Changes[i].Address)) + "\n")
		}
	}
	if n > maxLost {
		b.WriteString("    and " + number(n-maxLost) + " more\n")
	}
	return b.String()
}

func outcomeOf(t *target) string {
	switch t.state {
	case report.Failed:
		return failures[kind(t.Report)].label
	case report.Changed:
		if s := tally(t.counts); s != "" {
			return s
		}
		return "changes"
	case report.Unchanged:
	}
	return "no changes"
}

// body returns a target's failure or changes as text, sign in column 0.
func body(t *target, d *differ) string {
	if t.state == report.Failed {
		return fault(t, hint(t.Report))
	}
	if len(t.Changes) > 0 {
		d.line()
		d.changes(t.Changes)
	}
	if len(t.Outputs) > 0 {
		d.line()
		d.line("Outputs:")
		d.outputs(t.Outputs)
	}
	if len(t.Drift) > 0 {
		d.line()
		d.line("Changed outside Terraform:")
		d.changes(t.Drift)
	}
	return string(d.out)
}

// fault returns why a target failed, each thing once: what Terraform said, what to do, the end of the output.
func fault(t *target, next string) string {
	text, f := visible(message(t.Report))+"\n", t.Failure
	if f != nil && len(f.Diagnostics) > 0 {
		if said := diagnose(f.Diagnostics, len(f.Diagnostics), 1<<20); f.Message == f.Diagnostics[0].Summary {
			text = said + "\n"
		} else {
			text += "\n" + said + "\n"
		}
	}
	text += visible(next) + "\n"
	if f == nil {
		return text
	}
	if log := output(f); log != "" {
		text += "\nLast lines of the output:\n" + log + "\n"
	}
	return text
}

// indent moves every line that is not empty to the right.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
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
