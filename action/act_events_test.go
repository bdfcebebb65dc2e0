// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/githubtest"
)

// open opens alice's pull request of edits to a branch, and returns its event.
func (w *world) open(t testing.TB, base string, edits ...[3]string) (*githubtest.Pull, event) {
	t.Helper()
	branch := fmt.Sprintf("change-%d", runs.Load())
	w.push(t, branch, base, w.edit(t, base, edits...))
	p, err := w.repo.Open("alice", "A change", "", branch, base, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.pulls = append(w.pulls, p)
	return p, onPull(p, p.Event("opened"))
}

// update pushes edits to a pull request's branch and returns that event.
func (w *world) update(t testing.TB, p *githubtest.Pull, edits ...[3]string) event {
	t.Helper()
	payload, err := p.Push(w.edit(t, p.Head(), edits...))
	if err != nil {
		t.Fatal(err)
	}
	return onPull(p, payload)
}

func onPull(p *githubtest.Pull, payload []byte) event {
	return event{name: "pull_request", payload: payload, ref: fmt.Sprintf("refs/pull/%d/merge", p.Number), secrets: true}
}

// comment writes a comment, and returns its event.
func comment(p *githubtest.Pull, login, body string) event {
	_, payload := p.Comment(login, body)
	return onMain("issue_comment", payload)
}

// onMain is an event whose workflow is that of the default branch.
func onMain(name string, payload []byte) event {
	return event{name: name, payload: payload, ref: "refs/heads/main", secrets: true}
}

// merge merges a pull request, and returns the event of the push.
func (w *world) merge(t testing.TB, p *githubtest.Pull, base string) event {
	t.Helper()
	before := strings.TrimSpace(git(t, "--git-dir", w.repo.GitDir, "rev-parse", base))
	if _, err := p.Merge("alice"); err != nil {
		t.Fatal(err)
	}
	return event{name: "push", payload: w.repo.PushEvent("alice", base, before), ref: "refs/heads/" + base, secrets: true}
}

// told returns what Layerbot wrote into the conversation of a pull request.
func (w *world) told(p *githubtest.Pull) (comments []githubtest.Item) {
	return slices.DeleteFunc(p.Conversation(), func(i githubtest.Item) bool { return i.Author.Login != w.hub.AppSlug+"[bot]" })
}

// one returns the only comment of Layerbot.
func (w *world) one(t testing.TB, p *githubtest.Pull) githubtest.Item {
	t.Helper()
	comments := w.told(p)
	if len(comments) != 1 {
		t.Fatalf("%d comments of Layerbot, want one: %+v", len(comments), comments)
	}
	return comments[0]
}

// check returns the last check run of a name on a commit.
func (w *world) check(t testing.TB, sha, name string) githubtest.CheckRun {
	t.Helper()
	all := w.repo.CheckRuns(sha)
	for _, c := range slices.Backward(all) {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no check run %q on %s: %+v", name, sha, all)
	return githubtest.CheckRun{}
}

// wantJobs fails unless exactly these jobs ran, each with its result: "gate success", "plan compute/dev failure".
func (r *run) wantJobs(t testing.TB, want ...string) {
	t.Helper()
	var got []string
	for name, j := range r.jobs {
		got = append(got, name+" "+j.result)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("the jobs were\n  %s\nwant\n  %s\n%s", strings.Join(got, "\n  "), strings.Join(want, "\n  "), r.story())
	}
}

// wantIn fails unless text holds each of these.
func wantIn(t testing.TB, what, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%s lacks %q:\n%s", what, w, text)
		}
	}
}
