// SPDX-License-Identifier: Apache-2.0

package githubtest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	gh "github.com/google/go-github/v60/github"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

var reader = github.Permissions{"pull_requests": "read", "contents": "read", "issues": "read", "checks": "read", "members": "read"}

func TestPullRequestFromAFork(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	open(t, r)
	fork := r.Fork("mallory")
	push(t, fork, "evil", "main", map[string][]byte{"x.tf": []byte("x")})
	p, err := r.Open("mallory", "Let me in", "", "evil", "main", fork)
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, s, s.WorkflowToken(r, reader))
	get := func() *gh.PullRequest {
		t.Helper()
		pull, _, err := c.PullRequests.Get(context.Background(), "acme", "infra", p.Number)
		if err != nil {
			t.Fatal(err)
		}
		return pull
	}
	if pull := get(); pull.GetHead().GetRepo().GetID() != fork.ID || pull.GetBase().GetRepo().GetID() != r.ID || pull.GetHead().GetLabel() != "mallory:evil" {
		t.Errorf("head %v base %v", pull.GetHead(), pull.GetBase())
	}
	if sha, err := git(t, r.GitDir, "rev-parse", fmt.Sprintf("refs/pull/%d/head", p.Number)); err != nil || sha != p.Head() {
		t.Errorf("refs/pull/N/head is %s, want %s", sha, p.Head())
	}
	moved := push(t, fork, "evil", "", map[string][]byte{"y.tf": []byte("y")})
	if p.Head() != moved || get().GetHead().GetSHA() != moved {
		t.Error("the pull request did not follow its fork")
	}
	if err := fork.DeleteFork(); err != nil {
		t.Fatal(err)
	}
	if pull := get(); pull.GetHead().Repo != nil || pull.GetHead().GetSHA() != moved {
		t.Errorf("after the fork is gone head is %v", pull.GetHead())
	}
	if _, err := p.Push(map[string][]byte{"z": []byte("z")}); err == nil {
		t.Error("pushed to a fork that is gone")
	}
	if err := r.DeleteFork(); err == nil {
		t.Error("deleted what is no fork")
	}
}

func TestPushFollowsThroughEveryDoor(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	before := p.Head()
	event, err := p.Push(map[string][]byte{"01-net/main.tf": []byte("# changed\n")})
	if err != nil {
		t.Fatal(err)
	}
	var payload struct{ Before, After string }
	if err := json.Unmarshal(event, &payload); err != nil || payload.Before != before || payload.After != p.Head() || before == p.Head() {
		t.Errorf("synchronize %+v, %v", payload, err)
	}
	// Somebody pushes to the folder with git itself.
	work := filepath.Join(t.TempDir(), "work")
	for _, args := range [][]string{
		{"clone", "--quiet", "--branch", "change", r.GitDir, work}, {"-C", work, "-c", "user.name=x", "-c", "user.email=x@example.invalid", "commit", "--quiet", "--allow-empty", "-m", "By hand"},
		{"-C", work, "push", "--quiet", "origin", "change"},
	} {
		if out, err := git(t, "", args...); err != nil {
			t.Fatalf("git %v: %s", args, out)
		}
	}
	tip, _ := git(t, work, "rev-parse", "HEAD")
	pull, _, err := client(t, s, s.WorkflowToken(r, reader)).PullRequests.Get(context.Background(), "acme", "infra", p.Number)
	if err != nil || pull.GetHead().GetSHA() != tip {
		t.Errorf("head %s, %v; want %s", pull.GetHead().GetSHA(), err, tip)
	}
	forced, err := r.ForcePush("change", "main", "Again", map[string][]byte{"new": []byte("n")})
	if err != nil || p.Head() != forced {
		t.Errorf("force push: %v", err)
	}
	base := push(t, r, "main", "", map[string][]byte{"other": []byte("o")})
	if p.Head() != forced {
		t.Error("a push to the base moved the head")
	}
	if parents, _ := git(t, r.GitDir, "log", "-1", "--format=%P", "refs/pull/1/merge"); parents != base+" "+forced {
		t.Errorf("refs/pull/1/merge joins %s, want %s %s", parents, base, forced)
	}
}

