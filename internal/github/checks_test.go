// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/github"
)

var writeChecks = github.Permissions{"checks": "write"}

func someCheck(head string) github.Check {
	return github.Check{
		Name: "layerbot / prod", HeadSHA: head, Conclusion: "success", Title: "2 change", Summary: "All fine", Text: "fingerprints",
		ExternalID: "digest", DetailsURL: "https://github.com/acme/infra/actions/runs/1",
		Actions: []github.Button{{Label: "Plan again", Description: "Plan all targets again", Identifier: "plan"}},
	}
}

func findings(n int) []github.Annotation {
	var all []github.Annotation
	for i := range n {
		all = append(all, github.Annotation{Path: "main.tf", Start: i + 1, End: i + 1, Level: "warning", Title: "rule", Message: "finding " + strconv.Itoa(i)})
	}
	return all
}

func TestCheckIsWrittenAndReadBack(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writeChecks)
	check := someCheck(w.head)
	check.Annotations = findings(2)
	check.Annotations[1].Start, check.Annotations[1].End = 0, 0
	id, err := c.PutCheck(t.Context(), check)
	if err != nil || id == 0 {
		t.Fatal(err)
	}
	check.Annotations[1].Start, check.Annotations[1].End = 1, 1
	if diff := cmp.Diff([]github.Check{check}, w.pull.Checks()); diff != "" {
		t.Error(diff)
	}
	check.Annotations, check.Actions = nil, nil
	got, err := c.Checks(t.Context(), w.head)
	if diff := cmp.Diff([]github.Check{check}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestCheckIsUpdatedInPlace(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writeChecks)
	check := someCheck(w.head)
	check.Conclusion = ""
	first, err := c.PutCheck(t.Context(), check)
	if err != nil {
		t.Fatal(err)
	}
	check.Conclusion, check.Text, check.Actions = "failure", "", nil
	for _, client := range []*github.Client{c, w.open(t, writeChecks)} { // one that remembers and one that must look
		id, err := client.PutCheck(t.Context(), check)
		if err != nil || id != first {
			t.Errorf("check %d and then %d, %v", first, id, err)
		}
	}
	if got := w.git.CheckRuns(w.head); len(got) != 1 || got[0].Conclusion != "failure" || got[0].Text != "" || len(got[0].Actions) != 0 {
		t.Errorf("checks %+v", got)
	}
}

func TestForgedCheckIsNeitherUpdatedNorBelieved(t *testing.T) {
	w := newWorld(t)
	forged := someCheck(w.head)
	forged.Text = "forged"
	w.git.ForgeCheck("evilbot", forged)
	w.git.ForgeCheck("github-actions", forged)
	c := w.open(t, writeChecks)
	if got, err := c.Checks(t.Context(), w.head); len(got) != 0 || err != nil {
		t.Errorf("believed %+v, %v", got, err)
	}
	if _, err := c.PutCheck(t.Context(), someCheck(w.head)); err != nil {
		t.Fatal(err)
	}
	got := w.git.CheckRuns(w.head)
	if len(got) != 3 || got[0].Text != "forged" || got[1].Text != "forged" || got[2].AppID != w.server.AppID {
		t.Errorf("checks %+v", got)
	}
	own, err := c.Checks(t.Context(), w.head)
	if len(own) != 1 || own[0].Text != "fingerprints" || err != nil {
		t.Errorf("own %+v, %v", own, err)
	}
}

// The server's filter is no proof: what it lists is looked at again.
func TestForeignCheckInTheAnswerIsIgnored(t *testing.T) {
	run := `{"id":3,"name":"layerbot / prod","app":{"id":4243},"output":{"text":"forged"}}`
	f := newFake(t, minted, say(200, `{"total_count":1,"check_runs":[`+run+`]}`))
	c, err := f.app(9).Open(t.Context(), someRepo, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Checks(t.Context(), sha); len(got) != 0 || err != nil {
		t.Errorf("believed %+v, %v", got, err)
	}
}

func TestAnnotationsGoFiftyAtATimeAndOnce(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writeChecks)
	check := someCheck(w.head)
	check.Annotations = findings(120)
	w.server.ResetRequests()
	put := func(want ...string) {
		t.Helper()
		if _, err := c.PutCheck(t.Context(), check); err != nil {
			t.Fatal(err)
		}
		if got := methodsOf(w.calls()); got != strings.Join(want, " ") {
			t.Errorf("requests %s", got)
		}
		if got := w.pull.Checks(); len(got) != 1 || !slices.Equal(got[0].Annotations, check.Annotations) {
			t.Errorf("%d annotations", len(got[0].Annotations))
		}
		w.server.ResetRequests()
	}
	put("GET", "POST", "PATCH", "PATCH")
	put("GET", "GET", "PATCH") // two pages of annotations, nothing new
	check.Annotations = findings(121)
	put("GET", "GET", "PATCH")
}

