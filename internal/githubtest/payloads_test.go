// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
)

// notInExamples matches keys that GitHub's description of the event has and none of its examples shows.
var notInExamples = regexp.MustCompile(`^changes|^pull_request\.merged_by\.|^issue\.pull_request|^inputs\.|\.has_discussions$`)

// keysOf gathers the paths of all keys: "pull_request.head.sha", "commits[].id".
func keysOf(v any, path string, into map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			keysOf(one, path+"[]", into)
		}
	case object:
		for key, one := range v {
			into[strings.TrimPrefix(path+"."+key, ".")] = true
			keysOf(one, strings.TrimPrefix(path+"."+key, "."), into)
		}
	}
}

func TestPayloadsHaveTheShapeOfGitHubs(t *testing.T) {
	s, err := New(Options{Violation: func(err error) { t.Error(err) }, Validate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	text, err := os.ReadFile("testdata/webhook-keys.json")
	if err != nil {
		t.Fatal(err)
	}
	var real map[string][]string
	if err := json.Unmarshal(text, &real); err != nil {
		t.Fatal(err)
	}

	r := s.Repository("acme", "infra")
	must := func(v []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	must(nil, second(r.Push("main", "", "Base", map[string][]byte{"main": []byte("x")})))
	must(nil, second(r.Push("prod", "main", "Prod", map[string][]byte{"prod": []byte("x")})))
	must(nil, second(r.Push("change", "main", "Change", map[string][]byte{"a": []byte("b"), "main": nil})))
	p, err := r.Open("ada", "Title", "Body", "change", "main", nil)
	if err != nil {
		t.Fatal(err)
	}
	id, asked := p.Comment("ada", "/plan")
	check := r.ForgeCheck(s.AppSlug, github.Check{Name: "layerbot / prod", HeadSHA: p.Head(), Conclusion: "failure"})

	merged, err := r.Open("ada", "Merged", "", "prod", "main", nil)
	if err != nil {
		t.Fatal(err)
	}
	talk, _ := merged.Comment("ada", "before")
	before := r.resolve("refs/heads/main")
	commit, err := merged.Merge("bob")
	if err != nil {
		t.Fatal(err)
	}
	onMerge := r.ForgeCheck(s.AppSlug, github.Check{Name: "layerbot apply / prod", HeadSHA: commit, Conclusion: "action_required"})

	payloads := []struct {
		event, schema string
		text          []byte
	}{
		{"pull_request", "webhook-pull-request-opened", p.Event("opened")},
		{"pull_request", "webhook-pull-request-reopened", p.Event("reopened")},
		{"pull_request", "webhook-pull-request-synchronize", must(p.Push(map[string][]byte{"a": []byte("c")}))},
		{"pull_request", "webhook-pull-request-converted-to-draft", p.SetDraft(true)},
		{"pull_request", "webhook-pull-request-ready-for-review", p.SetDraft(false)},
		{"pull_request", "webhook-pull-request-edited", p.Event("edited")},
		{"issue_comment", "webhook-issue-comment-created", asked},
		{"issue_comment", "webhook-issue-comment-edited", p.EditComment("ada", id, "/plan all")},
		{"issue_comment", "webhook-issue-comment-deleted", p.DeleteComment("ada", id)},
		{"check_run", "webhook-check-run-requested-action", p.CheckEvent("ada", check, "plan")},
		{"check_run", "webhook-check-run-rerequested", p.CheckEvent("ada", check, "")},
		{"merge_group", "webhook-merge-group-checks-requested", must(p.MergeGroup())},
		{"workflow_dispatch", "webhook-workflow-dispatch", r.DispatchEvent("ada", "main", map[string]string{"target": "compute/prod"})},
		{"push", "webhook-push", r.PushEvent("ada", "main", "")},
		{"push", "webhook-push", r.PushEvent("bob", "main", before)},
		{"push", "webhook-push", r.PushEvent("bob", "gone", before)},
		{"push", "webhook-push", r.PushEvent("bob", "change", commit)},
		{"pull_request", "webhook-pull-request-closed", merged.Event("closed")},
		{"check_run", "webhook-check-run-requested-action", r.CheckEvent("ada", onMerge, "apply")},
		{"issue_comment", "webhook-issue-comment-edited", merged.EditComment("ada", talk, "/apply")},
		{"pull_request", "webhook-pull-request-edited", must(p.Retarget("prod"))},
		{"pull_request", "webhook-pull-request-closed", func() []byte { p.Close(); return p.Event("closed") }()},
	}
	for _, payload := range payloads {
		t.Run(payload.schema, func(t *testing.T) {
			var decoded object
			if err := json.NewDecoder(bytes.NewReader(payload.text)).Decode(&decoded); err != nil {
				t.Fatal(err)
			}
			if err := s.describe.payload(payload.schema, decoded); err != nil {
				t.Errorf("not as GitHub describes it: %v", err)
			}
			ours := map[string]bool{}
			keysOf(decoded, "", ours)
			for _, key := range slices.Sorted(maps.Keys(ours)) {
				known := slices.Contains(real[payload.event], key) || notInExamples.MatchString(key)
				if !known {
					t.Errorf("no real %s has %s", payload.event, key)
				}
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

// What the events of applying say, read as the product reads them.
func TestEventsOfApplying(t *testing.T) {
	s, err := New(Options{Violation: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := s.Repository("acme", "infra")
	for _, branch := range []string{"main", "change"} {
		if _, err := r.Push(branch, map[string]string{"change": "main"}[branch], branch, map[string][]byte{branch: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	p, err := r.Open("ada", "Title", "", "change", "main", nil)
	if err != nil {
		t.Fatal(err)
	}
	before := p.Base()
	commit, err := p.MergeAs("bob", "squash")
	if err != nil {
		t.Fatal(err)
	}
	check := r.ForgeCheck(s.AppSlug, github.Check{Name: "layerbot apply / main", HeadSHA: commit, Conclusion: "action_required"})
	read := func(name string, payload []byte) *github.Event {
		t.Helper()
		ev, err := github.ReadEvent(name, bytes.NewReader(payload))
		if err != nil {
			t.Fatal(err)
		}
		return ev
	}
	if ev := read("push", r.PushEvent("bob", "main", before)); ev.Ref != "refs/heads/main" || ev.Before != before || ev.After != commit || ev.Forced || ev.Deleted || ev.Sender.Login != "bob" {
		t.Errorf("push %+v", ev)
	}
	if ev := read("push", r.PushEvent("bob", "change", commit)); !ev.Forced || ev.Deleted {
		t.Errorf("forced push %+v", ev)
	}
	if ev := read("push", r.PushEvent("bob", "gone", before)); !ev.Deleted || ev.Forced {
		t.Errorf("deleted branch %+v", ev)
	}
	if ev := read("pull_request", p.Event("closed")); ev.PullRequest.MergeSHA != commit || ev.PullRequest.MergedAt.IsZero() || ev.PullRequest.URL != p.htmlURL() || ev.Sender.Login != "bob" {
		t.Errorf("closed %+v", ev.PullRequest)
	}
	if ev := read("check_run", r.CheckEvent("ada", check, "apply")); ev.Number != 0 || ev.CheckRun.HeadSHA != commit || ev.CheckRun.Identifier != "apply" || ev.CheckRun.AppID != s.AppID {
		t.Errorf("button on a merge commit %+v %+v", ev, ev.CheckRun)
	}
	if ev := read("schedule", r.ScheduleEvent("0 3 * * *")); ev.Repository.ID != r.ID || ev.Sender != (github.User{}) {
		t.Errorf("schedule %+v", ev)
	}
}
