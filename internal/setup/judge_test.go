// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
)

// sound returns the facts of an installation that lacks nothing: dev and prod, each on the branch of its name.
func sound() Facts {
	caller := Workflow(Repository{Environments: []Environment{{Name: "dev", Branch: "dev"}, {Name: "prod", Branch: "prod"}}, Default: "main", Ref: sha})
	return Facts{
		Repository:   github.Repository{Owner: "acme", Name: "infra", DefaultBranch: "main"},
		Want:         []Environment{{Name: "prod", Branch: "prod"}, {Name: "dev", Branch: "dev"}},
		AppID:        7,
		Installation: &github.Installation{ID: 9, Permissions: Union()},
		Environments: []github.Environment{
			{Name: "dev", Branches: []string{"dev"}}, {Name: "layerbot"}, {Name: "plan-dev"}, {Name: "plan-prod"}, {Name: "prod", Branches: []string{"prod"}, Reviewers: 1},
		},
		Secrets: map[string][]string{"layerbot": {SecretAppID, SecretInstallationID, SecretPrivateKey}, "": {"OTHER"}},
		Checks: map[string][]github.RequiredCheck{
			"dev": {{Name: "layerbot / dev", AppID: 7}}, "prod": {{Name: "lint", AppID: 1}, {Name: "layerbot / prod", AppID: 7}},
		},
		Workflow:    caller,
		WorkflowsOn: map[string][]byte{"dev": caller, "prod": caller},
		Why:         map[string]string{},
	}
}

func TestASoundInstallationHasNothingToFix(t *testing.T) {
	findings := Judge(sound())
	for _, f := range findings {
		if f.State != OK || f.Fix != "" || f.Text == "" {
			t.Errorf("%+v", f)
		}
	}
	if len(findings) != 15 {
		t.Errorf("%d parts were looked at: %+v", len(findings), findings)
	}
}

// replaced returns the callers of f with old written as new.
func replaced(f *Facts, branch, old, new string) {
	edit := func(text []byte) []byte {
		if !bytes.Contains(text, []byte(old)) {
			panic("the caller has no " + old)
		}
		return bytes.ReplaceAll(text, []byte(old), []byte(new))
	}
	if branch == "" || branch == "main" {
		f.Workflow = edit(f.Workflow)
	}
	for b := range f.WorkflowsOn {
		if branch == "" || branch == b {
			f.WorkflowsOn[b] = edit(f.WorkflowsOn[b])
		}
	}
}

func environmentOf(f *Facts, name string) *github.Environment {
	return &f.Environments[slices.IndexFunc(f.Environments, func(e github.Environment) bool { return e.Name == name })]
}

func remove(f *Facts, name string) {
	f.Environments = slices.DeleteFunc(f.Environments, func(e github.Environment) bool { return e.Name == name })
}

