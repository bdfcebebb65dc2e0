// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"bytes"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// stoppedSection renders a plan that may not be applied as it is: what changed since review, the plan as it is now, and how to
// accept it.
func (v *view) stoppedSection(t *target, limit int) section {
	sum := v.label(t)
	if planned := tally(t.Report.Count()); planned != "" {
		sum += ", " + planned
	}
	summary := "✋ <code>" + markup(t.name) + "</code>: stopped: " + markup(sum)
	v.cut = false
	head, accept := "**"+prose(v.message(t))+"**\n\n"+v.denials(t), v.acceptance(t)
	s := section{urgent: true, clipped: v.cut}
	s.forms[asCounts] = "- ✋ " + code(t.name) + ": stopped: " + literal(sum) + " (what it would do is left out: see " + v.where() + ")\n"
	s.forms[asList] = fold(summary, head+v.since(t, maxList)+v.preface(t)+v.addresses(t)+"The full diff is left out: see "+v.where()+".\n\n"+accept, true)

	d := newFenceDiffer(limit)
	v.cut = false
	body := head + v.since(t, max(maxList, limit/8)) + v.preface(t) + d.wouldDo(t)
	text := fold(summary, body+v.shortened(d)+accept, true)
	if d.full() || len(text) > limit {
		s.level = asList
		return s
	}
	s.forms[asWhole], s.clipped = text, s.clipped || d.clipped || v.cut
	return s
}

// since lists what is not planned as reviewers saw it, in room bytes.
func (v *view) since(t *target, room int) string {
	if len(t.Differences) == 0 {
		return ""
	}
	d := newFenceDiffer(room)
	d.differences(t.Differences)
	list, more := d.out, ""
	if len(list) > room { // cut at a line end
		list = list[:bytes.LastIndexByte(list[:room], '\n')+1]
		more = "and " + number(len(t.Differences)-bytes.Count(list, []byte("\n"))) + " more: full list in " + v.where() + "\n\n"
		v.cut = true
	}
	return "What changed since review:\n\n" + fence("diff", string(list)) + "\n" + more
}

// differences writes a line for each: the address, how it was reviewed and how it is planned now, and why.
func (d *differ) differences(list []report.Difference) {
	for _, x := range list {
		if d.full() {
			return
		}
		why := shown(x.Why, maxPath)
		switch {
		case x.Address == "":
			d.line(d.update, " ", why)
		case x.Was == "" && x.Now == "":
			d.line(d.update, " ", shown(x.Address, maxPath), remark(why))
		case x.Was == "":
			d.line("+ ", shown(x.Address, maxPath), ": nothing → ", doing(x.Now), remark(why))
		case x.Now == "":
			d.line("- ", shown(x.Address, maxPath), ": ", doing(x.Was), " → nothing", remark(why))
		case x.Was == x.Now:
			d.line(d.update, " ", shown(x.Address, maxPath), ": ", doing(x.Now), remark(why))
		default:
			d.line(d.update, " ", shown(x.Address, maxPath), ": ", doing(x.Was), " → ", doing(x.Now), remark(why))
		}
	}
}

// remark returns a text as the end of a line.
func remark(s string) string {
	if s == "" {
		return ""
	}
	return "  # " + s
}

// doing names an action as the rest of the comment does.
func doing(a report.Action) string {
	switch a {
	case report.Delete:
		return "destroy"
	case report.NoOp:
		return "move or import"
	case "":
		return "nothing"
	default:
		return shown(string(a), 40)
	}
}

// accept returns the command that accepts exactly the plan that is shown of a target, "" if it cannot be accepted.
func (v *view) accept(t *target) string {
	switch {
	case v.Accept == "" || t.Fingerprint == nil || t.refused():
		return ""
	case v.stopped == 1 && !v.isPart:
		return v.Accept
	}
	return "/apply " + t.words()
}

// acceptance says how a stopped plan is accepted, and what else can be done.
func (v *view) acceptance(t *target) string {
	command := v.accept(t)
	if command == "" {
		return asSentence(v.hint(t)) + "\n\n"
	}
	return v.prompt("To accept exactly this plan, and nothing newer", command) + "\nOr revert the change, or open a pull request whose plan is what you want.\n\n"
}

// acceptable counts the stopped plans that someone may accept: not those that policies deny.
func (v *view) acceptable() (n int) {
	for _, t := range v.targets {
		if t.state == report.Stopped && !t.refused() {
			n++
		}
	}
	return n
}

// acceptAll is the footer's word on several stopped plans.
func (v *view) acceptAll() string {
	n := v.acceptable()
	if v.Accept == "" || n < 2 || v.isPart {
		return ""
	}
	return v.prompt("Accept all "+number(n)+" stopped plans, exactly as they are shown here", v.Accept) + "\n"
}

// waitingList says why targets wait that nothing is wrong with, each reason once.
func (v *view) waitingList(room int) string {
	if v.waiting == 0 {
		return ""
	}
	list := gather(v, func(t *target) []Notice {
		if t.state != waiting {
			return nil
		}
		return []Notice{{v.message(t), v.hint(t)}}
	})
	title := "Waiting:\n\n"
	if v.State == Drifting {
		title = "Not looked at yet:\n\n"
	}
	return title + v.capped(len(list), room, func(i int) string {
		return "- " + codes(list[i].targets, 10) + ": " + sentence(list[i].what.Message, list[i].what.Hint) + "\n"
	}) + "\n"
}

// outline returns what a stopped plan's text begins with outside Markdown: the message, the differences.
func (v *view) outline(t *target, update string) string {
	d := &differ{update: update}
	if len(t.Differences) > 0 {
		d.line()
		d.line("Changed since review:")
		d.differences(t.Differences)
	}
	text := strings.TrimRight(visible(v.message(t)), " ") + "\n"
	for _, r := range t.denials() {
		text += "\n" + r.text(false)
	}
	return text + string(d.out)
}
