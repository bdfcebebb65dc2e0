// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// maxFolds is how many applied targets have a fold each outside of a common one.
const maxFolds = 10

const (
	manyOpen  = "<details>\n<summary>What was done, and outputs</summary>\n\n"
	manyClose = "</details>\n\n"
)

// appliedSection renders what was carried out, and the outputs as they are now.
func (v *view) appliedSection(t *target, limit int) section {
	sum := carried(t.counts)
	if sum == "" {
		sum = "applied"
	}
	summary := "<code>" + markup(t.name) + "</code>: " + sum
	head := v.preface(t) + verdictNote(t)
	s := section{many: v.applied > maxFolds}
	s.forms[asCounts] = "- " + code(t.name) + ": " + sum + " (addresses and outputs left out)\n"
	list := v.outputs(t, maxOpen)
	if len(t.Changes) > 0 {
		list += v.addresses(t)
	}
	s.forms[asList] = fold(summary, head+list+"The full diff is left out: see "+v.where()+".\n\n", false)

	d := newFenceDiffer(limit)
	v.cut = false
	outputs := v.outputs(t, max(2*maxList, limit/8))
	body := head + outputs
	if diff := v.since(t, maxList) + d.plan(t.Changes); outputs != "" && diff != "" {
		body += fold("What was done", diff, false)
	} else {
		body += diff
	}
	text := fold(summary, body+v.shortened(d), outputs != "" && len(outputs) <= maxOpen && v.applied <= maxOpenRelations)
	if d.full() || len(text) > limit {
		s.level = asList
		return s
	}
	s.forms[asWhole], s.clipped = text, d.clipped || v.cut
	return s
}

// verdictNote says how the plan that was applied stands to the reviewed one, if it was not the same.
func verdictNote(t *target) string {
	switch t.Verdict {
	case report.Refined:
		return "Refined: everything is as reviewed, and values that were not known then became known.\n\n"
	case report.Remainder:
		return "This was left of the reviewed plan after an earlier apply carried out the rest of it.\n\n"
	case report.Different:
		return "The plan changed since review, and the configuration lets it be applied.\n\n"
	default:
		return ""
	}
}

// outputs returns the output values of a target as a fence of at most about room bytes.
func (v *view) outputs(t *target, room int) string {
	if t.Apply == nil || len(t.Apply.Outputs) == 0 {
		return ""
	}
	var b strings.Builder
	more := ""
	for i, o := range t.Apply.Outputs {
		text := outputText(o, room/2)
		if b.Len()+len(text) > room {
			more = "and " + count(len(t.Apply.Outputs)-i, "more output") + ": see " + v.where() + "\n\n"
			v.cut = true
			break
		}
		b.WriteString(text)
	}
	if b.Len() == 0 {
		return count(len(t.Apply.Outputs), "output") + ": see " + v.where() + "\n\n"
	}
	return verb(len(t.Apply.Outputs), "Output", "Outputs") + ":\n\n" + fence("", b.String()) + "\n" + more
}

// outputText returns "name = value"; a value of several lines stands below its name, indented, and room cuts a long one; 0 is
// no limit.
func outputText(o report.Output, room int) string {
	name := shown(o.Name, maxName)
	switch {
	case o.Sensitive:
		return name + " = (sensitive)\n"
	case o.Value == nil:
		return name + " = (too large to show)\n"
	}
	list := outputLines(o.Value)
	if len(list) == 1 {
		return name + " = " + cutValue(list[0], room) + "\n"
	}
	var b strings.Builder
	for _, line := range list {
		b.WriteString("  " + visibleBut(line, "\t") + "\n")
	}
	return name + " =\n" + cutValue(b.String(), room)
}

// outputLines returns a value on one line, or a text and a collection that are long on several.
func outputLines(raw json.RawMessage) []string {
	if list, several := block(raw); several {
		return list
	}
	var b bytes.Buffer
	if len(raw) >= minJSON && (raw[0] == '{' || raw[0] == '[') && json.Indent(&b, raw, "", "  ") == nil && b.Len() <= 4*len(raw)+1024 {
		return strings.Split(b.String(), "\n")
	}
	return []string{value(raw)}
}

// cutValue shortens a value and says so.
func cutValue(s string, room int) string {
	if room == 0 || len(s) <= room {
		return s
	}
	end := ""
	if strings.HasSuffix(s, "\n") {
		end = "\n"
	}
	return clip(s, room) + " (" + number(len(s)) + " bytes, shortened)" + end
}
