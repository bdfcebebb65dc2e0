package comment

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/layerbot/layerbot/internal/report"
)

// FullText returns the whole of one report as plain text, shortened nowhere: for files and --format=text.
func FullText(r report.Report) string {
	v := newView(Page{Reports: []report.Report{r}})
	t := v.targets[0]
	var b strings.Builder
	b.WriteString(visible(t.id) + ": " + outcomeOf(t) + "\n")
	b.WriteString(body(t, newTextDiffer()))
	if list := append(append([]report.Diagnostic{}, t.Warnings...), t.Checks...); len(list) > 0 {
		b.WriteString("\n" + diagnose(list, len(list), 1<<20))
	}
	return b.String()
}

// Terminal returns the same for a terminal, coloured if colour is set.
func Terminal(p Page, colour bool) string {
	v, c := newView(p), palette(colour)
	var b strings.Builder
	for _, t := range v.targets {
		text := body(t, &differ{update: "~", maxValue: 2000, collapse: true})
		if text == "" {
			continue
		}
		b.WriteString(c.bold(visible(t.name)) + "\n" + c.diff(indent(text)) + "\n")
	}
	b.WriteString(v.overview(c))
	for _, w := range v.allWarnings() {
		b.WriteString("\n" + c.yellow("! ") + visible(w.what.Summary) + "\n  in " + visible(strings.Join(w.targets, ", ")))
		if at := place(w.what); at != "" {
			b.WriteString(", on " + at)
		}
		b.WriteString("\n")
	}
	for _, n := range v.Notices {
		b.WriteString("\n" + c.yellow("! ") + visible(n.Message) + "\n")
		if n.Hint != "" {
			b.WriteString("  " + visible(n.Hint) + "\n")
		}
	}
	for _, t := range v.targets {
		for _, id := range v.Upstream[t.id] {
			b.WriteString("\n" + visible(t.name) + " is provisional: " + visible(v.nameOf(id)) + " is not applied yet\n")
		}
	}
	if why := v.grantsNothing(); why != "" {
		b.WriteString("\nWhat if: this plan grants nothing. " + visible(why) + "\n")
	}
	symbol, text := v.outcome()
	b.WriteString("\n" + c.bold(symbol+" "+text) + "\n")
	if rollup := v.rollup(); rollup != "" {
		b.WriteString(rollup + "\n")
	}
	if v.Next != "" {
		b.WriteString("\nNext: " + visible(v.Next) + "\n")
	}
	return b.String()
}

// overview has one line for each target.
func (v *view) overview(c palette) string {
	width := 0
	for _, t := range v.targets {
		width = max(width, utf8.RuneCountInString(visible(t.name)))
	}
	var b strings.Builder
	for _, t := range v.targets {
		name := visible(t.name)
		name += strings.Repeat(" ", width-utf8.RuneCountInString(name))
		line := name + "  " + outcomeOf(t)
		switch {
		case t.state == report.Failed:
			line = c.red("✗ " + line)
		case t.counts.Destroy+t.counts.Replace > 0:
			line = c.red("− ") + line
		case t.state == report.Changed:
			line = c.yellow("~ ") + line
		default:
			line = c.green("= ") + line
		}
		b.WriteString(line + "\n")
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
		text := visible(message(t.Report)) + "\n" + visible(hint(t.Report)) + "\n"
		if f := t.Failure; f != nil {
			if len(f.Diagnostics) > 0 {
				text += "\n" + diagnose(f.Diagnostics, len(f.Diagnostics), 1<<20)
			}
			if f.Log != "" {
				text += "\nLast lines of the output:\n" + strings.Trim(lines(f.Log), "\n") + "\n"
			}
		}
		return text
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
