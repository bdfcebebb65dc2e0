// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"cmp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// past are the words of what was done.
var past = map[string]string{"destroy": "destroyed", "replace": "replaced"}

// loss returns what a change does to what is there: "destroy", "replace", or "" if it stays.
func loss(c *report.Change) string {
	switch {
	case c.Deferred != "":
		return ""
	case c.Action == report.Delete:
		return "destroy"
	case c.Action == report.Replace:
		return "replace"
	}
	return ""
}

// caution lists what is destroyed and replaced: what plans would do, outside of all folds, and what applies did. A plan that
// stopped is what someone may accept: it comes first.
func (v *view) caution(room int) string {
	switch v.State {
	case Merged:
	case Drifting:
		return v.losses("[!CAUTION]\n**An apply now: ", losses, room, (*target).planned)
	default:
		return v.losses("[!CAUTION]\n**", losses, room, (*target).planned)
	}
	title, accepting := "[!CAUTION]\n**Stopped: ", v.Accept != "" && v.acceptable() > 0
	if accepting {
		title = "[!CAUTION]\n**Before accepting: "
	}
	stopped := v.losses(title, losses, room*3/4, func(t *target) []report.Change {
		if t.state != report.Stopped || accepting && t.refused() {
			return nil
		}
		return t.Changes
	})
	return stopped + v.losses("[!NOTE]\n**", lost, room-len(stopped), func(t *target) []report.Change { return t.list })
}

// planned returns what a target's plan does, nothing if it has no good plan.
func (t *target) planned() []report.Change {
	if !t.counted {
		return nil
	}
	return t.list
}

// losses lists what is destroyed and replaced among the changes of each target, below a title: what it begins with, and the words
// for the sum.
func (v *view) losses(title string, words func(report.Counts) string, room int, of func(*target) []report.Change) string {
	type item struct {
		t     *target
		first bool
		c     *report.Change
	}
	var all []item
	var total report.Counts
	for _, t := range v.targets {
		first, list := true, of(t)
		for i := range list {
			if c := &list[i]; loss(c) != "" {
				all, first = append(all, item{t, first, c}), false
			}
		}
		total = add(total, (&report.Report{Changes: list}).Count())
	}
	if len(all) == 0 {
		return ""
	}
	list := v.capped(len(all), room, func(i int) string {
		l, head := all[i], ""
		if l.first {
			head = "\n" + code(l.t.name) + "\n"
		}
		line := "- " + v.lossWord(l.t, l.c) + " " + code(l.c.Address)
		if list := remarks(l.c); len(list) > 0 {
			line += ": " + prose(clip(strings.Join(list, "; "), 200))
		}
		return head + line + "\n"
	})
	return quote(title+words(total)+"**\n"+list) + "\n"
}

// lossWord is loss in the words of the page: what was done, or would be.
func (v *view) lossWord(t *target, c *report.Change) string {
	switch word := loss(c); {
	case v.State != Merged || word == "":
		return word
	case t.state == report.Stopped:
		return "would " + word
	default:
		return past[word]
	}
}

// A column is one of the table's behind the target and its result.
type column struct {
	title string
	cell  func(*target) string
	words bool // it is of words, and for targets without a plan, too
}

func numeric(title string, n func(report.Counts) int) column {
	return column{title: title, cell: func(t *target) string { return number(n(t.counts)) }}
}

// columns returns the columns of the table: those of 01 always, the rarer ones if there is anything in them.
func (v *view) columns() []column {
	switch v.State {
	case Scanned:
		return v.judgements()
	case Drifting:
		return []column{
			{title: "changed outside Terraform", cell: func(t *target) string { return number(len(t.Drift)) }},
			{title: "an apply would do", cell: func(t *target) string { return cmp.Or(tally(t.counts), "nothing") }},
		}
	default:
	}
	list := []column{
		numeric("+", func(c report.Counts) int { return c.Add }),
		numeric("~", func(c report.Counts) int { return c.Change }),
		numeric("−", func(c report.Counts) int { return c.Destroy }),
		numeric("±", func(c report.Counts) int { return c.Replace }),
		{title: "moved/imported", cell: func(t *target) string {
			if t.counts.Moved+t.counts.Imported == 0 {
				return "0"
			}
			return number(t.counts.Moved) + "/" + number(t.counts.Imported)
		}},
	}
	for _, c := range []struct {
		n   int
		col column
	}{
		{v.total.Forget, numeric("forgotten", func(c report.Counts) int { return c.Forget })},
		{v.total.Read, numeric("read", func(c report.Counts) int { return c.Read })},
		{v.total.Deferred, numeric("deferred", func(c report.Counts) int { return c.Deferred })},
		{v.total.Outputs, numeric("outputs", func(c report.Counts) int { return c.Outputs })},
	} {
		if c.n > 0 {
			list = append(list, c.col)
		}
	}
	return append(list, v.judgements()...)
}