func TestMergeAndConflict(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	push(t, r, "clash", "main", map[string][]byte{"README.md": []byte("mine\n")})
	clash, err := r.Open("bob", "Clash", "", "clash", "main", nil)
	if err != nil {
		t.Fatal(err)
	}
	push(t, r, "main", "", map[string][]byte{"README.md": []byte("theirs\n")})
	c := client(t, s, s.WorkflowToken(r, reader))
	pull, _, err := c.PullRequests.Get(context.Background(), "acme", "infra", clash.Number)
	if err != nil || pull.GetMergeable() || pull.GetMergeableState() != "dirty" {
		t.Errorf("mergeable %v %s, %v", pull.GetMergeable(), pull.GetMergeableState(), err)
	}
	if _, err := clash.Merge("bob"); err == nil {
		t.Error("merged a conflict")
	}
	sha, err := p.Merge("bob")
	if err != nil {
		t.Fatal(err)
	}
	if tip, _ := git(t, r.GitDir, "rev-parse", "main"); tip != sha {
		t.Errorf("main is at %s, want %s", tip, sha)
	}
	if _, err := p.Merge("bob"); err == nil {
		t.Error("merged twice")
	}
	var payload struct {
		Sender       struct{ Login string }
		Pull_request struct { //nolint:revive // matches the key
			Merged           bool
			Merge_commit_sha string //nolint:revive // matches the key
		}
	}
	if err := json.Unmarshal(p.Event("closed"), &payload); err != nil || !payload.Pull_request.Merged || payload.Pull_request.Merge_commit_sha != sha || payload.Sender.Login != "bob" {
		t.Errorf("closed: %+v, %v", payload, err)
	}
}

func TestListsAreFilteredAndPaged(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	ctx := context.Background()
	c := client(t, s, s.WorkflowToken(r, reader))
	for i := range 7 {
		p.Comment("ada", fmt.Sprint("comment ", i))
	}
	var bodies []string
	options := &gh.IssueListCommentsOptions{ListOptions: gh.ListOptions{PerPage: 3}}
	for pages := 1; ; pages++ {
		comments, resp, err := c.Issues.ListComments(ctx, "acme", "infra", p.Number, options)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range comments {
			bodies = append(bodies, strings.TrimPrefix(m.GetBody(), "comment "))
		}
		if resp.NextPage == 0 {
			if pages != 3 || resp.FirstPage != 1 {
				t.Errorf("%d pages, %+v", pages, resp)
			}
			break
		}
		options.Page = resp.NextPage
	}
	if got := strings.Join(bodies, ""); got != "0123456" {
		t.Errorf("pages hold %s", got)
	}
	newest, _, err := c.Issues.ListComments(ctx, "acme", "infra", 0, &gh.IssueListCommentsOptions{Sort: gh.String("created"), Direction: gh.String("desc"), ListOptions: gh.ListOptions{PerPage: 1}})
	if err != nil || len(newest) != 1 || newest[0].GetBody() != "comment 6" {
		t.Errorf("newest of the repository: %v, %v", newest, err)
	}
	for _, tt := range []struct {
		options gh.PullRequestListOptions
		want    int
	}{
		{gh.PullRequestListOptions{}, 1}, {gh.PullRequestListOptions{Head: "acme:change"}, 1}, {gh.PullRequestListOptions{Head: "acme:other"}, 0},
		{gh.PullRequestListOptions{Head: "other"}, 1}, {gh.PullRequestListOptions{Base: "prod"}, 0}, {gh.PullRequestListOptions{State: "closed"}, 0},
	} {
		if pulls, _, err := c.PullRequests.List(ctx, "acme", "infra", &tt.options); err != nil || len(pulls) != tt.want {
			t.Errorf("%+v: %d pull requests, %v; want %d", tt.options, len(pulls), err, tt.want)
		}
	}
	for sha, want := range map[string]int{p.Head(): 1, p.Base(): 0} {
		if pulls, _, err := c.PullRequests.ListPullRequestsWithCommit(ctx, "acme", "infra", sha, nil); err != nil || len(pulls) != want {
			t.Errorf("pull requests of %s: %d, %v; want %d", sha, len(pulls), err, want)
		}
	}
	p.Review("bob", "approved")
	if reviews, _, err := c.PullRequests.ListReviews(ctx, "acme", "infra", p.Number, nil); err != nil || len(reviews) != 1 || reviews[0].GetState() != "APPROVED" || reviews[0].GetCommitID() != p.Head() {
		t.Errorf("reviews %v, %v", reviews, err)
	}
}