func methodsOf(calls []string) string {
	var all []string
	for _, call := range calls {
		method, _, _ := strings.Cut(call, " ")
		all = append(all, method)
	}
	return strings.Join(all, " ")
}

func TestNeverTwoChecksNorAnnotationsTwice(t *testing.T) {
	writeFaults(t, func(t *testing.T, fault func(w *world, method, path string)) {
		w := newWorld(t)
		c := w.open(t, writeChecks)
		check := someCheck(w.head)
		check.Annotations = findings(120)
		fault(w, "POST", "/repos/acme/infra/check-runs")
		fault(w, "PATCH", "/repos/acme/infra/check-runs")
		if _, err := c.PutCheck(t.Context(), check); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]github.Check{check}, w.pull.Checks()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestChecksOfManyEnvironmentsAreListedOnce(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writeChecks)
	w.server.ResetRequests()
	for _, env := range []string{"dev", "test", "prod"} {
		check := someCheck(w.head)
		check.Name = "layerbot / " + env
		if _, err := c.PutCheck(t.Context(), check); err != nil {
			t.Fatal(err)
		}
	}
	if got := methodsOf(w.calls()); got != "GET POST POST POST" {
		t.Errorf("requests %s", got)
	}
	own, err := c.Checks(t.Context(), w.head)
	if err != nil || len(own) != 3 || own[0].Name != "layerbot / dev" || own[2].Name != "layerbot / test" {
		t.Errorf("%+v, %v", own, err)
	}
}

func TestCheckThatGitHubWouldRefuseIsNotSent(t *testing.T) {
	long := strings.Repeat("x", 65_536)
	for name, spoil := range map[string]func(*github.Check){
		"no name":               func(c *github.Check) { c.Name = "" },
		"no commit":             func(c *github.Check) { c.HeadSHA = "main" },
		"path as commit":        func(c *github.Check) { c.HeadSHA = "../../x" },
		"unknown conclusion":    func(c *github.Check) { c.Conclusion = "green" },
		"no title":              func(c *github.Check) { c.Title = "" },
		"no summary":            func(c *github.Check) { c.Summary = "" },
		"long summary":          func(c *github.Check) { c.Summary = long },
		"long text":             func(c *github.Check) { c.Text = long },
		"four buttons":          func(c *github.Check) { c.Actions = slices.Repeat(c.Actions, 4) },
		"long label":            func(c *github.Check) { c.Actions[0].Label = strings.Repeat("é", 21) },
		"long description":      func(c *github.Check) { c.Actions[0].Description = long[:41] },
		"long identifier":       func(c *github.Check) { c.Actions[0].Identifier = long[:21] },
		"no identifier":         func(c *github.Check) { c.Actions[0].Identifier = "" },
		"annotation of nothing": func(c *github.Check) { c.Annotations[0].Path = "" },
		"silent annotation":     func(c *github.Check) { c.Annotations[0].Message = "" },
		"unknown level":         func(c *github.Check) { c.Annotations[0].Level = "high" },
	} {
		f := newFake(t, say(500, ""))
		check := someCheck(sha)
		check.Annotations = findings(1)
		spoil(&check)
		if _, err := f.client().PutCheck(t.Context(), check); err == nil || len(f.requests()) != 0 {
			t.Errorf("%s: %v after %d requests", name, err, len(f.requests()))
		}
	}
	w := newWorld(t)
	check := someCheck(w.head)
	check.Text = long[1:]
	check.Actions[0].Label = strings.Repeat("é", 20)
	if _, err := w.open(t, writeChecks).PutCheck(t.Context(), check); err != nil {
		t.Errorf("at the limit: %v", err)
	}
}
