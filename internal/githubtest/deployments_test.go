// SPDX-License-Identifier: Apache-2.0

package githubtest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	gh "github.com/google/go-github/v60/github"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

// deployable is a server with a branch "prod", and the real go-github as an installation of the App.
func deployable(t *testing.T) (*githubtest.Server, *githubtest.Repo, *gh.Client) {
	t.Helper()
	s, r := start(t, githubtest.Options{})
	push(t, r, "main", "", map[string][]byte{"a": []byte("a")})
	push(t, r, "prod", "main", map[string][]byte{"b": []byte("b")})
	token := mint(t, s, r, &gh.InstallationPermissions{Deployments: gh.String("write")})
	return s, r, client(t, s, token.GetToken())
}

// deploy makes a deployment with nothing that GitHub would check first.
func deploy(t *testing.T, c *gh.Client, environment, task string, transient bool) *gh.Deployment {
	t.Helper()
	d, _, err := c.Repositories.CreateDeployment(context.Background(), "acme", "infra", &gh.DeploymentRequest{
		Ref: gh.String("prod"), Task: &task, Environment: &environment, TransientEnvironment: &transient, AutoMerge: gh.Bool(false), RequiredContexts: &[]string{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func set(t *testing.T, c *gh.Client, d *gh.Deployment, request *gh.DeploymentStatusRequest) *gh.DeploymentStatus {
	t.Helper()
	status, _, err := c.Repositories.CreateDeploymentStatus(context.Background(), "acme", "infra", d.GetID(), request)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// states lists the state of each deployment, oldest first.
func states(r *githubtest.Repo) string {
	var all []string
	for _, d := range r.Deployments() {
		all = append(all, d.Environment+" "+d.State())
	}
	return strings.Join(all, ", ")
}

func TestDeploymentHasGitHubsDefaults(t *testing.T) {
	_, r, c := deployable(t)
	d, _, err := c.Repositories.CreateDeployment(context.Background(), "acme", "infra", &gh.DeploymentRequest{Ref: gh.String("prod"), Payload: map[string]any{"a": 1}})
	if err != nil {
		t.Fatal(err)
	}
	tip, _ := git(t, r.GitDir, "rev-parse", "prod")
	if d.GetSHA() != tip || d.GetRef() != "prod" || d.GetTask() != "deploy" || d.GetEnvironment() != "production" || string(d.Payload) != `{"a":1}` || d.GetCreator().GetLogin() != "layerbot[bot]" {
		t.Errorf("deployment %+v", d)
	}
	got, _, err := c.Repositories.GetDeployment(context.Background(), "acme", "infra", d.GetID())
	if err != nil || got.GetID() != d.GetID() {
		t.Errorf("read back %+v, %v", got, err)
	}
	status := set(t, c, d, &gh.DeploymentStatusRequest{State: gh.String("in_progress"), LogURL: gh.String("https://example.com/run")})
	if status.GetTargetURL() != "https://example.com/run" || status.GetEnvironment() != "production" || status.GetCreator().GetLogin() != "layerbot[bot]" {
		t.Errorf("status %+v", status)
	}
	if all := r.Deployments(); len(all) != 1 || all[0].Creator != "layerbot[bot]" || all[0].State() != "in_progress" || all[0].Statuses[0].LogURL != "https://example.com/run" {
		t.Errorf("deployments %+v", all)
	}
}

// What a client that forgets required_contexts and auto_merge finds out.
func TestDeploymentWaitsForChecksAndMerges(t *testing.T) {
	_, r, c := deployable(t)
	tip, _ := git(t, r.GitDir, "rev-parse", "prod")
	for _, tt := range []struct {
		name, conclusion string
		contexts         *[]string
		refusal          string
	}{
		{"all are green", "success", nil, ""},
		{"one is not green", "failure", nil, "Commit status checks failed for prod"},
		{"none is asked for", "failure", &[]string{}, ""},
		{"the green one is asked for", "failure", &[]string{"lint"}, ""},
		{"the other one is asked for", "failure", &[]string{"tests"}, "Commit status checks failed for prod"},
		{"one that is not there is asked for", "success", &[]string{"missing"}, "Commit status checks failed for prod"},
	} {
		r.ForgeCheck("ci", github.Check{Name: "lint", HeadSHA: tip, Conclusion: "success"})
		r.ForgeCheck("ci", github.Check{Name: "tests", HeadSHA: tip, Conclusion: tt.conclusion})
		before := len(r.Deployments())
		_, resp, err := c.Repositories.CreateDeployment(context.Background(), "acme", "infra", &gh.DeploymentRequest{Ref: gh.String("prod"), RequiredContexts: tt.contexts})
		if made := len(r.Deployments()) - before; tt.refusal == "" && (err != nil || made != 1) {
			t.Errorf("%s: %v", tt.name, err)
		} else if tt.refusal != "" && (err == nil || resp.StatusCode != http.StatusConflict || made != 0 || !strings.Contains(err.Error(), tt.refusal)) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	push(t, r, "main", "", map[string][]byte{"later": []byte("x")})
	for merge, fine := range map[bool]bool{true: false, false: true} {
		_, _, err := c.Repositories.CreateDeployment(context.Background(), "acme", "infra", &gh.DeploymentRequest{Ref: gh.String("prod"), AutoMerge: &merge, RequiredContexts: &[]string{}})
		if (err == nil) != fine || err != nil && !strings.Contains(err.Error(), "Conflict merging main into prod") {
			t.Errorf("behind the default branch, auto_merge %t: %v", merge, err)
		}
	}
}

func TestSuccessMakesEarlierOnesInactive(t *testing.T) {
	_, r, c := deployable(t)
	success := &gh.DeploymentStatusRequest{State: gh.String("success")}
	quiet := &gh.DeploymentStatusRequest{State: gh.String("success"), AutoInactive: gh.Bool(false)}
	for _, environment := range []string{"dev", "DEV", "other", "production"} {
		set(t, c, deploy(t, c, environment, "apply:01", false), quiet)
	}
	set(t, c, deploy(t, c, "dev", "apply:01", true), quiet)
	set(t, c, deploy(t, c, "dev", "apply:01", false), &gh.DeploymentStatusRequest{State: gh.String("failure")})
	last := deploy(t, c, "dev", "apply:02", false)
	set(t, c, deploy(t, c, "dev", "apply:03", false), quiet)
	all := "dev success, DEV success, other success, production success, dev success, dev failure, dev , dev success"
	if got := states(r); got != all {
		t.Fatalf("auto_inactive off: %s", got)
	}
	set(t, c, last, &gh.DeploymentStatusRequest{State: gh.String("failure")})
	set(t, c, last, success)
	if got, want := states(r), "dev inactive, DEV inactive, other success, production success, dev success, dev failure, dev success, dev success"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if first := r.Deployments()[0]; len(first.Statuses) != 2 || first.Statuses[1].Creator != "layerbot[bot]" {
		t.Errorf("statuses %+v", first.Statuses)
	}
	set(t, c, deploy(t, c, "production", "apply:01", false), success)
	if got := states(r); !strings.Contains(got, "production success, dev success") {
		t.Errorf("production stays: %s", got)
	}
}

func TestStatusMovesADeployment(t *testing.T) {
	_, r, c := deployable(t)
	d := deploy(t, c, "dev", "apply:01", false)
	set(t, c, d, &gh.DeploymentStatusRequest{State: gh.String("queued"), Environment: gh.String("prod")})
	if status := set(t, c, d, &gh.DeploymentStatusRequest{State: gh.String("success")}); status.GetEnvironment() != "prod" {
		t.Errorf("the next status is for %s", status.GetEnvironment())
	}
	moved, _, err := c.Repositories.GetDeployment(context.Background(), "acme", "infra", d.GetID())
	if err != nil || moved.GetEnvironment() != "prod" || states(r) != "prod success" {
		t.Errorf("%+v, %v", moved, err)
	}
}

func TestListsOfDeployments(t *testing.T) {
	_, r, c := deployable(t)
	ctx := context.Background()
	tip, _ := git(t, r.GitDir, "rev-parse", "prod")
	for i, environment := range []string{"dev", "prod", "dev"} {
		deploy(t, c, environment, fmt.Sprintf("apply:0%d", i), false)
	}
	r.ForgeDeployment("ada", github.Deployment{SHA: tip, Task: "apply:03", Environment: "dev", Payload: json.RawMessage(`"text"`)})
	for _, tt := range []struct {
		options gh.DeploymentsListOptions
		want    string
	}{
		{gh.DeploymentsListOptions{}, "3 2 1 0"}, {gh.DeploymentsListOptions{Environment: "DEV"}, "3 2 0"}, {gh.DeploymentsListOptions{Task: "apply:01"}, "1"},
		{gh.DeploymentsListOptions{Ref: "prod"}, "2 1 0"}, {gh.DeploymentsListOptions{SHA: tip}, "3 2 1 0"}, {gh.DeploymentsListOptions{SHA: "prod"}, ""},
		{gh.DeploymentsListOptions{Environment: "dev", ListOptions: gh.ListOptions{PerPage: 2, Page: 2}}, "0"},
	} {
		list, _, err := c.Repositories.ListDeployments(ctx, "acme", "infra", &tt.options)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range list {
			got = append(got, strings.TrimPrefix(d.GetTask(), "apply:0"))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%+v: %v, want %s", tt.options, got, tt.want)
		}
	}
	last := r.Deployments()[3]
	for _, state := range []string{"queued", "failure"} {
		r.ForgeStatus("ada", last.ID, github.DeploymentState{State: state, Description: state})
	}
	statuses, _, err := c.Repositories.ListDeploymentStatuses(ctx, "acme", "infra", last.ID, nil)
	if err != nil || len(statuses) != 2 || statuses[0].GetState() != "failure" || statuses[1].GetCreator().GetLogin() != "ada" {
		t.Errorf("statuses %v, %v", statuses, err)
	}
	if _, resp, err := c.Repositories.ListDeploymentStatuses(ctx, "acme", "infra", 1, nil); err == nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("statuses of nothing: %v", err)
	}
}

func TestIssuesAndPullRequestsShareNumbersAndLists(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	p := open(t, r)
	ctx := context.Background()
	token := mint(t, s, r, &gh.InstallationPermissions{Issues: gh.String("write")})
	c := client(t, s, token.GetToken())
	made, _, err := c.Issues.Create(ctx, "acme", "infra", &gh.IssueRequest{Title: gh.String("Drift"), Body: gh.String("text"), Labels: &[]string{"drift", "x"}})
	if err != nil || made.GetNumber() != p.Number+1 || made.GetUser().GetLogin() != "layerbot[bot]" || len(made.Labels) != 2 || made.GetState() != "open" {
		t.Fatalf("made %+v, %v", made, err)
	}
	forged := r.ForgeIssue("ada", "Forged", "text", "Drift")
	push(t, r, "more", "main", map[string][]byte{"more": []byte("x")})
	if next, err := r.Open("ada", "Next", "", "more", "main", nil); err != nil || next.Number != forged+1 {
		t.Errorf("the next pull request: %+v, %v", next, err)
	}
	for _, tt := range []struct {
		options gh.IssueListByRepoOptions
		want    string
	}{
		{gh.IssueListByRepoOptions{}, "4 pull, 3, 2, 1 pull"}, {gh.IssueListByRepoOptions{Labels: []string{"drift"}}, "3, 2"}, {gh.IssueListByRepoOptions{State: "closed"}, ""},
		{gh.IssueListByRepoOptions{Labels: []string{"drift", "X"}}, "2"}, {gh.IssueListByRepoOptions{Direction: "asc"}, "1 pull, 2, 3, 4 pull"},
	} {
		issues, _, err := c.Issues.ListByRepo(ctx, "acme", "infra", &tt.options)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range issues {
			got = append(got, strings.TrimSpace(fmt.Sprint(i.GetNumber(), " ", map[bool]string{true: "pull"}[i.IsPullRequest()])))
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%+v: %s, want %s", tt.options, strings.Join(got, ", "), tt.want)
		}
	}
	edited, _, err := c.Issues.Edit(ctx, "acme", "infra", forged, &gh.IssueRequest{Title: gh.String("Edited"), State: gh.String("closed"), Labels: &[]string{}})
	if err != nil || edited.GetTitle() != "Edited" || edited.GetBody() != "text" || edited.GetState() != "closed" || edited.ClosedAt == nil || len(edited.Labels) != 0 {
		t.Errorf("edited %+v, %v", edited, err)
	}
	if reopened, _, err := c.Issues.Edit(ctx, "acme", "infra", forged, &gh.IssueRequest{State: gh.String("open")}); err != nil || reopened.ClosedAt != nil || reopened.GetState() != "open" {
		t.Errorf("reopened %+v, %v", reopened, err)
	}
	r.CloseIssue(made.GetNumber())
	if all := r.Issues(); len(all) != 2 || all[0].State != "closed" || all[1].Edits != 2 || all[1].Author != "ada" {
		t.Errorf("issues %+v", all)
	}
	if pull, _, err := c.Issues.Get(ctx, "acme", "infra", p.Number); err != nil || !pull.IsPullRequest() {
		t.Errorf("a pull request as an issue: %+v, %v", pull, err)
	}
	if _, resp, err := c.Issues.Get(ctx, "acme", "infra", 99); err == nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("no issue: %v", err)
	}
}
