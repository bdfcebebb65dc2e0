// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/report"
)

// findAll makes raws of the lines of files that end in "#! rule …", and takes that away: "rule?" is suppressed, "rule*" is of
// gitleaks, "terraform_…" of tflint.
func findAll(files map[string]string) (map[string]string, []raw) {
	clean, all := map[string]string{}, []raw(nil)
	for name, text := range files {
		lines := strings.Split(text, "\n")
		for i, line := range lines {
			code, rules, _ := strings.Cut(line, "#!")
			lines[i] = strings.TrimRight(code, " ")
			for _, rule := range strings.Fields(rules) {
				r := raw{tool: "trivy", rule: strings.TrimRight(rule, "?*"), severity: report.High, message: "m", file: name, line: i + 1, end: i + 1}
				switch {
				case strings.HasSuffix(rule, "*"):
					r.tool = "gitleaks"
				case strings.HasPrefix(rule, "terraform_"):
					r.tool = "tflint"
				}
				if strings.HasSuffix(rule, "?") || strings.HasSuffix(rule, "?*") {
					r.suppressed = &report.Suppression{Tool: "trivy", Rule: r.rule, File: name, Line: i + 1}
				}
				all = append(all, r)
			}
		}
		clean[name] = strings.Join(lines, "\n")
	}
	return clean, all
}

