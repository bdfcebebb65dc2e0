// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

const marker = "<!-- layerbot:plan -->"

var writePulls = github.Permissions{"pull_requests": "write"}

// bodies returns the comments of the conversation, without the description.
func (w *world) bodies() []string {
	var all []string
	for _, item := range w.pull.Conversation()[1:] {
		all = append(all, item.Body)
	}
	return all
}

func (w *world) put(t *testing.T, c *github.Client, text string) *github.Comment {
	t.Helper()
	put, err := c.PutComment(t.Context(), w.pull.Number, marker, marker+"\n"+text)
	if err != nil {
		t.Fatal(err)
	}
	return put
}

func TestOneLivingComment(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writePulls)
	first := w.put(t, c, "one")
	w.server.ResetRequests()
	again := w.put(t, c, "one")
	if got := w.calls(); len(got) != 1 || again.ID != first.ID {
		t.Errorf("the same text again: %v", got)
	}
	if second := w.put(t, c, "two"); second.ID != first.ID || second.Body != marker+"\ntwo" || second.Issue != w.pull.Number || second.URL == "" {
		t.Errorf("got %+v", second)
	}
	w.pull.EditComment("ada", first.ID, marker+"\nI was here")
	w.put(t, c, "two")
	if got := w.bodies(); !slices.Equal(got, []string{marker + "\ntwo"}) {
		t.Errorf("after someone's edit: %q", got)
	}
	w.pull.DeleteComment("ada", first.ID)
	w.put(t, c, "three")
	w.put(t, c, "three")
	if got := w.bodies(); !slices.Equal(got, []string{marker + "\nthree"}) {
		t.Errorf("after someone's deletion: %q", got)
	}
}

func TestImpostorsAreNeitherEditedNorBelieved(t *testing.T) {
	w := newWorld(t)
	w.pull.Comment("ada", marker+"\nby a person")
	w.pull.ForgeComment("evilbot", marker+"\nby another App")
	w.pull.ForgeComment("github-actions", marker+"\nby a workflow")
	c := w.open(t, writePulls)
	if living, err := c.Living(t.Context(), w.pull.Number, marker); living != nil || err != nil {
		t.Errorf("believed %+v, %v", living, err)
	}
	if recent, err := c.RecentComments(t.Context()); len(recent) != 0 || err != nil {
		t.Errorf("believed %+v, %v", recent, err)
	}
	own := w.put(t, c, "ours")
	if got := w.bodies(); len(got) != 4 || got[3] != marker+"\nours" || got[0] != marker+"\nby a person" {
		t.Errorf("conversation %q", got)
	}
	if recent, err := c.RecentComments(t.Context()); len(recent) != 1 || recent[0].ID != own.ID || err != nil {
		t.Errorf("recent %+v, %v", recent, err)
	}
}

// A person may act through our App (a user token): GitHub then notes the App, and the author is a User.
func TestPersonThroughOurAppIsNotUs(t *testing.T) {
	comment := func(user, app string) string {
		return `[{"id":5,"body":"` + marker + `","user":` + user + `,"performed_via_github_app":` + app + `}]`
	}
	for name, test := range map[string]struct {
		body string
		want bool
	}{
		"us":            {comment(`{"login":"layerbot[bot]","type":"Bot"}`, `{"id":4242}`), true},
		"a person":      {comment(`{"login":"ada","type":"User"}`, `{"id":4242}`), false},
		"nobody":        {comment(`null`, `{"id":4242}`), false},
		"another App":   {comment(`{"login":"layerbot[bot]","type":"Bot"}`, `{"id":4243}`), false},
		"no App":        {comment(`{"login":"layerbot[bot]","type":"Bot"}`, `null`), false},
		"marker behind": {strings.Replace(comment(`{"login":"layerbot[bot]","type":"Bot"}`, `{"id":4242}`), marker, "> "+marker, 1), false},
	} {
		f := newFake(t, minted, say(200, test.body))
		c, err := f.app(9).Open(t.Context(), someRepo, readOnly)
		if err != nil {
			t.Fatal(err)
		}
		if living, err := c.Living(t.Context(), 7, marker); (living != nil) != test.want || err != nil {
			t.Errorf("%s: %+v, %v", name, living, err)
		}
	}
}

func TestLivingCommentIsFoundOnAnyPage(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writePulls)
	for i := range 230 {
		w.pull.Comment("ada", fmt.Sprint("chat ", i))
	}
	w.put(t, c, "one")
	w.put(t, c, "two")
	if got := w.bodies(); len(got) != 231 || got[230] != marker+"\ntwo" {
		t.Errorf("%d comments, the last %q", len(got), got[len(got)-1])
	}
}

