package comment

import (
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

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

// caution lists what is destroyed and replaced.
func (v *view) caution(room int) string {
	type item struct {
		t     *target
		first bool
		c     *report.Change
	}
	var all []item
	for _, t := range v.targets {
		if t.state == report.Failed {
			continue
		}
		first := true
		for i := range t.Changes {
			if c := &t.Changes[i]; loss(c) != "" {
				all, first = append(all, item{t, first, c}), false
			}
		}
	}
	if len(all) == 0 {
		return ""
	}
	list := v.capped(len(all), room, func(i int) string {
		l, head := all[i], ""
		if l.first {
			head = "\n" + code(l.t.name) + "\n"
		}
		line := "- " + loss(l.c) + " " + code(l.c.Address)
		if list := remarks(l.c); len(list) > 0 {
			line += ": " + prose(clip(strings.Join(list, "; "), 200))
		}
		return head + line + "\n"
	})
	return quote("[!CAUTION]\n**"+losses(v.total)+"**\n"+list) + "\n"
}

// A column is one of the table's behind the target and its result.
type column struct {
	title string
	cell  func(*target) string
}

func numeric(title string, n func(report.Counts) int) column {
	return column{title, func(t *target) string { return number(n(t.counts)) }}
}

// columns returns the columns of the table: those of 01 always, the rarer ones if there is anything in them.
func (v *view) columns() []column {
	list := []column{
		numeric("+", func(c report.Counts) int { return c.Add }),
		numeric("~", func(c report.Counts) int { return c.Change }),
		numeric("−", func(c report.Counts) int { return c.Destroy }),
		numeric("±", func(c report.Counts) int { return c.Replace }),
		{"moved/imported", func(t *target) string {
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
	return list
}

// maxQuiet is how many rows without changes the table has; more of them are left to the line that names them.
const maxQuiet = 10

// table has a row for every target. If it is too long, it loses the links, then the rows without changes, then the last
// rows, and says so.
func (v *view) table(room int) string {
	if v.failed+v.changed == 0 {
		return ""
	}
	loud := slices.DeleteFunc(slices.Clone(v.targets), func(t *target) bool { return t.state == report.Unchanged })
	rows := v.targets
	if v.unchanged > maxQuiet {
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
	if v.unchanged > 0 {
		omitted = append(omitted, number(v.unchanged)+" without changes")
	}
	return text + "\nand " + strings.Join(omitted, " and ") + ": full list in " + v.where() + "\n\n"
}

// rows returns the table of the targets of list, within room bytes, and how many of them are left out.
func (v *view) rows(list []*target, linked bool, room int) (text string, left int) {
	columns := v.columns()
	head, rule := "| Target | Result |", "|---|---|"
	for _, c := range columns {
		head += " " + c.title + " |"
		rule += "---:|"
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
	outcome := result(t)
	if linked {
		outcome = link(outcome, v.Links.Jobs[t.id])
	}
	s := "| " + code(t.name) + " | " + outcome + " |"
	for _, c := range columns {
		if t.state == report.Failed {
			s += " – |"
			continue
		}
		s += " " + c.cell(t) + " |"
	}
	return s + "\n"
}

func result(t *target) string {
	switch {
	case t.state == report.Failed:
		return "❌ " + failures[kind(t.Report)].label
	case t.Deleted && t.state == report.Changed:
		return "⚠️ layer deleted: destroy planned"
	case t.Deleted:
		return "layer deleted"
	case t.state == report.Changed:
		return "changes"
	}
	return "no changes"
}
