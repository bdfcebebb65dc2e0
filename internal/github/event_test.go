// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

var update = flag.Bool("update", false, "rewrite golden files")

const sha = "2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d"

func TestReadEventGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil || len(files) < 11 {
		t.Fatalf("%d payloads, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			name, _, _ := strings.Cut(filepath.Base(file), ".")
			ev, err := github.ReadEvent(name, bytes.NewReader(read(t, file)))
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(ev, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".json") + ".golden"
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want := read(t, golden); string(got) != strings.TrimSpace(string(want)) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// change returns a real payload with one value replaced; path is dotted, a nil value is null, drop removes it.
func change(t testing.TB, file, path string, value any) []byte {
	t.Helper()
	var whole map[string]any
	if err := json.Unmarshal(read(t, "testdata/events/"+file+".json"), &whole); err != nil {
		t.Fatal(err)
	}
	keys := strings.Split(path, ".")
	at := whole
	for _, key := range keys[:len(keys)-1] {
		at = at[key].(map[string]any)
	}
	if value == drop {
		delete(at, keys[len(keys)-1])
	} else {
		at[keys[len(keys)-1]] = value
	}
	raw, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

const drop = "\x00drop"

func read(t testing.TB, file string) []byte {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestReadEventTakesWhatGitHubLeavesOut(t *testing.T) {
	for _, test := range []struct {
		name, file, path string
		value            any
		ok               func(*github.Event) bool
	}{
		{"deleted sender", "pull_request.opened", "sender", nil, func(ev *github.Event) bool { return ev.Sender == github.User{} }},
		{"deleted author", "pull_request.opened", "pull_request.user", nil, func(ev *github.Event) bool { return ev.PullRequest.Author == github.User{} }},
		{"deleted commenter", "issue_comment.created", "comment.user", nil, func(ev *github.Event) bool { return ev.Comment.Author == github.User{} }},
		{"fork is gone", "pull_request.opened", "pull_request.head.repo", nil, func(ev *github.Event) bool { return ev.PullRequest.HeadRepo == nil }},
		{"base repository null is the event's", "pull_request.opened", "pull_request.base.repo", nil, func(ev *github.Event) bool {
			return ev.PullRequest.BaseRepo == ev.Repository && ev.Repository.ID != 0
		}},
		{"edited text, same base", "pull_request.opened", "action", "edited", func(ev *github.Event) bool { return !ev.BaseChanged }},
		{"comment on an issue", "issue_comment.created", "action", "created", func(ev *github.Event) bool { return !ev.OnPull && ev.Number == 1 }},
		{"comment on a pull request", "issue_comment.created", "issue.pull_request", map[string]any{}, func(ev *github.Event) bool { return ev.OnPull }},
		{"comment by an App", "issue_comment.created", "comment.performed_via_github_app", map[string]any{"id": 7}, func(ev *github.Event) bool { return ev.Comment.AppID == 7 }},
		{"check of one pull request", "check_run.requested_action", "action", "requested_action", func(ev *github.Event) bool { return ev.Number == 26764 }},
		{"check of no pull request", "check_run.requested_action", "check_run.pull_requests", []any{}, func(ev *github.Event) bool { return ev.Number == 0 }},
		{"check of another repository's pull request", "check_run.requested_action", "repository.id", 12, func(ev *github.Event) bool { return ev.Number == 0 }},
		{"inputs of any kind", "workflow_dispatch", "inputs", map[string]any{"a": true, "b": 1.5, "c": "x", "d": nil}, func(ev *github.Event) bool {
			return maps.Equal(ev.Inputs, map[string]string{"a": "true", "b": "1.5", "c": "x"})
		}},
		{"forced push", "push", "forced", true, func(ev *github.Event) bool { return ev.Forced }},
		{"deleted branch", "push", "deleted", nil, func(ev *github.Event) bool { return ev.Deleted && !ev.Forced }}, // told by its zeros
		{"push of a commit", "push", "after", sha, func(ev *github.Event) bool { return !ev.Deleted && ev.After == sha }},
		{"merged", "pull_request.closed", "pull_request.merged_at", "2026-01-01T12:00:00+02:00", func(ev *github.Event) bool {
			return ev.PullRequest.Merged && ev.PullRequest.MergedAt.Equal(time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC))
		}},
		{"merged, who knows when", "pull_request.closed", "pull_request.merged", true, func(ev *github.Event) bool {
			return ev.PullRequest.Merged && ev.PullRequest.MergedAt.IsZero()
		}},
		{"a merge to try is no merge", "pull_request.opened", "pull_request.merge_commit_sha", sha, func(ev *github.Event) bool { return ev.PullRequest.MergeSHA == "" }},
		{"no inputs", "workflow_dispatch", "inputs", nil, func(ev *github.Event) bool { return len(ev.Inputs) == 0 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			name, _, _ := strings.Cut(test.file, ".")
			ev, err := github.ReadEvent(name, bytes.NewReader(change(t, test.file, test.path, test.value)))
			if err != nil {
				t.Fatal(err)
			}
			if !test.ok(ev) {
				t.Errorf("got %+v", ev)
			}
		})
	}
	edited := bytes.Replace(change(t, "pull_request.opened", "action", "edited"), []byte(`"number"`), []byte(`"changes":{"base":{"ref":{"from":"dev"}}},"number"`), 1)
	if ev, err := github.ReadEvent("pull_request", bytes.NewReader(edited)); err != nil || !ev.BaseChanged {
		t.Errorf("a moved base is not seen: %v", err)
	}
}

func TestScheduleNeedsNoPayload(t *testing.T) {
	for _, text := range []string{"", " \n", "{}", `{"schedule":"0 3 * * *"}`} {
		ev, err := github.ReadEvent("schedule", strings.NewReader(text))
		if err != nil || ev.Name != "schedule" {
			t.Errorf("%q: %v, %v", text, ev, err)
		}
	}
}

func TestReadEventRefuses(t *testing.T) {
	type bad struct {
		name, event string
		payload     []byte
		want        string
	}
	tests := []bad{
		{"unknown event", "release", []byte("{}"), "does not act on"},
		{"no event", "", []byte("{}"), "does not act on"},
		{"empty", "push", nil, "not the JSON"},
		{"null", "push", []byte("null"), "repository is missing"},
		{"a list", "push", []byte("[]"), "not the JSON"},
		{"cut off", "push", read(t, "testdata/events/push.json")[:900], "not the JSON"},
		{"something behind", "push", append(read(t, "testdata/events/push.json"), "{}"...), "not the JSON"},
		{"endlessly deep", "push", bytes.Repeat([]byte(`{"a":`), 200_000), "not the JSON"},
		{"over 25 MB", "push", append(bytes.Repeat([]byte(" "), 25<<20), "{}"...), "larger than 25 MB"},
	}
	for _, field := range []struct {
		file, path string
		value      any
	}{
		{"push", "repository", nil},
		{"push", "repository.id", drop},
		{"push", "repository.name", "../x"},
		{"push", "repository.name", ".."},
		{"push", "repository.owner.login", "a/b"},
		{"push", "ref", drop},
		{"push", "after", "HEAD"},
		{"push", "before", "--upload-pack=x"},
		{"pull_request.opened", "action", drop},
		{"pull_request.opened", "pull_request", nil},
		{"pull_request.opened", "pull_request.number", -1},
		{"pull_request.opened", "pull_request.state", drop},
		{"pull_request.opened", "pull_request.head.sha", sha + "\n"},
		{"pull_request.opened", "pull_request.head.ref", ""},
		{"pull_request.opened", "pull_request.base.sha", strings.ToUpper(sha)},
		{"pull_request.opened", "pull_request.base.ref", nil},
		{"issue_comment.created", "issue", nil},
		{"issue_comment.created", "issue.number", 0},
		{"issue_comment.created", "comment", nil},
		{"issue_comment.created", "comment.id", drop},
		{"issue_comment.created", "action", nil},
		{"check_run.requested_action", "check_run", nil},
		{"check_run.requested_action", "check_run.id", nil},
		{"check_run.requested_action", "check_run.name", ""},
		{"check_run.requested_action", "check_run.head_sha", "x"},
		{"check_run.requested_action", "requested_action.identifier", drop},
		{"merge_group.checks_requested", "merge_group", nil},
		{"merge_group.checks_requested", "merge_group.head_sha", ""},
		{"merge_group.checks_requested", "merge_group.base_sha", drop},
		{"workflow_dispatch", "ref", nil},
		{"workflow_dispatch", "inputs", map[string]any{"x": []any{1}}},
	} {
		event, _, _ := strings.Cut(field.file, ".")
		tests = append(tests, bad{field.file + " " + field.path, event, change(t, field.file, field.path, field.value), "is missing or malformed"})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ev, err := github.ReadEvent(test.event, bytes.NewReader(test.payload))
			var known *github.EventError
			if !errors.As(err, &known) || known.Hint() == "" || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %+v, %v", ev, err)
			}
		})
	}
	broken := io.MultiReader(strings.NewReader("{"), brokenReader{})
	if _, err := github.ReadEvent("push", broken); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a broken file: %v", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func FuzzReadEvent(f *testing.F) {
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		f.Add(name, read(f, file))
	}
	f.Add("schedule", []byte("{}"))
	f.Add("schedule", change(f, "push", "schedule", "0 3 * * *"))
	f.Add("push", change(f, "push", "after", sha))
	f.Add("push", change(f, "push", "forced", true))
	f.Add("push", change(f, "push", "before", strings.Repeat("0", 64)))
	f.Add("push", change(f, "push", "ref", "refs/heads/gh-readonly-queue/prod/pr-1-"+sha))
	f.Add("pull_request", change(f, "pull_request.closed", "pull_request.merged_at", "2026-01-01T12:00:00Z"))
	f.Add("pull_request", change(f, "pull_request.closed", "pull_request.merge_commit_sha", "--flag"))
	f.Add("check_run", change(f, "check_run.requested_action", "check_run.pull_requests", []any{}))
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		ev, err := github.ReadEvent(name, bytes.NewReader(raw))
		if err != nil {
			var known *github.EventError
			if !errors.As(err, &known) {
				t.Fatalf("not an EventError: %v", err)
			}
			return
		}
		if ev.Name != name || strings.ContainsAny(ev.Repository.String(), " \n\\@:") {
			t.Fatalf("believed %+v", ev)
		}
		if pr := ev.PullRequest; pr != nil && (len(pr.HeadSHA) < 40 || len(pr.BaseSHA) < 40 || ev.Number != pr.Number) {
			t.Fatalf("believed %+v", pr)
		}
		if pr := ev.PullRequest; pr != nil && (!pr.Merged && (pr.MergeSHA != "" || !pr.MergedAt.IsZero()) || pr.MergeSHA != "" && len(pr.MergeSHA) < 40) {
			t.Fatalf("believed %+v", pr)
		}
		if name == "push" && (len(ev.Before) < 40 || len(ev.After) < 40 || ev.Deleted != (strings.Trim(ev.After, "0") == "")) {
			t.Fatalf("believed %+v", ev)
		}
	})
}

func BenchmarkReadEvent(b *testing.B) {
	raw := read(b, "testdata/events/pull_request.opened.json")
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := github.ReadEvent("pull_request", bytes.NewReader(raw)); err != nil {
			b.Fatal(err)
		}
	}
}
