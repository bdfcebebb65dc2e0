package comment

import (
	"bytes"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// A section is what the comment says about one target, in three forms: whole, as a list, as counts. A form that
// would be larger than the whole comment is "".
type section struct {
	forms   [3]string
	level   int // the form in use; dropped when even the last is too much
	failed  bool
	clipped bool // values are shortened in the whole form
}

const (
	asWhole = iota
	asList
	asCounts
	dropped
)

func (s *section) text() string {
	if s.level == dropped {
		return ""
	}
	return s.forms[s.level]
}

// cost returns the most bytes of the section: a form that is no count may end a list of counts before it.
func (s *section) cost() int {
	if s.level < asCounts {
		return len(s.text()) + 1
	}
	return len(s.text())
}

// Most bytes of an address list once the full diff is left out, and the size up to which a fold is open.
const (
	maxList = 6 << 10
	maxOpen = 2 << 10
)

// sections returns the sections of all targets that failed or change, in the order of the table.
func (v *view) sections(limit int) []section {
	var out []section
	for _, t := range v.targets {
		switch t.state {
		case report.Failed:
			out = append(out, v.failureSection(t))
		case report.Changed:
			out = append(out, v.changeSection(t, limit))
		case report.Unchanged:
		}
	}
	return out
}

// changeSection renders a target's changes, its outputs and what was changed outside Terraform, a fold each.
// limit is the size beyond which the whole form will not be shown.
func (v *view) changeSection(t *target, limit int) section {
	name, sum := "<code>"+markup(t.name)+"</code>: ", tally(t.counts)
	if sum == "" {
		sum = "changes"
	}
	var s section
	s.forms[asCounts] = "- " + code(t.name) + ": " + sum + " (addresses left out)\n"
	s.forms[asList] = fold(name+sum, v.preface(t)+v.addresses(t)+"The full diff is left out: see "+v.where()+".\n\n", false)

	d := newFenceDiffer(limit)
	text := v.whole(d, t, name, sum)
	if d.full() || len(text) > limit {
		s.level = asList
		return s
	}
	s.forms[asWhole], s.clipped = text, d.clipped
	return s
}

// whole returns everything about a target's changes; what it returns is of no use once d is full.
func (v *view) whole(d *differ, t *target, name, sum string) string {
	body := v.preface(t)
	if len(t.Changes) > 1 {
		body += d.fence(func() { d.list(t.Changes) })
	}
	if len(t.Changes) > 0 && !d.full() {
		body += d.fence(func() { d.changes(t.Changes) })
	}
	text := fold(name+sum, body, len(body) <= maxOpen)
	if len(t.Outputs) > 0 && !d.full() {
		body := d.fence(func() { d.outputs(t.Outputs) })
		text += fold(name+count(len(t.Outputs), "output"), body, len(body) <= maxOpen)
	}
	if len(t.Drift) > 0 && !d.full() {
		body := d.fence(func() { d.changes(t.Drift) })
		text += fold(name+count(len(t.Drift), "change")+" made outside Terraform", body, false)
	}
	if d.clipped {
		text += "Long values are shortened: see " + v.where() + ".\n\n"
	}
	return text
}

// fence returns what write adds as a diff fence; the differ keeps it, so that its limit counts for all of them.
func (d *differ) fence(write func()) string {
	from := len(d.out)
	if write(); d.full() {
		return ""
	}
	return fence("diff", string(d.out[from:])) + "\n"
}

// preface says what is special about a target's plan.
func (v *view) preface(t *target) string {
	var b strings.Builder
	if t.Deleted {
		b.WriteString("The layer is gone at this commit: this is the plan of its destroy.\n\n")
	}
	if flags := flagsOf(t.Mode); flags != "" {
		b.WriteString("Planned with " + code(flags))
		if list := append(append([]string{}, t.Mode.Targets...), t.Mode.Replace...); len(list) > 0 {
			b.WriteString(" of " + codes(list, 5))
		}
		b.WriteString(": it grants nothing.\n\n")
	}
	return b.String()
}

// addresses returns the address list of a target whose full diff is left out, outputs and drift as numbers.
func (v *view) addresses(t *target) string {
	var b strings.Builder
	if len(t.Changes) > 0 {
		d := newFenceDiffer(maxList)
		d.list(t.Changes)
		text, left := d.out, 0
		if len(text) > maxList { // cut at a line end
			text = text[:bytes.LastIndexByte(text[:maxList], '\n')+1]
			left = len(t.Changes) - bytes.Count(text, []byte("\n"))
		}
		b.WriteString(fence("diff", string(text)) + "\n")
		if left > 0 {
			b.WriteString("and " + number(left) + " more. ")
		}
	}
	if n := len(t.Outputs); n > 0 {
		b.WriteString(count(n, "output") + " " + verb(n, "changes", "change") + ". ")
	}
	if n := len(t.Drift); n > 0 {
		b.WriteString(count(n, "change") + " " + verb(n, "was", "were") + " made outside Terraform. ")
	}
	return b.String()
}

// fold returns a fold. summary is markup of ours, body Markdown that ends in a blank line.
func fold(summary, body string, open bool) string {
	tag := "<details>"
	if open {
		tag = "<details open>"
	}
	return tag + "\n<summary>" + summary + "</summary>\n\n" + body + "</details>\n\n"
}
