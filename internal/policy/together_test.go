// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

func sortedCopy(s []string) []string { return slices.Sorted(slices.Values(s)) }

var reports = []report.Report{
	{Target: layer.Target{Layer: "03-infra", Env: "prod", Dir: "infra/03-infra", Wave: 1}, Status: report.Changed, Changes: []report.Change{{
		Address: `module.x["a.b"].aws_vpc.this[0]`, Action: report.Update, Attrs: []report.Attr{
			{Path: "cidr_block", Before: json.RawMessage(`"10.0.0.0/8"`), After: json.RawMessage(`"10.1.0.0/16"`)},
			{Path: "arn", Unknown: true}, {Path: "secret", Sensitive: true}}}}},
	{Target: layer.Target{Layer: "05-compute", Env: "prod", Dir: "infra/05-compute", Wave: 2}, Status: report.Failed},
}

func TestTogether(t *testing.T) {
	s := set(t, `package main
deny contains {"msg": json.marshal(t), "targets": [t.id]} if some t in input.targets
`)
	p := s.Together(t.Context(), reports)
	var got []string
	for _, d := range p.Decisions {
		got = append(got, strings.Join(d.Targets, " ")+" "+d.Message)
	}
	counts := func(change string) string {
		return `"counts":{"add":0,"change":` + change + `,"deferred":0,"destroy":0,"forget":0,"imported":0,"moved":0,"outputs":0,"read":0,"replace":0}`
	}
	want := []string{
		`03-infra/prod {"changes":[{"action":"update","address":"module.x[\"a.b\"].aws_vpc.this[0]","after":{"cidr_block":"10.1.0.0/16"},` +
			`"before":{"cidr_block":"10.0.0.0/8"},"name":"this","sensitive":["secret"],"type":"aws_vpc","unknown":["arn"]}],` + counts("1") +
			`,"dir":"infra/03-infra","environment":"prod","id":"03-infra/prod","layer":"03-infra","status":"changed","wave":1}`,
		`05-compute/prod {"changes":[],` + counts("0") + `,"dir":"infra/05-compute","environment":"prod","id":"05-compute/prod","layer":"05-compute","status":"failed","wave":2}`,
	}
	if d := cmp.Diff(want, sortedCopy(got)); d != "" {
		t.Error(d)
	}
	if p.Rules != 1 || s.Judge(t.Context(), about, []byte(plan)).Rules != 0 {
		t.Errorf("%+v", p)
	}
}

// What a rule looks at says what it is asked of. That a rule is asked of neither would be a silent pass.
func TestWhichRulesAreForTogether(t *testing.T) {
	const single, together = "plan", "targets"
	for name, c := range map[string]struct {
		rego string
		want string
	}{
		"the plan":                        {`deny contains "x" if input.resource_changes`, single},
		"nothing of its input":            {`deny contains "x"`, single},
		"input.targets":                   {`deny contains "x" if count(input.targets) > 1`, together},
		"by a key":                        {`deny contains "x" if count(input["targets"]) > 1`, together},
		"through a helper":                {"deny contains \"x\" if many\nmany if count(all) > 1\nall contains t if some t in input.targets", together},
		"through a function":              {"deny contains \"x\" if f(1)\nf(n) if count(input.targets) > n", together},
		"through an import":               {"import data.lib\ndeny contains \"x\" if lib.many", together},
		"in a comprehension":              {`deny contains "x" if count([t | some t in input.targets; t.wave > 0]) > 0`, together},
		"in a negation":                   {`deny contains "x" if not input.targets[5]`, together},
		"in an else":                      {"deny contains \"x\" if f\nf := false if 1 == 2\nelse if input.targets[0]", together},
		"through input by another name":   {"import input as all\ndeny contains \"x\" if all.targets", together},
		"through targets by another name": {"import input.targets as all\ndeny contains \"x\" if all", together},
		"a whole document":                {"deny := \"x\" if input.targets", together},
		"targets and about":               {"deny contains \"x\" if {\n\tinput.targets\n\tnot input.layerbot\n}", together},
		"the plan's own targets":          {`deny contains "x" if { some r in input.resource_changes; not r.targets }`, single},
		"both":                            {"deny contains \"x\" if { some c in changes; c.address }\nchanges contains c if some c in input.resource_changes\nchanges contains c if some c in input.targets[_].changes", single + " " + together},
		"input as a whole":                {`deny contains "x" if object.get(input, "targets", null) != 5`, single + " " + together},
		"input as another's":              {"deny contains \"x\" if f(input)\nf(i) if count(i.targets) > 1\nf(i) if i.resource_changes", single + " " + together},
		"input by a key that varies":      {`deny contains "x" if { some k in ["targets", "resource_changes"]; input[k] }`, single + " " + together},
		"an exception to the plan's":      {"deny_x contains \"x\" if input.resource_changes\nexception contains [\"y\"]", single},
		"an exception, and to targets'":   {"deny_x contains \"x\" if input.targets\nexception contains [\"y\"]", together},
	} {
		t.Run(name, func(t *testing.T) {
			s := set(t, "package main\n"+c.rego, "policies/lib.rego", "package lib\nmany if count(input.targets) > 1")
			var got []string
			if len(s.Judge(t.Context(), about, []byte(plan)).Decisions) > 0 {
				got = append(got, single)
			}
			if p := s.Together(t.Context(), reports); p != nil && len(p.Decisions) > 0 {
				got = append(got, together)
			}
			if g := strings.Join(got, " "); g != c.want {
				t.Errorf("asked of %q, not %q", g, c.want)
			}
			if len(s.Manifests(t.Context(), "a.yaml", []byte("a: 1")).Decisions) > 0 && !strings.Contains(c.want, single) {
				t.Error("asked of manifests")
			}
		})
	}
}

func TestClausesOfOneNameAreAskedEachOfItsOwn(t *testing.T) {
	s := set(t, "package main\ndeny contains \"plan\" if input.resource_changes\ndeny contains \"targets\" if input.targets")
	if d := cmp.Diff([]string{"deny main.deny: plan @policies/p.rego:2"}, said(s.Judge(t.Context(), about, []byte(plan)))); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"deny main.deny: targets @policies/p.rego:3"}, said(s.Together(t.Context(), reports))); d != "" {
		t.Error(d)
	}
}

func TestWithoutRulesOnTargetsThereIsNoWordOnThem(t *testing.T) {
	if p := set(t, "package main\ndeny contains \"x\"").Together(t.Context(), reports); p != nil {
		t.Errorf("%+v", p)
	}
}
