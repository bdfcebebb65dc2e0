// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/report"
)

// words writes suppressions as "line tool rule: reason".
func words(all []report.Suppression) []string {
	var out []string
	for _, s := range all {
		out = append(out, fmt.Sprintf("%d %s %s: %s", s.Line, s.Tool, s.Rule, s.Reason))
	}
	return out
}

func TestWordsInCode(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"none":                  {"# checkov and tfsec and trivy: ignore\nx = 1\n", nil},
		"checkov":               {"  #checkov:skip=CKV_AWS_18: the log bucket itself\n", []string{"1 checkov CKV_AWS_18: the log bucket itself"}},
		"checkov, no reason":    {"# checkov:skip=CKV_AWS_18\n", []string{"1 checkov CKV_AWS_18: "}},
		"checkov, several":      {"//checkov:skip=CKV_AWS_18,CKV2_AWS_6:both\n", []string{"1 checkov CKV_AWS_18: both", "1 checkov CKV2_AWS_6: both"}},
		"checkov by other name": {"#bridgecrew:skip=CKV_AWS_18:x\n", []string{"1 checkov CKV_AWS_18: x"}},
		"checkov, reason above": {"# public by design\n# checkov:skip=CKV_AWS_18\n", []string{"2 checkov CKV_AWS_18: public by design"}},
		"tfsec":                 {"#tfsec:ignore:aws-s3-enable-versioning\n", []string{"1 tfsec aws-s3-enable-versioning: "}},
		"tfsec, several": {
			"x = 1 #tfsec:ignore:AVD-AWS-0089 #tfsec:ignore:aws-s3-enable-versioning it is a cache\n",
			[]string{"1 tfsec AVD-AWS-0089: it is a cache", "1 tfsec aws-s3-enable-versioning: it is a cache"},
		},
		"tfsec with more":        {"#tfsec:ignore:aws-s3-x[bucket=a]:exp:2030-01-31:ws:dev why\n", []string{"1 tfsec aws-s3-x: why"}},
		"tfsec, all":             {"/* tfsec:ignore:* */\n", []string{"1 tfsec *: "}},
		"tfsec, ended at once":   {"/*tfsec:ignore:aws-x*/\n", []string{"1 tfsec aws-x: "}},
		"tfsec before its rule":  {"#tfsec:exp:2030-01-01:ignore:aws-x\n", []string{"1 tfsec aws-x: "}},
		"tfsec without a rule":   {"#tfsec:ignore:\n#tfsec:ignore\n#tfsec:warn:x\n", nil},
		"trivy":                  {"#trivy:ignore:AVD-AWS-0001\n", []string{"1 trivy AVD-AWS-0001: "}},
		"trivy, other spellings": {"# trivy:ignore:aws-0001 trivy:ignore:s3-bucket-logging\n", []string{"1 trivy aws-0001: ", "1 trivy s3-bucket-logging: "}},
		"trivy, with a pattern":  {"//trivy:ignore:aws-s3-*:exp:2030-01-31 – until the move\n", []string{"1 trivy aws-s3-*: until the move"}},
		"a reason before":        {"x = 1 # for all, it is a website: trivy:ignore:X-1\n", []string{"1 trivy X-1: for all, it is a website"}},
		"a reason above what is beside code": {
			"# it is a website\nresource \"a\" \"b\" { #trivy:ignore:X-1\n}\n", []string{"2 trivy X-1: it is a website"},
		},
		"a reason above several, in lines": {
			"x = 1\n# it is a website,\n# and public\n#trivy:ignore:X-1\n#tfsec:ignore:X-1\n",
			[]string{"4 trivy X-1: it is a website, and public", "5 tfsec X-1: it is a website, and public"},
		},
		"a reason that is another's":     {"#trivy:ignore:X-1 a website\n#trivy:ignore:X-2\n", []string{"1 trivy X-1: a website", "2 trivy X-2: "}},
		"a comment that is further away": {"# a title\n\n#trivy:ignore:X-1\n", []string{"3 trivy X-1: "}},
		"a comment beside code above":    {"x = 1 # one\n#trivy:ignore:X-1\n", []string{"2 trivy X-1: "}},
		"spaces that look like one":      {"x = \"a \u00a0trivy:ignore:A-1 b\"\n#\ttfsec:ignore:A-2\n", []string{"1 trivy A-1: ", "2 tfsec A-2: "}},
		"a carriage return between":      {"#checkov:skip=CKV_1:a\r#checkov:skip=CKV_2:b\n", []string{"1 checkov CKV_1: a", "1 checkov CKV_2: b"}},
		"tflint in an expression":        {"x = <<EOT\n${ /* tflint-ignore: a */ b }\n# tflint-ignore: c\nEOT\n", []string{"2 tflint a: "}},
		"all tools on a line": {
			"x = 1 # tfsec:ignore:a-b-c trivy:ignore:A-1 checkov:skip=CKV_AWS_1: why not\n",
			[]string{"1 tfsec a-b-c: why not", "1 trivy A-1: why not", "1 checkov CKV_AWS_1: why not"},
		},
		"tflint":                         {"# tflint-ignore: terraform_naming, aws_x # an old name\n", []string{"1 tflint terraform_naming: an old name", "1 tflint aws_x: an old name"}},
		"tflint, all":                    {"x = 1 // tflint-ignore: all\n", []string{"1 tflint *: "}},
		"tflint, a file":                 {"# tflint-ignore-file: terraform_naming\n", []string{"1 tflint terraform_naming: "}},
		"tflint, a file, too late":       {"x = 1\n# tflint-ignore-file: terraform_naming\n", nil},
		"tflint heeds no string":         {"x = \"# tflint-ignore: a\"\ny = <<EOT\n# tflint-ignore: b\nEOT\n", nil},
		"tflint after a string":          {"x = \"a \\\" ${\"#}\"}\" # tflint-ignore: a\n", []string{"1 tflint a: "}},
		"gitleaks":                       {"key = \"x\" # " + gitleaksWord + " an example\n", []string{"1 gitleaks *: an example"}},
		"others heed strings":            {"x = \"a trivy:ignore:A-1 \"\ny = \"checkov:skip=CKV_AWS_1\"\nz = \"" + gitleaksWord + "\"\n", []string{"1 trivy A-1: ", "2 checkov CKV_AWS_1: ", "3 gitleaks *: "}},
		"others heed heredocs":           {"x = <<-EOT\n  #tfsec:ignore:A-1 no reason\n  EOT\n", []string{"2 tfsec A-1: "}},
		"a string that ends in a word":   {"x = \"trivy:ignore:A-1\"\n", nil}, // trivy wants a space before
		"after a heredoc":                {"x = <<EOT\n\"{ /*\nEOT\ny = 1 # why tfsec:ignore:A-1\n", []string{"4 tfsec A-1: why"}},
		"in a comment of several lines":  {"/* it is public\n   trivy:ignore:A-1\n   checkov:skip=CKV_AWS_1: so */\n", []string{"2 trivy A-1: it is public", "3 checkov CKV_AWS_1: so"}},
		"Windows":                        {"#trivy:ignore:A-1\r\n#checkov:skip=CKV_AWS_1:x\r\n", []string{"1 trivy A-1: ", "2 checkov CKV_AWS_1: x"}},
		"control characters in a reason": {"#checkov:skip=CKV_AWS_1: a\x1b[31m\tb\u202e\n", []string{"1 checkov CKV_AWS_1: a [31m b"}},
		"what can be seen by nobody":     {"#trivy:ignore:\u200b\n", nil},
		"NUL in another line":            {"# \x00\n#trivy:ignore:A-1\n", []string{"2 trivy A-1: "}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			all, err := Suppressions(treeOf(map[string]string{"a/main.tf": tt.text}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, words(all)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWordsInOtherFiles(t *testing.T) {
	const allow = gitleaksWord
	tests := map[string]struct {
		name, text string
		want       []string
	}{
		".trivyignore": {
			".trivyignore", "# Public by design:\n# it is a website\nAVD-AWS-0001 exp:2030-01-01\naws-0002\n\nAVD-AWS-0003 # no use\n# other\nAVD-AWS-0004\n",
			[]string{
				"3 trivy AVD-AWS-0001: Public by design: it is a website", "4 trivy aws-0002: Public by design: it is a website",
				"6 trivy AVD-AWS-0003: no use", "8 trivy AVD-AWS-0004: other",
			},
		},
		".trivyignore.yaml": {
			"infra/.trivyignore.yaml",
			"misconfigurations:\n  - id: AVD-AWS-0001\n    paths: [\"a.tf\"]\n    statement: a website\n  # by design\n  - paths: []\n    id: AVD-AWS-0002\nsecrets:\n  - id: aws-x\n  - nothing\n",
			[]string{"2 trivy AVD-AWS-0001: a website", "7 trivy AVD-AWS-0002: by design", "9 trivy aws-x: "},
		},
		"no YAML":         {".trivyignore.yaml", "a: [", nil},
		"YAML of nothing": {".trivyignore.yaml", "", nil},
		"a list as YAML":  {".trivyignore.yaml", "- a\n- b\n", nil},
		"YAML in circles": {".trivyignore.yaml", "a: &a\n  - *a\n", nil},
		".gitleaksignore": {
			".gitleaksignore", "# a test key\na/b.tf:aws-access-token:3\n\nabcdef0:a/b.tf:generic-api-key:3\nwrong\n",
			[]string{"2 gitleaks aws-access-token: a test key", "4 gitleaks generic-api-key: "},
		},
		"YAML":                          {"k8s/a.yaml", "a: 1 # trivy:ignore:KSV-1 why\n", []string{"1 trivy KSV-1: why"}},
		"a Dockerfile":                  {"Dockerfile", "# checkov:skip=CKV_DOCKER_2: no need\nFROM x\n", []string{"1 checkov CKV_DOCKER_2: no need"}},
		"JSON":                          {"a.tf.json", "{\n\"//\": \"tflint-ignore-file: terraform_x, all\",\n\"a\": 1}\n", []string{"2 tflint terraform_x: ", "2 tflint *: "}},
		"a script":                      {"a.sh", "x=1 # " + allow + " an example\n# tfsec:ignore:A-1\n", []string{"1 gitleaks *: an example"}},
		"Markdown":                      {"README.md", "Key: x <!-- " + allow + " an example -->\nWrite `" + allow + "` there.\n", []string{"1 gitleaks *: an example"}},
		"Go":                            {"a.go", "x := `k` // " + allow + "\ny := \"" + allow + "\"\n", []string{"1 gitleaks *: "}},
		"the page that accounts for it": {BaselinePath, "| `*` | `a.tf` | " + allow + " |\n", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			all, err := Suppressions(treeOf(map[string]string{tt.name: tt.text}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, words(all)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWordsOfSomeTools(t *testing.T) {
	tree := treeOf(map[string]string{
		"b.tf": "#checkov:skip=CKV_1:x\n", "a.tf": "# tfsec:ignore:A-1 trivy:ignore:A-2\n\n# tflint-ignore: x\nk = 1 # " + gitleaksWord + "\n",
		".trivyignore": "A-3\n", "huge.tf": "#checkov:skip=CKV_1:x\n" + strings.Repeat(" ", maxWordsFile),
	})
	for tools, want := range map[string][]string{
		"":                {},
		"trivy":           {".trivyignore:1 A-3", "a.tf:1 A-1", "a.tf:1 A-2"},
		"tfsec":           {".trivyignore:1 A-3", "a.tf:1 A-1", "a.tf:1 A-2"},
		"checkov tflint":  {"a.tf:3 x", "b.tf:1 CKV_1"},
		"gitleaks":        {"a.tf:4 *"},
		"trivy gitleaks ": {".trivyignore:1 A-3", "a.tf:1 A-1", "a.tf:1 A-2", "a.tf:4 *"},
	} {
		all, err := suppressions(tree, strings.Fields(tools))
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, s := range all {
			got = append(got, fmt.Sprintf("%s:%d %s", s.File, s.Line, s.Rule))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", tools, diff)
		}
	}
}

func TestMarkNew(t *testing.T) {
	word := func(rule string, line int) report.Suppression {
		return report.Suppression{Tool: "trivy", Rule: rule, File: "a.tf", Line: line}
	}
	head := []report.Suppression{word("x", 3), word("x", 9), word("y", 4)}
	markNew(head, []report.Suppression{word("x", 1), word("z", 2)})
	if head[0].New || !head[1].New || !head[2].New {
		t.Errorf("%+v", head)
	}
}

func FuzzWords(f *testing.F) {
	f.Add("a.tf", "x = \"${\"}\" # tfsec:ignore:A-1\n/* a\n b */ y = <<-EOT\n  #checkov:skip=CKV_1,CKV_2:why\n  EOT\n")
	f.Add(".trivyignore", "# a\nA-1 exp:2030-01-01\n")
	f.Add(".trivyignore.yaml", "misconfigurations:\n- id: a\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		all, err := Suppressions(treeOf(map[string]string{name: text}))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Count(text, "\n") + 1
		for _, s := range all {
			if s.Line < 1 || s.Line > lines || s.Rule == "" || oneLine(s.Rule, maxName) != s.Rule || oneLine(s.Reason, maxMessage) != s.Reason {
				t.Fatalf("%+v in %d lines", s, lines)
			}
		}
		h := readHCL([]byte(text))
		if len(h.lines) != lines || len(h.parents) != lines {
			t.Fatalf("%d lines, %d parents of %d", len(h.lines), len(h.parents), lines)
		}
		for i, p := range h.parents {
			if p >= i {
				t.Fatalf("line %d is in a brace of line %d", i, p)
			}
		}
		s := newSource("x.tf", []byte(text))
		for i := range lines + 2 {
			s.locate(i)
			s.secret(i, i+3)
		}
	})
}
