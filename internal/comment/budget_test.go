// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// whole fails unless body is within the budget and whole: valid, folds balanced, fences closed.
func checkWhole(t *testing.T, body string, room int) {
	t.Helper()
	checkForm(t, body)
	if len(body) > room {
		t.Errorf("%d bytes", len(body))
	}
	if open, end := strings.Count(body, "<details"), strings.Count(body, "</details>"); open != end {
		t.Errorf("%d folds opened, %d closed", open, end)
	}
	if !strings.HasSuffix(body, "</sub>\n") {
		t.Errorf("the footer is missing: …%s", body[max(0, len(body)-200):])
	}
	build(t, body) // an open fence would swallow the HTML of ours or the links
}

func TestEverythingFitsTheBudget(t *testing.T) {
	var failures, destroys []report.Report
	for i := range 200 {
		failures = append(failures, failed(fmt.Sprintf("%03d-layer", i), "prod", report.Failure{Kind: report.Broken, Message: fmt.Sprintf("error number %d", i),
			Log: strings.Repeat("a line of the log\n", 900), Diagnostics: []report.Diagnostic{{Summary: "s", Detail: strings.Repeat("d ", 1000)}}}))
	}
	var lost []report.Change
	for i := range 10_000 {
		lost = append(lost, report.Change{Address: fmt.Sprintf("aws_instance.node[%d]", i), Action: report.Delete})
	}
	destroys = append(destroys, changes("500-compute", "prod", 1, lost...))
	var many []report.Report
	for i := range 3000 {
		many = append(many, changes(fmt.Sprintf("%04d-layer", i), "prod", 0, web))
	}
	loud := hostilePage(strings.Repeat("\x00@<&#`|~ ", 500))
	for i := range 300 {
		loud.Skipped = append(loud.Skipped, loud.Skipped[0])
		loud.Notices = append(loud.Notices, loud.Notices[0])
		r := loud.Reports[i%3]
		r.Target = layer.Target{Layer: fmt.Sprint(i, r.Target.Layer), Env: r.Target.Env}
		loud.Reports = append(loud.Reports, r)
	}
	stale := mergedPages()["merged_300_stopped"]
	for i := range 60 {
		r := applied(fmt.Sprintf("%02d-layer", i), "prod", 1, slices.Repeat([]report.Change{web, old}, 40)...)
		r.Apply.Outputs = []report.Output{{Name: "a", Value: quoted(strings.Repeat("a line\n", 2000))}, {Name: "b", Value: quoted(strings.Repeat("x", 16<<10))}}
		stale.Reports = append(stale.Reports, r)
	}
	later := hostileMerged(strings.Repeat("\x00@<&#`|~ ", 500))
	var drift []report.Report
	for i := range 10 {
		r := hugeDrift()
		r.Target = target1(fmt.Sprintf("%02d-layer", i), "prod", 1)
		drift = append(drift, r)
	}
	adrift := pageOf(drift...)
	adrift.State = Drifting
	for i := range 60 {
		later.Earlier = append(later.Earlier, later.Earlier[0])
		r := later.Reports[i%9]
		r.Target = layer.Target{Layer: fmt.Sprint(i, r.Target.Layer), Env: r.Target.Env}
		later.Reports = append(later.Reports, r)
	}
	for name, p := range map[string]Page{
		"300 stopped changes and 60 applied targets": stale,
		"hostile texts of 4 KB after the merge":      later,
		"10 targets with 3,000 changes outside each": adrift,
		"60 layers with 40 to 99 changes":            bigPage(60, 40, 8),
		"200 failures":                               pageOf(failures...),
		"10,000 destroys":                            pageOf(destroys...),
		"200 failures and 10,000 destroys":           pageOf(append(slices.Clone(failures), destroys...)...),
		"3,000 targets":                              pageOf(many...),
		"one change of 5 MB":                         bigPage(1, 1, 100_000),
		"one text of 1 MB":                           pageOf(changes("a", "b", 0, report.Change{Address: "a.b", Action: report.Create, Attrs: []report.Attr{set("text", strings.Repeat("line\n", 200_000))}})),
		"one line of 1 MB":                           pageOf(changes("a", "b", 0, report.Change{Address: "a.b", Action: report.Update, Attrs: []report.Attr{turn("text", strings.Repeat("x", 1<<20), strings.Repeat("x", 1<<20)+"y")}})),
		"backticks only":                             pageOf(failed("a", "b", report.Failure{Message: "m", Log: strings.Repeat("`", 16<<10)})),
		"hostile texts of 4 KB everywhere":           loud,
	} {
		t.Run(name, func(t *testing.T) {
			got := Render(p)
			checkWhole(t, got.Body, Budget)
			checkWhole(t, "<!-- layerbot:plan {} -->\n"+Summary(p, 1<<20).Body, 1<<20)
			checkWhole(t, Summary(p, 16<<10).Body, 16<<10)
			m, ok := ReadMarker(got.Body)
			if !ok || m.Truncated != got.Truncated {
				t.Errorf("marker %v, ok %v, truncated %v", m, ok, got.Truncated)
			}
			title, summary, text := CheckText(p, "prod", Budget)
			if len(title) > 255 || len(summary) > 65535 || len(text) > 65535 {
				t.Errorf("check: %d, %d, %d bytes", len(title), len(summary), len(text))
			}
		})
	}

	t.Run("every failure stays, and most destroys", func(t *testing.T) {
		p := pageOf(append(slices.Clone(failures), destroys...)...)
		body := Render(p).Body
		for i := range failures {
			if !strings.Contains(body, "`"+p.Reports[i].Target.ID()+"`") {
				t.Fatalf("%s is not in the table", p.Reports[i].Target.ID())
			}
		}
		if n := strings.Count(body, "- destroy `aws_instance.node["); n < 300 {
			t.Errorf("%d addresses of what is destroyed", n)
		}
		for _, want := range []string{"10,000 resources to destroy", "error number 0", "error number 199", " more: full list in the [run's summary]"} {
			if !strings.Contains(body, want) {
				t.Errorf("%q is not in it", want)
			}
		}
	})
	t.Run("several hundred destroys all stay", func(t *testing.T) {
		p := bigPage(40, 40, 8)
		p.Reports = append(p.Reports, changes("500-compute", "prod", 9, lost[:400]...))
		body := Render(p).Body
		checkWhole(t, body, Budget)
		if n := strings.Count(body, "- destroy `aws_instance.node["); n != 400 {
			t.Errorf("%d of 400", n)
		}
	})
}

