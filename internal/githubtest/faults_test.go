// SPDX-License-Identifier: Apache-2.0

package githubtest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	gh "github.com/google/go-github/v60/github"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

func TestFaultsComeInOrderAndEnd(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	c := client(t, s, s.WorkflowToken(r, reader))
	const path = "/repos/acme/infra/pulls"
	s.Fault("GET", path, 1, false, githubtest.Status(http.StatusBadGateway, "Server Error"))
	s.Fault("", path, 1, false, githubtest.SlowDown(7))
	s.Fault("GET", "/repos/acme/infra/issues", 1, false, githubtest.Status(500, "elsewhere"))
	s.Fault("POST", path, 1, false, githubtest.Status(500, "another method"))
	s.Fault("GET", path, 1, false, githubtest.SecondaryLimit(0))
	s.Fault("GET", path, 1, false, githubtest.Empty())
	for _, want := range []struct {
		status int
		retry  string
	}{{502, ""}, {429, "7"}, {403, ""}, {200, ""}, {200, ""}} {
		pull, resp, _ := c.PullRequests.Get(context.Background(), "acme", "infra", p.Number)
		if resp.StatusCode != want.status || resp.Header.Get("Retry-After") != want.retry {
			t.Errorf("%d %q, want %+v", resp.StatusCode, resp.Header.Get("Retry-After"), want)
		}
		if want == (struct {
			status int
			retry  string
		}{200, ""}) && pull.GetNumber() == p.Number {
			return // the second 200 is the real answer
		}
	}
	t.Error("no real answer after the faults")
}

func TestCutConnection(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	c := client(t, s, s.WorkflowToken(r, github.Permissions{"pull_requests": "write"}))
	comments := "/repos/acme/infra/issues"
	write := func(body string) error {
		_, _, err := c.Issues.CreateComment(context.Background(), "acme", "infra", p.Number, &gh.IssueComment{Body: gh.String(body)})
		return err
	}
	s.Fault("POST", comments, 1, false, nil)
	s.Fault("POST", comments, 1, true, nil)
	s.Fault("POST", comments, 1, true, githubtest.Status(http.StatusBadGateway, "Server Error"))
	for _, body := range []string{"never arrived", "answer lost", "answer spoiled"} {
		if write(body) == nil {
			t.Errorf("%s: no error", body)
		}
	}
	if err := write("fine"); err != nil {
		t.Error(err)
	}
	var got []string
	for _, item := range p.Conversation()[1:] {
		got = append(got, item.Body)
	}
	if strings.Join(got, ", ") != "answer lost, answer spoiled, fine" {
		t.Errorf("carried out: %v", got)
	}
	var statuses []int
	for _, request := range s.Requests() {
		statuses = append(statuses, request.Status)
	}
	if want := []int{0, 201, 201, 201}; len(statuses) != 4 || statuses[0] != want[0] || statuses[3] != want[3] {
		t.Errorf("recorded %v, want %v", statuses, want)
	}
}

func TestHookMovesTheHeadBetweenTwoCalls(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	c := client(t, s, s.WorkflowToken(r, reader))
	calls := 0
	s.Hook("GET", "/repos/acme/infra/pulls/", func() {
		if calls++; calls == 2 {
			push(t, r, "change", "", map[string][]byte{"late": []byte("x")})
		}
	})
	var heads []string
	for range 3 {
		pull, _, err := c.PullRequests.Get(context.Background(), "acme", "infra", p.Number)
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, pull.GetHead().GetSHA())
	}
	if calls != 3 || heads[0] == heads[1] || heads[1] != heads[2] {
		t.Errorf("%d calls, heads %v", calls, heads)
	}
}

func TestGitRefusals(t *testing.T) {
	s, r := launch(t, githubtest.Options{})
	told := 0
	news := func() (n int) {
		n, told = len(s.Violations())-told, len(s.Violations())
		return n
	}
	open(t, r)
	other := s.Repository("acme", "other")
	for _, tt := range []struct {
		name, token string
		violations  int
	}{
		{"no token", "", 0}, {"a token that never was", "ghs_x", 0}, {"a token for another repository", s.WorkflowToken(other, reader), 1},
		{"a token without contents", s.WorkflowToken(r, github.Permissions{"issues": "write"}), 1},
	} {
		url := strings.Replace(r.CloneURL, "http://", "http://x-access-token:"+tt.token+"@", 1)
		if out, err := git(t, t.TempDir(), "ls-remote", url); err == nil || news() != tt.violations {
			t.Errorf("%s: %s, violations %v", tt.name, out, s.Violations())
		}
	}
	good := strings.Replace(r.CloneURL, "http://", "http://x-access-token:"+s.WorkflowToken(r, reader)+"@", 1)
	if out, err := git(t, r.GitDir, "push", good, "main:refs/heads/sneaked"); err == nil || news() != 1 {
		t.Errorf("pushed over HTTP: %s, violations %v", out, s.Violations())
	}
	s.ResetRequests()
	if out, err := git(t, t.TempDir(), "ls-remote", good); err != nil {
		t.Error(out)
	}
	for _, request := range s.Requests() {
		if request.Route != "git" || request.Write || request.Status != 401 && request.Needed["contents"] != "read" {
			t.Errorf("recorded %+v", request)
		}
	}
}
