// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"testing"

	"github.com/layerbot/layerbot/internal/github"
)

func TestPullRequestAsItIsNow(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, github.Permissions{"pull_requests": "read"})
	fork := w.git.Fork("eve")
	if _, err := fork.Push("evil", "prod", "more", map[string][]byte{"x": nil, "y": []byte("y")}); err != nil {
		t.Fatal(err)
	}
	foreign, err := w.git.Open("eve", "From a fork", "", "evil", "prod", fork)
	if err != nil {
		t.Fatal(err)
	}
	pr, err := c.PullRequest(t.Context(), w.pull.Number)
	if err != nil {
		t.Fatal(err)
	}
	if pr.HeadSHA != w.head || pr.HeadRef != "change" || pr.BaseRef != "prod" || pr.State != "open" || pr.Merged ||
		pr.Author.Login != "ada" || pr.HeadRepo == nil || pr.HeadRepo.ID != w.git.ID || pr.BaseRepo.ID != w.git.ID {
		t.Errorf("got %+v", pr)
	}
	if pr, err = c.PullRequest(t.Context(), foreign.Number); err != nil || pr.HeadRepo.ID != fork.ID || pr.BaseRepo.ID != w.git.ID {
		t.Errorf("fork: %+v, %v", pr, err)
	}
	if err := fork.DeleteFork(); err != nil {
		t.Fatal(err)
	}
	if pr, err = c.PullRequest(t.Context(), foreign.Number); err != nil || pr.HeadRepo != nil {
		t.Errorf("the fork is gone: %+v, %v", pr, err)
	}
	if _, err := w.pull.Merge("ada"); err != nil {
		t.Fatal(err)
	}
	if pr, err = c.PullRequest(t.Context(), w.pull.Number); err != nil || !pr.Merged || pr.State != "closed" {
		t.Errorf("merged: %+v, %v", pr, err)
	}
	_, err = c.PullRequest(t.Context(), 999)
	refused[*github.NotFoundError](t, err)
}

func TestPullRequestsOfAHead(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, github.Permissions{"pull_requests": "read", "contents": "read"})
	if got, err := c.PullRequestsOf(t.Context(), w.head); err != nil || len(got) != 1 || got[0].Number != w.pull.Number {
		t.Errorf("open: %+v, %v", got, err)
	}
	w.pull.Close()
	if got, err := c.PullRequestsOf(t.Context(), w.head); err != nil || len(got) != 0 {
		t.Errorf("closed: %+v, %v", got, err)
	}
	if _, err := c.PullRequestsOf(t.Context(), "../../user"); err == nil {
		t.Error("a path was taken for a commit")
	}
}

func TestPermissionOf(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, github.Permissions{"metadata": "read"})
	for level, want := range map[string]string{"none": "none", "read": "read", "triage": "read", "write": "write", "maintain": "write", "admin": "admin"} {
		w.git.Collaborator("user-"+level, level)
		if got, err := c.Permission(t.Context(), "user-"+level); got != want || err != nil {
			t.Errorf("%s: %s, %v", level, got, err)
		}
	}
	w.server.ResetRequests()
	for _, nobody := range []string{"", ".", "..", "../../x", "a/b", "a b", "a?b", "a\n", "[bot]"} {
		if got, err := c.Permission(t.Context(), nobody); got != "none" || err != nil {
			t.Errorf("%q: %s, %v", nobody, got, err)
		}
		if in, err := c.TeamMember(t.Context(), "acme", "platform", nobody); in || err != nil {
			t.Errorf("%q: %t, %v", nobody, in, err)
		}
	}
	if len(w.calls()) != 0 {
		t.Errorf("requests %v", w.calls())
	}
	if got, err := c.Permission(t.Context(), "unheard-of"); got != "none" || err != nil {
		t.Errorf("unknown: %s, %v", got, err)
	}
	for _, step := range []string{`{"permission":"root"}`, `{"permission":null,"user":{}}`} {
		_, err := newFake(t, say(200, step)).client().Permission(t.Context(), "ada")
		refused[*github.UnavailableError](t, err)
	}
}

func TestTeamMember(t *testing.T) {
	w := newWorld(t)
	w.server.User("bob")
	w.server.Team("acme", "platform", "ada")
	c := w.open(t, github.Permissions{"members": "read"})
	for login, want := range map[string]bool{"ada": true, "bob": false} {
		if got, err := c.TeamMember(t.Context(), "acme", "platform", login); got != want || err != nil {
			t.Errorf("%s: %t, %v", login, got, err)
		}
	}
	if got, err := c.TeamMember(t.Context(), "acme", "nobody", "ada"); got || err != nil {
		t.Errorf("no team: %t, %v", got, err)
	}
	pending := newFake(t, say(200, `{"state":"pending"}`))
	if got, err := pending.client().TeamMember(t.Context(), "acme", "platform", "ada"); got || err != nil {
		t.Errorf("invited only: %t, %v", got, err)
	}
}
