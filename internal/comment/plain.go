// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// What a terminal and the HTML page say of one target, as plain text.

// body returns what there is to tell of a target as text, the changes with their sign in column 0; for someone in front of a
// terminal, or for a page.
func (v *view) body(t *target, d *differ, terminal bool) string {
	head, next := "", ""
	switch t.state {
	case report.Failed:
		return v.fault(t, terminal)
	case waiting:
		return visible(v.message(t)) + "\n" + v.next(t, terminal)
	case report.Stopped:
		head = v.outline(t, d.update)
		if v.accept(t) == "" {
			next = "\n" + v.next(t, terminal)
		}
	default:
	}
	if len(t.Changes) > 0 {
		d.line()
		if head != "" || v.State == Drifting {
			d.line("An apply would do:")
		}
		d.changes(t.Changes)
	}
	if len(t.Outputs) > 0 {
		d.line()
		d.line("Outputs:")
		d.outputs(t.Outputs)
	}
	if len(t.Drift) > 0 {
		d.line()
		d.line("Changed outside Terraform:")
		d.changes(t.Drift)
	}
	return head + string(d.out) + next
}

// next returns what to do about a target, and the commands for it, each on its line.
func (v *view) next(t *target, terminal bool) string {
	text, commands := v.steps(t)
	if terminal {
		if len(commands) == 0 {
			text = v.advice(t)
		}
		text = typed(text)
	}
	text = visible(text) + "\n"
	for _, c := range commands {
		text += "  " + visible(c) + "\n"
	}
	return text
}

// maxTail is how many lines of a failed program's output a terminal shows.
const maxTail = 20

// fault returns why a target failed, each thing once: what Terraform said, what to do, what was carried out, the end of the output.
func (v *view) fault(t *target, terminal bool) string {
	text, f := visible(v.message(t))+"\n", t.Failure
	if f != nil && len(f.Diagnostics) > 0 {
		if said := diagnose(f.Diagnostics, len(f.Diagnostics), 1<<20); f.Message == f.Diagnostics[0].Summary {
			text = said + "\n"
		} else {
			text += "\n" + said + "\n"
		}
	}
	text += v.next(t, terminal)
	if list := t.list; v.State == Merged && len(list) > 0 {
		d := newTextDiffer()
		d.list(list)
		text += "\n" + t.progress() + " " + verb(len(t.Apply.Done), "was", "were") + " carried out:\n" + string(d.out)
	}
	if f == nil {
		return text
	}
	if log := output(f); log != "" {
		if all := strings.Split(log, "\n"); terminal { // what matters has to stay in sight
			log = strings.Join(all[max(0, len(all)-maxTail):], "\n")
		}
		text += "\nLast lines of the output:\n" + log + "\n"
	}
	return text
}

// indent moves every line that is not empty to the right.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
}
