// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

var writeIssues = github.Permissions{"issues": "write"}

const (
	issuesPath  = "/repos/acme/infra/issues"
	driftMarker = "<!-- layerbot:drift compute/prod -->"
)

func drift(text string) github.Issue {
	return github.Issue{Title: "Drift in compute/prod", Body: driftMarker + "\n" + text, State: "open", Labels: []string{"layerbot", "drift"}}
}

func putIssue(t *testing.T, c *github.Client, i github.Issue, before *github.Issue) int {
	t.Helper()
	number, err := c.PutIssue(t.Context(), i, before)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// listed returns the open drift issues.
func listed(t *testing.T, c *github.Client) []*github.Issue {
	t.Helper()
	list, err := c.OpenIssues(t.Context(), "drift")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestLifeOfAnIssue(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	c := w.open(t, writeIssues)
	want := drift("2 changes")
	want.Number = putIssue(t, c, want, nil)
	list := listed(t, c)
	if len(list) != 1 || list[0].URL == "" {
		t.Fatalf("listed %+v", list)
	}
	want.URL = list[0].URL
	if diff := cmp.Diff(&want, list[0]); diff != "" || want.Number != w.pull.Number+1 {
		t.Error(diff)
	}
	w.server.ResetRequests()
	again := want
	again.Labels = []string{"Drift", "layerbot"} // in another order and case
	if putIssue(t, c, again, list[0]) != want.Number || len(w.calls()) != 0 {
		t.Errorf("the same again: %v", w.calls())
	}
	for name, change := range map[string]func(*github.Issue){
		"text":   func(i *github.Issue) { i.Body += " more" },
		"title":  func(i *github.Issue) { i.Title += " again" },
		"labels": func(i *github.Issue) { i.Labels = []string{"drift"} },
	} {
		changed := *listed(t, c)[0]
		change(&changed)
		putIssue(t, c, changed, listed(t, c)[0])
		if diff := cmp.Diff(&changed, listed(t, c)[0]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	closed := *listed(t, c)[0]
	closed.State = "closed"
	putIssue(t, c, closed, listed(t, c)[0])
	if got := w.git.Issues(); len(got) != 1 || got[0].State != "closed" || got[0].Edits != 4 || len(listed(t, c)) != 0 {
		t.Errorf("issues %+v", got)
	}
	closed.State = "open"
	if putIssue(t, c, closed, nil); len(listed(t, c)) != 1 {
		t.Error("it was not opened again")
	}
}

func TestOnlyOurOpenIssuesWithTheLabelAreListed(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writeIssues)
	text := drift("forged").Body
	w.git.ForgeIssue("ada", "by a person", text, "drift")
	w.git.ForgeIssue("evil[bot]", "by another App", text, "drift")
	w.git.ForgeIssue("layerbot", "by a person of our name", text, "drift")
	w.git.ForgeIssue("github-actions[bot]", "by a workflow", text, "drift")
	first, second, other := drift("one"), drift("two"), drift("three")
	first.Labels, other.Labels = []string{"x", "Drift"}, []string{"else"}
	numbers := []int{putIssue(t, c, first, nil), putIssue(t, c, second, nil)}
	putIssue(t, c, other, nil)
	closed := drift("closed")
	closed.Number = putIssue(t, c, closed, nil)
	w.git.CloseIssue(closed.Number)
	var got []int
	for _, i := range listed(t, c) {
		got = append(got, i.Number)
	}
	if !slices.Equal(got, numbers) {
		t.Errorf("listed %v, want %v", got, numbers)
	}
	if all, err := c.OpenIssues(t.Context(), ""); err != nil || len(all) != 3 { // and no pull request
		t.Errorf("without a label: %d, %v", len(all), err)
	}
	token := w.server.WorkflowToken(w.git, writeIssues)
	fallback, err := github.WithToken(w.options(), w.repo, token)
	if err != nil {
		t.Fatal(err)
	}
	if list := listed(t, fallback); len(list) != 1 || list[0].Title != "by a workflow" {
		t.Errorf("as a workflow: %+v", list)
	}
}

func TestNeverTwoIssues(t *testing.T) {
	writeFaults(t, func(t *testing.T, fault func(w *world, method, path string)) {
		w := newWorld(t)
		c := w.open(t, writeIssues)
		w.git.ForgeIssue("ada", "by a person", drift("forged").Body, "layerbot", "drift")
		putIssue(t, c, github.Issue{Title: "Drift in net/prod", Body: "<!-- layerbot:drift net/prod -->", State: "open", Labels: []string{"drift"}}, nil)
		fault(w, "POST", issuesPath)
		i := drift("one")
		i.Number = putIssue(t, c, i, nil)
		fault(w, "PATCH", issuesPath)
		i.Body = drift("two").Body
		putIssue(t, c, i, nil)
		if got := w.git.Issues(); len(got) != 3 || got[2].Number != i.Number || got[2].Body != i.Body || got[0].Edits+got[1].Edits != 0 {
			t.Errorf("issues %+v", got)
		}
	})
}

// Another run's issue of the same target, found after a lost answer, is made to say what this run says.
func TestAnotherRunsIssueIsTakenOver(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writeIssues)
	theirs := drift("theirs")
	theirs.Labels = nil
	number := putIssue(t, c, theirs, nil)
	w.server.Fault("POST", issuesPath, 1, false, nil)
	if got := putIssue(t, c, drift("ours"), nil); got != number {
		t.Errorf("issue %d, want %d", got, number)
	}
	if got := w.git.Issues(); len(got) != 1 || got[0].Body != drift("ours").Body || len(got[0].Labels) != 2 {
		t.Errorf("issues %+v", got)
	}
}

func TestIssuesAreFoundOnAnyPage(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writeIssues)
	for range 230 {
		w.git.ForgeIssue("ada", "chat", "text", "drift")
	}
	want := putIssue(t, c, drift("one"), nil)
	if list := listed(t, c); len(list) != 1 || list[0].Number != want {
		t.Errorf("listed %+v", list)
	}
}

func TestLabelsComeAsNamesOrAsObjects(t *testing.T) {
	f := newFake(t, say(200, `[{"number":3,"state":"open","body":null,"labels":["a",{"name":"b"},{"name":null}],"user":{"login":"github-actions[bot]","type":"Bot"}}]`))
	list, err := f.client().OpenIssues(t.Context(), "B")
	if err != nil || len(list) != 1 || !slices.Equal(list[0].Labels, []string{"a", "b", ""}) || list[0].Body != "" {
		t.Errorf("%+v, %v", list, err)
	}
	f = newFake(t, say(200, `[{"number":3,"state":"open","labels":["b"],"user":{"login":"github-actions[bot]","type":"Bot"},"pull_request":{"url":"x"}}]`))
	if list, err := f.client().OpenIssues(t.Context(), "b"); err != nil || len(list) != 0 {
		t.Errorf("a pull request of ours: %+v, %v", list, err)
	}
	f = newFake(t, say(200, `[{"number":3,"labels":[7]}]`))
	_, err = f.client().OpenIssues(t.Context(), "")
	refused[*github.UnavailableError](t, err)
}

func TestEndlessListIsAnError(t *testing.T) {
	endless := newFake(t, say(200, "[]", `Link: <https://api.github.com/x?page=2>; rel="next"`))
	if _, err := endless.client().OpenIssues(t.Context(), ""); err == nil || len(endless.requests()) != 100 {
		t.Errorf("%v after %d pages", err, len(endless.requests()))
	}
}

func TestUnusableIssueIsRefusedBeforeAnythingIsSent(t *testing.T) {
	for name, spoil := range map[string]func(*github.Issue){
		"no title":        func(i *github.Issue) { i.Title = "" },
		"no body":         func(i *github.Issue) { i.Body = "" },
		"no first line":   func(i *github.Issue) { i.Body = " \n" + i.Body },
		"no state":        func(i *github.Issue) { i.State = "" },
		"unknown state":   func(i *github.Issue) { i.State = "all" },
		"new and closed":  func(i *github.Issue) { i.State = "closed" },
		"old, no state":   func(i *github.Issue) { i.Number, i.State = 3, "" },
		"old, no marking": func(i *github.Issue) { i.Number, i.Body = 3, "" },
	} {
		f, i := newFake(t, say(500, "")), drift("one")
		spoil(&i)
		if _, err := f.client().PutIssue(t.Context(), i, nil); err == nil || len(f.requests()) != 0 {
			t.Errorf("%s: %v after %d requests", name, err, len(f.requests()))
		}
	}
}

func TestLongTitleIsCutAndThenTheSame(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writeIssues)
	i := drift("one")
	i.Title = strings.Repeat("é", 300)
	i.Number = putIssue(t, c, i, nil)
	before := listed(t, c)[0]
	w.server.ResetRequests()
	if putIssue(t, c, i, before); len(w.calls()) != 0 || before.Title != strings.Repeat("é", 255)+"…" {
		t.Errorf("written again: %v", w.calls())
	}
	gone := i
	gone.Number = 999
	_, err := c.PutIssue(t.Context(), gone, nil)
	refused[*github.NotFoundError](t, err)
	if fmt.Sprint(w.git.Issues()[0].Edits) != "0" {
		t.Error("edited")
	}
}
