// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// What a page says after the merge, when its reports are of applies.

// appliedState returns the state to believe of an apply: it is Applied or Unchanged only if nothing in the report speaks against it.
func appliedState(r *report.Report) report.Status {
	switch {
	case r.Failure != nil && slices.Contains(waits, r.Failure.Kind):
		return waiting
	case r.Status == report.Stopped:
		return report.Stopped
	case r.Failure != nil:
		return report.Failed
	case r.Status == report.Applied, r.Status == report.Unchanged && works(r.Changes)+len(r.Outputs) == 0:
		return r.Status
	}
	return report.Failed
}

// waits are the kinds of failure of targets that nothing is wrong with.
var waits = []report.FailureKind{report.Blocked, report.Unapproved, report.Unpromoted, report.Unreached}

// works returns how many of the changes an apply carries out one by one, and tells of.
func works(list []report.Change) (n int) {
	for i := range list {
		switch c := &list[i]; {
		case c.Deferred != "":
		case c.Action == report.Create, c.Action == report.Update, c.Action == report.Replace, c.Action == report.Delete:
			n++
		}
	}
	return n
}

// carryOut finds what was carried out: everything, or what the report of an apply that did not end well tells of.
func (t *target) carryOut() {
	r := *t.Report
	switch {
	case t.state == report.Applied || t.state == report.Unchanged:
	case r.Apply == nil:
		return
	default:
		done := map[string]bool{}
		for _, address := range r.Apply.Done {
			done[address] = true
		}
		r.Outputs = nil
		r.Changes = slices.DeleteFunc(slices.Clone(r.Changes), func(c report.Change) bool { return !done[c.Address] })
	}
	t.list, t.counts, t.counted = r.Changes, r.Count(), true
}

// progress returns "3 of 7 changes" of an apply that did not end well, "" if nothing was begun.
func (t *target) progress() string {
	if t.Apply == nil {
		return ""
	}
	done := len(t.Apply.Done)
	all := 0 // as the runner counts them
	for _, c := range t.Changes {
		if c.Action != report.Read && c.Deferred == "" {
			all++
		}
	}
	return number(done) + " of " + count(max(done, all), "change")
}

// mergedOutcome is the headline after the merge: what is most urgent.
func (v *view) mergedOutcome() (symbol, text string) {
	all := len(v.targets) + v.missing
	switch {
	case v.blocked():
		return "❌", "Nothing could be applied"
	case v.failed+v.missing > 0:
		return "❌", v.notApplied(all)
	case v.stopped > 0:
		return "✋", v.stoppedOutcome(all)
	case v.waiting > 0:
		return "⏳", v.waitingOutcome(all)
	case v.earlierNotApplied() > 0:
		text = count(v.earlierNotApplied(), "target") + " still to be applied"
		if v.applied > 0 {
			text = v.appliedOutcome() + ", " + text
		}
		return "⏳", text
	case all == 0 && len(v.Earlier) > 0:
		return "✅", "Applied before" + v.to(" to ") + ": " + count(len(v.Earlier), "target")
	case all == 0:
		return "✅", "Nothing to apply"
	case v.applied == 0:
		text = "No changes" + v.to(" in ") + ": " + count(all, "target")
	default:
		text = v.appliedOutcome()
	}
	if v.denies() {
		return odd, text + ", and policies do not allow it"
	}
	return "✅", text
}

func (v *view) appliedOutcome() string {
	text := "Applied" + v.to(" to ") + ": " + count(v.applied, "target")
	if v.unchanged > 0 {
		text += ", " + number(v.unchanged) + " without changes"
	}
	return text
}

func (v *view) notApplied(all int) string {
	if n := v.failed + v.missing + v.stopped + v.waiting; all > 1 {
		return number(n) + " of " + count(all, "target") + " " + verb(n, "was", "were") + " not applied"
	}
	if v.missing > 0 {
		return "The apply left no report"
	}
	switch t := v.targets[0]; t.kind() {
	case report.Interrupted:
		return "The apply was interrupted"
	case report.Locked:
		return "Not applied: the state is locked"
	default:
		return "The apply failed"
	}
}