func TestErrorsComeBeforeExplanations(t *testing.T) {
	p := pageOf()
	p.Why = map[string][]string{}
	for i := range 630 {
		r := failed(fmt.Sprintf("%03d-layer", i), "prod", report.Failure{Kind: report.Broken, Message: fmt.Sprintf("error number %d.", i)})
		p.Reports, p.Why[r.Target.ID()] = append(p.Reports, r), []string{"modules/shared/main.tf"}
	}
	explained := Render(p).Body
	checkWhole(t, explained, Budget)
	for i := range 630 {
		if !strings.Contains(explained, fmt.Sprintf("error number %d.", i)) {
			t.Fatalf("error %d is missing", i)
		}
	}
	if !strings.Contains(explained, "why targets are in or out, are left out: see ") {
		t.Error("what was left out is not said")
	}
	p.Why = nil
	if strings.Contains(Render(p).Body, "are left out: see ") {
		t.Error("nothing was left out, and yet it is said")
	}
}

func TestShrinkingIsAnnounced(t *testing.T) {
	// Three targets whose diffs do not fit together: the largest shrinks first.
	p := bigPage(3, 60, 20)
	p.Reports[0].Changes = p.Reports[0].Changes[:5]
	got := Render(p)
	if !got.Truncated || !strings.Contains(got.Body, "Shortened to fit: 2 targets shown as an address list.") {
		t.Errorf("truncated %v: %s", got.Truncated, got.Body[:2000])
	}
	if !strings.Contains(got.Body, "attribute_0") || strings.Count(got.Body, "The full diff is left out") != 2 {
		t.Error("the small target lost its diff")
	}
	long := Render(pageOf(changes("a", "b", 0, report.Change{Address: "a.b", Action: report.Create, Attrs: []report.Attr{set("x", strings.Repeat("y", 1000))}})))
	if !long.Truncated || !strings.Contains(long.Body, "Long values are shortened: see the [run's summary]") {
		t.Errorf("truncated %v: %s", long.Truncated, long.Body)
	}
	small := Render(pageOf(changes("a", "b", 0, web)))
	if small.Truncated || strings.Contains(small.Body, "Shortened") {
		t.Error("a small comment says that it is shortened")
	}
}

func TestFitTakesTheLargestFirst(t *testing.T) {
	form := func(n int) string { return strings.Repeat("x", n) }
	sections := []section{
		{forms: [3]string{form(100), form(20), form(5)}, urgent: true},
		{forms: [3]string{form(50), form(20), form(5)}},
		{forms: [3]string{form(200), form(20), form(5)}},
	}
	levels := func(room int) []int {
		list := slices.Clone(sections)
		fit(list, room)
		var out []int
		for _, s := range list {
			out = append(out, s.level)
		}
		return out
	}
	for _, tt := range []struct {
		room int
		want []int
	}{
		{354, []int{asWhole, asWhole, asWhole}},
		{200, []int{asWhole, asWhole, asList}},
		{150, []int{asWhole, asList, asList}},
		{70, []int{asList, asList, asList}},
		{50, []int{asList, asCounts, asList}},
		{20, []int{asCounts, asCounts, asCounts}},
		{12, []int{asCounts, asCounts, dropped}},
		{10, []int{asCounts, dropped, dropped}},
	} {
		if got := levels(tt.room); !slices.Equal(got, tt.want) {
			t.Errorf("%d: %v, want %v", tt.room, got, tt.want)
		}
	}
}
