// SPDX-License-Identifier: Apache-2.0

package githubtest_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/githubtest"
)

// A pushed is what the payload of a push says.
type pushed struct {
	Ref, Before, After       string
	Created, Deleted, Forced bool
	Commits                  []struct{ ID, Message string }
	HeadCommit               *struct{ ID string } `json:"head_commit"`
}

func pushOf(t *testing.T, payload []byte) (p pushed) {
	t.Helper()
	if err := json.Unmarshal(payload, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestThreeWaysToMerge(t *testing.T) {
	for method, want := range map[string][]string{
		"merge":  {"Work on change", "More work", "Merge pull request #1 from acme/change\n\nChange the net"},
		"squash": {"Change the net (#1)"},
		"rebase": {"Work on change", "More work"},
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			_, r := start(t, githubtest.Options{})
			p := open(t, r)
			if _, err := p.Push(map[string][]byte{"second": []byte("2")}); err != nil {
				t.Fatal(err)
			}
			before := push(t, r, "main", "", map[string][]byte{"meanwhile": []byte("x")})
			sha, err := p.MergeAs("bob", method)
			if err != nil {
				t.Fatal(err)
			}
			ev := pushOf(t, r.PushEvent("bob", "main", before))
			var messages []string
			for _, c := range ev.Commits {
				messages = append(messages, c.Message)
			}
			if !slices.Equal(messages, want) {
				t.Errorf("commits %q, want %q", messages, want)
			}
			if ev.Before != before || ev.After != sha || ev.HeadCommit.ID != sha || ev.Commits[len(ev.Commits)-1].ID != sha || ev.Created || ev.Deleted || ev.Forced {
				t.Errorf("push %+v", ev)
			}
			files, _ := git(t, r.GitDir, "ls-tree", "-r", "--name-only", "main")
			if got := strings.Fields(files); !slices.Equal(got, []string{"01-net/main.tf", "README.md", "link", "meanwhile", "second"}) {
				t.Errorf("files %v", got)
			}
			var closed struct {
				PullRequest struct {
					Merged bool
					SHA    string `json:"merge_commit_sha"`
				} `json:"pull_request"`
			}
			if err := json.Unmarshal(p.Event("closed"), &closed); err != nil || !closed.PullRequest.Merged || closed.PullRequest.SHA != sha {
				t.Errorf("closed %+v, %v", closed, err)
			}
		})
	}
}

// Rebasing makes new commits even where the branch could simply move forward.
func TestRebaseNeverMovesTheBranchForward(t *testing.T) {
	_, r := start(t, githubtest.Options{})
	p := open(t, r)
	sha, err := p.MergeAs("bob", "rebase")
	if err != nil {
		t.Fatal(err)
	}
	if parent, _ := git(t, r.GitDir, "rev-parse", sha+"^"); sha == p.Head() || parent != p.Base() {
		t.Errorf("%s on %s, the head is %s on %s", sha, parent, p.Head(), p.Base())
	}
}

func TestWhatCannotBeMerged(t *testing.T) {
	_, r := start(t, githubtest.Options{})
	open(t, r)
	push(t, r, "clash", "main", map[string][]byte{"README.md": []byte("mine\n")})
	tip := push(t, r, "main", "", map[string][]byte{"README.md": []byte("theirs\n")})
	clash, err := r.Open("bob", "Clash", "", "clash", "main", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"merge", "squash", "rebase", "fast-forward", ""} {
		if _, err := clash.MergeAs("bob", method); err == nil {
			t.Errorf("%q merged it", method)
		}
	}
	if now, _ := git(t, r.GitDir, "rev-parse", "main"); now != tip {
		t.Errorf("main is at %s", now)
	}
}

func TestPushesThatAreNoStepForward(t *testing.T) {
	_, r := start(t, githubtest.Options{})
	first := push(t, r, "prod", "", map[string][]byte{"a": []byte("1")})
	if ev := pushOf(t, r.PushEvent("ada", "prod", "")); !ev.Created || ev.Forced || strings.Trim(ev.Before, "0") != "" || ev.After != first || len(ev.Commits) != 1 {
		t.Errorf("new %+v", ev)
	}
	second := push(t, r, "prod", "", map[string][]byte{"a": []byte("2")})
	third, err := r.ForcePush("prod", first, "Instead", map[string][]byte{"a": []byte("3")})
	if err != nil {
		t.Fatal(err)
	}
	if ev := pushOf(t, r.PushEvent("ada", "prod", second)); !ev.Forced || ev.Before != second || ev.After != third || len(ev.Commits) != 1 || ev.Commits[0].ID != third {
		t.Errorf("forced %+v", ev)
	}
	if out, err := git(t, r.GitDir, "update-ref", "refs/heads/prod", first); err != nil {
		t.Fatal(out)
	}
	if ev := pushOf(t, r.PushEvent("ada", "prod", third)); !ev.Forced || len(ev.Commits) != 0 || ev.HeadCommit.ID != first {
		t.Errorf("thrown back %+v", ev)
	}
	if out, err := git(t, r.GitDir, "update-ref", "-d", "refs/heads/prod"); err != nil {
		t.Fatal(out)
	}
	if ev := pushOf(t, r.PushEvent("ada", "prod", first)); !ev.Deleted || ev.Forced || strings.Trim(ev.After, "0") != "" || ev.HeadCommit != nil || len(ev.Commits) != 0 {
		t.Errorf("gone %+v", ev)
	}
}

func TestPullRequestsOfACommit(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	merged := open(t, r)
	head := merged.Head()
	c := client(t, s, s.WorkflowToken(r, reader))
	expect := func(name, sha string, want ...int) {
		t.Helper()
		pulls, _, err := c.PullRequests.ListPullRequestsWithCommit(t.Context(), "acme", "infra", sha, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, p := range pulls {
			got = append(got, p.GetNumber())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	expect("an open one", head, 1)
	before := merged.Base()
	sha, err := merged.MergeAs("bob", "squash")
	if err != nil {
		t.Fatal(err)
	}
	push(t, r, "prod", before, map[string][]byte{"prod": []byte("x")})
	if _, err := r.Open("ada", "Promote", "", "main", "prod", nil); err != nil {
		t.Fatal(err)
	}
	expect("the head of a merged one", head, 1)
	expect("what it became, also in an open promotion", sha, 1)
	expect("what was there before", before)
}
