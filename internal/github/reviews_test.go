// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

var readPulls = github.Permissions{"pull_requests": "read"}

// said lists reviews as "login STATE".
func said(t *testing.T, c *github.Client, number int) string {
	t.Helper()
	reviews, err := c.Reviews(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range reviews {
		all = append(all, r.User.Login+" "+r.State)
	}
	return strings.Join(all, ", ")
}

func TestLatestWordOfEachPerson(t *testing.T) {
	for name, test := range map[string]struct{ reviews, want string }{
		"nobody":                                {"", ""},
		"only comments":                         {"bob COMMENTED", ""},
		"approved":                              {"bob APPROVED", "bob APPROVED"},
		"a comment later":                       {"bob APPROVED, bob COMMENTED", "bob APPROVED"},
		"changes asked for later":               {"bob APPROVED, bob CHANGES_REQUESTED", "bob CHANGES_REQUESTED"},
		"approved after all":                    {"bob CHANGES_REQUESTED, bob COMMENTED, bob APPROVED", "bob APPROVED"},
		"dismissed":                             {"bob APPROVED, bob DISMISSED", "bob DISMISSED"},
		"dismissed, then approved again":        {"bob APPROVED, bob DISMISSED, bob APPROVED", "bob APPROVED"},
		"the latest dismissed brings none back": {"bob APPROVED, bob CHANGES_REQUESTED, bob DISMISSED", "bob DISMISSED"},
		"several":                               {"zoe APPROVED, bob CHANGES_REQUESTED, cem COMMENTED, bob APPROVED", "bob APPROVED, zoe APPROVED"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorldWith(t, githubtest.Options{Validate: true})
			for _, review := range strings.Split(test.reviews, ", ") {
				if login, state, is := strings.Cut(review, " "); is {
					w.pull.Review(login, state)
				}
			}
			if got := said(t, w.open(t, readPulls), w.pull.Number); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestReviewKnowsItsCommit(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, readPulls)
	w.pull.Review("bob", "APPROVED")
	if _, err := w.pull.Push(map[string][]byte{"later": []byte("x")}); err != nil {
		t.Fatal(err)
	}
	reviews, err := c.Reviews(t.Context(), w.pull.Number)
	if err != nil || len(reviews) != 1 || reviews[0].HeadSHA != w.head || w.pull.Head() == w.head {
		t.Errorf("%+v, %v", reviews, err)
	}
	w.server.DeleteUser("bob")
	if got := said(t, c, w.pull.Number); got != "" {
		t.Errorf("of a person who is gone: %s", got)
	}
	for i := range 120 {
		w.pull.Review("cem", "COMMENTED")
		w.pull.Review(fmt.Sprintf("p%03d", i), "APPROVED")
	}
	w.pull.Review("p000", "CHANGES_REQUESTED")
	if got := said(t, c, w.pull.Number); strings.Count(got, "APPROVED") != 119 || !strings.HasPrefix(got, "p000 CHANGES_REQUESTED, p001") {
		t.Errorf("on several pages: %s", got)
	}
}

func TestReviewsAreOrderedByWhenTheyWereSubmitted(t *testing.T) {
	one := func(state, at string) string {
		return fmt.Sprintf(`{"user":{"id":7,"login":"bob"},"state":%q,"commit_id":null,"submitted_at":%s}`, state, at)
	}
	early, late := `"2026-01-01T10:00:00Z"`, `"2026-01-01T10:00:01Z"`
	for name, test := range map[string]struct{ list, want string }{
		"submitted late":       {one("APPROVED", late) + "," + one("CHANGES_REQUESTED", early), "bob APPROVED"},
		"in the same second":   {one("APPROVED", early) + "," + one("CHANGES_REQUESTED", early), "bob CHANGES_REQUESTED"},
		"not submitted":        {one("APPROVED", early) + "," + one("PENDING", "null"), "bob APPROVED"},
		"a state to come":      {one("APPROVED", early) + "," + one("ENDORSED", late), "bob APPROVED"},
		"nobody":               {`{"user":null,"state":"APPROVED","submitted_at":` + late + `}`, ""},
		"nobody with a review": {`{"user":{},"state":"APPROVED"}`, ""},
	} {
		if got := said(t, newFake(t, say(200, "["+test.list+"]")).client(), 7); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestMergedPullRequests(t *testing.T) {
	now := time.Now()
	w := newWorldWith(t, githubtest.Options{Validate: true, Now: func() time.Time { return now }})
	c := w.open(t, readPulls)
	open := func(branch, base string) *githubtest.Pull {
		t.Helper()
		now = now.Add(time.Second)
		if _, err := w.git.Push(branch, base, branch, map[string][]byte{branch: []byte("x")}); err != nil {
			t.Fatal(err)
		}
		p, err := w.git.Open("ada", branch, "", branch, base, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	merge := func(p *githubtest.Pull, method string) string {
		t.Helper()
		now = now.Add(time.Second)
		sha, err := p.MergeAs("bob", method)
		if err != nil {
			t.Fatal(err)
		}
		return sha
	}
	if _, err := w.git.Push("dev&test+x", "prod", "dev", map[string][]byte{"dev": []byte("x")}); err != nil {
		t.Fatal(err)
	}
	first, second, third, left, other := open("one", "prod"), open("two", "prod"), open("three", "prod"), open("four", "prod"), open("five", "dev&test+x")
	open("six", "prod")
	want := []string{merge(second, "squash"), merge(first, "merge"), merge(third, "rebase")}
	slices.Reverse(want)
	left.Close()
	elsewhere := merge(other, "merge")
	now = now.Add(time.Minute)
	second.Comment("ada", "late talk") // updated last, and yet merged first
	w.server.ResetRequests()
	list, err := c.MergedPullRequests(t.Context(), "prod")
	if err != nil || len(w.calls()) != 1 {
		t.Fatal(err, w.calls())
	}
	var got []string
	for _, p := range list {
		got = append(got, p.MergeSHA)
		if !p.Merged || p.MergedAt.IsZero() || p.URL == "" || p.BaseRef != "prod" || p.HeadRepo == nil || p.HeadRepo.ID != w.git.ID {
			t.Errorf("%+v", p)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if list, err := c.MergedPullRequests(t.Context(), "dev&test+x"); err != nil || len(list) != 1 || list[0].MergeSHA != elsewhere {
		t.Errorf("the other branch: %+v, %v", list, err)
	}
	if one, err := c.PullRequest(t.Context(), third.Number); err != nil || one.MergeSHA != want[0] || !one.MergedAt.Equal(list[0].MergedAt) || one.URL != list[0].URL {
		t.Errorf("by itself: %+v, %v", one, err)
	}
	if one, err := c.PullRequest(t.Context(), left.Number); err != nil || one.MergeSHA != "" || !one.MergedAt.IsZero() {
		t.Errorf("closed unmerged: %+v, %v", one, err)
	}
}

// The server's filters are no proof: what it lists is looked at again.
func TestMergedPullRequestsTakesOnlyWhatItAskedFor(t *testing.T) {
	pull := func(number int, ref, at, merge string) string {
		return fmt.Sprintf(`{"number":%d,"state":"closed","merged_at":%s,"merge_commit_sha":%q,"head":{"sha":%q,"ref":"change","repo":null},"base":{"sha":%q,"ref":%q}}`, number, at, merge, sha, sha, ref)
	}
	list := strings.Join([]string{
		pull(1, "dev", `"2026-01-01T10:00:00Z"`, sha), pull(2, "prod", "null", sha), pull(3, "prod", `"2026-01-01T10:00:00Z"`, sha),
		pull(4, "prod", `"2026-01-01T10:00:00Z"`, "--flag"), pull(5, "prod", `"2026-01-02T10:00:00Z"`, sha),
	}, ",")
	got, err := newFake(t, say(200, "["+list+"]")).client().MergedPullRequests(t.Context(), "prod")
	if err != nil || len(got) != 3 || got[0].Number != 5 || got[1].Number != 4 || got[1].MergeSHA != "" || got[2].Number != 3 || got[2].MergeSHA != sha {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = newFake(t, say(200, `[{"number":1,"merged_at":"2026-01-01T10:00:00Z","base":{"ref":"prod"}}]`)).client().MergedPullRequests(t.Context(), "prod")
	refused[*github.UnavailableError](t, err)
}
