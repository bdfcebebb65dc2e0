// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A document as the test reads it back.
type policyDocument struct {
	Version   string
	Statement []struct {
		Effect                        string
		Action, Resource, NotResource []string
		NotAction                     string
	}
}

// allows judges a request as IAM does, for policies that only allow.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func (p policyDocument) allows(action, resource string) bool {
	for _, s := range p.Statement {
		actions := slices.ContainsFunc(s.Action, func(a string) bool { return like(a, action) }) || s.NotAction != "" && !like(s.NotAction, action)
		resources := slices.ContainsFunc(s.Resource, func(r string) bool { return like(r, resource) }) ||
			s.NotResource != nil && !slices.ContainsFunc(s.NotResource, func(r string) bool { return like(r, resource) })
		if s.Effect == "Allow" && actions && resources {
			return true
		}
	}
	return false
}

// like reports whether a pattern of a policy, which may hold ${*}, ${?} and ${$}, matches.
func like(pattern, value string) bool {
	expression := regexp.QuoteMeta(pattern)
	expression = strings.NewReplacer(`\$\{\*\}`, `\*`, `\$\{\?\}`, `\?`, `\$\{\$\}`, `\$`, `\*`, `.*`, `\?`, `.`).Replace(expression)
	return regexp.MustCompile("(?s)^" + expression + "$").MatchString(value)
}

// policyOf returns the session policy of s.
func policyOf(t *testing.T, s State, partition string) (policyDocument, string) {
	t.Helper()
	text, problem := s.policy(partition)
	if problem != nil {
		t.Fatal(problem)
	}
	var p policyDocument
	if err := json.Unmarshal([]byte(text), &p); err != nil || p.Version != "2012-10-17" {
		t.Fatalf("%s: %v", text, err)
	}
	return p, text
}

func TestAPlansSession(t *testing.T) {
	p, text := policyOf(t, State{
		Own: Object{"acme-states", "prod/05-compute/terraform.tfstate"},
		Reads: []Object{
			{"acme-states", "prod/02-network/terraform.tfstate"}, {"shared-states", "dns.tfstate"}, {"acme-states", "prod/02-network/terraform.tfstate"},
		},
	}, "aws")
	golden(t, "policy.golden", text+"\n")
	const s3 = "arn:aws:s3:::"
	own := s3 + "acme-states/prod/05-compute/terraform.tfstate"
	for name, x := range map[string]struct {
		action, resource string
		want             bool
	}{
		"reads its own state":                      {"s3:GetObject", own, true},
		"reads a version of it":                    {"s3:GetObjectVersion", own, true},
		"does not write its own state":             {"s3:PutObject", own, false},
		"does not delete its own state":            {"s3:DeleteObject", own, false},
		"does not open its own state to others":    {"s3:PutObjectAcl", own, false},
		"reads a declared state":                   {"s3:GetObject", s3 + "acme-states/prod/02-network/terraform.tfstate", true},
		"reads one in another bucket":              {"s3:GetObject", s3 + "shared-states/dns.tfstate", true},
		"does not write a declared state":          {"s3:PutObject", s3 + "shared-states/dns.tfstate", false},
		"does not lock a declared state":           {"s3:PutObject", s3 + "shared-states/dns.tfstate.tflock", false},
		"does not read another layer's state":      {"s3:GetObject", s3 + "acme-states/prod/06-database/terraform.tfstate", false},
		"does not read a version of that":          {"s3:GetObjectVersion", s3 + "acme-states/prod/06-database/terraform.tfstate", false},
		"does not read one of a longer name":       {"s3:GetObject", own + "x", false},
		"does not read one of a shorter name":      {"s3:GetObject", strings.TrimSuffix(own, "e"), false},
		"does not read another environment's":      {"s3:GetObject", s3 + "acme-states/dev/05-compute/terraform.tfstate", false},
		"does not read the other bucket's others":  {"s3:GetObject", s3 + "shared-states/prod/05-compute/terraform.tfstate", false},
		"takes its lock":                           {"s3:PutObject", own + ".tflock", true},
		"reads its lock":                           {"s3:GetObject", own + ".tflock", true},
		"releases its lock":                        {"s3:DeleteObject", own + ".tflock", true},
		"does not open its lock to others":         {"s3:PutObjectAcl", own + ".tflock", false},
		"does not take another's lock":             {"s3:PutObject", s3 + "acme-states/prod/06-database/terraform.tfstate.tflock", false},
		"does not release another's lock":          {"s3:DeleteObject", s3 + "acme-states/prod/06-database/terraform.tfstate.tflock", false},
		"lists workspaces":                         {"s3:ListBucket", s3 + "acme-states", true},
		"sees the bucket's versioning":             {"s3:GetBucketVersioning", s3 + "acme-states", true},
		"sees the bucket's encryption":             {"s3:GetEncryptionConfiguration", s3 + "acme-states", true},
		"does not change the bucket's policy":      {"s3:PutBucketPolicy", s3 + "acme-states", false},
		"does not delete the bucket":               {"s3:DeleteBucket", s3 + "acme-states", false},
		"another bucket is the role's affair":      {"s3:GetObject", s3 + "acme-artifacts/app.zip", true},
		"also to write":                            {"s3:PutObject", s3 + "acme-artifacts/app.zip", true},
		"also if its name begins alike":            {"s3:GetObject", s3 + "acme-states-backup/prod/05-compute/terraform.tfstate", true},
		"listing buckets is the role's affair":     {"s3:ListAllMyBuckets", "*", true},
		"another service is the role's affair":     {"ec2:DescribeInstances", "*", true},
		"so is the key of the states":              {"kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/x", true},
		"so is a lock table":                       {"dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/locks", true},
		"so is a service that has almost its name": {"s3tables:GetTable", "arn:aws:s3tables:eu-west-1:123456789012:bucket/x", true},
	} {
		if got := p.allows(x.action, x.resource); got != x.want {
			t.Errorf("%s: %s on %s: %t", name, x.action, x.resource, got)
		}
	}
}

