// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/policy"
	"github.com/layerbot/layerbot/internal/report"
)

var about = policy.About{Layer: "05-compute", Environment: "prod", Dir: "infra/05-compute"}

// set compiles one policy, policies/p.rego.
func set(t testing.TB, rego string, more ...string) *policy.Set {
	t.Helper()
	b := policy.Bundle{Files: map[string]string{"policies/p.rego": rego}}
	for i := 0; i < len(more); i += 2 {
		b.Files[more[i]] = more[i+1]
	}
	s, err := policy.Compile(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// said returns decisions as lines: deny terraform.deny (high) aws_x.y: message @policies/p.rego:3
func said(p *report.Policy) []string {
	var all []string
	for _, d := range p.Decisions {
		s := fmt.Sprintf("%s %s.%s", d.Kind, d.Package, d.Rule)
		if d.Severity != "" {
			s += fmt.Sprintf(" (%s)", d.Severity)
		}
		if d.Address != "" {
			s += " " + d.Address
		}
		all = append(all, s+": "+d.Message+" @"+d.Source)
	}
	return all
}

const plan = `{"format_version":"1.2","resource_changes":[
	{"address":"aws_s3_bucket.logs","type":"aws_s3_bucket","change":{"actions":["create"],"after":{"bucket":"logs","acl":"public-read","tags":null}}},
	{"address":"aws_ebs_volume.a","type":"aws_ebs_volume","change":{"actions":["create"],"after":{"encrypted":"true","size":20}}}]}`

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		rego string
		want []string
	}{
		"an entry that is a string": {"package main\n\ndeny contains msg if {\n\tinput.resource_changes[0]\n\tmsg := \"no\"\n}", []string{
			"deny main.deny: no @policies/p.rego:3"}},
		"an entry that is an object": {`package terraform
deny contains {"msg": "public", "rule": "no-public", "address": r.address, "severity": "HIGH"} if {
	some r in input.resource_changes
	r.change.after.acl == "public-read"
}`, []string{"deny terraform.no-public (high) aws_s3_bucket.logs: public @policies/p.rego:2"}},
		"severity and address below metadata": {`package main
violation contains {"msg": "x", "metadata": {"severity": "low", "address": "a.b", "rule": "r"}}`, []string{
			"violation main.r (low) a.b: x @policies/p.rego:2"}},
		"an entry without msg is its JSON": {`package main
warn contains {"b": 1, "a": [true]}`, []string{`warn main.warn: {"a":[true],"b":1} @policies/p.rego:2`}},
		"each clause has its own place": {`package main
deny contains "a"
deny contains "b"
deny_size contains "c"
deny contains "a"`, []string{
			"deny main.deny: a @policies/p.rego:2", "deny main.deny: b @policies/p.rego:3", "deny main.deny_size: c @policies/p.rego:4"}},
		"denials first, then by severity, address, rule": {`package main
warn contains {"msg": "w", "severity": "critical"}
deny contains {"msg": "d", "address": "b"}
deny contains {"msg": "d", "address": "a", "rule": "z"}
deny contains {"msg": "d", "address": "a", "rule": "y"}
violation contains {"msg": "v", "severity": "medium", "address": "c"}`, []string{
			"violation main.violation (medium) c: v @policies/p.rego:6",
			"deny main.y a: d @policies/p.rego:5",
			"deny main.z a: d @policies/p.rego:4",
			"deny main.deny b: d @policies/p.rego:3",
			"warn main.warn (critical): w @policies/p.rego:2"}},
		"Rego v0, as many policies for Conftest are": {`package main
deny[msg] {
	r := input.resource_changes[_]
	r.change.after.acl == "public-read"
	msg = sprintf("%s is public", [r.address])
}`, []string{"deny main.deny: aws_s3_bucket.logs is public @policies/p.rego:2"}},
		"a string":                     {"package main\ndeny := \"x\" if input.format_version", []string{"deny main.deny: x @policies/p.rego:2"}},
		"true":                         {"package main\ndefault deny := false\ndeny if input.format_version", []string{"deny main.deny: deny @policies/p.rego:3"}},
		"false":                        {"package main\ndefault deny := false\ndeny if input.nothing", nil},
		"an array":                     {"package main\nwarn_all := [\"a\", {\"msg\": \"b\"}]", []string{"warn main.warn_all: a @policies/p.rego:2", "warn main.warn_all: b @policies/p.rego:2"}},
		"an object, by mistake":        {"package main\nimport rego.v1\ndeny[msg] if msg := \"x\"", []string{"deny main.deny: x @policies/p.rego:3"}},
		"an object of entries":         {"package main\ndeny[k] := {\"msg\": \"x\"} if some k in [1, 2]", []string{"deny main.deny: x @policies/p.rego:2"}},
		"sets below a name":            {"package main\ndeny.tags contains \"x\"\ndeny.size contains \"y\"", []string{"deny main.deny: x @policies/p.rego:2", "deny main.deny: y @policies/p.rego:2"}},
		"a rule below another name":    {"package main\nx.y.deny contains \"x\"", []string{"deny main.x.y.deny: x @policies/p.rego:2"}},
		"a package that needs quotes":  {"package a[\"b-c\"].d\ndeny contains \"x\"", []string{"deny a.b-c.d.deny: x @policies/p.rego:2"}},
		"a package of several parts":   {"package policies.aws.s3\nwarn_x contains \"x\"", []string{"warn policies.aws.s3.warn_x: x @policies/p.rego:2"}},
		"what it is about":             {"package main\ndeny contains sprintf(\"%s/%s in %s\", [input.layerbot.layer, input.layerbot.environment, input.layerbot.dir])", []string{"deny main.deny: 05-compute/prod in infra/05-compute @policies/p.rego:2"}},
		"a helper with a telling name": {"package main\ndeny_if(x) if x\nwarn contains \"x\" if deny_if(true)", []string{"warn main.warn: x @policies/p.rego:3"}},
		"other rules do not count":     {"package main\ndenylist := [\"a\"]\nallow contains \"x\"\nwarning := 1\ndeny contains \"y\" if count(allow) == 1", []string{"deny main.deny: y @policies/p.rego:5"}},
		"one line of UTF-8":            {"package main\ndeny contains \"a\\n\\tb\\u0000\\u2028 c\"", []string{"deny main.deny: a b c @policies/p.rego:2"}},
		"an unknown severity is none":  {`package main` + "\n" + `deny contains {"msg": "x", "severity": "dire"}`, []string{`deny main.deny: x (its severity "dire" is none: write low, medium, high or critical) @policies/p.rego:2`}},
		"an empty message":             {`package main` + "\n" + `deny_x contains ""`, []string{"deny main.deny_x: deny_x @policies/p.rego:2"}},
		"what the rule's annotation says": {`package main
# METADATA
# scope: document
# custom:
#   severity: high
deny contains {"msg": "x", "severity": rego.metadata.chain()[1].annotations.custom.severity}
# METADATA
# title: Sizes
deny contains {"msg": rego.metadata.rule().title}`, []string{
			"deny main.deny (high): x @policies/p.rego:6", "deny main.deny: Sizes @policies/p.rego:9"}},
		"an exception, as in Conftest": {`package main
deny_size contains {"msg": "too large", "severity": "high"}
deny_tags contains "no tags"
deny contains "x"
warn_size contains "large"
exception contains ["size"] if input.format_version
exception contains ["", "tags"] if input.nothing`, []string{
			"deny main.deny: x @policies/p.rego:4", "deny main.deny_tags: no tags @policies/p.rego:3",
			"warn main.deny_size: excepted: too large @policies/p.rego:2"}},
		"a built-in that cannot do with a value, in a helper": {"package main\ndeny contains \"x\" if f(1)\n\nf(x) if to_number(\"1Gi\") > x", []string{
			"warn main.f (medium): the policy could not look at everything: to_number: strconv.ParseFloat: parsing \"1Gi\": invalid syntax @policies/p.rego:4"}},
		"two spaces of an address stay": {`package main` + "\n" + `deny contains {"msg": "x", "address": "a.b[\"c  d\"]"}`, []string{`deny main.deny a.b["c  d"]: x @policies/p.rego:2`}},
		"a built-in that cannot do with null is a warning": {`package main
deny contains r.address if {
	some r in input.resource_changes
	contains(r.change.after.acl, "public")
	contains(r.change.after.tags, "x")
}`, []string{"warn main.deny (medium): the policy could not look at everything: contains: operand 1 must be string but got null @policies/p.rego:5"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := set(t, c.rego).Judge(t.Context(), about, []byte(plan))
			if p.Failure != "" {
				t.Fatal(p.Failure)
			}
			if d := cmp.Diff(c.want, said(p)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestJudgeThatCannotBeAsked(t *testing.T) {
	for name, c := range map[string]struct{ rego, plan, want string }{
		"a plan that is no JSON":     {"", `{`, "the plan cannot be put before the policies: it is no JSON object"},
		"a plan that is null":        {"", `null`, "it is no JSON object: null"},
		"a plan that is a list":      {"", `[]`, "it is no JSON object"},
		"two plans":                  {"", `{}{}`, "it is no JSON object"},
		"an entry that is a number":  {"deny contains 1", `{}`, "policies/p.rego:2: an entry of deny is 1: write a string, or an object with msg"},
		"an entry that is null":      {"deny contains null", `{}`, "an entry of deny is null"},
		"an entry that is an array":  {"deny contains [\"x\"]", `{}`, `an entry of deny is ["x"]`},
		"a rule that is a number":    {"deny := 3", `{}`, "an entry of deny is 3"},
		"complete rules in conflict": {"deny := x if some x in [\"a\", \"b\"]", `{}`, "policies/p.rego:2: rule data.main.deny produced conflicting values"},
		"functions in conflict":      {"deny contains f(1)\nf(x) := y if some y in [x, 2]", `{}`, "policies/p.rego:3: function data.main.f produced conflicting values"},
	} {
		t.Run(name, func(t *testing.T) {
			rego := c.rego
			if rego == "" {
				rego = "deny contains \"x\""
			}
			p := set(t, "package main\n"+rego).Judge(t.Context(), about, []byte(c.plan))
			if !strings.Contains(p.Failure, c.want) {
				t.Errorf("%q does not have %q", p.Failure, c.want)
			}
			if p.Hint == "" || len(p.Decisions) > 0 {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestAPolicyThatTakesTooLongAllowsNothing(t *testing.T) {
	s := set(t, `package main
deny contains "x" if helper
helper if {
	some a in numbers.range(1, 100000)
	some b in numbers.range(1, 100000)
	a * b < 0
}`)
	s.Timeout = 100 * time.Millisecond
	begin := time.Now()
	p := s.Judge(t.Context(), about, []byte(`{}`))
	if want := "took longer than 100ms"; !strings.HasSuffix(p.Failure, want) || !strings.HasPrefix(p.Failure, "policies/p.rego:") {
		t.Errorf("%q does not end with %q", p.Failure, want)
	}
	if d := time.Since(begin); d > 20*time.Second {
		t.Errorf("it took %s", d)
	}
}

func TestACancelledJudgementAllowsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := set(t, "package main\ndeny contains \"x\"").Judge(ctx, about, []byte(`{}`))
	if !strings.Contains(p.Failure, "not asked to the end: context canceled") {
		t.Errorf("%+v", p)
	}
}
