// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/report"
)

func TestAttr(t *testing.T) {
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	long := strings.Repeat("x", 100)
	for name, tt := range map[string]struct {
		attr   report.Attr
		action report.Action
		want   string
	}{
		"changed":                      {turn("a", "b", "c"), report.Update, "~   a = \"b\" → \"c\"\n"},
		"added to an update":           {set("a", "c"), report.Update, "+   a = \"c\"\n"},
		"removed from an update":       {gone("a", "b"), report.Update, "-   a = \"b\"\n"},
		"number, bool, null, empty":    {report.Attr{Path: "a", Before: raw("null"), After: raw("[]")}, report.Update, "~   a = null → []\n"},
		"created, known after apply":   {report.Attr{Path: "a", Unknown: true}, report.Create, "+   a = (known after apply)\n"},
		"changed, known after apply":   {report.Attr{Path: "a", Before: raw("1"), Unknown: true}, report.Update, "~   a = 1 → (known after apply)\n"},
		"sensitive":                    {report.Attr{Path: "a", Sensitive: true}, report.Update, "~   a = (sensitive value)\n"},
		"sensitive, created":           {report.Attr{Path: "a", Sensitive: true}, report.Create, "+   a = (sensitive value)\n"},
		"sensitive, to an unknown":     {report.Attr{Path: "a", Sensitive: true, Unknown: true}, report.Update, "~   a = (sensitive value) → (known after apply)\n"},
		"sensitive never shows values": {report.Attr{Path: "a", Sensitive: true, Before: raw(`"secret\nsecret"`), After: raw(`"secret"`)}, report.Update, "~   a = (sensitive value)\n"},
		"forces the replacement":       {report.Attr{Path: "a", Before: raw("1"), After: raw("2"), Forces: true}, report.Replace, "~   a = 1 → 2  # forces replacement\n"},
		"long on two lines":            {turn("a", long, long+"y"), report.Update, "-   a = \"" + long + "\"\n+   a = \"" + long + "y\"\n"},
		"escapes of JSON":              {report.Attr{Path: "a", Before: raw(`"\u003c\""`), After: raw(`"\t"`)}, report.Update, "~   a = \"<\\\"\" → \"\\t\"\n"},
		"one line with its end":        {report.Attr{Path: "a", After: raw(`"b\n"`)}, report.Create, "+   a = \"b\\n\"\n"},
		"several lines":                {set("a", "- b\n+ c\n\n  d\n"), report.Create, "+   a =\n+       - b\n+       + c\n+\n+         d\n"},
		"several lines, deleted":       {gone("a", "b\nc"), report.Delete, "-   a =\n-       b\n-       c\n"},
		"only line ends differ":        {turn("a", "b\nc", "b\nc\n"), report.Update, "~   a =\n        (only spaces or line ends differ)\n"},
		"one line becomes several":     {turn("a", "b", "b\nc"), report.Update, "~   a =\n        b\n+       c\n"},
		"nothing becomes several":      {turn("a", "", "b\nc"), report.Update, "~   a =\n+       b\n+       c\n"},
		"several, then unknown":        {report.Attr{Path: "a", Before: raw(`"b\nc"`), Unknown: true}, report.Update, "~   a = \"b\\nc\" → (known after apply)\n"},
		"no JSON at all":               {report.Attr{Path: "a", Before: raw("\"b\\"), After: raw("{")}, report.Update, "~   a = \"b\\ → {\n"},
		"whole value of an output":     {turn("", "b", "c"), report.Update, "~   value = \"b\" → \"c\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newTextDiffer()
			d.attr(&tt.attr, tt.action, "   ", 0)
			if diff := cmp.Diff(tt.want, string(d.out)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLongValuesAreCutAroundTheDifference(t *testing.T) {
	before := strings.Repeat("a", 5000) + "OLD" + strings.Repeat("b", 5000)
	a := turn("x", before, strings.Replace(before, "OLD", "NEW", 1))
	d := newFenceDiffer(0)
	d.attr(&a, report.Update, "   ", 0)
	if out := string(d.out); len(out) > 1200 || !strings.Contains(out, "OLD") || !strings.Contains(out, "NEW") || !strings.Contains(out, "(10,005 bytes, shortened)") {
		t.Error(out)
	}
}

func TestTagsCollapseOnlyWhenNothingElseChanges(t *testing.T) {
	tagged := func(i int, after string) report.Change {
		return report.Change{Address: fmt.Sprintf("a.b[%d]", i), Action: report.Update, Attrs: []report.Attr{turn(`tags_all["version"]`, "1", after)}}
	}
	text := func(list ...report.Change) string {
		d := &differ{update: "~", collapse: true}
		d.list(list)
		return string(d.out)
	}
	moved := tagged(2, "2")
	moved.MovedFrom = "a.c"
	if all := FullText(changes("a", "b", 0, tagged(0, "2"), tagged(1, "2"), tagged(2, "2"))); !strings.Contains(all, "~ a.b[1]\n") {
		t.Errorf("the full text collapses too: %s", all)
	}
	for name, tt := range map[string]struct{ got, want string }{
		"the same in all":    {text(tagged(0, "2"), tagged(1, "2"), tagged(2, "2")), "~ 3 resources: tags only: tags_all[\"version\"] = \"1\" → \"2\"\n"},
		"different values":   {text(tagged(0, "2"), tagged(1, "3"), tagged(2, "2")), "~ 3 resources: tags only: tags_all[\"version\"] (values differ)\n"},
		"too few":            {text(tagged(0, "2"), tagged(1, "2")), "~ a.b[0]\n~ a.b[1]\n"},
		"a move stays":       {text(tagged(0, "2"), tagged(1, "2"), moved), "~ a.b[0]\n~ a.b[1]\n~ a.b[2]  # moved from a.c\n"},
		"other changes stay": {text(tagged(0, "2"), web, tagged(1, "2"), tagged(2, "2")), "~ aws_instance.web\n~ 3 resources: tags only: tags_all[\"version\"] = \"1\" → \"2\"\n"},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestCompareLeadsFromOneToTheOther(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n, letters int) []string {
		out := make([]string, r.IntN(n))
		for i := range out {
			out[i] = string(rune('a' + r.IntN(letters)))
		}
		return out
	}
	check := func(old, now []string) (changed int) {
		t.Helper()
		var gotOld, gotNow []string
		for _, e := range compare(old, now) {
			if e.sign != '+' {
				gotOld = append(gotOld, e.text)
			}
			if e.sign != '-' {
				gotNow = append(gotNow, e.text)
			}
			if e.sign != ' ' {
				changed++
			}
		}
		if strings.Join(gotOld, "\n") != strings.Join(old, "\n") || strings.Join(gotNow, "\n") != strings.Join(now, "\n") {
			t.Fatalf("%q to %q: %q to %q", old, now, gotOld, gotNow)
		}
		return changed
	}
	for range 2000 {
		old, now := random(12, 4), random(12, 4)
		if got, want := check(old, now), shortest(old, now); got != want {
			t.Fatalf("%q to %q: %d edits, %d would do", old, now, got, want)
		}
	}
	check(random(5000, 26), random(5000, 26)) // too different: replaced
	same := random(5000, 26)
	if n := check(same, append(append([]string{}, same...), "z")); n != 1 {
		t.Errorf("%d edits for one line", n)
	}
}

// shortest returns the number of edits by the textbook's table.
func shortest(a, b []string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			up := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal
			} else {
				row[j+1] = 1 + min(up, row[j])
			}
			diagonal = up
		}
	}
	return row[len(b)]
}