func TestOldestOfTwoLivingCommentsIsKept(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writePulls)
	w.pull.ForgeComment(w.server.AppSlug, marker+"\nfirst run")
	w.pull.ForgeComment(w.server.AppSlug, marker+"\nsecond run, racing")
	w.put(t, c, "one")
	if got := w.bodies(); !slices.Equal(got, []string{marker + "\none", marker + "\nsecond run, racing"}) {
		t.Errorf("conversation %q", got)
	}
}

// writeFaults lose a write, only its answer, or the answers of two in a row.
func writeFaults(t *testing.T, test func(t *testing.T, fault func(w *world, method, path string))) {
	for _, f := range []struct {
		name  string
		n     int
		after bool
		h     http.Handler
	}{
		{"cut before", 1, false, nil},
		{"cut after", 1, true, nil},
		{"cut before, twice", 2, false, nil},
		{"cut after, twice", 2, true, nil},
		{"500 before", 1, false, githubtest.Status(500, "Server Error")},
		{"500 after", 1, true, githubtest.Status(500, "Server Error")},
		{"nothing in the answer", 1, true, githubtest.Empty()},
		{"429", 2, false, githubtest.SlowDown(3)},
		{"secondary limit", 2, false, githubtest.SecondaryLimit(0)},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			test(t, func(w *world, method, path string) { w.server.Fault(method, path, f.n, f.after, f.h) })
		})
	}
}

func TestNeverTwoComments(t *testing.T) {
	writeFaults(t, func(t *testing.T, fault func(w *world, method, path string)) {
		w := newWorld(t)
		c := w.open(t, writePulls)
		fault(w, "POST", "/repos/acme/infra/issues")
		w.put(t, c, "one")
		fault(w, "PATCH", "/repos/acme/infra/issues")
		w.put(t, c, "two")
		if got := w.bodies(); !slices.Equal(got, []string{marker + "\ntwo"}) {
			t.Errorf("conversation %q", got)
		}
	})
}

func TestCommentThatCannotBeWrittenIsAnError(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writePulls)
	w.server.Fault("POST", "", 100, false, nil)
	_, err := c.PutComment(t.Context(), w.pull.Number, marker, marker)
	refused[*github.UnavailableError](t, err)
	if posts := strings.Count(strings.Join(w.calls(), "\n"), "POST"); posts > 5 {
		t.Errorf("%d posts", posts)
	}
	for _, bad := range []struct{ marker, body string }{{"", "text"}, {marker, "text"}, {marker, " " + marker}} {
		if _, err := c.PutComment(t.Context(), w.pull.Number, bad.marker, bad.body); err == nil {
			t.Errorf("%+v was written", bad)
		}
	}
	if len(w.bodies()) != 0 {
		t.Errorf("conversation %q", w.bodies())
	}
}

func TestReactionIsOneHoweverOftenRepeated(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, github.Permissions{"issues": "write"})
	id, _ := w.pull.Comment("ada", "/plan")
	w.server.Fault("POST", "/repos/acme/infra/issues/comments", 1, true, nil)
	for range 2 {
		if err := c.React(t.Context(), id, "eyes"); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.pull.Conversation()[1].Reactions; len(got) != 1 || got["eyes"] != 1 {
		t.Errorf("reactions %v", got)
	}
	err := c.React(t.Context(), 1, "eyes")
	refused[*github.NotFoundError](t, err)
}

func TestWorkflowTokenWritesAsGitHubActions(t *testing.T) {
	w := newWorld(t)
	token := w.server.WorkflowToken(w.git, github.Permissions{"pull_requests": "write", "checks": "write"})
	c, err := github.WithToken(w.options(), w.repo, token)
	if err != nil || !c.IsFallback() || c.Token() != token {
		t.Fatal(err)
	}
	w.pull.Comment("ada", marker+"\nby a person")
	w.put(t, c, "one")
	w.put(t, c, "two")
	if got := w.bodies(); !slices.Equal(got, []string{marker + "\nby a person", marker + "\ntwo"}) {
		t.Errorf("conversation %q", got)
	}
	for range 2 {
		if _, err := c.PutCheck(t.Context(), someCheck(w.head)); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.pull.Checks(); len(got) != 1 {
		t.Errorf("checks %+v", got)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := c.PullRequest(t.Context(), w.pull.Number); err != nil {
		t.Errorf("the token was revoked: %v", err)
	}
}