func TestChecksOfOthersAndOlderOnes(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	for _, conclusion := range []string{"failure", "success"} {
		r.ForgeCheck(s.AppSlug, github.Check{Name: "layerbot / prod", HeadSHA: p.Head(), Conclusion: conclusion})
	}
	r.ForgeCheck("impostor", github.Check{Name: "layerbot / prod", HeadSHA: p.Head(), Conclusion: "success", ExternalID: "forged"})
	c := client(t, s, s.WorkflowToken(r, reader))
	for _, tt := range []struct {
		options gh.ListCheckRunsOptions
		want    string
	}{
		{gh.ListCheckRunsOptions{}, "success success"}, {gh.ListCheckRunsOptions{AppID: gh.Int64(s.AppID)}, "success"},
		{gh.ListCheckRunsOptions{AppID: gh.Int64(s.AppID), Filter: gh.String("all")}, "success failure"}, {gh.ListCheckRunsOptions{CheckName: gh.String("x")}, ""},
	} {
		runs, _, err := c.Checks.ListCheckRunsForRef(context.Background(), "acme", "infra", "change", &tt.options)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, run := range runs.CheckRuns {
			got = append(got, run.GetConclusion())
		}
		if strings.Join(got, " ") != tt.want || runs.GetTotal() != len(got) {
			t.Errorf("%+v: %v, want %s", tt.options, got, tt.want)
		}
	}
	if runs := r.CheckRuns(p.Head()); len(runs) != 3 || runs[2].AppID == s.AppID || runs[2].ExternalID != "forged" {
		t.Errorf("check runs %+v", runs)
	}
}

func TestPeople(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	ctx := context.Background()
	c := client(t, s, s.WorkflowToken(r, reader))
	for role, want := range map[string]string{"none": "none", "read": "read", "triage": "read", "write": "write", "maintain": "write", "admin": "admin"} {
		r.Collaborator("p-"+role, role)
		level, _, err := c.Repositories.GetPermissionLevel(ctx, "acme", "infra", "P-"+role)
		if err != nil || level.GetPermission() != want || level.GetUser().GetRoleName() != role {
			t.Errorf("%s: %v, %v", role, level, err)
		}
	}
	s.User("stranger")
	if level, _, err := c.Repositories.GetPermissionLevel(ctx, "acme", "infra", "stranger"); err != nil || level.GetPermission() != "none" {
		t.Errorf("stranger: %v, %v", level, err)
	}
	id, _ := p.Comment("ghost-to-be", "/plan")
	s.DeleteUser("ghost-to-be")
	if _, resp, err := c.Repositories.GetPermissionLevel(ctx, "acme", "infra", "ghost-to-be"); err == nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("a deleted user: %v", err)
	}
	if m, _, err := c.Issues.GetComment(ctx, "acme", "infra", id); err != nil || m.User != nil || p.Conversation()[1].Author != (github.User{}) {
		t.Errorf("the comment of a deleted user: %v, %v", m, err)
	}
	s.Team("acme", "platform", "ada")
	if m, _, err := c.Teams.GetTeamMembershipBySlug(ctx, "acme", "platform", "Ada"); err != nil || m.GetState() != "active" {
		t.Errorf("member: %v, %v", m, err)
	}
	if _, resp, err := c.Teams.GetTeamMembershipBySlug(ctx, "acme", "platform", "bob"); err == nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("no member: %v", err)
	}
}

