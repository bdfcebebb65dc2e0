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
var notInExamples = regexp.MustCompile(`^changes|^issue\.pull_request|^inputs\.|\.has_discussions$`)

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
