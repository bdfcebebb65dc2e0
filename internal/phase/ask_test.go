// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"testing"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
)

// TestWhatStartsNothing is the list of events that must end before any request is made.
func TestWhatStartsNothing(t *testing.T) {
	person, robot := github.User{ID: 1, Login: "alice", Type: "User"}, github.User{ID: 2, Login: "renovate[bot]", Type: "Bot"}
	said := func(action, body string, by github.User) *github.Event {
		return &github.Event{Name: "issue_comment", Action: action, OnPull: true, Number: 1, Sender: by, Comment: &github.Comment{ID: 3, Body: body, Author: by}}
	}
	pull := func(action string, p github.PullRequest) *github.Event {
		return &github.Event{Name: "pull_request", Action: action, Number: 1, PullRequest: &p}
	}
	check := func(action string, c github.CheckEvent) *github.Event {
		return &github.Event{Name: "check_run", Action: action, CheckRun: &c}
	}
	onIssue := said("created", "/plan", person)
	onIssue.OnPull = false
	for name, ev := range map[string]*github.Event{
		"edited comment":                 said("edited", "/plan", person),
		"deleted comment":                said("deleted", "/plan", person),
		"comment of a bot":               said("created", "/plan", robot),
		"comment of a deleted user":      said("created", "/plan", github.User{}),
		"comment on an issue":            onIssue,
		"comment without a command":      said("created", "looks good", person),
		"labeled":                        pull("labeled", github.PullRequest{}),
		"edited, same base":              pull("edited", github.PullRequest{}),
		"merged":                         pull("closed", github.PullRequest{Merged: true}),
		"draft":                          pull("opened", github.PullRequest{Draft: true}),
		"check of another App":           check("requested_action", github.CheckEvent{Name: "layerbot / prod", AppID: 8, Identifier: planButton}),
		"button that we do not have":     check("requested_action", github.CheckEvent{Name: "layerbot / prod", AppID: 7, Identifier: "apply"}),
		"check that is no environment's": check("rerequested", github.CheckEvent{Name: "build", AppID: 7}),
		"check created":                  check("created", github.CheckEvent{Name: "layerbot / prod", AppID: 7}),
		"merge group destroyed":          {Name: "merge_group", Action: "destroyed", MergeGroup: &github.MergeGroup{}},
	} {
		a, err := read(ev, 7)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if a.ignore == "" {
			t.Errorf("%s: something was to be done: %+v", name, a)
		}
	}
}

// TestFallbackHasNoButtons holds when there is no App: then no check run can be known to be ours.
func TestFallbackHasNoButtons(t *testing.T) {
	ev := &github.Event{Name: "check_run", Action: "rerequested", CheckRun: &github.CheckEvent{Name: "layerbot / prod", AppID: 0}}
	if a, err := read(ev, 0); err != nil || a.ignore == "" {
		t.Errorf("ask %+v, error %v", a, err)
	}
}

func TestReadAsks(t *testing.T) {
	alice := github.User{ID: 1, Login: "alice", Type: "User"}
	t.Run("a comment", func(t *testing.T) {
		a, err := read(&github.Event{Name: "issue_comment", Action: "created", OnPull: true, Number: 4, Sender: alice,
			Comment: &github.Comment{ID: 9, Body: "/plan compute prod", Author: alice}}, 7)
		if err != nil || a.number != 4 || a.actor != "alice" || a.commentID != 9 || a.command.Verb != comment.Plan {
			t.Errorf("ask %+v, error %v", a, err)
		}
	})
	t.Run("a button", func(t *testing.T) {
		a, err := read(&github.Event{Name: "check_run", Action: "requested_action", Sender: alice, CheckRun: &github.CheckEvent{
			Name: "layerbot / prod", AppID: 7, Identifier: planButton, HeadSHA: "abc", ExternalID: externalID(4)}}, 7)
		if err != nil || a.number != 4 || a.actor != "alice" || a.sha != "abc" || a.command.String() != "/plan prod" {
			t.Errorf("ask %+v, error %v", a, err)
		}
	})
	t.Run("a merge queue", func(t *testing.T) {
		a, err := read(&github.Event{Name: "merge_group", Action: "checks_requested", MergeGroup: &github.MergeGroup{
			HeadSHA: "abc", HeadRef: "refs/heads/gh-readonly-queue/release/1.0/pr-31-0123456789abcdef"}}, 7)
		if err != nil || a.number != 31 || a.sha != "abc" {
			t.Errorf("ask %+v, error %v", a, err)
		}
	})
	t.Run("an unknown event", func(t *testing.T) {
		_, err := read(&github.Event{Name: "release"}, 7)
		if hint, ok := Hint(err); !ok || hint == "" {
			t.Errorf("error %v has no hint", err)
		}
	})
}
