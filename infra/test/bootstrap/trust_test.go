// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/aws/trust"
)

// repository is what common.auto.tfvars and github.auto.tfvars say.
func repository(workflow string) trust.Repository {
	return trust.Repository{Owner: "layerbot", Name: "layerbot", OwnerID: "100000001", ID: "200000002", Workflow: workflow}
}

// Each role admits the jobs that it is for, in both forms of sub, and of everybody else in the table nobody.
func TestRolesAdmitTheirOwnJobsAndNobodyElse(t *testing.T) {
	for environment := range accounts {
		l := apply(t, environment)
		for use, address := range map[trust.Use]string{trust.Plan: "aws_iam_role.plan", trust.Apply: "aws_iam_role.apply"} {
			policy := mustParse(t, l.one(t, address).text("assume_role_policy"))
			for _, workflow := range workflows(t, l, address) {
				subjects := trust.Subjects(repository(workflow), environment, environment)
				r := policy.Review(subjects, use)
				if !r.Exact() || len(r.Admitted) < 4 {
					t.Errorf("%s %s: %d unwanted, %d missing, %d admitted", environment, address, len(r.Unwanted), len(r.Missing), len(r.Admitted))
				}
				if other := map[trust.Use]trust.Use{trust.Plan: trust.Apply, trust.Apply: trust.Plan}[use]; policy.Review(subjects, other).Sound() {
					t.Errorf("%s %s is for both", environment, address)
				}
			}
		}
	}
}

// No environment's jobs get another's roles.
func TestRolesOfOneEnvironmentAreNotForAnother(t *testing.T) {
	for environment := range accounts {
		l := apply(t, environment)
		for other := range accounts {
			if other == environment {
				continue
			}
			for use, address := range map[trust.Use]string{trust.Plan: "aws_iam_role.plan", trust.Apply: "aws_iam_role.apply"} {
				policy := mustParse(t, l.one(t, address).text("assume_role_policy"))
				for _, s := range trust.Subjects(repository(workflows(t, l, address)[0]), other, other) {
					if s.Wanted(use) && policy.Admits(s.Claims) {
						t.Errorf("%s %s admits %s of %s", environment, address, s.Name, other)
					}
				}
			}
		}
	}
}

// A workflow at another commit, or another file at the same one, gets nothing.
func TestOnlyListedCommitsOfTheWorkflow(t *testing.T) {
	l := apply(t, "prod")
	policy := mustParse(t, l.one(t, "aws_iam_role.apply").text("assume_role_policy"))
	listed := workflows(t, l, "aws_iam_role.apply")[0]
	file, commit, _ := strings.Cut(listed, "@")
	for _, workflow := range []string{
		file + "@" + strings.Repeat("0", 40), file + "@refs/heads/main", file + "@refs/tags/v1", file + "@" + commit[:12], file + "@",
		strings.Replace(file, "gitops.yml", "other.yml", 1) + "@" + commit, "evil/" + strings.TrimPrefix(file, "layerbot/") + "@" + commit, "",
	} {
		for _, s := range trust.Subjects(repository(listed), "prod", "prod") {
			if !s.Wanted(trust.Apply) {
				continue
			}
			s.Claims["job_workflow_ref"] = workflow
			if policy.Admits(s.Claims) {
				t.Errorf("%s: %q is admitted", s.Name, workflow)
			}
		}
	}
}

// The audience is the first wall: the provider lists no other.
func TestProviderHasOneAudience(t *testing.T) {
	for environment := range accounts {
		p := apply(t, environment).one(t, "aws_iam_openid_connect_provider.github")
		list, _ := p.Values["client_id_list"].([]any)
		if strings.TrimPrefix(p.text("url"), "https://") != "token.actions.githubusercontent.com" || len(list) != 1 || list[0] != "sts.amazonaws.com" {
			t.Errorf("%s: %s, %v", environment, p.text("url"), list)
		}
	}
}

func mustParse(t *testing.T, document string) *trust.Policy {
	t.Helper()
	policy, err := trust.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// workflows returns the values that a role's trust policy asks job_workflow_ref for: whole commits all of them.
func workflows(t *testing.T, l *layer, address string) []string {
	t.Helper()
	statements := parse(t, l.one(t, address).text("assume_role_policy"))
	if len(statements) != 1 {
		t.Fatalf("%s: %d statements", address, len(statements))
	}
	all := slices.Clone(statements[0].If("StringEquals", "token.actions.githubusercontent.com:job_workflow_ref"))
	if len(all) == 0 {
		t.Fatalf("%s asks for no workflow", address)
	}
	return all
}
