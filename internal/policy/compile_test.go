// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/policy"
)

func TestWhatDoesNotCompileIsNamedWithItsPlace(t *testing.T) {
	const fine = "package main\ndeny contains \"x\"\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"nothing":             {nil, []string{"there are no policies: no file ends in .rego"}},
		"data only":           {map[string]string{"p/d.json": "{}"}, []string{"there are no policies: no file ends in .rego"}},
		"no rule that counts": {map[string]string{"p/x.rego": "package main\nallow := true"}, []string{"no rule is named deny, warn or violation, or begins with deny_, warn_ or violation_"}},
		"tests only":          {map[string]string{"p/x_test.rego": fine}, []string{"there are no policies: no file ends in .rego"}},
		"an empty file":       {map[string]string{"p/x.rego": ""}, []string{"p/x.rego: empty module"}},
		"no Rego":             {map[string]string{"p/x.rego": "package main\n\ndeny contains"}, []string{"p/x.rego:3: unexpected eof token"}},
		"an unknown name":     {map[string]string{"p/x.rego": "package main\ndeny contains msg if x"}, []string{"p/x.rego:2: var msg is unsafe"}},
		"types that cannot be": {map[string]string{"p/x.rego": "package main\ndeny contains \"x\" if startswith(1, \"a\")"}, []string{
			"p/x.rego:2: startswith: invalid argument(s)"}},
		"a function of nobody": {map[string]string{"p/x.rego": "package main\ndeny contains \"x\" if foo.bar(1)"}, []string{"p/x.rego:2: undefined function foo.bar"}},
		"recursion":            {map[string]string{"p/x.rego": "package main\ndeny contains \"x\" if not deny"}, []string{"p/x.rego:2: rule data.main.deny is recursive: data.main.deny -> data.main.deny"}},
		"a function named deny": {map[string]string{"p/x.rego": "package main\ndeny(x) if x"}, []string{
			"p/x.rego:2: deny is a function: nothing would ever call it. Write it as a rule: deny contains msg if { … }"}},
		"two files, in their order": {map[string]string{"p/b.rego": "package b\ndeny contains", "p/a.rego": "package a\n\nx x"}, []string{
			"p/a.rego:3: ", "p/b.rego:2: "}},
		"http.send": {map[string]string{"p/x.rego": "package main\ndeny contains x if x := http.send({\"url\": \"http://127.0.0.1\", \"method\": \"get\"}).body"}, []string{
			"p/x.rego:2: http.send is not for policies"}},
		"opa.runtime":        {map[string]string{"p/x.rego": "package main\ndeny contains \"x\" if opa.runtime().env.HOME"}, []string{"p/x.rego:2: opa.runtime is not for policies"}},
		"net.lookup_ip_addr": {map[string]string{"p/x.rego": "package main\ndeny contains x if some x in net.lookup_ip_addr(\"localhost\")"}, []string{"p/x.rego:2: net.lookup_ip_addr is not for policies"}},
		"json.match_schema, which reads files": {map[string]string{"p/x.rego": "package main\ndeny contains \"x\" if json.match_schema({}, {\"$ref\": \"file:///etc/passwd\"})[0]"}, []string{
			"p/x.rego:2: json.match_schema is not for policies"}},
		"data that is no JSON":  {map[string]string{"p/x.rego": fine, "p/d.json": "{\n\"a\": 1,\n}"}, []string{"p/d.json:3: line 3: it is no JSON"}},
		"data that is no YAML":  {map[string]string{"p/x.rego": fine, "p/d.yaml": "a: 1\nb: [\n"}, []string{"p/d.yaml:2: it is no YAML: line 2"}},
		"data that is a list":   {map[string]string{"p/x.rego": fine, "p/d.json": "[1]"}, []string{"p/d.json: data for policies is one object a file"}},
		"data of two documents": {map[string]string{"p/x.rego": fine, "p/d.yaml": "a: 1\n---\nb: 1\n"}, []string{"p/d.yaml: data for policies is one object a file"}},
		"data in conflict": {map[string]string{"p/x.rego": fine, "p/d.json": `{"a":{"b":1,"c":2}}`, "p/e.yaml": "a:\n  b: 1\n  d: 3"}, []string{
			"p/e.yaml: data.a.b is also in p/d.json"}},
		"data in the place of a rule": {map[string]string{"p/x.rego": fine, "p/d.json": `{"main":{"deny":1}}`}, []string{"p/x.rego:2: conflicting rule for data path main/deny found"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := policy.Compile(t.Context(), policy.Bundle{Files: c.files})
			var e *policy.CompileError
			if !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			var got []string
			for i, p := range e.Problems {
				s := p.String()
				if i < len(c.want) && strings.HasPrefix(s, c.want[i]) {
					s = c.want[i]
				}
				got = append(got, s)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if e.Hint() == "" || !strings.Contains(err.Error(), e.Problems[0].Message) {
				t.Error(err, e.Hint())
			}
		})
	}
}

func TestDataOfSeveralFilesIsOne(t *testing.T) {
	s := set(t, "package main\ndeny contains sprintf(\"%d %d %v\", [data.config.a.x, data.config.a.y, data.on])",
		"p/a.json", `{"config":{"a":{"x":1}}}`, "p/b.yaml", "config: {a: {y: 2}}\n\"on\": on\n")
	if d := cmp.Diff([]string{"deny main.deny: 1 2 true @policies/p.rego:2"}, said(s.Judge(t.Context(), about, []byte(`{}`)))); d != "" {
		t.Error(d)
	}
}

func TestOldAndNewRegoStandSideBySide(t *testing.T) {
	s := set(t, "package main\nimport data.lib\ndeny contains lib.hi", "p/lib.rego", "package lib\nhi = \"x\" { true }\n")
	if d := cmp.Diff([]string{"deny main.deny: x @policies/p.rego:3"}, said(s.Judge(t.Context(), about, []byte(`{}`)))); d != "" {
		t.Error(d)
	}
}
