// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"encoding/json"
	"strings"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// driftOutcome is the headline of a search for drift.
func (v *view) driftOutcome() (symbol, text string) {
	all := len(v.targets) + v.missing
	drifted := number(v.changed) + " of " + count(all, "target") + " drifted"
	switch {
	case v.blocked():
		return "❌", "Drift could not be looked for"
	case all == 0:
		return "✅", "No drift: there is no target"
	case v.failed+v.missing > 0:
		text = number(v.failed+v.missing) + " of " + count(all, "target") + " could not be looked at"
		if v.changed > 0 {
			text += ", " + number(v.changed) + " drifted"
		}
		return "❌", text
	case v.changed > 0:
		return "⚠️", drifted
	case v.waiting > 0:
		return "⏳", "No drift so far: " + number(v.waiting) + " of " + count(all, "target") + " not looked at yet"
	}
	return "✅", "No drift" + v.to(" in ") + ": " + count(all, "target")
}

// driftResult says in the table how a target differs from its configuration.
func driftResult(t *target) string {
	switch {
	case t.state == report.Unchanged:
		return "no drift"
	case len(t.Drift) > 0:
		return "⚠️ drifted"
	}
	return "🔵 not as configured"
}

// driftWords says it in one line.
func driftWords(r *report.Report) string {
	plan := tally(r.Count())
	switch {
	case len(r.Drift) == 0:
		return "not as configured: " + plan
	case plan == "":
		return count(len(r.Drift), "change") + " outside Terraform"
	}
	return count(len(r.Drift), "change") + " outside Terraform; an apply would do: " + plan
}

// driftSection renders what was changed outside Terraform, and what an apply would do.
func (v *view) driftSection(t *target, limit int) section {
	sum := driftWords(t.Report)
	summary := "<code>" + markup(t.name) + "</code>: " + sum
	var s section
	s.forms[asCounts] = "- " + code(t.name) + ": " + sum + " (addresses left out)\n"
	list := ""
	if len(t.Drift) > 0 {
		list = outside + changeList(t.Drift, maxList) + "\n\n"
	}
	if len(t.Changes) > 0 {
		list += would + changeList(t.Changes, maxList) + "\n\n"
	}
	s.forms[asList] = fold(summary, list+"The full diff is left out: see "+v.where()+".\n\n", false)

	d := newFenceDiffer(limit)
	body := d.wouldDo(t)
	text := fold(summary, body+v.shortened(d), len(body) <= maxOpen)
	if d.full() || len(text) > limit {
		s.level = asList
		return s
	}
	s.forms[asWhole], s.clipped = text, d.clipped
	return s
}

const (
	outside = "Changed outside Terraform:\n\n"
	would   = "An apply would do:\n\n"
)

// wouldDo returns what was changed outside Terraform, and what an apply would do.
func (d *differ) wouldDo(t *target) string {
	text := ""
	if len(t.Drift) > 0 {
		text = outside + d.fence(func() { d.changes(t.Drift) })
	}
	if len(t.Changes) > 0 && !d.full() {
		text += would + d.plan(t.Changes)
	}
	if len(t.Outputs) > 0 && !d.full() {
		text += count(len(t.Outputs), "output") + ":\n\n" + d.fence(func() { d.outputs(t.Outputs) })
	}
	return text
}

// DriftMarker begins the issue on the drift of a target, and only that.
func DriftMarker(t layer.Target) string {
	name, err := json.Marshal(t.ID())
	if err != nil { // a string always marshals
		panic(err)
	}
	return "<!-- layerbot:drift " + strings.ReplaceAll(ascii(string(name)), "--", `-\u002d`) + " -->\n"
}

// DriftIssue returns the issue on one target that is no longer as its configuration says: what was changed outside Terraform,
// what an apply would do now, and what to do. The body begins with DriftMarker and stays within Budget. run is the address of
// the run that found it.
func DriftIssue(r *report.Report, run, version string) (title, body string) {
	v := newView(Page{State: Drifting, Reports: []report.Report{*r}, Links: Links{Run: run}, Version: version})
	t := v.targets[0]
	title = shown(t.id+" has drifted: "+driftWords(r), 200)
	if len(r.Drift) == 0 {
		title = shown(t.id+" is "+driftWords(r), 200)
	}

	head := DriftMarker(r.Target) + "**" + literal(driftWords(r)) + "**"
	if r.Head != "" {
		head += ", compared with " + code(short(r.Head))
	}
	head += ".\n\n"
	foot := "### What to do\n\n" +
		"- To put it back as it is configured: apply " + code(t.name) + ".\n" +
		"- To keep it: change the configuration in a pull request, until its plan has no changes.\n\n" +
		"Nothing is applied by itself. This issue is brought up to date by every search for drift, and closed when there is none.\n\n" + v.footer()

	room := Budget - len(head) - len(foot)
	caution := v.caution(room / 2)
	room -= len(caution) + 400 + len(v.where())
	sections := v.sections(room)
	fit(sections, room)
	return title, head + caution + v.announce(sections) + join(sections) + foot
}