func TestCompare(t *testing.T) {
	one := func(text string) map[string]string { return map[string]string{"main.tf": text} }
	const group = `resource "aws_security_group" "g" {
  ingress {
    from_port   = 443
    cidr_blocks = ["0.0.0.0/0"] #! open
  }
}
`
	tests := map[string]struct {
		base, head map[string]string
		want       []string
	}{
		"nothing":       {},
		"a new one":     {one(""), one("resource \"a\" \"b\" { #! x\n}\n"), []string{"new x main.tf:1"}},
		"a fixed one":   {one("resource \"a\" \"b\" { #! x\n}\n"), one("resource \"a\" \"b\" {\n}\n"), []string{"fixed x main.tf:1"}},
		"lines above":   {one(group), one("# a\n# {\n\n" + group), []string{"existing open main.tf:7"}},
		"a block above": {one(group), one("locals {\n  x = <<EOT\n}}\nEOT\n}\n" + group), []string{"existing open main.tf:9"}},
		"formatted anew": {
			one(group), one("resource \"aws_security_group\" \"g\"  {\n\tingress {\n\tfrom_port=443\n\n\tcidr_blocks=[ \"0.0.0.0/0\" ] #! open\n}\n\n}"),
			[]string{"existing open main.tf:5"},
		},
		"a comment in the block": {
			one(group), one(strings.Replace(group, "{", "{ # public by design\n  // { x", 1)), []string{"existing open main.tf:5"},
		},
		"another argument of the resource": {
			one(group), one(strings.Replace(group, "  ingress", "  name = \"x\"\n  tags = { a = 1 }\n  ingress", 1)), []string{"existing open main.tf:6"},
		},
		"another nested block before it is the new one": {
			one(group), one(strings.Replace(group, "  ingress", "  ingress {\n    from_port   = 22\n    cidr_blocks = [\"0.0.0.0/0\"] #! open\n  }\n  ingress", 1)),
			[]string{"new open main.tf:4", "existing open main.tf:8"},
		},
		"the nested block is another": {
			one(group), one(strings.Replace(group, "443", "22", 1)), []string{"new open main.tf:4", "fixed open main.tf:4"},
		},
		"the resource is another": {
			one(group), one(strings.Replace(group, `"g"`, `"h"`, 1)), []string{"new open main.tf:4", "fixed open main.tf:4"},
		},
		"the value of an argument changed, and is wrong still": {
			one("resource \"a\" \"b\" {\n  encrypted = false #! x\n}"), one("resource \"a\" \"b\" {\n  encrypted = var.no #! x\n}"), []string{"existing x main.tf:2"},
		},
		"a copy of a resource is new": {
			one(group), map[string]string{"main.tf": group, "other.tf": group}, []string{"new open other.tf:4", "existing open main.tf:4"},
		},
		"a renamed file": {
			map[string]string{"old name.tf": group}, map[string]string{"new.tf": group}, []string{"existing open new.tf:4"},
		},
		"a block that moved to another file": {
			map[string]string{"a.tf": group, "b.tf": buckets}, map[string]string{"a.tf": "", "b.tf": buckets + group}, []string{"existing open b.tf:15"},
		},
		"of two alike one is gone": {
			one("x = 1 #! s\nx = 1 #! s\n"), one("x = 1 #! s\n"), []string{"existing s main.tf:1", "fixed s main.tf:2"},
		},
		"of two alike one is added": {
			one("x = 1 #! s\n"), one("x = 1 #! s\nx = 1 #! s\n"), []string{"new s main.tf:2", "existing s main.tf:1"},
		},
		"an open one that is suppressed now": {
			one("x = 1 #! s\n"), one("x = 1 #! s?\n"), []string{"existing s main.tf:1 newly suppressed"},
		},
		"one that was suppressed before": {
			one("x = 1 #! s?\n"), one("\nx = 1 #! s?\n"), []string{"existing s main.tf:2 suppressed"},
		},
		"one whose suppression is gone": {
			one("x = 1 #! s?\n"), one("x = 1 #! s\n"), []string{"existing s main.tf:1"},
		},
		"suppressed ones are last": {
			one("x = 1 #! s\n"), one("a = 1 #! a?\nb = 1 #! b\nx = 1 #! s\n"), []string{"new b main.tf:2", "new a main.tf:1 newly suppressed", "existing s main.tf:3"},
		},
		"a secret that moved to another file": {
			map[string]string{"a.sh": "key=abc #! s*\n"}, map[string]string{"b.sh": "\n  key=abc #! s*\n"}, []string{"existing s b.sh:2"},
		},
		"another secret in the same place": {
			one("key = \"abc\" #! s*\n"), one("key = \"abd\" #! s*\n"), []string{"new s main.tf:1", "fixed s main.tf:1"},
		},
		"another key between the same lines": {
			one("k = <<EOT\nBEGIN #! s*\nEOT\n"), one("k = <<EOT\nBEGIN\nEOT\nk = \"BEGIN\" #! s*\n"), []string{"new s main.tf:4", "fixed s main.tf:2"},
		},
		"a secret that is allowed now": {
			one("key = \"abc\" #! s*\n"), one("key = \"abc\" # why " + gitleaksWord + " #! s?*\n"), []string{"existing s main.tf:1 newly suppressed"},
		},
		"a secret in a comment that is allowed now": {
			map[string]string{"a.sh": "# key=abc #! s*\n"}, map[string]string{"a.sh": "# key=abc # " + gitleaksWord + " #! s?*\n"}, []string{"existing s a.sh:1 newly suppressed"},
		},
		"an argument of the same name in another file is another": {
			map[string]string{"a.tfvars": "public = true #! x\n"}, map[string]string{"b.tfvars": "public = true #! x\n"}, []string{"new x b.tfvars:1", "fixed x a.tfvars:1"},
		},
		"a block without a name in another file is another": {
			map[string]string{"a.tf": "locals { #! x\n}\n"}, map[string]string{"b.tf": "locals { #! x\n}\n"}, []string{"new x b.tf:1", "fixed x a.tf:1"},
		},
		"what a module lacks is at its first line, whatever that is": {
			map[string]string{"a.tf": "locals { #! terraform_required_version\n}\n"}, map[string]string{"_a.tf": "# x #! terraform_required_version\n", "a.tf": "locals {\n}\n"},
			[]string{"existing terraform_required_version _a.tf:1"},
		},
		"another module lacks it, too": {
			map[string]string{"a/a.tf": "x = 1 #! terraform_required_version\n"}, map[string]string{"a/a.tf": "x = 1\n", "b/a.tf": "x = 1 #! terraform_required_version\n"},
			[]string{"new terraform_required_version b/a.tf:1", "fixed terraform_required_version a/a.tf:1"},
		},
		"a file that is no HCL": {
			map[string]string{"x.yaml": "a: 1\nkey: v #! s\n"}, map[string]string{"x.yaml": "a: 1\nb: 2\nkey:  w #! s\n"}, []string{"existing s x.yaml:3"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			merged := func(files map[string]string) []report.Finding {
				clean, all := findAll(files)
				return mustMerge(t, clean, all...)
			}
			var got []string
			ids := map[string]bool{}
			for _, f := range compare(merged(tt.head), merged(tt.base), true) {
				s := fmt.Sprintf("%s %s %s:%d", f.State, f.Rules[0].ID, f.File, f.Line)
				if f.Suppressed != nil {
					s += map[bool]string{true: " newly suppressed", false: " suppressed"}[f.Suppressed.New]
				}
				got = append(got, s)
				if ids[f.ID] {
					t.Errorf("the ID %s is there twice", f.ID)
				}
				ids[f.ID] = true
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWithNothingToCompareAllIsExisting(t *testing.T) {
	clean, all := findAll(map[string]string{"main.tf": "x = 1 #! s t?\n"})
	head := mustMerge(t, clean, all...)
	got := compare(head, nil, false)
	if len(got) != 2 || got[0].State != report.Existing || got[1].State != report.Existing || got[1].Suppressed == nil || got[1].Suppressed.New {
		t.Errorf("%+v", got)
	}
	if head[0].State != "" {
		t.Error("what was handed in has changed")
	}
}

// A change could take the word that the base has for one resource, and set it above another.
func TestAWordThatMovesToANewFindingIsNew(t *testing.T) {
	word := report.Suppression{Tool: "trivy", Rule: "x", File: "main.tf", Line: 1, Reason: "agreed"}
	listed := report.Suppression{Tool: "trivy", Rule: "y", File: ".trivyignore", Line: 1}
	finding := func(id string, s *report.Suppression) report.Finding {
		return report.Finding{ID: id, File: "main.tf", Line: 2, Rules: []report.Rule{{Tool: "trivy", ID: "x"}}, Suppressed: s}
	}
	base := []report.Finding{finding("old-1", &word)}
	for _, f := range compare([]report.Finding{finding("evil-1", &word), finding("listed-1", &listed)}, base, true) {
		if want := f.ID == "evil-1"; f.State == report.New && f.Suppressed.New != want {
			t.Errorf("%s: new = %v", f.ID, f.Suppressed.New)
		}
	}
	if word.New {
		t.Error("the word of the base changed")
	}
}
