// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/aws/trust"
	"github.com/layerbot/layerbot/internal/awstest"
)

// A workflow on any branch may say `environment: prod`. Each token of the table asks an STS, which judges the shipped trust
// policies as AWS does, for each role: those that should have one get it, and nobody else.
func TestThreat11WorkflowOfABranch(t *testing.T) {
	policies := map[trust.Use]string{}
	for _, use := range []trust.Use{trust.Plan, trust.Apply} {
		src, err := os.ReadFile(filepath.Join("..", "..", "examples", "aws", "trust-"+string(use)+".json"))
		if err != nil {
			t.Fatal(err)
		}
		policies[use] = string(src)
	}
	apply, err := trust.Parse([]byte(policies[trust.Apply]))
	if err != nil {
		t.Fatal(err)
	}
	subjects := trust.Subjects(apply.Complete(trust.Repository{Owner: "acme", Name: "infra"}), "prod", "prod")
	for use, policy := range policies {
		entitled := 0
		for s, refused := range exchange(t, policy, subjects) {
			switch {
			case refused != nil && s.Wanted(use):
				t.Errorf("%s role: %s: %v", use, s.Name, refused)
			case refused == nil && !s.Admissible(use):
				t.Errorf("%s role: given to %s: %s", use, s.Name, s.Risk)
			case refused == nil:
				entitled++
			}
		}
		if entitled == 0 || entitled > len(subjects)/2 {
			t.Errorf("%s role: %d of %d have it", use, entitled, len(subjects))
		}
	}

	// Without one of its conditions the apply role goes to such a workflow.
	for _, claim := range []string{"ref", "job_workflow_ref"} {
		unwanted := ""
		for s, refused := range exchange(t, without(t, policies[trust.Apply], claim), subjects) {
			if refused == nil && !s.Admissible(trust.Apply) && s.Claims["environment"] == "prod" {
				unwanted = s.Name
			}
		}
		if unwanted == "" {
			t.Errorf("without the condition on %s nobody else has the role: the table proves nothing", claim)
		}
	}
}

// exchange returns what becomes of each subject that asks for a role with a trust policy.
func exchange(t *testing.T, policy string, subjects []trust.Subject) func(yield func(trust.Subject, error) bool) {
	const role = "arn:aws:iam::111122223333:role/layerbot"
	return func(yield func(trust.Subject, error) bool) {
		issuer, err := awstest.NewIssuer()
		if err != nil {
			t.Fatal(err)
		}
		defer issuer.Close()
		sts, err := awstest.NewSTS(issuer, nil, awstest.Role{ARN: role, Trust: policy})
		if err != nil {
			t.Fatal(err)
		}
		defer sts.Close()
		for _, s := range subjects {
			if s.Claims["aud"] != "sts.amazonaws.com" {
				continue // the bot asks for no other; the policies' own tests judge these
			}
			env := issuer.Job(s.Claims)
			env["AWS_ENDPOINT_URL_STS"] = sts.URL
			writers := aws.NewWriters(aws.Options{Environ: env})
			_, err := writers.Credentials(t.Context(), &aws.Grant{Role: role, Region: "eu-west-1", Session: "layerbot-test"})
			if cerr := writers.Close(); cerr != nil {
				t.Error(cerr)
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// without returns a trust policy that does not ask for a claim.
func without(t *testing.T, policy, claim string) string {
	var p struct {
		Version   string
		Statement []map[string]any
	}
	if err := json.Unmarshal([]byte(policy), &p); err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Statement {
		for _, operator := range s["Condition"].(map[string]any) {
			for key := range operator.(map[string]any) {
				if strings.HasSuffix(key, ":"+claim) {
					delete(operator.(map[string]any), key)
				}
			}
		}
	}
	out, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