func TestWhoWroteAComment(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	ctx := context.Background()
	write := github.Permissions{"pull_requests": "write"}
	if _, _, err := client(t, s, s.WorkflowToken(r, write)).Issues.CreateComment(ctx, "acme", "infra", 1, &gh.IssueComment{Body: gh.String("by Actions")}); err != nil {
		t.Fatal(err)
	}
	token := mint(t, s, r, &gh.InstallationPermissions{PullRequests: gh.String("write")})
	if _, _, err := client(t, s, token.GetToken()).Issues.CreateComment(ctx, "acme", "infra", 1, &gh.IssueComment{Body: gh.String("by the App")}); err != nil {
		t.Fatal(err)
	}
	p.ForgeComment("layerb0t", "by another App")
	p.Comment("layerbot", "by a person")
	var got []string
	req, _ := http.NewRequest("GET", s.APIURL()+"/repos/acme/infra/issues/1/comments", nil)
	req.Header.Set("Authorization", "token "+token.GetToken())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var comments []struct {
		User struct{ Login, Type string }
		App  *struct{ ID int64 } `json:"performed_via_github_app"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&comments); err != nil {
		t.Fatal(err)
	}
	for _, m := range comments {
		by := "nobody"
		if m.App != nil {
			by = map[int64]string{s.AppID: "us", 15368: "Actions"}[m.App.ID]
		}
		got = append(got, m.User.Login+" "+m.User.Type+" "+by)
	}
	want := "github-actions[bot] Bot Actions, layerbot[bot] Bot us, layerb0t[bot] Bot , layerbot User nobody"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
}

func TestReadsOfTheRepository(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	ctx := context.Background()
	c := client(t, s, s.WorkflowToken(r, reader))
	file, _, _, err := c.Repositories.GetContents(ctx, "acme", "infra", "01-net/main.tf", &gh.RepositoryContentGetOptions{Ref: p.Head()})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := file.GetContent(); err != nil || text != "# net\n" {
		t.Errorf("content %q, %v", text, err)
	}
	if _, _, resp, err := c.Repositories.GetContents(ctx, "acme", "infra", "01-net/main.tf", nil); err == nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("a file that is not on the default branch: %v", err)
	}
	if _, folder, _, err := c.Repositories.GetContents(ctx, "acme", "infra", "01-net", &gh.RepositoryContentGetOptions{Ref: "change"}); err != nil || len(folder) != 1 {
		t.Errorf("folder %v, %v", folder, err)
	}
	if link, _, _, err := c.Repositories.GetContents(ctx, "acme", "infra", "link", &gh.RepositoryContentGetOptions{Ref: "change"}); err != nil || link.GetType() != "symlink" || link.GetTarget() != "README.md" {
		t.Errorf("link %v, %v", link, err)
	}
	if ref, _, err := c.Git.GetRef(ctx, "acme", "infra", "heads/change"); err != nil || ref.GetObject().GetSHA() != p.Head() {
		t.Errorf("ref %v, %v", ref, err)
	}
	if commit, _, err := c.Repositories.GetCommit(ctx, "acme", "infra", "change", nil); err != nil || commit.GetSHA() != p.Head() || commit.Parents[0].GetSHA() != p.Base() {
		t.Errorf("commit %v, %v", commit, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	token := s.WorkflowToken(r, github.Permissions{"pull_requests": "write", "contents": "read"})
	c := client(t, s, token)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if _, _, err := c.Issues.CreateComment(context.Background(), "acme", "infra", p.Number, &gh.IssueComment{Body: gh.String(fmt.Sprint(i))}); err != nil {
				t.Error(err)
			}
			if _, _, err := c.PullRequests.Get(context.Background(), "acme", "infra", p.Number); err != nil {
				t.Error(err)
			}
			if _, err := r.Push("change", "", "More", map[string][]byte{fmt.Sprint(i): []byte("x")}); err != nil {
				t.Error(err)
			}
			s.Requests()
			p.Conversation()
			p.Event("synchronize")
		})
	}
	all.Wait()
	if n := len(p.Conversation()); n != 9 {
		t.Errorf("%d entries, want 9", n)
	}
	if out, _ := git(t, r.GitDir, "ls-tree", "--name-only", p.Head()); strings.Count(out, "\n")+1 != 8+3 {
		t.Errorf("a push was lost:\n%s", out)
	}
}

func TestPushRefusesWhatGitWould(t *testing.T) {
	_, r := start(t, githubtest.Options{})
	open(t, r)
	for name, push := range map[string]func() error{
		"no branch to start from": func() error { _, err := r.Push("new", "nope", "m", nil); return err },
		"a path into .git": func() error {
			_, err := r.Push("main", "", "m", map[string][]byte{".git/config": []byte("x")})
			return err
		},
		"a path out of the tree":  func() error { _, err := r.Push("main", "", "m", map[string][]byte{"../x": []byte("x")}); return err },
		"no pull without commits": func() error { _, err := r.Open("ada", "t", "", "main", "main", nil); return err },
		"no pull without branch":  func() error { _, err := r.Open("ada", "t", "", "nope", "main", nil); return err },
		"no base to move to":      func() error { _, err := r.Open("ada", "t", "", "change", "nope", nil); return err },
	} {
		if push() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	odd := map[string][]byte{"with space.tf": []byte("1"), `qu"ote`: []byte("2"), "new\nline": []byte("3"), "back\\slash": []byte("4"), "ünïcode": {}}
	sha, err := r.Push("main", "", "Odd names\n\nand a body", odd)
	if err != nil {
		t.Fatal(err)
	}
	out, _ := git(t, r.GitDir, "ls-tree", "-z", "--name-only", sha)
	for name := range odd {
		if !strings.Contains("\x00"+out+"\x00", "\x00"+name+"\x00") {
			t.Errorf("%q is not in %q", name, out)
		}
	}
}

func TestCloseRemovesWhatItMade(t *testing.T) {
	s, err := githubtest.New(githubtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := s.Repository("acme", "infra")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(filepath.Dir(r.GitDir))); !os.IsNotExist(err) {
		t.Errorf("left behind: %v", err)
	}
	if _, err := http.Get(s.URL); err == nil {
		t.Error("it still answers")
	}
	if _, err := githubtest.New(githubtest.Options{Addr: "0.0.0.0:0"}); err == nil {
		t.Error("listened beyond the loopback interface")
	}
}
