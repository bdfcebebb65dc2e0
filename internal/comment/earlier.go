// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"slices"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// Earlier is a target that the change affects and that this run did not plan: what an earlier run on the same commit
// said of it. After the merge: a target of the change that this run had nothing to do with.
type Earlier struct {
	Target layer.Target
	Status report.Status // "" if it was not planned on this commit yet; after the merge Applied, or anything else if it was not
	Counts report.Counts
	Losses []string // addresses of what is destroyed or replaced, as many as are known
	Run    string   // address of the run
	Tally  report.Tally
}

// earlierWithoutPlan counts the earlier targets that have no good plan.
func (v *view) earlierWithoutPlan() (n int) {
	for _, e := range v.Earlier {
		if e.Status != report.Changed && e.Status != report.Unchanged {
			n++
		}
	}
	return n
}

// earlierRefused counts the earlier targets whose plans policies do not allow.
func (v *view) earlierRefused() (n int) {
	for _, e := range v.Earlier {
		if e.Tally.Refused() {
			n++
		}
	}
	return n
}

// earlierFailing counts the earlier targets for which the check fails, though their plans are allowed.
func (v *view) earlierFailing() (n int) {
	for _, e := range v.Earlier {
		if e.Tally.Failed() && !e.Tally.Refused() {
			n++
		}
	}
	return n
}

// before returns what an earlier run said of a target, nil if there is none.
func (v *view) before(id string) *Earlier {
	i := slices.IndexFunc(v.Earlier, func(e Earlier) bool { return e.Target.ID() == id })
	if i < 0 {
		return nil
	}
	return &v.Earlier[i]
}

// earlierOutcome is the headline where it is the earlier targets that decide.
func (v *view) earlierOutcome() (symbol, text string) {
	if n := v.earlierWithoutPlan(); n > 0 {
		return "❌", count(n, "affected target") + " " + verb(n, "has", "have") + " no plan on this commit"
	}
	if v.denies() {
		return "❌", v.denialOutcome()
	}
	if n := v.earlierRefused(); n > 0 {
		return "❌", "Denied by policy: " + count(n, "target") + " planned earlier on this commit"
	}
	if text := v.failingOutcome(); text != "" {
		return "❌", text
	}
	if n := v.earlierFailing(); n > 0 {
		return "❌", "The check fails for what scanners said of " + count(n, "target") + " earlier on this commit"
	}
	return "🔵", count(len(v.Earlier), "target") + " planned earlier on this commit"
}

// earlierLosses returns what the earlier plans of the other affected targets destroy and replace.
func (v *view) earlierLosses() (sum report.Counts) {
	for _, e := range v.Earlier {
		sum.Destroy += e.Counts.Destroy
		sum.Replace += e.Counts.Replace
	}
	return sum
}

// earlier lists what earlier runs on this commit said of the other affected targets, those without a plan first.
func (v *view) earlier(room int) string {
	if len(v.Earlier) == 0 {
		return ""
	}
	if v.State == Merged {
		return v.appliedBefore(room)
	}
	var good, bad []Earlier
	for _, e := range v.Earlier {
		if e.Status == report.Changed || e.Status == report.Unchanged {
			good = append(good, e)
		} else {
			bad = append(bad, e)
		}
	}
	all := slices.Concat(bad, good)
	return "Also affected, not planned in this run (`/plan` plans everything that is affected):\n\n" + v.capped(len(all), room, func(i int) string {
		e := all[i]
		name := link(code(e.Target.String()), e.Run)
		return "- " + e.mark() + name + ": " + e.result() + also(e.Tally, nil) + "\n" + e.losses()
	}) + "\n"
}

// earlierResult says in words what became of an earlier target.
func (v *view) earlierResult(e Earlier) string {
	switch {
	case v.State != Merged:
		return e.result() + also(e.Tally, nil)
	case e.Status == report.Applied || e.Status == report.Unchanged:
		return "applied before"
	}
	return "not applied yet"
}

// result says in words what became of an earlier plan.
func (e Earlier) result() string {
	switch e.Status {
	case report.Unchanged:
		return "no changes"
	case report.Changed:
		return tally(e.Counts)
	case report.Failed:
		return "failed"
	default:
		return "not planned on this commit yet"
	}
}

// mark draws the eye to an earlier plan that failed or destroys: the caution block has only this run's.
func (e Earlier) mark() string {
	switch {
	case e.Status != report.Changed && e.Status != report.Unchanged, e.Tally.Failed():
		return "❌ "
	case e.Counts.Destroy+e.Counts.Replace > 0:
		return "⚠️ "
	}
	return ""
}

func (e Earlier) losses() string {
	if len(e.Losses) == 0 {
		return ""
	}
	more := ""
	if n := e.Counts.Destroy + e.Counts.Replace - len(e.Losses); n > 0 {
		more = " and " + number(n) + " more"
	}
	return "  - destroys or replaces " + codes(e.Losses, len(e.Losses)) + more + "\n"
}

// earlierNotApplied counts the earlier targets that are not applied.
func (v *view) earlierNotApplied() (n int) {
	if v.State != Merged {
		return 0
	}
	for _, e := range v.Earlier {
		if e.Status != report.Applied && e.Status != report.Unchanged {
			n++
		}
	}
	return n
}

// appliedBefore names the targets of the change that earlier runs applied, and those that no run applied yet.
func (v *view) appliedBefore(room int) string {
	var done, left []named
	for _, e := range v.Earlier {
		n := named{name: e.Target.String(), address: e.Run}
		if e.Status == report.Applied || e.Status == report.Unchanged {
			done = append(done, n)
		} else {
			left = append(left, n)
		}
	}
	return v.naming("⏳ Not applied yet: ", left, room/2) + v.naming("Applied before: ", done, room/2)
}
