// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestManifests(t *testing.T) {
	const echo = "package k8s\ndeny contains json.marshal(input)"
	for name, c := range map[string]struct {
		name, src string
		want      []string
	}{
		"several documents, empty ones aside": {"a.yaml", "---\nkind: A\nmetadata: {name: a}\n---\n# nothing\n---\nkind: B\n...\n", []string{
			`B: {"kind":"B"}`, `A/a: {"kind":"A","metadata":{"name":"a"}}`}},
		"nothing":             {"a.yaml", "", nil},
		"JSON":                {"a.json", `{"kind":"A","n":12345678901234567890} {"kind":"B"}`, []string{`A: {"kind":"A","n":12345678901234567890}`, `B: {"kind":"B"}`}},
		"the items of a List": {"a.yaml", "apiVersion: v1\nkind: List\nitems:\n- kind: A\n- kind: List\n  items: [{kind: B}]\n", []string{`A: {"kind":"A"}`, `B: {"kind":"B"}`}},
		"truth as YAML 1.1":   {"a.yaml", "a: yes\nb: Off\nc: 'yes'\nd: !!str on\ne: true\non: n\n", []string{`: {"a":true,"b":false,"c":"yes","d":"on","e":true,"on":false}`}},
		"anchors and merges": {"a.yaml", "base: &b {x: 1, y: 2}\nuse: {<<: *b, y: 3}\nlist: {<<: [{z: 1}, *b]}\nsame: *b\n", []string{
			`: {"base":{"x":1,"y":2},"list":{"x":1,"y":2,"z":1},"same":{"x":1,"y":2},"use":{"x":1,"y":3}}`}},
		"what JSON does not have": {"a.yaml", "a: 2026-01-02\nb: .inf\nc: !!binary aGk=\nd: ~\ne: 0x10\nf: 1_000\n1: g\n", []string{
			`: {"1":"g","a":"2026-01-02","b":".inf","c":"aGk=","d":null,"e":16,"f":1000}`}},
		"a name to come":    {"a.yaml", "kind: Job\nmetadata: {generateName: x-}", []string{`Job/x-: {"kind":"Job","metadata":{"generateName":"x-"}}`}},
		"a list at the top": {"a.yaml", "- 1", []string{`: [1]`}},
	} {
		t.Run(name, func(t *testing.T) {
			p := set(t, echo).Manifests(t.Context(), c.name, []byte(c.src))
			if p.Failure != "" {
				t.Fatal(p.Failure)
			}
			var got []string
			for _, d := range p.Decisions {
				if d.File != c.name {
					t.Errorf("%+v", d)
				}
				got = append(got, d.Address+": "+d.Message)
			}
			if d := cmp.Diff(sortedCopy(c.want), sortedCopy(got)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestManifestsThatCannotBeRead(t *testing.T) {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		bomb += strings.NewReplacer("N", string(rune('1'+i)), "O", string(rune('0'+i))).Replace("aN: &aN [*aO, *aO, *aO, *aO, *aO, *aO, *aO, *aO, *aO, *aO]\n")
	}
	for name, c := range map[string]struct{ name, src, want string }{
		"no YAML":              {"a.yaml", "a: [", "a.yaml cannot be put before the policies: it is no YAML: line 1"},
		"no JSON":              {"a.json", "{\n}}", "a.json cannot be put before the policies: line 2: it is no JSON"},
		"a bomb of aliases":    {"a.yaml", bomb, "more than 200000 values"},
		"an alias in itself":   {"a.yaml", "a: &a [*a]", "more than 200 levels, or an alias within itself"},
		"a merge of itself":    {"a.yaml", "a: &a {<<: *a}", "more than 200 levels, or an alias within itself"},
		"deep":                 {"a.yaml", strings.Repeat("[", 1000) + strings.Repeat("]", 1000), "more than 200 levels"},
		"an alias of nothing":  {"a.yaml", "a: *b", "unknown anchor"},
		"a key twice":          {"a.yaml", "a: 1\na: 2", `line 2: the key "a" is there twice`},
		"a key that is a list": {"a.yaml", "? [a]\n: 1", "line 1: a key is no string"},
		"a merge of a string":  {"a.yaml", "<<: x", "<< merges what is no mapping"},
		"a number too large":   {"a.yaml", "!!int x", "line 1"},
		"a large file":         {"a.yaml", strings.Repeat("#", 9<<20), "where 8388608 are the most"},
		"no text":              {"a.yaml", "\xff\xfe\xfd", "it is no YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			p := set(t, "package main\ndeny contains \"x\"").Manifests(t.Context(), c.name, []byte(c.src))
			if !strings.Contains(p.Failure, c.want) || len(p.Decisions) > 0 || p.Hint == "" {
				t.Errorf("%+v does not have %q", p, c.want)
			}
			if d := time.Since(begin); d > 30*time.Second {
				t.Errorf("it took %s", d)
			}
		})
	}
}

func FuzzManifests(f *testing.F) {
	for _, s := range []string{"", "a: 1", "a: &a [*a]", "<<: {a: 1}", "---\n---\nkind: List\nitems: [1]", "? a\n: b", "a: !!binary x", "- yes\n- 0o7\n- 1e999", "{\"a\": 1}", "!!int x", "a: &x\n  <<: [*x]"} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	s := set(f, "package main\ndeny contains json.marshal(input)")
	f.Fuzz(func(t *testing.T, src []byte, asYAML bool) {
		name := "a.json"
		if asYAML {
			name = "a.yaml"
		}
		p := s.Manifests(t.Context(), name, src)
		if (p.Failure != "") != (p.Hint != "") || p.Failure != "" && len(p.Decisions) > 0 {
			t.Errorf("%+v", p)
		}
		for _, d := range p.Decisions {
			if len(d.Message) > 4096 || len(d.Address) > 4096 || strings.ContainsAny(d.Message+d.Address, "\n\r") {
				t.Errorf("%+v", d)
			}
		}
	})
}