// Each case breaks one thing. want are the findings that are not OK: "state part: text", and the fix after " | ".
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(f *Facts)
		want  []string
	}{
		{"no App", func(f *Facts) { f.Installation = nil }, []string{
			"missing App: no App is installed on acme/infra | bot app create"}},
		{"App not looked at", func(f *Facts) { f.Installation, f.Why["installation"] = nil, "no key was given" }, []string{
			"unknown App: could not be looked at: no key was given | set LAYERBOT_APP_ID"}},
		{"App refused", func(f *Facts) {
			f.Installation, f.Refusal = nil, Refusal{"GitHub does not accept the App", "make a new key"}
		}, []string{
			"wrong App: GitHub does not accept the App | make a new key"}},
		{"App suspended", func(f *Facts) { f.Installation.Suspended = true }, []string{
			"wrong App: installation 9 is suspended | /organizations/acme/settings/installations/9"}},
		{"permission too low and one too many", func(f *Facts) {
			f.Installation.Permissions["checks"], f.Installation.Permissions["administration"] = "read", "write"
		}, []string{
			"wrong App's permissions: not granted: checks: write | accept them", "advice App's permissions: nothing needs administration: write | "}},
		{"members not granted, and no teams", func(f *Facts) { delete(f.Installation.Permissions, "members") }, nil},
		{"members not granted, and teams", func(f *Facts) { delete(f.Installation.Permissions, "members"); f.Teams = true }, []string{
			"wrong App's permissions: not granted: members: read | "}},
		{"code scanning not granted, and used", func(f *Facts) { delete(f.Installation.Permissions, "security_events"); f.CodeScanning = true }, []string{
			"wrong App's permissions: not granted: security_events: write | "}},
		{"no secrets", func(f *Facts) { f.Secrets = nil }, []string{
			"missing secret APP_ID: neither | gh secret set APP_ID --repo acme/infra --env layerbot --body NUMBER",
			"missing secret APP_PRIVATE_KEY: neither | gh secret set APP_PRIVATE_KEY --repo acme/infra --env layerbot < layerbot-app.private-key.pem",
			"advice secret INSTALLATION_ID: not there: it is looked up | gh secret set INSTALLATION_ID"}},
		{"secrets of the repository", func(f *Facts) { f.Secrets = map[string][]string{"": f.Secrets["layerbot"]} }, []string{
			"advice secret APP_PRIVATE_KEY: in the repository, where every workflow can have it | gh secret set APP_PRIVATE_KEY --repo acme/infra --env layerbot"}},
		{"key in both places", func(f *Facts) { f.Secrets[""] = []string{SecretPrivateKey} }, []string{
			"advice secret APP_PRIVATE_KEY: in the environment layerbot, and in the repository | gh secret delete APP_PRIVATE_KEY"}},
		{"secrets not looked at", func(f *Facts) { f.Secrets, f.Why["secrets/layerbot"] = nil, "403" }, []string{
			"unknown secret APP_ID: could not be looked at: 403 | ", "unknown secret APP_PRIVATE_KEY: ", "unknown secret INSTALLATION_ID: "}},
		{"key beside Terraform", func(f *Facts) { f.Secrets["plan-prod"] = []string{SecretPrivateKey} }, []string{
			"wrong secret APP_PRIVATE_KEY: in the environment plan-prod, whose jobs run Terraform | gh secret delete APP_PRIVATE_KEY --repo acme/infra --env plan-prod"}},
		{"environments missing", func(f *Facts) { remove(f, "layerbot"); remove(f, "plan-prod"); remove(f, "prod") }, []string{
			"missing environment layerbot: there is none | gh api -X PUT repos/acme/infra/environments/layerbot",
			"missing environment plan-prod: there is none | gh api -X PUT repos/acme/infra/environments/plan-prod",
			"missing environment prod: there is none | deployment-branch-policies -f name='prod'"}},
		{"environments not looked at", func(f *Facts) { f.Environments, f.Why["environments"] = nil, "there is no token" }, []string{
			"unknown environment layerbot: could not be looked at: there is no token | LAYERBOT_TOKEN", "unknown environment plan-dev: ", "unknown environment dev: ",
			"unknown environment plan-prod: ", "unknown environment prod: "}},
		{"any branch may apply", func(f *Facts) { environmentOf(f, "dev").Branches = nil }, []string{
			"wrong environment dev: any branch may deploy | gh api -X PUT repos/acme/infra/environments/dev -F 'deployment_branch_policy[protected_branches]=false'"}},
		{"any branch may apply, once it is reviewed", func(f *Facts) { environmentOf(f, "prod").Branches = nil }, []string{ // the command would name no reviewers
			"wrong environment prod: any branch may deploy | let only prod deploy: https://github.com/acme/infra/settings/environments"}},
		{"names that a shell would read", func(f *Facts) { f.Want = append(f.Want, Environment{Name: "a b;c", Branch: "prod"}) }, []string{
			"missing environment plan-a b;c: there is none | gh api -X PUT repos/acme/infra/environments/plan-a%20b%3Bc",
			"missing environment a b;c: there is none | && gh api repos/acme/infra/environments/a%20b%3Bc/deployment-branch-policies -f name='prod'",
			"missing required check of prod: layerbot / a b;c is not required | gh api"}},
		{"protected branches may apply", func(f *Facts) { environmentOf(f, "prod").Branches, environmentOf(f, "prod").Protected = nil, true }, []string{
			"wrong environment prod: every protected branch may deploy | "}},
		{"nothing may apply", func(f *Facts) { environmentOf(f, "prod").Branches = []string{} }, []string{
			"wrong environment prod: prod may not deploy | gh api repos/acme/infra/environments/prod/deployment-branch-policies -f name='prod'"}},
		{"more may apply", func(f *Facts) { environmentOf(f, "prod").Branches = []string{"prod", "main", "hotfix/*"} }, []string{
			"wrong environment prod: main and hotfix/* may deploy as well | let only prod deploy: https://github.com/acme/infra/settings/environments"}},
		{"a tag of the branch's name may apply", func(f *Facts) { environmentOf(f, "prod").Tags = []string{"prod"} }, []string{
			"wrong environment prod: tags may deploy as well (prod) | let only prod deploy: https://github.com/acme/infra/settings/environments"}},
		{"a tag may apply, and no branch", func(f *Facts) {
			environmentOf(f, "prod").Branches, environmentOf(f, "prod").Tags = []string{}, []string{"prod"}
		}, []string{"wrong environment prod: prod may not deploy | "}},
		{"a pattern may apply", func(f *Facts) { environmentOf(f, "prod").Branches = []string{"pro*"} }, []string{
			"wrong environment prod: pro* may deploy as well | "}},
		{"comments may apply", func(f *Facts) { environmentOf(f, "prod").Branches = []string{"main", "prod"} }, []string{
			"advice environment prod: prod may deploy, and main, which /apply in comments needs | "}},
		{"plans only from the branch", func(f *Facts) { environmentOf(f, "plan-prod").Branches = []string{"prod"} }, []string{
			"wrong environment plan-prod: only some branches may use it, so pull requests are not planned | gh api -X PUT repos/acme/infra/environments/plan-prod -F deployment_branch_policy=null"}},
		{"plans from pull requests", func(f *Facts) { environmentOf(f, "plan-prod").Branches = []string{"main", "refs/pull/*/merge"} }, nil},
		{"gate only from protected branches", func(f *Facts) { environmentOf(f, "layerbot").Protected = true }, []string{
			"wrong environment layerbot: only some branches may use it, so gate and report of pull requests do not get the App's secrets | "}},
		{"plans that wait", func(f *Facts) { environmentOf(f, "plan-dev").Reviewers = 2 }, []string{
			"advice environment plan-dev: it has reviewers, so every plan waits for somebody | "}},
		{"variables missing", func(f *Facts) {
			f.Want[0].Secrets = true
			f.Secrets["prod"] = []string{SecretTerraform}
			replaced(f, "", "    secrets:", "    secrets:\n      TERRAFORM_ENV: x")
		}, []string{
			"missing secret TERRAFORM_ENV of plan-prod: not there | gh secret set TERRAFORM_ENV --repo acme/infra --env plan-prod"}},
		{"no workflow", func(f *Facts) { f.Workflow, f.WorkflowsOn = nil, nil }, []string{
			"missing workflow on main: there is no .github/workflows/layerbot.yml | bot init --yes",
			"missing workflow on dev: there is no | git switch dev && git pull && git checkout origin/main -- .github/workflows/layerbot.yml && git commit", "missing workflow on prod: there is no | git switch prod && git pull && git checkout origin/main -- .github/workflows/layerbot.yml && git commit"}},
		{"no workflow on a branch", func(f *Facts) { delete(f.WorkflowsOn, "prod") }, []string{
			"missing workflow on prod: there is no .github/workflows/layerbot.yml: pull requests to it and pushes start nothing | git switch prod && git pull && git checkout origin/main -- .github/workflows/layerbot.yml && git commit"}},
		{"workflow not looked at", func(f *Facts) {
			f.Workflow, f.WorkflowsOn, f.Why["workflow"], f.Why["workflow/dev"], f.Why["workflow/prod"] = nil, nil, "a", "b", "c"
		}, []string{"unknown workflow on main: could not be looked at: a | ", "unknown workflow on dev: could not be looked at: b | ", "unknown workflow on prod: could not be looked at: c | "}},
		{"not YAML", func(f *Facts) { f.WorkflowsOn["dev"] = []byte("a: [") }, []string{"wrong workflow on dev: .github/workflows/layerbot.yml: yaml | bot init"}},
		{"another workflow", func(f *Facts) { f.WorkflowsOn["dev"] = []byte("on: push\njobs: {a: {runs-on: x}}\n") }, []string{
			"wrong workflow on dev: .github/workflows/layerbot.yml: no job of it uses layerbot/layerbot | "}},
		{"a tag", func(f *Facts) { replaced(f, "", "@"+sha, "@v1") }, []string{
			"wrong workflow on main: the reusable workflow is at v1, which can be moved | bot init --yes"}},
		{"another version on a branch", func(f *Facts) { replaced(f, "prod", "@"+sha, "@"+strings.Repeat("f", 40)) }, []string{
			"advice workflow on prod: another version than on main | git switch prod && git pull && git checkout origin/main -- .github/workflows/layerbot.yml && git commit"}},
		{"job without identity", func(f *Facts) { replaced(f, "", ", id-token: write", "") }, []string{
			"wrong workflow on main: its job lacks id-token: write | "}},
		{"job without permissions", func(f *Facts) { replaced(f, "", "    permissions: {contents: read, id-token: write}\n", "") }, []string{
			"wrong workflow on main: its job lacks contents: read | "}},
		{"job with all permissions", func(f *Facts) {
			replaced(f, "", "permissions: {contents: read, id-token: write}", "permissions: write-all")
		}, []string{
			"advice workflow on main: its job may do more than it needs | "}},
		{"secret not handed over", func(f *Facts) { replaced(f, "", "      APP_ID: ${{ secrets.APP_ID }}\n", "") }, []string{
			"wrong workflow on main: it does not hand over APP_ID | APP_ID: ${{ secrets.APP_ID }}"}},
		{"another branch pushed", func(f *Facts) { replaced(f, "", "branches: [dev, prod]", "branches: [dev]") }, []string{
			"wrong workflow on prod: push is not for prod: what is merged is not applied | add 'prod' to the branches of push"}},
		{"pull requests by paths", func(f *Facts) { replaced(f, "", "edited, closed]}", "edited, closed], paths: ['infra/**']}") }, []string{
			"wrong workflow on dev: pull_request is narrowed by paths | ", "wrong workflow on prod: pull_request is narrowed by paths | "}},
		{"pull requests of other branches", func(f *Facts) { replaced(f, "", "edited, closed]}", "edited, closed], branches: ['d*', '!prod']}") }, []string{
			"wrong workflow on prod: pull_request is not for prod: pull requests are not planned | "}},
		{"no comments, no schedule", func(f *Facts) {
			replaced(f, "", "  issue_comment: {types: [created]}\n", "")
			replaced(f, "", "  schedule: [{cron: '23 5 * * 1-5'}] # looks for drift\n", "")
		}, []string{"wrong workflow on main: it does not start on issue_comment: comments command nothing | ", "advice workflow on main: it does not start on schedule: nobody looks for drift | "}},
		{"types left out", func(f *Facts) {
			replaced(f, "", "  pull_request: {types: [opened, synchronize, reopened, ready_for_review, edited, closed]}", "  pull_request:")
		}, []string{
			"advice workflow on dev: it does not start on pull_request ready_for_review, edited and closed | ", "advice workflow on prod: "}},
		{"check not required", func(f *Facts) { f.Checks["prod"] = f.Checks["prod"][:1] }, []string{
			`missing required check of prod: layerbot / prod is not required | "integration_id":7`}},
		{"check of anybody", func(f *Facts) { f.Checks["prod"][1].AppID = 0 }, []string{
			"advice required check of prod: layerbot / prod, whoever sets it | "}},
		{"check of another App", func(f *Facts) { f.Checks["prod"][1].AppID = 8 }, []string{
			"wrong required check of prod: layerbot / prod must come from another App (8) | "}},
		{"check of an App, and ours not known", func(f *Facts) { f.AppID = 0 }, nil},
		{"checks not looked at", func(f *Facts) { delete(f.Checks, "dev"); f.Why["checks/dev"] = "403" }, []string{
			"unknown required check of dev: could not be looked at: 403 | "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := sound()
			c.spoil(&f)
			compare(t, Judge(f), c.want)
		})
	}
}

