package comment

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// quiet names the targets without changes on one line.
func (v *view) quiet(room int) string {
	var b strings.Builder
	left := v.unchanged
	for _, t := range v.targets {
		if t.state != report.Unchanged {
			continue
		}
		s := link(code(t.name), v.Links.Jobs[t.id])
		if b.Len()+len(s) > room {
			v.cut = true
			return "No changes: " + b.String() + " and " + number(left) + " more: full list in " + v.where() + "\n\n"
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(s)
		left--
	}
	if b.Len() == 0 {
		return ""
	}
	return "No changes: " + b.String() + "\n\n"
}

// A use is one thing that runs code, with the targets it runs in.
type use struct {
	report.Code
	targets []string
}

// uses returns what runs code in any target, new ones first.
func (v *view) uses() []*use {
	byCode := map[report.Code]*use{}
	var list []*use
	for _, t := range v.targets {
		for _, c := range t.RunsCode {
			u := byCode[c]
			if u == nil {
				u = &use{Code: c}
				byCode[c] = u
				list = append(list, u)
			}
			if n := len(u.targets); n == 0 || u.targets[n-1] != t.name {
				u.targets = append(u.targets, t.name)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *use) int {
		isOld := func(u *use) int { return map[bool]int{true: 0, false: 1}[u.New] }
		return cmp.Or(isOld(a)-isOld(b), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Address, b.Address))
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
		if u.New {
			isNew++
		}
	}
	summary := "Runs code at plan or apply: " + number(len(list))
	if isNew > 0 {
		summary += ", " + number(isNew) + " new"
	}
	return fold(summary, v.capped(len(list), room, func(i int) string {
		u, s := list[i], "- "
		if u.New {
			s += "**new** "
		}
		s += prose(u.Kind) + " " + code(u.Address)
		if u.Detail != "" {
			s += " " + code(u.Detail)
		}
		return s + " in " + codes(u.targets, 5) + "\n"
	})+"\n", isNew > 0)
}

// more has the folds below: warnings, upstreams, other pull requests, why targets are in or out; each at most room bytes.
func (v *view) more(room int) string {
	return v.warnings(room) + v.relations(room) + v.why(room) + v.skipped(room)
}

// A warning is one warning with the targets that gave it.
type warning struct {
	report.Diagnostic
	targets []string
}

// allWarnings returns every warning and failed check once.
func (v *view) allWarnings() []*warning {
	byText := map[report.Diagnostic]*warning{}
	var all []*warning
	note := func(t *target, label string, list []report.Diagnostic) {
		for _, d := range list {
			d.Summary = label + d.Summary
			w := byText[d]
			if w == nil {
				w = &warning{Diagnostic: d}
				byText[d] = w
				all = append(all, w)
			}
			if n := len(w.targets); n == 0 || w.targets[n-1] != t.name {
				w.targets = append(w.targets, t.name)
			}
		}
	}
	for _, t := range v.targets {
		note(t, "", t.Warnings)
		note(t, "Check failed: ", t.Checks)
	}
	return all
}

// warnings lists them in a fold.
func (v *view) warnings(room int) string {
	all := v.allWarnings()
	if len(all) == 0 {
		return ""
	}
	return fold(count(len(all), "warning"), v.capped(len(all), room, func(i int) string {
		w := all[i]
		s := "- **" + prose(clip(w.Summary, 300)) + "**"
		if at := place(w.Diagnostic); at != "" {
			s += " on " + code(at)
		}
		s += " in " + codes(w.targets, 5)
		if w.Detail != "" {
			s += ": " + prose(clip(w.Detail, 500))
		}
		return s + "\n"
	})+"\n", false)
}

// relations says which targets rest on upstreams that are not applied, and which other pull requests plan.
func (v *view) relations(room int) string {
	return v.perTarget("", func(t *target) string {
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

// skipped says what is not planned.
func (v *view) skipped(room int) string {
	if len(v.Skipped) == 0 {
		return ""
	}
	return fold("Not planned: "+number(len(v.Skipped)), v.capped(len(v.Skipped), room, func(i int) string {
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
