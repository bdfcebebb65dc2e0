// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
)

func texts(list ...string) cty.Value {
	if len(list) == 0 {
		return cty.NullVal(cty.Set(cty.String))
	}
	var v []cty.Value
	for _, s := range list {
		v = append(v, cty.StringVal(s))
	}
	return cty.SetVal(v)
}

var principalType = cty.Object(map[string]cty.Type{"type": cty.String, "identifiers": cty.Set(cty.String)})
var conditionType = cty.Object(map[string]cty.Type{"test": cty.String, "variable": cty.String, "values": cty.List(cty.String)})

func principal(typ string, identifiers ...string) cty.Value {
	return cty.SetVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"type": cty.StringVal(typ), "identifiers": texts(identifiers...)})})
}

func condition(test, variable string, values ...string) cty.Value {
	var list []cty.Value
	for _, v := range values {
		list = append(list, cty.StringVal(v))
	}
	return cty.SetVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{
		"test": cty.StringVal(test), "variable": cty.StringVal(variable), "values": cty.ListVal(list),
	})})
}

// says is a statement block: what is not given is null.
func says(given map[string]cty.Value) cty.Value {
	all := map[string]cty.Value{
		"sid": cty.NullVal(cty.String), "effect": cty.NullVal(cty.String),
		"actions": texts(), "not_actions": texts(), "resources": texts(), "not_resources": texts(),
		"principals": cty.SetValEmpty(principalType), "not_principals": cty.SetValEmpty(principalType),
		"condition": cty.SetValEmpty(conditionType),
	}
	for name, v := range given {
		all[name] = v
	}
	return cty.ObjectVal(all)
}

func documentOf(sources, overrides []string, statements ...cty.Value) cty.Value {
	list := func(of []string) cty.Value {
		if of == nil {
			return cty.NullVal(cty.List(cty.String))
		}
		var v []cty.Value
		for _, s := range of {
			v = append(v, cty.StringVal(s))
		}
		return cty.ListVal(v)
	}
	return cty.ObjectVal(map[string]cty.Value{
		"id": cty.NullVal(cty.String), "policy_id": cty.NullVal(cty.String), "version": cty.NullVal(cty.String),
		"json": cty.NullVal(cty.String), "minified_json": cty.NullVal(cty.String), "statement": cty.ListVal(statements),
		"source_policy_documents": list(sources), "override_policy_documents": list(overrides),
	})
}

// The example of the provider's documentation, and what the provider renders of it.
// Source: https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/data-sources/iam_policy_document
const documented = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "1",
      "Effect": "Allow",
      "Action": [
        "s3:ListAllMyBuckets",
        "s3:GetBucketLocation"
      ],
      "Resource": "arn:aws:s3:::*"
    },
    {
      "Effect": "Allow",
      "Action": "s3:ListBucket",
      "Resource": "arn:aws:s3:::bucket",
      "Condition": {
        "StringLike": {
          "s3:prefix": [
            "",
            "home/",
            "home/${aws:username}/"
          ]
        }
      }
    },
    {
      "Effect": "Allow",
      "Action": "s3:*",
      "Resource": [
        "arn:aws:s3:::bucket/home/${aws:username}/*",
        "arn:aws:s3:::bucket/home/${aws:username}"
      ]
    }
  ]
}`

func TestPolicyDocumentIsRenderedAsTheProviderDoes(t *testing.T) {
	v, err := policyDocument(documentOf(nil, nil,
		says(map[string]cty.Value{"sid": cty.StringVal("1"), "actions": texts("s3:ListAllMyBuckets", "s3:GetBucketLocation"), "resources": texts("arn:aws:s3:::*")}),
		says(map[string]cty.Value{"actions": texts("s3:ListBucket"), "resources": texts("arn:aws:s3:::bucket"), "condition": condition("StringLike", "s3:prefix", "", "home/", "home/&{aws:username}/")}),
		says(map[string]cty.Value{"actions": texts("s3:*"), "resources": texts("arn:aws:s3:::bucket/home/&{aws:username}", "arn:aws:s3:::bucket/home/&{aws:username}/*")}),
	))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(documented, text(v.GetAttr("json"))); diff != "" {
		t.Error(diff)
	}
	if strings.ContainsAny(text(v.GetAttr("minified_json")), "\n ") {
		t.Error("minified_json is not minified")
	}
	if text(v.GetAttr("version")) != "2012-10-17" {
		t.Error("no version")
	}
}

func TestPrincipalsOfPolicyDocuments(t *testing.T) {
	for name, tt := range map[string]struct {
		principal cty.Value
		want      string
	}{
		"everybody is a star":      {principal("*", "*"), `"*"`},
		"every account is no star": {principal("AWS", "*"), `{"AWS":"*"}`},
		"one is a text":            {principal("Service", "ec2.amazonaws.com"), `{"Service":"ec2.amazonaws.com"}`},
		"several are backwards":    {principal("Service", "a.amazonaws.com", "b.amazonaws.com"), `{"Service":["b.amazonaws.com","a.amazonaws.com"]}`},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := policyDocument(documentOf(nil, nil, says(map[string]cty.Value{"actions": texts("sts:AssumeRole"), "principals": tt.principal})))
			if err != nil {
				t.Fatal(err)
			}
			want := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + tt.want + `}]}`
			if got := text(v.GetAttr("minified_json")); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestPolicyDocumentsAreMerged(t *testing.T) {
	source := `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
	override := `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Deny","NotAction":["s3:*"],"Resource":"*","Principal":"*"}]}`
	own := says(map[string]cty.Value{"sid": cty.StringVal("B"), "not_actions": texts("iam:*"), "not_resources": texts("*")})
	v, err := policyDocument(documentOf([]string{source}, []string{override}, own))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Deny","NotAction":"s3:*","Resource":"*","Principal":"*"},` +
		`{"Sid":"B","Effect":"Allow","NotAction":"iam:*","NotResource":"*"}]}`
	if diff := cmp.Diff(want, text(v.GetAttr("minified_json"))); diff != "" {
		t.Error(diff)
	}
	if _, err := policyDocument(documentOf([]string{source, source}, nil, own)); err == nil || !strings.Contains(err.Error(), "duplicate Sid (A)") {
		t.Errorf("the same Sid twice in the sources: %v", err)
	}
	if _, err := policyDocument(documentOf(nil, nil, own, own)); err == nil || !strings.Contains(err.Error(), "duplicate Sid (B)") {
		t.Errorf("the same Sid twice: %v", err)
	}
}
