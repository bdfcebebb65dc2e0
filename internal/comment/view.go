package comment

import (
	"cmp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// A view is a page with everything decided that its forms (comment, summary, terminal, HTML) share.
type view struct {
	Page
	targets []*target     // failures first, then in wave order
	total   report.Counts // of the targets that did not fail

	changed, unchanged, failed int
	missing                    int // expected and without a report

	cut       bool // something was left out; set while rendering
	isSummary bool // this is the run's summary itself
}

// A target is one report with the name it is shown under.
type target struct {
	*report.Report
	id, name string
	state    report.Status
	counts   report.Counts
}

func newView(p Page) *view {
	v := &view{Page: p, missing: max(0, p.Expected-len(p.Reports))}
	if v.blocked() {
		v.missing = 0 // nobody knows how many
	}
	seen := map[string]int{}
	for i := range p.Reports {
		r := &p.Reports[i]
		seen[r.Target.String()]++
		v.targets = append(v.targets, &target{Report: r, id: r.Target.ID(), name: r.Target.String(), state: state(r), counts: r.Count()})
	}
	for _, t := range v.targets {
		if seen[t.name] > 1 { // 04-data and 05-data
			t.name = t.id
		}
		switch t.state {
		case report.Failed:
			v.failed++
			continue
		case report.Changed:
			v.changed++
		case report.Unchanged:
			v.unchanged++
		}
		v.total = add(v.total, t.counts)
	}
	v.Notices = slices.DeleteFunc(slices.Clone(v.Notices), func(n Notice) bool {
		return n.Hint != "" && slices.ContainsFunc(v.targets, func(t *target) bool { return t.Failure != nil && t.Failure.Hint == n.Hint })
	})
	slices.SortStableFunc(v.targets, func(a, b *target) int {
		return cmp.Or(rank(a)-rank(b), a.Target.Wave-b.Target.Wave, strings.Compare(a.id, b.id))
	})
	return v
}

// blocked reports whether planning could not begin.
func (v *view) blocked() bool { return v.Blocked.Message != "" }

// nameOf returns the name that the target of an ID is shown under.
func (v *view) nameOf(id string) string {
	for _, t := range v.targets {
		if t.id == id {
			return t.name
		}
	}
	i := strings.LastIndex(id, "/") + 1
	return layer.Short(strings.TrimSuffix(id[:i], "/")) + id[max(0, i-1):]
}

func rank(t *target) int {
	if t.state == report.Failed {
		return 0
	}
	return 1
}

// state returns the status to believe: a report with a failure failed, one with changes changed, and one that does not say
// failed.
func state(r *report.Report) report.Status {
	switch {
	case r.Failure != nil || r.Status != report.Changed && r.Status != report.Unchanged:
		return report.Failed
	case len(r.Changes)+len(r.Outputs) > 0:
		return report.Changed
	}
	return r.Status
}

func add(a, b report.Counts) report.Counts {
	return report.Counts{
		Add: a.Add + b.Add, Change: a.Change + b.Change, Destroy: a.Destroy + b.Destroy, Replace: a.Replace + b.Replace,
		Forget: a.Forget + b.Forget, Read: a.Read + b.Read, Moved: a.Moved + b.Moved, Imported: a.Imported + b.Imported,
		Deferred: a.Deferred + b.Deferred, Outputs: a.Outputs + b.Outputs,
	}
}

// outcome returns the headline: a symbol and a sentence. What earlier plans on the same commit destroy stands in it too: a
// what-if does not hide it.
func (v *view) outcome() (symbol, text string) {
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
	case v.failed > 0:
		return "❌", number(v.failed) + " of " + count(all, "plan") + " failed"
	case v.missing > 0:
		return "❌", number(v.missing) + " of " + count(all, "target") + " left no report"
	case v.earlierWithoutPlan() > 0:
		return v.earlierOutcome()
	case v.changed == 0 && v.earlierChanged() > 0:
		n := v.earlierChanged()
		return "🔵", "No changes in this run, " + count(n, "target") + " planned earlier " + verb(n, "changes", "change")
	case v.changed == 0:
		return "✅", "No changes"
	}
	symbol, text = "🔵", count(all, "target")+" "+verb(all, "changes", "change")
	if v.changed < all {
		text = number(v.changed) + " of " + count(all, "target") + " " + verb(v.changed, "changes", "change")
	}
	if n := v.total.Destroy + v.total.Replace; n > 0 {
		symbol = "⚠️"
		text += ", " + losses(v.total)
	}
	return symbol, text
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
	all := len(v.targets) + v.missing
	if all == 0 {
		return ""
	}
	var parts []string
	for _, p := range []struct {
		n    int
		text string
	}{
		{v.changed, verb(v.changed, "changes", "change")}, {v.unchanged, "unchanged"},
		{v.failed, "failed"}, {v.missing, "without a report"},
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

// grantsNothing says why the plan is a what-if, "" if it is none.
func (v *view) grantsNothing() string {
	if v.WhatIf && v.WhatIfWhy != "" {
		return v.WhatIfWhy
	}
	for _, t := range v.targets {
		if m := flagsOf(t.Mode); m != "" {
			return "It was planned with `" + m + "`."
		}
	}
	if v.WhatIf {
		return "It only shows what would happen."
	}
	return ""
}

// where says where the whole text is.
func (v *view) where() string {
	switch {
	case v.Links.Report != "":
		return "the " + link("full report", v.Links.Report)
	case v.isSummary:
		return "the report kept with the run's artifacts"
	case v.Links.Run != "":
		return "the " + link("run's summary", v.Links.Run)
	}
	return "the run's summary"
}