// A new layer may keep its state nowhere, or in a bucket of anybody's: the states of the others stay closed to it.
func TestASessionWithoutAStateOfItsOwnReadsNoOther(t *testing.T) {
	for name, s := range map[string]State{
		"no state":        {Buckets: []string{"acme-states"}},
		"another bucket":  {Own: Object{"evil", "x"}, Buckets: []string{"acme-states", "acme-states"}},
		"only a declared": {Reads: []Object{{"acme-states", "dns.tfstate"}}, Buckets: []string{"no bucket", ""}},
	} {
		p, text := policyOf(t, s, "aws")
		const bucket = "arn:aws:s3:::acme-states"
		for _, action := range []string{"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"} {
			if p.allows(action, bucket+"/prod/06-database/terraform.tfstate") || p.allows(action, bucket+"/.tflock") {
				t.Errorf("%s: %s by %s", name, action, text)
			}
		}
		if p.allows("s3:PutBucketPolicy", bucket) || !p.allows("s3:ListBucket", bucket) || !p.allows("s3:GetObject", "arn:aws:s3:::acme-artifacts/app.zip") || !p.allows("ec2:DescribeInstances", "*") {
			t.Errorf("%s: %s", name, text)
		}
		if len(s.Reads) > 0 != p.allows("s3:GetObject", bucket+"/dns.tfstate") || strings.Contains(text, "no bucket") || strings.Contains(text, "null") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestKeysInAPolicyStandForThemselves(t *testing.T) {
	for _, key := range []string{"a*c", "a?c", "a$c", "${aws:username}", "env:/prod/x", "<a>&b", `a"b\c`, "zürich"} {
		p, text := policyOf(t, State{Own: Object{"acme-states", key}}, "aws")
		if strings.Contains(text, `\u`) {
			t.Errorf("%s has escapes", text)
		}
		for _, other := range []string{"abc", "axxc", "alice", ""} {
			if resource := "arn:aws:s3:::acme-states/" + other; p.allows("s3:GetObject", resource) || p.allows("s3:PutObject", resource+".tflock") {
				t.Errorf("%q admits %q", key, other)
			}
		}
		if resource := "arn:aws:s3:::acme-states/" + key; !p.allows("s3:GetObject", resource) || !p.allows("s3:PutObject", resource+".tflock") {
			t.Errorf("%q does not admit itself: %s", key, text)
		}
	}
}

func TestPartitions(t *testing.T) {
	for role, want := range map[string]string{
		planRole:                                  "aws",
		"arn:aws-cn:iam::123456789012:role/x":     "aws-cn",
		"arn:aws-us-gov:iam::123456789012:role/x": "aws-us-gov",
		"arn:minio:iam:::role/x":                  "aws",
		"nothing":                                 "aws",
	} {
		if got := partition(role); got != want {
			t.Errorf("%s: %s", role, got)
		}
	}
	p, text := policyOf(t, State{Own: Object{"acme-states", "k"}}, "aws-cn")
	if strings.Contains(text, "arn:aws:") || !p.allows("s3:GetObject", "arn:aws-cn:s3:::acme-states/k") || p.allows("s3:GetObject", "arn:aws-cn:s3:::acme-states/x") {
		t.Error(text)
	}
}

func TestStatesThatNoPolicyCanHave(t *testing.T) {
	many := State{Own: Object{"acme-states", "own"}}
	for i := range 40 {
		many.Reads = append(many.Reads, Object{"acme-states", fmt.Sprintf("prod/%02d-layer/terraform.tfstate", i)})
	}
	for name, x := range map[string]struct {
		state         State
		problem, hint string
	}{
		"no bucket":             {State{Own: Object{"", "k"}}, `no state can stand at "k" in the bucket ""`, "backend"},
		"no key":                {State{Own: Object{"acme-states", ""}}, "no state can stand at", "`key`"},
		"a bucket of any name":  {State{Own: Object{"*", "k"}}, `the bucket "*"`, "`bucket`"},
		"a bucket with a path":  {State{Own: Object{"a/b", "k"}}, `the bucket "a/b"`, "`bucket`"},
		"an ARN":                {State{Own: Object{"arn:aws:s3:::acme-states", "k"}}, "no state can stand", "`bucket`"},
		"bytes that are no key": {State{Own: Object{"acme-states", "\xff"}}, "no state can stand", "`key`"},
		"an upstream of those":  {State{Own: Object{"acme-states", "k"}, Reads: []Object{{"acme?states", "k"}}}, "no state can stand", "`bucket`"},
		"too many upstreams":    {many, "has 2872 characters, more than the 2048 that AWS takes", `session_policy = "none"`},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			_, err := c.readers(t, nil).Credentials(t.Context(), &Grant{Role: planRole, Region: "eu-west-1", State: &x.state})
			if refused := problemOf(t, err); !strings.Contains(refused.Problem, x.problem) || !strings.Contains(refused.Hint(), x.hint) {
				t.Errorf("%v\nhint: %s", err, refused.Hint())
			}
			if len(c.tokens)+c.exchanges() != 0 {
				t.Error("somebody was asked")
			}
		})
	}
}

func FuzzPolicy(f *testing.F) {
	f.Add("acme-states", "a/b.tfstate", "c*")
	f.Add("acme-states", "${*}", "$")
	f.Fuzz(func(t *testing.T, bucket, own, read string) {
		s := State{Own: Object{bucket, own}, Reads: []Object{{bucket, read}}}
		text, problem := s.policy("aws")
		var p policyDocument
		switch {
		case problem != nil:
			return
		case json.Unmarshal([]byte(text), &p) != nil || len(p.Statement) != 5:
			t.Fatal(text)
		}
		arn := "arn:aws:s3:::" + bucket + "/"
		for _, key := range []string{own, read} {
			if !p.allows("s3:GetObject", arn+key) || p.allows("s3:PutObject", arn+key) && key != own+".tflock" {
				t.Errorf("%q: %s", key, text)
			}
		}
		if other := own + "/" + read + "/x"; p.allows("s3:GetObject", arn+other) || p.allows("s3:PutObject", arn+other) {
			t.Errorf("%q is admitted: %s", other, text)
		}
	})
}
