// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"strings"
	"unicode/utf8"

	"github.com/layerbot/layerbot/internal/report"
)

// A differ writes changes as lines with their sign in column 0: "+" comes, "-" goes, "~" changes, "-/+" is
// replaced, "<=" is read, "." is forgotten, a space stands before what stays.
type differ struct {
	out      []byte
	limit    int    // bytes after which it stops, so that what will not be shown is not written; 0 is none
	maxValue int    // most bytes of one value; 0 is no limit
	update   string // the sign of an update
	collapse bool   // many changes of the same tags are one line
	clipped  bool   // a value was shortened
}

// newFenceDiffer returns a differ for a diff fence, where "!" is the sign of a change that GitHub colours.
func newFenceDiffer(limit int) *differ {
	return &differ{limit: limit, maxValue: 400, update: "!", collapse: true}
}

// newTextDiffer returns a differ for a text that is read whole.
func newTextDiffer() *differ { return &differ{update: "~"} }

func (d *differ) full() bool { return d.limit > 0 && len(d.out) > d.limit }

func (d *differ) line(parts ...string) {
	for _, p := range parts {
		d.out = append(d.out, p...)
	}
	d.out = append(d.out, '\n')
}

// list writes one line per change, many that change nothing but tags as one.
func (d *differ) list(changes []report.Change) {
	rest, tags := d.split(changes)
	for _, c := range rest {
		if d.full() {
			return
		}
		d.head(c)
	}
	for _, g := range tags {
		d.line(d.update, " ", visible(g.String()))
	}
}

// changes writes every change with its attributes, a blank line between two.
func (d *differ) changes(changes []report.Change) {
	rest, tags := d.split(changes)
	for i, c := range rest {
		if d.full() {
			return
		}
		if i > 0 {
			d.line()
		}
		d.head(c)
		d.attrs(c.Attrs, c.Action)
	}
	if len(rest) > 0 && len(tags) > 0 {
		d.line()
	}
	for _, g := range tags {
		d.line(d.update, " ", visible(g.String()))
	}
}

// split takes changes of nothing but tags out, if the differ collapses them.
func (d *differ) split(changes []report.Change) (rest []*report.Change, tags []*tagGroup) {
	if d.collapse {
		return splitTags(changes)
	}
	for i := range changes {
		rest = append(rest, &changes[i])
	}
	return rest, nil
}

// outputs writes output values: the name takes the place of the path.
func (d *differ) outputs(changes []report.Change) {
	for i := range changes {
		if d.full() {
			return
		}
		c := &changes[i]
		if len(c.Attrs) == 0 {
			d.head(c)
		}
		for _, a := range c.Attrs {
			switch {
			case a.Path == "" || a.Path[0] == '[':
				a.Path = c.Address + a.Path
			default:
				a.Path = c.Address + "." + a.Path
			}
			d.attr(&a, c.Action, " ", 0)
		}
	}
}

// head writes the line of one change: sign, address, and what there is to know.
func (d *differ) head(c *report.Change) {
	d.line(d.sign(c), " ", shown(c.Address, maxPath), note(c))
}

// maxPath is the most bytes of an address or a path that is shown. Terraform's own are far shorter.
const maxPath = 1000

func (d *differ) sign(c *report.Change) string {
	if c.Deferred != "" {
		return " "
	}
	switch c.Action {
	case report.Create:
		return "+"
	case report.Update:
		return d.update
	case report.Delete:
		return "-"
	case report.Replace:
		return "-/+"
	case report.Read:
		return "<="
	case report.Forget:
		return "."
	case report.NoOp:
	}
	return " "
}

func (d *differ) attrs(attrs []report.Attr, action report.Action) {
	width := 0
	for i := range attrs {
		if n := len(attrs[i].Path); n <= 40 {
			width = max(width, n)
		}
	}
	for i := range attrs {
		if d.full() {
			return
		}
		d.attr(&attrs[i], action, "   ", width)
	}
}

// attr writes one leaf: on one line, on two if it is long, or as a diff of its lines if it has several.
func (d *differ) attr(a *report.Attr, action report.Action, indent string, width int) {
	path := shown(a.Path, maxPath)
	if path == "" {
		path = "value"
	}
	if pad := width - utf8.RuneCountInString(path); pad > 0 {
		path += strings.Repeat(" ", pad)
	}
	forces := ""
	if a.Forces {
		forces = "  # forces replacement"
	}
	sign := d.attrSign(a, action)
	if old, now, ok := blocks(a); ok {
		d.line(sign, indent, strings.TrimRight(path, " "), " =", forces)
		d.block(old, now, sign)
		return
	}
	old, now := d.values(a)
	switch {
	case sign == "-":
		d.line(sign, indent, path, " = ", old, forces)
	case sign == "+" || old == now || old == "":
		d.line(sign, indent, path, " = ", now, forces)
	case len(old)+len(now) > 120:
		d.line("-", indent, path, " = ", old, forces)
		d.line("+", indent, path, " = ", now)
	default:
		d.line(sign, indent, path, " = ", old, " → ", now, forces)
	}
}

// values returns what stands on the left and on the right of a leaf's line; "" is nothing.
func (d *differ) values(a *report.Attr) (old, now string) {
	if d.maxValue > 0 && len(a.Before)+len(a.After) > 16*d.maxValue { // not worth decoding for the part that is shown
		old, now = d.window(string(a.Before), string(a.After))
		old, now = visible(old), visible(now)
	} else {
		old, now = d.window(value(a.Before), value(a.After))
	}
	if a.Sensitive {
		old, now = "(sensitive value)", "(sensitive value)"
	}
	if a.Unknown {
		now = "(known after apply)"
	}
	return old, now
}

func (d *differ) attrSign(a *report.Attr, action report.Action) string {
	switch {
	case action == report.Create:
		return "+"
	case action == report.Delete:
		return "-"
	case a.Sensitive:
		return d.update
	case a.Before == nil && a.After != nil:
		return "+"
	case a.Before != nil && a.After == nil && !a.Unknown:
		return "-"
	}
	return d.update
}

// window shortens two long values to the part around their first difference, and says by how much.
func (d *differ) window(old, now string) (string, string) {
	if d.maxValue == 0 || len(old) <= d.maxValue && len(now) <= d.maxValue {
		return old, now
	}
	from := 0
	if old != "" && now != "" && old != now {
		for from < len(old) && from < len(now) && old[from] == now[from] {
			from++
		}
		from = max(0, from-40)
	}
	return d.cut(old, from), d.cut(now, from)
}

func (d *differ) cut(s string, from int) string {
	if len(s) <= d.maxValue {
		return s
	}
	from = min(from, len(s))
	for from > 0 && from < len(s) && !utf8.RuneStart(s[from]) {
		from--
	}
	to := min(len(s), from+d.maxValue)
	for to < len(s) && !utf8.RuneStart(s[to]) {
		to--
	}
	d.clipped = true
	text := s[from:to]
	if from > 0 {
		text = "…" + text
	}
	if to < len(s) {
		text += "…"
	}
	return text + " (" + number(len(s)) + " bytes, shortened)"
}
