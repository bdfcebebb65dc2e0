// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/iam"
)

// A request is what AWS decides about. Keys of the context are in lower case.
type request struct {
	action, resource string
	context          map[string]string
}

// administrator is what somebody adds in haste, ReadOnlyAccess included. What is denied stays denied.
var administrator = iam.Statement{Sid: "Administrator", Effect: "Allow", Actions: []string{"*"}, Resources: []string{"*"}}

// allows decides as IAM does: a denial wins, and what nothing allows is not.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func allows(t *testing.T, statements []iam.Statement, r request) bool {
	t.Helper()
	allowed := false
	for _, s := range statements {
		if !concerns(t, s, r) {
			continue
		}
		if !s.Allows() {
			return false
		}
		allowed = true
	}
	return allowed
}

func concerns(t *testing.T, s iam.Statement, r request) bool {
	t.Helper()
	if len(s.NotActions) > 0 || len(s.Actions) == 0 {
		t.Fatalf("%s: NotAction is not known to this test", s.Sid)
	}
	about := func(patterns []string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return iam.Match(p, r.resource) })
	}
	switch {
	case !s.Does(r.action):
		return false
	case len(s.NotResources) > 0 && about(s.NotResources):
		return false
	case len(s.NotResources) == 0 && !about(s.Resources):
		return false
	}
	return !slices.ContainsFunc(s.Conditions, func(c iam.Condition) bool { return !holds(t, s.Sid, c, r.context) })
}

// holds judges one key of one operator. A missing key fails all but negated operators, IfExists and Null.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
func holds(t *testing.T, sid string, c iam.Condition, context map[string]string) bool {
	t.Helper()
	got, there := context[strings.ToLower(c.Key)]
	any := func(equal func(want string) bool) bool { return there && slices.ContainsFunc(c.Values, equal) }
	same := func(want string) bool { return got == want }
	like := func(want string) bool { return iam.Match(want, got) }
	switch c.Operator {
	case "StringEquals", "ArnEquals", "Bool":
		return any(same)
	case "StringLike", "ArnLike":
		return any(like)
	case "StringNotEquals":
		return !any(same)
	case "ArnNotLike":
		return !any(like)
	case "StringEqualsIfExists":
		return !there || any(same)
	case "ForAnyValue:StringNotLike": // of keys with one value or none, which is all that is asked here
		return there && !any(like)
	case "NumericLessThan":
		return any(func(want string) bool { return number(t, got) < number(t, want) })
	case "Null":
		return slices.Contains(c.Values, map[bool]string{true: "false", false: "true"}[there])
	}
	t.Fatalf("%s: the operator %s is not known to this test", sid, c.Operator)
	return false
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDecisions(t *testing.T) {
	statements := parse(t, `{"Statement": [
		{"Sid": "A", "Effect": "Allow", "Action": ["s3:Get*", "iam:CreateRole"], "Resource": "arn:a/*"},
		{"Sid": "B", "Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:a/b*"},
		{"Sid": "C", "Effect": "Deny", "Action": "iam:CreateRole", "Resource": "*", "Condition": {"StringNotEquals": {"iam:PermissionsBoundary": "x"}}},
		{"Sid": "D", "Effect": "Allow", "Action": "kms:Use", "Resource": "*", "Condition": {"StringEqualsIfExists": {"aws:ResourceTag/P": "p"}}},
		{"Sid": "E", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*", "Condition": {"Null": {"x:y": "true"}, "StringLike": {"a:b": "c*"}}},
		{"Sid": "F", "Effect": "Allow", "Action": "kms:Tag", "Resource": "*"},
		{"Sid": "G", "Effect": "Deny", "Action": "kms:Tag", "Resource": "*", "Condition": {"ForAnyValue:StringNotLike": {"kms:ResourceAliases": "alias/mine-*"}}}
	]}`)
	for _, c := range []struct {
		name    string
		r       request
		allowed bool
	}{
		{"allowed", request{"s3:GetObject", "arn:a/b", nil}, true},
		{"an action without regard to case", request{"S3:getobject", "arn:a/b", nil}, true},
		{"outside of NotResource", request{"s3:GetObject", "arn:a/c", nil}, false},
		{"nothing allows it", request{"s3:PutBucketPolicy", "arn:a/b", nil}, false},
		{"another resource", request{"s3:GetObject", "arn:b/b", nil}, false},
		{"a missing key fulfils a negated operator", request{"iam:CreateRole", "arn:a/r", nil}, false},
		{"the key as wanted", request{"iam:CreateRole", "arn:a/r", map[string]string{"iam:permissionsboundary": "x"}}, true},
		{"IfExists without the key", request{"kms:Use", "k", nil}, true},
		{"IfExists with another value", request{"kms:Use", "k", map[string]string{"aws:resourcetag/p": "q"}}, false},
		{"both conditions", request{"s3:PutObject", "k", map[string]string{"a:b": "cd"}}, true},
		{"a key that must not be there", request{"s3:PutObject", "k", map[string]string{"a:b": "cd", "x:y": "1"}}, false},
		{"no alias", request{"kms:Tag", "k", nil}, true},
		{"an alias as wanted", request{"kms:Tag", "k", map[string]string{"kms:resourcealiases": "alias/mine-x"}}, true},
		{"another alias", request{"kms:Tag", "k", map[string]string{"kms:resourcealiases": "alias/theirs"}}, false},
		{"a missing key of StringLike", request{"s3:PutObject", "k", nil}, false},
	} {
		if got := allows(t, statements, c.r); got != c.allowed {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
