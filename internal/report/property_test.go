// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A drawn plan has distinct addresses and, in each, leaves with distinct paths none of which lies below another.
func drawPlan(t *rapid.T) []entry {
	addresses := rapid.SliceOfNDistinct(rapid.StringMatching(`(output\.|aws_[a-c]\.|module\.m\[[01]\]\.x\.)[a-e]`), 1, 8, rapid.ID).Draw(t, "addresses")
	var plan []entry
	for _, address := range addresses {
		e := entry{address: address}
		e.change.Action = rapid.SampledFrom([]Action{Create, Update, Replace, Delete, Forget, NoOp}).Draw(t, "action")
		e.change.CreateFirst = e.change.Action == Replace && rapid.Bool().Draw(t, "create first")
		e.change.MovedFrom = rapid.SampledFrom([]string{"", "", "x.y"}).Draw(t, "moved from")
		e.change.Imported = rapid.SampledFrom([]bool{false, false, true}).Draw(t, "imported")
		for _, path := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-e](\["[a.\[]"\]|\[[0-2]\]|_all)`), 0, 6, rapid.ID).Draw(t, "paths") {
			e.leaves = append(e.leaves, drawLeaf(t, path))
		}
		plan = append(plan, e)
	}
	return plan
}

func drawLeaf(t *rapid.T, path string) Leaf {
	value := rapid.SampledFrom([]string{"", "1", "2", `""`, `"a"`, "true", "null", "[]", "{}"})
	l := known(path, value.Draw(t, "before"), value.Draw(t, "after"))
	l.Sensitive = rapid.SampledFrom([]bool{false, false, true}).Draw(t, "sensitive")
	l.Forces = rapid.SampledFrom([]bool{false, false, true}).Draw(t, "forces")
	if rapid.SampledFrom([]bool{false, false, true}).Draw(t, "unknown") {
		l.After, l.Unknown = nil, true
	}
	return l
}

// copied returns a copy that can be changed.
func copied(plan []entry) []entry {
	out := slices.Clone(plan)
	for i := range out {
		out[i].leaves = slices.Clone(out[i].leaves)
	}
	return out
}

func reviewOf(plan []entry, applied ...string) *Review {
	return &Review{Fingerprint: fingerprint("key", tool(), plan, ""), Applied: applied}
}

// mutate changes one thing that the plan would do. It says what.
func mutate(t *rapid.T, plan []entry) ([]entry, string) {
	i := rapid.IntRange(0, len(plan)-1).Draw(t, "entry")
	e := &plan[i]
	if len(e.leaves) > 0 && rapid.Bool().Draw(t, "in a leaf") {
		return plan, mutateLeaf(t, &e.leaves[rapid.IntRange(0, len(e.leaves)-1).Draw(t, "leaf")])
	}
	kind := rapid.SampledFrom([]string{"action", "moved", "imported", "import id", "deferred", "order", "leaf", "less", "more", "address"}).Draw(t, "kind")
	switch kind {
	case "action":
		e.change.Action = map[Action]Action{Create: Update, Update: Replace, Replace: Delete, Delete: Forget, Forget: NoOp, NoOp: Create}[e.change.Action]
	case "moved":
		e.change.MovedFrom += "x"
	case "imported":
		e.change.Imported = !e.change.Imported
	case "import id":
		e.change.ImportID += "x"
	case "deferred":
		e.change.Deferred += "x"
	case "order":
		e.change.CreateFirst = !e.change.CreateFirst
	case "leaf":
		e.leaves = append(e.leaves, known("new", "", "1"))
	case "less":
		return slices.Delete(plan, i, i+1), kind
	case "more":
		return append(plan, entry{"new.new", Change{Action: Create}, nil}), kind
	case "address":
		e.address += "x"
	}
	return plan, kind
}

func mutateLeaf(t *rapid.T, l *Leaf) string {
	kinds := []string{"path", "scalar before", "unknown"}
	if !l.Unknown {
		kinds = append(kinds, "before", "after", "sensitive", "forces")
	}
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	switch kind {
	case "path":
		l.Path += "x"
	case "scalar before", "before":
		if l.Before = []byte("3"); kind == "before" {
			l.Before = []byte("[[]]")
		}
	case "after":
		l.After = []byte("3")
	case "sensitive":
		l.Sensitive = !l.Sensitive
		l.Before = []byte("3") // of nothing, being sensitive says nothing
	case "forces":
		l.Forces = !l.Forces
	case "unknown":
		if l.Unknown = !l.Unknown; l.Unknown {
			l.After = nil
		}
	}
	return kind
}

func TestWhateverIsMutatedIsNotTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := drawPlan(t)
		review := reviewOf(plan)
		if verdict, d := compare(review, tool(), rapid.Permutation(copied(plan)).Draw(t, "order")); verdict != Same {
			t.Fatalf("unchanged: %s %+v", verdict, d)
		}
		now, what := mutate(t, copied(plan))
		verdict, _ := compare(review, tool(), now)
		if verdict == Same || verdict == Remainder {
			t.Fatalf("%s: %s", what, verdict)
		}
		if verdict == Refined && what != "unknown" {
			t.Fatalf("%s: %s", what, verdict)
		}
	})
}

// reveal makes some unknown leaves known and reports whether it did.
func reveal(t *rapid.T, plan []entry) (revealed bool) {
	for i := range plan {
		e := &plan[i]
		for _, l := range slices.Clone(e.leaves) {
			if !l.Unknown || !rapid.Bool().Draw(t, "reveal "+l.Path) {
				continue
			}
			revealed = true
			form := rapid.IntRange(0, 3).Draw(t, "form")
			l.Unknown = false
			switch {
			case form == 0 && scalar(l.Before), form == 1:
				l.After = []byte(`"now known"`)
				e.become(l.Path, l)
			case form == 0:
				e.become(l.Path) // null
			case scalar(l.Before):
				e.become(l.Path, known(l.Path, string(l.Before), ""), known(l.Path+`["k"].x`, "", "1"))
			case form == 2:
				e.become(l.Path, known(l.Path+"[0]", "", "1"), unknown(l.Path+"[1]", ""))
			default:
				e.become(l.Path, known(l.Path+".x", "1", "2"), known(l.Path+".y", "", "{}"))
			}
		}
	}
	return revealed
}

func TestWhateverUnknownIsRevealedIsARefinement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := drawPlan(t)
		now := copied(plan)
		want := Same
		if reveal(t, now) {
			want = Refined
		}
		if verdict, d := compare(reviewOf(plan), tool(), now); verdict != want {
			t.Fatalf("%s, want %s: %+v\nwas %+v\nnow %+v", verdict, want, d, plan, now)
		}
		if want != Refined {
			return
		}
		if verdict, _ := compare(reviewOf(now), tool(), plan); verdict != Different {
			t.Fatalf("the other way round: %s", verdict)
		}
		other, what := mutate(t, copied(plan))
		reveal(t, other)
		if verdict, _ := compare(reviewOf(plan), tool(), other); verdict != Different && verdict != Nothing && what != "unknown" && what != "path" {
			t.Fatalf("%s, beside a refinement: %s", what, verdict)
		}
	})
}

func TestWhateverIsLeftIsARemainder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := drawPlan(t)
		var applied []string
		var rest []entry
		for _, e := range copied(plan) {
			if rapid.Bool().Draw(t, "applied "+e.address) {
				applied = append(applied, e.address)
			} else {
				rest = append(rest, e)
			}
		}
		if len(rest) == 0 || len(applied) == 0 {
			return
		}
		now := copied(rest)
		reveal(t, now)
		if verdict, d := compare(reviewOf(plan, applied...), tool(), now); verdict != Remainder {
			t.Fatalf("%s: %+v", verdict, d)
		}
		other, what := mutate(t, copied(rest))
		reveal(t, other)
		if verdict, _ := compare(reviewOf(plan, applied...), tool(), other); verdict != Different && verdict != Nothing && what != "unknown" && what != "less" && what != "path" {
			t.Fatalf("%s: %s", what, verdict)
		}
		more := append(copied(rest), entry{fmt.Sprint("new.", len(rest)), Change{Action: Delete}, nil})
		if verdict, _ := compare(reviewOf(plan, applied...), tool(), more); verdict != Different {
			t.Fatalf("something more: %s", verdict)
		}
	})
}
