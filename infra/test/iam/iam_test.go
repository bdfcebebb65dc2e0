// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/plans"
	"github.com/layerbot/layerbot/infra/test/tree"
)

// TestEveryStarIsAccountedFor compares what is not limited in any policy that any environment has with the table of
// docs/security-baseline.md, both ways. With -v it lists every action on every resource of every role.
func TestEveryStarIsAccountedFor(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	chains, err := plans.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := iam.Rows(root)
	if err != nil {
		t.Fatal(err)
	}
	stars, err := iam.Stars(root, chains)
	if err != nil {
		t.Fatal(err)
	}
	if len(stars) == 0 || len(rows) == 0 {
		t.Fatalf("%d stars, %d rows: this cannot be", len(stars), len(rows))
	}
	for _, wrong := range iam.Unaccounted(stars, rows) {
		t.Error(wrong)
	}
	roles, err := iam.Roles(chains[plans.Everything])
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range roles {
		t.Log(r.Table())
	}
}

func TestStars(t *testing.T) {
	for name, c := range map[string]struct {
		document string
		own      bool
		want     string
	}{
		"all resources":           {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, false, "resource *"},
		"one of many":             {`{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::a/*","*"]}`, false, "resource *"},
		"an ARN of nothing":       {`{"Effect":"Allow","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:eu-west-1:123456789012:*"}`, false, "resource arn"},
		"a whole service":         {`{"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:eu-west-1:123456789012:q"}`, false, "action sqs:*"},
		"everything":              {`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::a"}`, false, "action *"},
		"all but":                 {`{"Effect":"Allow","NotAction":"iam:*","Resource":"arn:aws:s3:::a"}`, false, "all actions but"},
		"all resources but":       {`{"Effect":"Allow","Action":"s3:GetObject","NotResource":"arn:aws:s3:::a"}`, false, "all resources but"},
		"anybody":                 {`{"Effect":"Allow","Principal":"*","Action":"kms:Decrypt","Resource":"*"}`, true, "principal"},
		"anybody of AWS":          {`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:Decrypt","Resource":"*"}`, true, "principal"},
		"a key of itself":         {`{"Effect":"Allow","Principal":{"Service":"x"},"Action":"kms:Decrypt","Resource":"*"}`, true, ""},
		"a denial":                {`{"Effect":"Deny","Action":"*","Resource":"*"}`, false, ""},
		"a pattern in a resource": {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::*-ai-data/*"}`, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			statements, err := iam.Parse(`{"Version":"2012-10-17","Statement":` + c.document + `}`)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(statements[0].Stars(c.own), "; ")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("%q, not %q", got, c.want)
			}
		})
	}
}

func TestRowsAndStarsAreComparedBothWays(t *testing.T) {
	star := iam.Star{Sid: "See", Address: "05-compute aws_iam_role_policy.x", What: []string{"resource *"}, Files: []string{"infra/05-compute/x.tf"}}
	row := iam.Row{Sid: "See", File: "infra/05-compute/x.tf", Why: "AWS knows no resource for it"}
	for name, c := range map[string]struct {
		stars []iam.Star
		rows  []iam.Row
		want  string
	}{
		"accounted for":   {[]iam.Star{star}, []iam.Row{row}, ""},
		"no row":          {[]iam.Star{star}, nil, "no row"},
		"no star":         {nil, []iam.Row{row}, "no such statement"},
		"another file":    {[]iam.Star{star}, []iam.Row{{Sid: "See", File: "infra/05-compute/y.tf", Why: "x"}}, "no row"},
		"no reason":       {[]iam.Star{star}, []iam.Row{{Sid: "See", File: "infra/05-compute/x.tf"}}, "no reason"},
		"a star, no name": {[]iam.Star{{Address: "x", What: []string{"resource *"}}}, nil, "no sid"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(iam.Unaccounted(c.stars, c.rows), "; ")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("%q, not %q", got, c.want)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"s3:Get*", "s3:GetObject", true}, {"s3:Get*", "s3:PutObject", false}, {"*", "", true}, {"a?c", "abc", true}, {"a?c", "ac", false},
		{"a*b*c", "aXbYc", true}, {"a*b*c", "aXc", false}, {"kms:ReEncrypt*", "kms:ReEncryptFrom", true}, {"abc", "abcd", false},
	} {
		if got := iam.Match(c.pattern, c.text); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.text, got)
		}
	}
}