// compare fails unless the findings that are not OK are those of want, in its order.
func compare(t *testing.T, findings []Finding, want []string) {
	t.Helper()
	var got []string
	for _, f := range findings {
		if f.State == OK {
			continue
		}
		got = append(got, fmt.Sprintf("%s %s: %s | %s", f.State, f.Part, f.Text, f.Fix))
		if f.Fix == "" || strings.Contains(f.Fix, "\n") {
			t.Errorf("the fix of %s is not one line: %q", f.Part, f.Fix)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("found:\n%s", strings.Join(got, "\n"))
	}
	for i, w := range want {
		begin, fix, _ := strings.Cut(w, " | ")
		if !strings.HasPrefix(got[i], begin) || !strings.Contains(got[i][strings.Index(got[i], " | "):], fix) {
			t.Errorf("found %s\nnot   %s", got[i], w)
		}
	}
}

// One branch for all environments: the workflow is judged once, a check for each environment.
func TestEnvironmentsThatShareTheDefaultBranch(t *testing.T) {
	f := sound()
	caller := Workflow(Repository{Environments: []Environment{{Name: "dev"}}, Default: "main", Ref: sha})
	f.Want = []Environment{{Name: "dev"}, {Name: "prod"}}
	f.Workflow, f.WorkflowsOn = caller, nil
	environmentOf(&f, "dev").Branches, environmentOf(&f, "prod").Branches = []string{"main"}, []string{"main"}
	f.Checks = map[string][]github.RequiredCheck{"main": {{Name: "layerbot / dev", AppID: 7}}}
	compare(t, Judge(f), []string{"missing required check of main: layerbot / prod is not required | layerbot / prod"})
	f.Checks = nil
	compare(t, Judge(f), []string{
		`missing required check of main: layerbot / dev and layerbot / prod are not required | ` +
			`"required_status_checks":[{"context":"layerbot / dev","integration_id":7},{"context":"layerbot / prod","integration_id":7}]`})
}

func TestKeyInKMSIsNoSecret(t *testing.T) {
	f := sound()
	caller := Workflow(Repository{Environments: f.Want, Default: "main", Ref: sha, KMS: true})
	f.Workflow, f.WorkflowsOn = caller, map[string][]byte{"dev": caller, "prod": caller}
	compare(t, Judge(f), []string{"wrong secret APP_PRIVATE_KEY: the workflow signs with a key in KMS | delete"})
	f.Secrets["layerbot"] = []string{SecretAppID, SecretInstallationID}
	compare(t, Judge(f), nil)
}
