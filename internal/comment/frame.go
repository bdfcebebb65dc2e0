package comment

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// The parts of the comment that always stay. Each takes the most bytes it may have.

func short(sha string) string {
	if len(sha) > 7 && isHex(sha) {
		sha = sha[:7]
	}
	return sha
}

func (v *view) headline() string {
	symbol, text := v.outcome()
	head := "## " + symbol + " " + text
	if v.Head != "" {
		head += " · " + code(short(v.Head))
	}
	out := head + "\n\n"
	switch rollup := v.rollup(); {
	case v.State != Closed && v.State != Superseded && len(v.targets) == 0 && v.missing > 0:
		out += "Silence is no success: see the run for what happened to the jobs.\n\n"
	case rollup == "" && (len(v.Earlier) > 0 || v.State == Closed):
	case rollup == "":
		out += "The changed files belong to no layer that is planned here.\n\n"
	default:
		out += "**" + strings.Replace(rollup, ":", "**:", 1)
		if t := tally(v.total); t != "" {
			out += " · " + t
		}
		out += "\n\n"
	}
	if v.Command != "" {
		out += "Answers " + code(v.Command) + ".\n\n"
	}
	return out
}

func (v *view) notes(room int) string {
	var b strings.Builder
	if v.State == Superseded {
		b.WriteString(quote("[!IMPORTANT]\nThis is the plan of an older commit. It grants nothing; the newer commit is planned by itself.") + "\n")
	}
	if why := v.grantsNothing(); why != "" {
		b.WriteString(quote("[!NOTE]\n**What if: this plan grants nothing.** "+prose(why)) + "\n")
	}
	if len(v.Notices) > 0 {
		b.WriteString(quote("[!WARNING]\n"+v.capped(len(v.Notices), room, func(i int) string {
			return "- " + sentence(v.Notices[i].Message, v.Notices[i].Hint) + "\n"
		})) + "\n")
	}
	return b.String()
}

// sentence returns a message and the hint behind it.
func sentence(message, hint string) string {
	if hint == "" {
		return prose(message)
	}
	return prose(message) + " " + prose(hint)
}

// capped joins items as long as they fit into room bytes and says how many more there are.
func (v *view) capped(n, room int, item func(i int) string) string {
	var b strings.Builder
	for i := range n {
		s := item(i)
		if b.Len()+len(s) > room {
			v.cut = true
			fmt.Fprintf(&b, "- and %s more: full list in %s\n", number(n-i), v.where())
			break
		}
		b.WriteString(s)
	}
	return b.String()
}

// caution lists what is destroyed and replaced.
func (v *view) caution(room int) string {
	type loss struct {
		t     *target
		first bool
		c     *report.Change
	}
	var all []loss
	for _, t := range v.targets {
		if t.state == report.Failed {
			continue
		}
		first := true
		for i := range t.Changes {
			if c := &t.Changes[i]; c.Deferred == "" && (c.Action == report.Delete || c.Action == report.Replace) {
				all, first = append(all, loss{t, first, c}), false
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
		word := "destroy"
		if l.c.Action == report.Replace {
			word = "replace"
		}
		line := "- " + word + " " + code(l.c.Address)
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

// table has a row for every target. If it is too long, it loses the links, then the rows without changes, then the last
// rows, and says so.
func (v *view) table(room int) string {
	if v.failed+v.changed == 0 {
		return ""
	}
	columns := v.columns()
	head := "| Target | Result |"
	rule := "|---|---|"
	for _, c := range columns {
		head += " " + c.title + " |"
		rule += "---:|"
	}
	head += "\n" + rule + "\n"
	row := func(t *target, linked bool) string {
		result := result(t)
		if linked {
			result = link(result, v.Links.Jobs[t.id])
		}
		s := "| " + code(t.name) + " | " + result + " |"
		for _, c := range columns {
			if t.state == report.Failed {
				s += " – |"
				continue
			}
			s += " " + c.cell(t) + " |"
		}
		return s + "\n"
	}
	rows := v.targets
	write := func(linked bool) (text string, left int) {
		var b strings.Builder
		b.WriteString(head)
		for i, t := range rows {
			s := row(t, linked)
			if b.Len()+len(s) > room {
				return b.String(), len(rows) - i
			}
			b.WriteString(s)
		}
		return b.String(), 0
	}
	if text, left := write(true); left == 0 {
		return text + "\n"
	}
	v.cut = true
	text, left := write(false)
	if left == 0 {
		return text + "\n"
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(t *target) bool { return t.state == report.Unchanged })
	text, left = write(false)
	var omitted []string
	if left > 0 {
		omitted = append(omitted, count(left, "target"))
	}
	if v.unchanged > 0 {
		omitted = append(omitted, number(v.unchanged)+" without changes")
	}
	return text + "\nand " + strings.Join(omitted, " and ") + ": full list in " + v.where() + "\n\n"
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

// footer ends the comment: what to type next, where to look, what made it.
func (v *view) footer() string {
	var b strings.Builder
	b.WriteString("---\n\n")
	if v.Next != "" {
		b.WriteString("Next:\n\n" + fence("", shown(v.Next, maxProse)) + "\n")
	}
	var links []string
	for _, l := range []struct{ text, address string }{{"Run", v.Links.Run}, {"Checks", v.Links.Checks}, {"Full report", v.Links.Report}} {
		if l.address != "" {
			links = append(links, link(l.text, l.address))
		}
	}
	if len(links) > 0 {
		b.WriteString(strings.Join(links, " · ") + "\n\n")
	}
	b.WriteString("<sub>" + strings.Join(v.tools(), " · ") + "</sub>\n")
	return b.String()
}

// maxTools is how many versions the footer names.
const maxTools = 8

// tools returns what planned, each with its version: Terraform first, then the providers, then Layerbot.
func (v *view) tools() []string {
	tools, providers := map[string]bool{}, map[string]bool{}
	for _, t := range v.targets {
		if t.Tool.Name != "" {
			tools[strings.TrimSpace(t.Tool.Name+" "+t.Tool.Version)] = true
		}
		for name, version := range t.Tool.Providers {
			providers[name[strings.LastIndex(name, "/")+1:]+" "+version] = true
		}
	}
	list := append(slices.Sorted(maps.Keys(tools)), slices.Sorted(maps.Keys(providers))...)
	var out []string
	for i, s := range list {
		if i == maxTools {
			out = append(out, number(len(list)-i)+" more")
			break
		}
		out = append(out, code(s))
	}
	return append(out, code(strings.TrimSpace("layerbot "+v.Version)))
}
