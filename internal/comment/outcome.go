// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// outcome returns the headline: a symbol and a sentence. What earlier plans on the same commit destroy stands in it too: a
// what-if does not hide it.
func (v *view) outcome() (symbol, text string) {
	if v.State == Merged {
		return v.mergedOutcome()
	}
	if v.State == Drifting {
		return v.driftOutcome()
	}
	if v.State == Scanned {
		return v.scanOutcome()
	}
	symbol, text = v.thisRun()
	if len(v.targets) > 0 && v.State == Planned && v.grantsNothing() != "" {
		text = "What if: " + text
	}
	if sum := v.earlierLosses(); v.State == Planned && sum.Destroy+sum.Replace > 0 {
		if symbol != "❌" {
			symbol = "⚠️"
		}
		text += "; planned earlier: " + losses(sum)
	}
	return symbol, text
}

func (v *view) thisRun() (symbol, text string) {
	all := len(v.targets) + v.missing
	switch {
	case v.State == Superseded:
		return "🕓", "Superseded: the branch moved while this was planned"
	case v.State == Closed:
		return "⚪", "Closed without merging: nothing of this will be applied"
	case v.blocked():
		return "❌", "Nothing could be planned"
	case len(v.targets)+v.missing == 0 && len(v.Earlier) > 0:
		return v.earlierOutcome()
	case len(v.targets) == 0 && v.missing > 0:
		return "❌", "No plans: " + count(v.missing, "target") + " expected, none reported"
	case len(v.targets) == 0:
		return "✅", "Nothing affected"
	case v.failed > 0 && all == 1:
		return "❌", "The plan failed"
	case v.failed > 0 && v.denied > 0:
		return "❌", number(v.failed) + " of " + count(all, "plan") + " failed, " + number(v.denied) + " " + v.deniedWord()
	case v.failed > 0:
		return "❌", number(v.failed) + " of " + count(all, "plan") + " failed"
	case v.missing > 0:
		return "❌", number(v.missing) + " of " + count(all, "target") + " left no report"
	case v.denies():
		return "❌", v.denialOutcome()
	case v.earlierWithoutPlan()+v.earlierRefused() > 0:
		return v.earlierOutcome()
	case len(v.found.failing)+len(v.required) > 0:
		text = v.failingOutcome()
		if v.changed > 0 {
			text += "; " + v.changing(all)
		}
		return "❌", text
	case v.earlierFailing() > 0:
		return v.earlierOutcome()
	case v.changed == 0 && v.earlierChanged() > 0:
		n := v.earlierChanged()
		return "🔵", "No changes in this run, " + count(n, "target") + " planned earlier " + verb(n, "changes", "change")
	case v.changed == 0:
		return "✅", "No changes"
	}
	if v.total.Destroy+v.total.Replace > 0 {
		return "⚠️", v.changing(all)
	}
	return "🔵", v.changing(all)
}

// changing returns "2 of 3 targets change, 1 resource to destroy".
func (v *view) changing(all int) string {
	text := count(all, "target") + " " + verb(all, "changes", "change")
	if v.changed < all {
		text = number(v.changed) + " of " + count(all, "target") + " " + verb(v.changed, "changes", "change")
	}
	if v.total.Destroy+v.total.Replace > 0 {
		text += ", " + losses(v.total)
	}
	return text
}

// earlierChanged counts the targets of earlier runs that change: no change in this run is not none at all.
func (v *view) earlierChanged() (n int) {
	for _, e := range v.Earlier {
		if e.Status == report.Changed {
			n++
		}
	}
	return n
}

// rollup returns "6 targets: 2 change, 3 unchanged, 1 failed".
func (v *view) rollup() string {
	if v.State == Scanned {
		return v.scanRollup()
	}
	all := len(v.targets) + v.missing
	if all == 0 {
		return ""
	}
	var parts []string
	for _, p := range []struct {
		n    int
		text string
	}{
		{v.applied, "applied"}, {v.changed, v.changes()}, {v.unchanged, "unchanged"}, {v.denied, v.deniedWord()}, {v.stopped, "stopped"},
		{v.waiting, v.waits()}, {v.failed, "failed"}, {v.missing, "without a report"},
	} {
		if p.n > 0 {
			parts = append(parts, number(p.n)+" "+p.text)
		}
	}
	if all == 1 { // "1 target: unchanged"
		_, parts[0], _ = strings.Cut(parts[0], " ")
	}
	return count(all, "target") + ": " + strings.Join(parts, ", ")
}

// changes says in the rollup what the targets with changes do.
func (v *view) changes() string {
	if v.State == Drifting {
		return "drifted"
	}
	return verb(v.changed, "changes", "change")
}

// waits says it of those that wait.
func (v *view) waits() string {
	if v.State == Drifting {
		return "not looked at"
	}
	return verb(v.waiting, "waits", "wait")
}
