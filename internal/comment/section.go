// SPDX-License-Identifier: Apache-2.0

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
	level   int    // the form in use; dropped when even the last is too much
	what    string // the opinion that it is of; "" is a target
	urgent  bool   // shrinks after the others
	error   bool   // its forms are of a failure
	many    bool   // stands in a fold with all others of its kind, the last of the page
	clipped bool   // values are shortened in the whole form
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

// sections returns the sections of all targets of which there is something to tell, in the order of the table.
func (v *view) sections(limit int) []section {
	defer func(cut bool) { v.cut = cut }(v.cut) // only what is used counts
	var out []section
	for _, t := range v.targets {
		v.cut = false
		switch t.state {
		case report.Failed:
			out = append(out, v.failureSection(t))
		case report.Stopped:
			out = append(out, v.stoppedSection(t, limit))
		case report.Applied:
			out = append(out, v.appliedSection(t, limit))
		case report.Changed:
			if v.State == Drifting {
				out = append(out, v.driftSection(t, limit))
			} else {
				out = append(out, v.changeSection(t, limit))
			}
		case denied:
			if len(t.Changes)+len(t.Outputs)+len(t.Drift) > 0 {
				out = append(out, v.changeSection(t, limit))
			}
		default: // named on one line
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
	if t.state == denied {
		name, sum = "⛔ "+name, t.denial()+", "+sum
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
	body := v.preface(t) + d.plan(t.Changes)
	text := fold(name+sum, body, len(body) <= maxOpen)
	if len(t.Outputs) > 0 && !d.full() {
		body := d.fence(func() { d.outputs(t.Outputs) })
		text += fold(name+count(len(t.Outputs), "output"), body, len(body) <= maxOpen)
	}
	if len(t.Drift) > 0 && !d.full() {
		body := d.fence(func() { d.changes(t.Drift) })
		text += fold(name+count(len(t.Drift), "change")+" made outside Terraform", body, false)
	}
	return text + v.shortened(d)
}

// plan returns changes as a list of addresses, if there are several, and as a diff.
func (d *differ) plan(changes []report.Change) string {
	text := ""
	if len(changes) > 1 {
		text = d.fence(func() { d.list(changes) })
	}
	if len(changes) > 0 && !d.full() {
		text += d.fence(func() { d.changes(changes) })
	}
	return text
}

// shortened says that d shortened values, if it did.
func (v *view) shortened(d *differ) string {
	if !d.clipped {
		return ""
	}
	return "Long values are shortened: see " + v.where() + ".\n\n"
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
	gone := "the plan of its destroy"
	if t.state == report.Applied {
		gone = "its destroy"
	}
	if t.Deleted {
		b.WriteString("The layer is gone at this commit: this is " + gone + ".\n\n")
	}
	if flags := flagsOf(t.Mode); flags != "" && v.State != Merged {
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
		b.WriteString(changeList(t.Changes, maxList))
	}
	if n := len(t.Outputs); n > 0 {
		b.WriteString(count(n, "output") + " " + verb(n, "changes", "change") + ". ")
	}
	if n := len(t.Drift); n > 0 {
		b.WriteString(count(n, "change") + " " + verb(n, "was", "were") + " made outside Terraform. ")
	}
	return b.String()
}

// changeList returns changes as a fence of addresses, of at most room bytes, and says how many of them are left out.
func changeList(changes []report.Change, room int) string {
	d := newFenceDiffer(room)
	d.list(changes)
	if len(d.out) <= room {
		return fence("diff", string(d.out)) + "\n"
	}
	list := d.out[:bytes.LastIndexByte(d.out[:room], '\n')+1] // cut at a line end
	return fence("diff", string(list)) + "\nand " + number(len(changes)-bytes.Count(list, []byte("\n"))) + " more. "
}

// fold returns a fold. summary is markup of ours, body Markdown that ends in a blank line.
func fold(summary, body string, open bool) string {
	tag := "<details>"
	if open {
		tag = "<details open>"
	}
	return tag + "\n<summary>" + summary + "</summary>\n\n" + body + "</details>\n\n"
}