// maxQuiet is how many rows without changes the table has; more of them are left to the line that names them.
const maxQuiet = 10

// table has a row for every target. If it is too long, it loses the links, then the rows without changes, then the last
// rows, and says so.
func (v *view) table(room int) string {
	rows := v.all()
	loud := slices.DeleteFunc(slices.Clone(rows), (*target).uneventful)
	still := len(rows) - len(loud)
	if len(loud) == 0 && v.State != Scanned {
		return ""
	}
	if still > maxQuiet && v.State != Scanned || v.State == Drifting {
		rows = loud
	}
	if text, left := v.rows(rows, true, room); left == 0 {
		return text + "\n"
	}
	v.cut = true
	if text, left := v.rows(rows, false, room); left == 0 {
		return text + "\n"
	}
	text, left := v.rows(loud, false, room)
	var omitted []string
	if left > 0 {
		omitted = append(omitted, count(left, "target"))
	}
	if still > 0 {
		omitted = append(omitted, number(still)+" without changes")
	}
	return text + "\nand " + strings.Join(omitted, " and ") + ": full list in " + v.where() + "\n\n"
}

// uneventful reports whether a target does nothing, and nothing is said of it.
func (t *target) uneventful() bool { return t.state == report.Unchanged && plain(t.tally) }

// rows returns the table of the targets of list, within room bytes, and how many of them are left out.
func (v *view) rows(list []*target, linked bool, room int) (text string, left int) {
	columns := v.columns()
	head, rule := "| Target | Result |", "|---|---|"
	if v.State == Scanned {
		head, rule = "| Target |", "|---|"
	}
	for _, c := range columns {
		head += " " + c.title + " |"
		if rule += "---:|"; c.words {
			rule = strings.TrimSuffix(rule, ":|") + "|"
		}
	}
	var b strings.Builder
	b.WriteString(head + "\n" + rule + "\n")
	for i, t := range list {
		s := v.row(t, columns, linked)
		if b.Len()+len(s) > room {
			return b.String(), len(list) - i
		}
		b.WriteString(s)
	}
	return b.String(), 0
}

func (v *view) row(t *target, columns []column, linked bool) string {
	job := ""
	if linked {
		job = v.Links.Jobs[t.id]
	}
	s := "| " + code(t.name) + " | " + link(literal(v.result(t)), job) + " |"
	if v.State == Scanned {
		s = "| " + link(code(t.name), job) + " |"
	}
	for _, c := range columns {
		cell := t.cell(c)
		if c.words {
			cell = literal(cell)
		}
		s += " " + cell + " |"
	}
	return s + "\n"
}

// cell returns what stands in a column of a target: an exact number or "–".
func (t *target) cell(c column) string {
	if !t.counted && !c.words {
		return "–"
	}
	return c.cell(t)
}

// result says what became of a target.
func (v *view) result(t *target) string {
	switch {
	case v.State == Merged:
		return marks[t.state] + v.appliedResult(t)
	case t.state == report.Failed || t.state == waiting:
		return marks[t.state] + v.label(t)
	case t.state == denied:
		return "⛔ " + t.denial()
	case t.state == "":
		if e := v.before(t.id); e != nil {
			return e.mark() + e.result()
		}
		return "not planned"
	case v.State == Drifting:
		return driftResult(t)
	case t.Deleted && t.state == report.Changed:
		return "⚠️ layer deleted: destroy planned"
	case t.Deleted:
		return "layer deleted"
	case t.state == report.Changed:
		return "changes"
	}
	return "no changes"
}