func (v *view) stoppedOutcome(all int) string {
	text := "Stopped"
	if all > 1 {
		text = number(v.stopped) + " of " + count(all, "target") + " stopped"
	}
	switch v.only(report.Stopped) {
	case report.Stale:
		return text + ": " + verb(v.stopped, "its plan changed", "their plans changed") + " since review"
	case report.Refused:
		return text + ": policies do not allow " + verb(v.stopped, "its plan", "their plans")
	case report.Unreviewed:
		return text + ": nobody reviewed " + verb(v.stopped, "its plan", "their plans")
	default:
		return text
	}
}

func (v *view) waitingOutcome(all int) string {
	text := number(v.waiting) + " of " + count(all, "target") + " "
	wait := verb(v.waiting, "waits", "wait")
	switch v.only(waiting) {
	case report.Unapproved:
		return text + wait + " for approval"
	case report.Unpromoted:
		return text + wait + " for promotion"
	case report.Blocked:
		return text + wait + " for others"
	case report.Unreached:
		return text + verb(v.waiting, "was", "were") + " not reached in time"
	default:
		return text + wait
	}
}

// only returns the kind of all targets in a state, "" if they have several.
func (v *view) only(state report.Status) (k report.FailureKind) {
	for _, t := range v.targets {
		switch {
		case t.state != state:
		case k == "" || k == t.kind():
			k = t.kind()
		default:
			return ""
		}
	}
	return k
}

// to returns the environments of the targets behind a word: " to dev", " to dev and test"; of many their number.
func (v *view) to(word string) string {
	var envs []string
	for _, t := range v.targets {
		envs = append(envs, t.Target.Env)
	}
	for _, e := range v.Earlier {
		if len(v.targets) == 0 {
			envs = append(envs, e.Target.Env)
		}
	}
	slices.Sort(envs)
	envs = slices.Compact(envs)
	switch n := len(envs); n {
	case 1:
		return word + shown(envs[0], 60)
	case 2:
		return word + shown(envs[0], 60) + " and " + shown(envs[1], 60)
	default:
		return word + count(n, "environment")
	}
}

// waitsFor returns the names of the targets that a blocked one waits for, as far as they are known.
func (v *view) waitsFor(t *target) (names []string) {
	good := map[string]bool{}
	for _, o := range v.targets {
		if o.state == report.Applied || o.state == report.Unchanged {
			good[o.id], good[o.name] = true, true
		} else if o.Target.Env == t.Target.Env && slices.Contains(t.Target.DependsOn, o.Target.Dir) {
			names = append(names, o.name)
		}
	}
	for _, id := range v.Upstream[t.id] {
		if name := v.nameOf(id); !good[id] && !good[name] && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// appliedResult says in the table what became of a target after the merge.
func (v *view) appliedResult(t *target) string {
	switch t.state {
	case report.Applied:
		if how := map[report.Verdict]string{report.Refined: " (refined)", report.Remainder: " (what was left)", report.Different: " (changed since review)"}[t.Verdict]; how != "" {
			return "applied" + how
		}
		return "applied"
	case report.Unchanged:
		return "no changes"
	case report.Stopped:
		return "stopped: " + v.label(t)
	default:
		return v.label(t)
	}
}

// marks draw the eye to what was not applied.
var marks = map[report.Status]string{report.Failed: "❌ ", report.Stopped: "✋ ", waiting: "⏳ "}

// listed joins up to three names for a result of one line.
func listed(names []string) string {
	for i := range names {
		names[i] = shown(names[i], 60)
	}
	if len(names) > 3 {
		return strings.Join(names[:3], ", ") + " and " + number(len(names)-3) + " more"
	}
	return strings.Join(names, ", ")
}
