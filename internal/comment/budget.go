// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"cmp"
	"slices"
	"strings"
)

// compose puts the text together within room bytes. Every part is rendered once; what is too much is then
// exchanged for its next shorter form, the largest first, and the text says so.
//
// What always stays has a share of its own, so that even thousands of failures and destroys fit: the caution block at
// least a quarter, and up to half if the errors leave it, caution and table together half, the notices and what runs
// code a sixteenth each. What policies deny and what fails the check is shortened last.
func (v *view) compose(room int, marked bool) Rendered {
	caution := v.caution(room / 4)
	long := v.cut
	v.cut = false
	head, table := v.headline()+v.notes(room/16), v.table(room/2-len(caution))
	rest, code := v.rest(room/16), v.runsCode(room/16)
	more, foot := v.more(room/32), v.leftOut()+v.footer()

	budget := room - len(head) - len(table) - len(rest) - len(code) - len(foot) - 600 - len(v.where()) // for the announcement
	if marked {
		budget -= len(v.marker().String()) + len(`,"truncated":true`)
	}
	sections, fails, plans := v.allSections(budget)
	if long {
		caution = v.caution(max(room/4, min(room/2, budget-least(sections)-len(more))*19/20)) // the lines are quoted
	}
	budget -= len(caution)
	if more != "" && least(sections)+len(more) > budget {
		more = "Warnings, and why targets are in or out, are left out: see " + v.where() + ".\n\n"
		v.cut = true
	}
	fit(sections, budget-len(more))
	announced := v.announce(sections)

	var b strings.Builder
	if marked {
		b.WriteString(v.marker().String())
	}
	b.WriteString(head)
	b.WriteString(caution)
	b.WriteString(table)
	b.WriteString(join(sections[:fails]))
	b.WriteString(rest)
	b.WriteString(announced)
	b.WriteString(join(sections[fails:plans]))
	b.WriteString(code)
	b.WriteString(join(sections[plans:]))
	b.WriteString(more)
	b.WriteString(foot)
	return Rendered{Body: b.String(), Truncated: v.cut}
}

// join puts sections one behind the other; those that are one of many stand in one fold, at the end.
func join(sections []section) string {
	var b strings.Builder
	open := false
	for i := range sections {
		s := &sections[i]
		if s.many && s.level < dropped && !open {
			b.WriteString(manyOpen)
			open = true
		}
		b.WriteString(s.text())
		if s.level == asCounts && (i+1 == len(sections) || sections[i+1].level != asCounts || sections[i+1].many != s.many) {
			b.WriteByte('\n') // ends the list
		}
	}
	if open {
		b.WriteString(manyClose)
	}
	return b.String()
}

func (v *view) marker() Marker {
	m := Marker{Head: v.Head, Targets: make([]string, len(v.targets)), Truncated: v.cut}
	for i, t := range v.targets {
		m.Targets[i] = t.id
	}
	slices.Sort(m.Targets)
	return m
}

// allSections returns what fails the check, then what is told of the targets, then what else policies and scanners say: fails
// and plans are where the latter two begin. limit is the size beyond which a whole form will not be shown.
func (v *view) allSections(limit int) (all []section, fails, plans int) {
	all = v.opinionSections(true, limit)
	fails = len(all)
	all = append(all, v.sections(limit)...)
	return append(all, v.opinionSections(false, limit)...), fails, len(all)
}

func least(sections []section) int {
	n := 1 // the end of the list
	for i := range sections {
		n += len(sections[i].forms[asCounts])
	}
	return n
}

// fit shortens sections until they have at most room bytes in all: full diffs become address lists, then logs go,
// then lists become counts, then errors one line, each time the largest first. If that is too much still, the
// last ones are dropped: failures stand first.
func fit(sections []section, room int) {
	size := 1 // the line end behind a list of counts at the end
	for i := range sections {
		size += sections[i].cost()
	}
	for _, step := range []struct {
		level  int
		urgent bool
	}{{asList, false}, {asList, true}, {asCounts, false}, {asCounts, true}} {
		if size <= room {
			return
		}
		var long []*section
		for i := range sections {
			s := &sections[i]
			if s.urgent == step.urgent && s.level < step.level && len(s.forms[step.level]) < len(s.text()) {
				long = append(long, s)
			}
		}
		slices.SortStableFunc(long, func(a, b *section) int { return cmp.Compare(len(b.text()), len(a.text())) })
		for _, s := range long {
			if size <= room {
				return
			}
			size -= s.cost()
			s.level = step.level
			size += s.cost()
		}
	}
	for i := len(sections) - 1; i >= 0 && size > room; i-- {
		size -= sections[i].cost()
		sections[i].level = dropped
	}
}

// announce says what was shortened, and where the rest is.
func (v *view) announce(sections []section) string {
	var lists, logs, sums, errors, gone int
	var parts []string
	for i := range sections {
		switch s := &sections[i]; {
		case s.what != "" && s.level > asWhole:
			parts = append(parts, s.what+" "+[...]string{asList: "partly by rule", asCounts: "as counts", dropped: "not shown at all"}[s.level])
		case s.level == asWhole:
			v.cut = v.cut || s.clipped
		case s.level == dropped:
			gone++
		case s.level == asList && s.error:
			logs++
		case s.level == asList:
			lists++
		case s.level == asCounts && s.error:
			errors++
		case s.level == asCounts:
			sums++
		}
	}
	for _, p := range []struct {
		n    int
		text string
	}{
		{lists, "shown as an address list"}, {sums, "as counts"}, {logs, "without the output"}, {errors, "with the first line of the error only"},
		{gone, "not shown below at all"},
	} {
		if p.n > 0 {
			parts = append(parts, count(p.n, "target")+" "+p.text)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	v.cut = true
	return "Shortened to fit: " + strings.Join(parts, ", ") + ". Everything is in " + v.where() + ".\n\n"
}
