// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// rest names the targets that need no section.
func (v *view) rest(room int) string {
	return v.waitingList(room/2) + v.quiet(room/2) + v.earlier(room/2)
}

// quiet names the targets without changes on one line.
func (v *view) quiet(room int) string {
	var list []named
	for _, t := range v.targets {
		if t.state != report.Unchanged {
			continue
		}
		n := named{name: t.name, address: v.Links.Jobs[t.id]}
		if t.Deleted {
			n.remark = " (layer deleted, nothing left to destroy)"
		}
		list = append(list, n)
	}
	if v.State == Drifting {
		return v.naming("No drift: ", list, room)
	}
	return v.naming("No changes: ", list, room)
}

// named is a target of which there is nothing to tell but its name.
type named struct{ name, address, remark string }

// naming puts targets on one line: with links if they fit into room bytes.
func (v *view) naming(title string, list []named, room int) string {
	if len(list) == 0 {
		return ""
	}
	text, left := inLine(list, room, true)
	if left > 0 {
		text, left = inLine(list, room, false)
	}
	if left > 0 {
		v.cut = true
		text += " and " + number(left) + " more: full list in " + v.where()
	}
	return title + text + "\n\n"
}

func inLine(list []named, room int, linked bool) (text string, left int) {
	var b strings.Builder
	for i, n := range list {
		s := code(n.name)
		if linked {
			s = link(s, n.address)
		}
		s += n.remark
		if b.Len()+len(s) > room {
			return b.String(), len(list) - i
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(s)
	}
	return b.String(), 0
}

// said is something said of one or more targets.
type said[T comparable] struct {
	what    T
	targets []string
}

// gather returns what list says of the targets, each thing once, in the order of the targets.
func gather[T comparable](v *view, list func(*target) []T) []*said[T] {
	known := map[T]*said[T]{}
	var all []*said[T]
	for _, t := range v.targets {
		for _, what := range list(t) {
			f := known[what]
			if f == nil {
				f = &said[T]{what: what}
				known[what] = f
				all = append(all, f)
			}
			if n := len(f.targets); n == 0 || f.targets[n-1] != t.name {
				f.targets = append(f.targets, t.name)
			}
		}
	}
	return all
}

// uses returns what runs code, new things first.
func (v *view) uses() []*said[report.Code] {
	list := gather(v, func(t *target) []report.Code { return t.RunsCode })
	slices.SortStableFunc(list, func(a, b *said[report.Code]) int {
		isOld := func(c report.Code) int { return map[bool]int{true: 0, false: 1}[c.New] }
		return cmp.Or(isOld(a.what)-isOld(b.what), strings.Compare(a.what.Kind, b.what.Kind), strings.Compare(a.what.Address, b.what.Address))
	})
	return list
}

// runsCode lists what executes code at plan or apply; open if any of it is new in this pull request.
func (v *view) runsCode(room int) string {
	list := v.uses()
	if len(list) == 0 {
		return ""
	}
	isNew := 0
	for _, u := range list {
		if u.what.New {
			isNew++
		}
	}
	summary := "Runs code at plan or apply: " + number(len(list))
	if isNew > 0 {
		summary += ", " + number(isNew) + " new"
	}
	return fold(summary, v.capped(len(list), room, func(i int) string {
		u, s := list[i], "- "
		if u.what.New {
			s += "**new** "
		}
		s += prose(u.what.Kind) + " " + code(u.what.Address)
		if u.what.Detail != "" {
			s += " " + code(u.what.Detail)
		}
		return s + " in " + codes(u.targets, 5) + "\n"
	})+"\n", isNew > 0)
}

// more has the folds below: warnings, upstreams, other pull requests, why targets are in or out; each at most room bytes.
func (v *view) more(room int) string {
	return v.warnings(room) + v.relations(room) + v.why(room) + v.skipped(room)
}

// allWarnings returns every warning and failed check.
func (v *view) allWarnings() []*said[report.Diagnostic] {
	return gather(v, func(t *target) []report.Diagnostic {
		list := slices.Clone(t.Warnings)
		for _, d := range t.Checks {
			d.Summary = "Check failed: " + d.Summary
			list = append(list, d)
		}
		return list
	})
}

// warnings lists them in a fold.
func (v *view) warnings(room int) string {
	all := v.allWarnings()
	if len(all) == 0 {
		return ""
	}
	return fold(count(len(all), "warning"), v.capped(len(all), room, func(i int) string {
		w, in := all[i].what, all[i].targets
		s := "- **" + prose(clip(w.Summary, 300)) + "**"
		if at := place(w); at != "" {
			s += " on " + code(at)
		}
		s += " in " + codes(in, 5)
		if w.Detail != "" {
			s += ": " + prose(clip(w.Detail, 500))
		}
		return s + "\n"
	})+"\n", false)
}

// maxOpenRelations is how many targets' relations stand outside a fold.
const maxOpenRelations = 5

// relations says which targets rest on upstreams that are not applied, and which other pull requests plan.
func (v *view) relations(room int) string {
	if v.State == Merged || v.State == Drifting {
		return ""
	}
	summary, resting := "", 0
	for _, t := range v.targets {
		if t.counted && len(v.Upstream[t.id])+len(v.Others[t.id]) > 0 {
			resting++
		}
	}
	if resting > maxOpenRelations {
		summary = "Provisional, or planned elsewhere too: " + count(resting, "target")
	}
	return v.perTarget(summary, func(t *target) string {
		if !t.counted {
			return ""
		}
		var up, others []string
		for _, id := range v.Upstream[t.id] {
			up = append(up, v.nameOf(id))
		}
		for i, n := range v.Others[t.id] {
			if i == 10 {
				others = append(others, number(len(v.Others[t.id])-i)+" more")
				break
			}
			others = append(others, fmt.Sprintf("#%d", n))
		}
		s := ""
		if len(up) > 0 {
			s += "- " + code(t.name) + " is provisional: " + codes(up, 10) + " " + verb(len(up), "is", "are") + " not applied yet\n"
		}
		if len(others) > 0 {
			s += "- " + code(t.name) + " is also planned by " + strings.Join(others, ", ") + "\n"
		}
		return s
	}, room)
}

// why says which changed files pulled each target in.
func (v *view) why(room int) string {
	known := map[string]bool{}
	text := v.perTarget("Why these targets", func(t *target) string {
		known[t.id] = true
		files := v.Why[t.id]
		if len(files) == 0 {
			return ""
		}
		return "- " + code(t.name) + ": " + codes(files, 5) + "\n"
	}, room)
	var lost []string // affected, and without a report
	for _, id := range slices.Sorted(maps.Keys(v.Why)) {
		if !known[id] {
			lost = append(lost, v.nameOf(id))
		}
	}
	if len(lost) > 0 {
		text += "Affected and without a report: " + codes(lost, 20) + "\n\n"
	}
	return text
}

// skipped says which folders are left out.
func (v *view) skipped(room int) string {
	if len(v.Skipped) == 0 {
		return ""
	}
	return fold("Skipped: "+count(len(v.Skipped), "folder"), v.capped(len(v.Skipped), room, func(i int) string {
		return "- " + code(v.Skipped[i].Name) + ": " + prose(clip(v.Skipped[i].Reason, maxName)) + "\n"
	})+"\n", false)
}

// perTarget joins a line for each target that has one, in a fold if there is a summary.
func (v *view) perTarget(summary string, line func(*target) string, room int) string {
	var items []string
	for _, t := range v.targets {
		if s := line(t); s != "" {
			items = append(items, s)
		}
	}
	if len(items) == 0 {
		return ""
	}
	text := v.capped(len(items), room, func(i int) string { return items[i] }) + "\n"
	if summary == "" {
		return text
	}
	return fold(summary, text, false)
}
