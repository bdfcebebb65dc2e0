// SPDX-License-Identifier: Apache-2.0

package githubtest_test

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bradleyfalzon/ghinstallation/v2"
	gh "github.com/google/go-github/v60/github"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

// start runs a server that fails the test at any violation, with one repository.
func start(t *testing.T, o githubtest.Options) (*githubtest.Server, *githubtest.Repo) {
	t.Helper()
	o.Violation = func(err error) { t.Errorf("violation: %v", err) }
	return launch(t, o)
}

// launch runs a server with one repository. Violations are as the options say: collected if they say nothing.
func launch(t *testing.T, o githubtest.Options) (*githubtest.Server, *githubtest.Repo) {
	t.Helper()
	o.Validate = true
	s, err := githubtest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, s.Repository("acme", "infra")
}

// open makes a pull request with one changed file.
func open(t *testing.T, r *githubtest.Repo) *githubtest.Pull {
	t.Helper()
	push(t, r, "main", "", map[string][]byte{"README.md": []byte("hello\n"), "old.tf": []byte("x")})
	push(t, r, "change", "main", map[string][]byte{"01-net/main.tf": []byte("# net\n"), "old.tf": nil, "link": []byte("-> README.md")})
	p, err := r.Open("ada", "Change the net", "Please.", "change", "main", nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func push(t *testing.T, r *githubtest.Repo, branch, from string, files map[string][]byte) string {
	t.Helper()
	sha, err := r.Push(branch, from, "Work on "+branch, files)
	if err != nil {
		t.Fatal(err)
	}
	return sha
}

// client is the real go-github on a token.
func client(t *testing.T, s *githubtest.Server, token string) *gh.Client {
	t.Helper()
	c, err := gh.NewClient(nil).WithAuthToken(token).WithEnterpriseURLs(s.APIURL(), s.APIURL())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// appClient is the real go-github with the App's JWT.
func appClient(t *testing.T, s *githubtest.Server) *gh.Client {
	t.Helper()
	tr, err := ghinstallation.NewAppsTransport(http.DefaultTransport, s.AppID, s.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	c, err := gh.NewClient(&http.Client{Transport: tr}).WithEnterpriseURLs(s.APIURL(), s.APIURL())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// mint gets a token of the App for one repository.
func mint(t *testing.T, s *githubtest.Server, r *githubtest.Repo, p *gh.InstallationPermissions) *gh.InstallationToken {
	t.Helper()
	token, _, err := appClient(t, s).Apps.CreateInstallationToken(context.Background(), r.InstallationID,
		&gh.InstallationTokenOptions{RepositoryIDs: []int64{r.ID}, Permissions: p})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func git(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func TestAppTokenReadsCommentsReactsAndChecks(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	r.Collaborator("ada", "maintain")
	asked, _ := p.Comment("ada", "/plan")
	ctx := context.Background()
	token := mint(t, s, r, &gh.InstallationPermissions{
		PullRequests: gh.String("write"), Issues: gh.String("write"), Checks: gh.String("write"), Contents: gh.String("read"),
	})
	c := client(t, s, token.GetToken())

	pull, _, err := c.PullRequests.Get(ctx, "acme", "infra", p.Number)
	if err != nil || pull.GetHead().GetSHA() != p.Head() || pull.GetHead().GetRepo().GetID() != r.ID || !pull.GetMergeable() {
		t.Fatalf("pull request %+v, %v", pull, err)
	}
	level, _, err := c.Repositories.GetPermissionLevel(ctx, "acme", "infra", "ada")
	if err != nil || level.GetPermission() != "write" {
		t.Errorf("maintain shows as %q, %v; want write", level.GetPermission(), err)
	}
	for _, want := range []int{http.StatusCreated, http.StatusOK} {
		if _, resp, err := c.Reactions.CreateIssueCommentReaction(ctx, "acme", "infra", asked, "eyes"); err != nil || resp.StatusCode != want {
			t.Errorf("reaction: %v, %v; want %d", resp, err, want)
		}
	}
	made, _, err := c.Issues.CreateComment(ctx, "acme", "infra", p.Number, &gh.IssueComment{Body: gh.String("planned")})
	if err != nil || made.GetUser().GetLogin() != "layerbot[bot]" || made.GetUser().GetType() != "Bot" {
		t.Fatalf("comment %+v, %v", made, err)
	}
	if _, _, err := c.Issues.EditComment(ctx, "acme", "infra", made.GetID(), &gh.IssueComment{Body: gh.String("planned again")}); err != nil {
		t.Error(err)
	}
	check, _, err := c.Checks.CreateCheckRun(ctx, "acme", "infra", gh.CreateCheckRunOptions{
		Name: "layerbot / prod", HeadSHA: p.Head(), Status: gh.String("completed"), Conclusion: gh.String("success"), ExternalID: gh.String("fp"),
		Output: &gh.CheckRunOutput{Title: gh.String("fine"), Summary: gh.String("all"), Annotations: []*gh.CheckRunAnnotation{
			{Path: gh.String("01-net/main.tf"), StartLine: gh.Int(1), EndLine: gh.Int(1), AnnotationLevel: gh.String("notice"), Message: gh.String("look")},
		}},
		Actions: []*gh.CheckRunAction{{Label: "Plan again", Description: "Plan every target again", Identifier: "plan"}},
	})
	if err != nil || check.GetApp().GetID() != s.AppID {
		t.Fatalf("check %+v, %v", check, err)
	}
	runs, _, err := c.Checks.ListCheckRunsForRef(ctx, "acme", "infra", p.Head(), &gh.ListCheckRunsOptions{AppID: gh.Int64(s.AppID)})
	if err != nil || runs.GetTotal() != 1 {
		t.Errorf("check runs %+v, %v", runs, err)
	}

	items := p.Conversation()
	if len(items) != 3 || items[2].Body != "planned again" || items[2].Edits != 1 || items[1].Reactions["eyes"] != 1 {
		t.Errorf("conversation %+v", items)
	}
	shown := p.Checks()
	if len(shown) != 1 || shown[0].Annotations[0].Path != "01-net/main.tf" || shown[0].Actions[0].Identifier != "plan" || shown[0].ExternalID != "fp" {
		t.Errorf("checks %+v", shown)
	}
}

func TestGitCloneNeedsAToken(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	dir := t.TempDir()
	if out, err := git(t, dir, "clone", r.CloneURL, "without"); err == nil {
		t.Errorf("cloned without a token: %s", out)
	}
	token := s.WorkflowToken(r, github.Permissions{"contents": "read"})
	url := strings.Replace(r.CloneURL, "http://", "http://x-access-token:"+token+"@", 1)
	if out, err := git(t, dir, "clone", "--quiet", url, "with"); err != nil {
		t.Fatal(out)
	}
	work := filepath.Join(dir, "with")
	for _, ref := range []string{p.Head(), "refs/pull/1/head", "refs/pull/1/merge"} {
		if out, err := git(t, work, "fetch", "--quiet", "--depth=1", "origin", ref); err != nil {
			t.Errorf("fetch %s: %s", ref, out)
		}
	}
	if out, _ := git(t, work, "ls-tree", "-r", p.Head()); !strings.Contains(out, "120000") || strings.Contains(out, "old.tf") || !strings.Contains(out, "01-net/main.tf") {
		t.Errorf("tree of the head:\n%s", out)
	}
}
