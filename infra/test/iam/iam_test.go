// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"slices"
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

// writers are the statements on everything that do more than read, and have to: AWS knows no resource for what they do.
var writers = []string{"05-compute MakeShields", "05-compute SetFirewalls", "05-compute TranscribeSpeech"}

// A row of the table says that a statement has a star, not what for. The roles that pods, nodes and machines have only read by it.
func TestWhoMayDoSomethingOnEverythingOnlyReads(t *testing.T) {
	chains, err := plans.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for environment, chain := range chains {
		roles, err := iam.Roles(chain)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range roles {
			for _, s := range r.Policies {
				if r.Layer == "01-bootstrap" || !s.Allows() || !slices.Contains(s.Resources, "*") || slices.Contains(writers, r.Layer+" "+s.Sid) {
					continue
				}
				looked++
				for _, action := range s.Actions {
					_, name, _ := strings.Cut(action, ":")
					if !strings.HasPrefix(name, "Describe") && !strings.HasPrefix(name, "List") && !strings.HasPrefix(name, "Get") {
						t.Errorf("%s: %s: %s may do %s on everything", environment, r.Name, s.Sid, action)
					}
				}
			}
		}
	}
	if looked == 0 {
		t.Error("there is nothing to look at")
	}
}

// What gives permissions by another way than those that are read here is refused.
func TestNoPermissionIsOverlooked(t *testing.T) {
	const all = `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	node := plans.Resource{Address: "aws_iam_role.node", Mode: "managed", Type: "aws_iam_role", Values: map[string]any{"name": "node", "assume_role_policy": `{}`}}
	of := func(layer, kind string, values map[string]any) map[string]plans.Resource {
		return map[string]plans.Resource{layer: {Address: kind + ".x", Mode: "managed", Type: kind, Values: values}}
	}
	for name, extra := range map[string]map[string]plans.Resource{
		"by another layer": of("06-applications", "aws_iam_role_policy", map[string]any{"role": "node", "policy": all}),
		"AWS's, by another layer": of("06-applications", "aws_iam_role_policy_attachment",
			map[string]any{"role": "node", "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
		"in a block": of("05-compute", "aws_iam_role", map[string]any{"name": "x", "assume_role_policy": "{}",
			"inline_policy": []any{map[string]any{"name": "x", "policy": all}}}),
		"by the role itself": of("05-compute", "aws_iam_role", map[string]any{"name": "x", "assume_role_policy": "{}",
			"managed_policy_arns": []any{"arn:aws:iam::aws:policy/AdministratorAccess"}}),
		"to a user":     of("05-compute", "aws_iam_user_policy", map[string]any{"user": "x", "policy": all}),
		"by attachment": of("05-compute", "aws_iam_policy_attachment", map[string]any{"roles": []any{"node"}}),
	} {
		t.Run(name, func(t *testing.T) {
			chain := &plans.Chain{Layers: map[string]*plans.Layer{}}
			for _, layer := range tree.Layers {
				l := &plans.Layer{Name: layer}
				if layer == "05-compute" {
					l.Resources = append(l.Resources, node)
				}
				if r, ok := extra[layer]; ok {
					l.Resources = append(l.Resources, r)
				}
				chain.Layers[layer] = l
			}
			_, documents := iam.Documents(chain)
			_, roles := iam.Roles(chain)
			if documents == nil && roles == nil {
				t.Error("nobody noticed")
			}
		})
	}
}

func TestStars(t *testing.T) {
	for name, c := range map[string]struct {
		document string
		own      bool
		want     string
	}{
		"all resources":         {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, false, "resource *"},
		"one of many":           {`{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::a/*","*"]}`, false, "resource *"},
		"an ARN of nothing":     {`{"Effect":"Allow","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:eu-west-1:123456789012:*"}`, false, "resource arn"},
		"a whole service":       {`{"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:eu-west-1:123456789012:q"}`, false, "action sqs:*"},
		"everything":            {`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::a"}`, false, "action *"},
		"all but":               {`{"Effect":"Allow","NotAction":"iam:*","Resource":"arn:aws:s3:::a"}`, false, "all actions but"},
		"all resources but":     {`{"Effect":"Allow","Action":"s3:GetObject","NotResource":"arn:aws:s3:::a"}`, false, "all resources but"},
		"anybody":               {`{"Effect":"Allow","Principal":"*","Action":"kms:Decrypt","Resource":"*"}`, true, "principal"},
		"anybody of AWS":        {`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:Decrypt","Resource":"*"}`, true, "principal"},
		"a key of itself":       {`{"Effect":"Allow","Principal":{"Service":"x"},"Action":"kms:Decrypt","Resource":"*"}`, true, ""},
		"a denial":              {`{"Effect":"Deny","Action":"*","Resource":"*"}`, false, ""},
		"all buckets":           {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::*"}`, false, "resource arn"},
		"all objects":           {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::*/*"}`, false, "resource arn"},
		"an ARN cut short":      {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3*"}`, false, "resource arn"},
		"any account":           {`{"Effect":"Allow","Action":"kms:Decrypt","Resource":"arn:aws:kms:eu-west-1:*:key/x"}`, false, "resource arn"},
		"any service":           {`{"Effect":"Allow","Action":"kms:Decrypt","Resource":"arn:aws:*:eu-west-1:1:key/x"}`, false, "resource arn"},
		"half a service":        {`{"Effect":"Allow","Action":"iam:P*","Resource":"arn:aws:iam::1:role/x"}`, false, "action iam:P*"},
		"a part of any service": {`{"Effect":"Allow","Action":"*:Describe","Resource":"arn:aws:iam::1:role/x"}`, false, "action *:"},
		"what only reads":       {`{"Effect":"Allow","Action":"eks:Describe*","Resource":"arn:aws:eks:eu-west-1:1:cluster/x"}`, false, ""},
		"one permission of KMS": {`{"Effect":"Allow","Action":"kms:ReEncrypt*","Resource":"arn:aws:kms:eu-west-1:1:key/x"}`, false, ""},
		"some principals":       {`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::*:root"},"Action":"kms:Decrypt","Resource":"*"}`, true, "principal"},
		"an idle condition":     {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a","Condition":{"StringLike":{"a:b":"*"}}}`, false, "condition"},
		"all values or none":    {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a","Condition":{"ForAllValues:StringEquals":{"a:b":"c"}}}`, false, "condition"},
		"all values, and some": {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a",
			"Condition":{"ForAllValues:StringEquals":{"a:b":"c"},"Null":{"a:b":"false"}}}`, false, ""},
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
