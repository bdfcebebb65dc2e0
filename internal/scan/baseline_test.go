// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/report"
)

func TestAccount(t *testing.T) {
	const page = "# Baseline\n\n| Rule | File | Reason |\n|---|:--|--:|\n"
	word := report.Suppression{Tool: "checkov", Rule: "CKV_AWS_18", File: "infra/main.tf", Line: 7}
	with := func(rule, file string) report.Suppression {
		w := word
		w.Rule, w.File = rule, file
		return w
	}
	lacks := func(rule, hint string) string {
		return "infra/main.tf:7 " + rule + " is suppressed for checkov, and docs/security-baseline.md has no row for it. → Fix what it suppresses, or add this row to docs/security-baseline.md: " + hint
	}
	tests := map[string]struct {
		words []report.Suppression
		page  string
		want  []string
	}{
		"nothing": {nil, "", nil},
		"accounted for": {
			[]report.Suppression{word}, page + "| `CKV_AWS_18` | `infra/main.tf` | the log bucket itself |\n", nil,
		},
		"a row for several lines": {
			[]report.Suppression{word, {Tool: "checkov", Rule: "CKV_AWS_18", File: "infra/main.tf", Line: 20}}, page + "| `CKV_AWS_18` | `infra/main.tf` | logs |\n", nil,
		},
		"a row for several rules and files": {
			[]report.Suppression{word, with("A-01", "infra/main.tf"), with("A-01", "b.tf")}, page + "| `CKV_AWS_18`, `A-01` | `infra/main.tf`<br>`b.tf` | logs |\n", nil,
		},
		"columns in another order, without borders at the end": {
			[]report.Suppression{word}, "| # | Where (file) | Why | Rules\n|-|-|-|-\n| 1 | `infra/main.tf` | a reason \\| more | `CKV_AWS_18`\n", nil,
		},
		"no heads that tell": {
			[]report.Suppression{word}, "| A | B | C |\n|-|-|-|\n| the log bucket itself | `infra/main.tf` | `CKV_AWS_18` |\n", nil,
		},
		"all rules": {
			[]report.Suppression{with("*", "infra/main.tf")}, page + "| `*` | `infra/main.tf` | an example |\n", nil,
		},
		"a list of what is ignored": {
			[]report.Suppression{with("AVD-AWS-0001", ".trivyignore")}, page + "| `AVD-AWS-0001` | `.trivyignore` | an example |\n", nil,
		},
		"other tables and prose": {
			nil, "The file `infra/main.tf` has `CKV_AWS_18`.\n\n| Setting | sbx | prod |\n|---|---|---|\n| `enable_irsa` | on | off |\n| `public` | `true` | `main.tf` |\n", nil,
		},
		"no page": {
			[]report.Suppression{word}, "", []string{lacks("CKV_AWS_18", "| `CKV_AWS_18` | `infra/main.tf` | (why this is right) |")},
		},
		"no row, and the word has a reason": {
			[]report.Suppression{{Tool: "checkov", Rule: "CKV_AWS_18", File: "infra/main.tf", Line: 7, Reason: "a | b"}}, page,
			[]string{lacks("CKV_AWS_18", "| `CKV_AWS_18` | `infra/main.tf` | a \\| b |")},
		},
		"no row, twice": {
			[]report.Suppression{word, word}, "", []string{lacks("CKV_AWS_18", "| `CKV_AWS_18` | `infra/main.tf` | (why this is right) |")},
		},
		"no row for everything": {
			[]report.Suppression{with("*", "infra/main.tf")}, "", []string{lacks("Everything", "| `*` | `infra/main.tf` | (why this is right) |")},
		},
		"the row to add has the table's columns": {
			[]report.Suppression{word, with("A-01", "b.tf")}, "| File | Tool | Severity | Rule | Why |\n|-|-|-|-|-|\n| `b.tf` | checkov | low | `A-01` | logs |\n",
			[]string{lacks("CKV_AWS_18", "| `infra/main.tf` | checkov | … | `CKV_AWS_18` | (why this is right) |")},
		},
		"a row in a comment": {
			[]report.Suppression{word}, page + "<!--\n| `CKV_AWS_18` | `infra/main.tf` | logs |\n-->\n", []string{lacks("CKV_AWS_18", "| `CKV_AWS_18` | `infra/main.tf` | (why this is right) |")},
		},
		"a row in a code block": {
			[]report.Suppression{word}, "```\n" + page + "| `CKV_AWS_18` | `infra/main.tf` | logs |\n```\n", []string{lacks("CKV_AWS_18", "| `CKV_AWS_18` | `infra/main.tf` | (why this is right) |")},
		},
		"a row whose names are not in backquotes": {
			[]report.Suppression{word}, page + "| CKV_AWS_18 | infra/main.tf | logs |\n", []string{lacks("CKV_AWS_18", "| `CKV_AWS_18` | `infra/main.tf` | (why this is right) |")},
		},
		"a row for another file": {
			[]report.Suppression{word}, page + "| `CKV_AWS_18` | `infra/other.tf` | logs |\n",
			[]string{
				"docs/security-baseline.md:5 The row speaks of `CKV_AWS_18`, which nothing suppresses in infra/other.tf. → Remove the row, or correct its rule or file.",
				lacks("CKV_AWS_18", "| `CKV_AWS_18` | `infra/main.tf` | (why this is right) |"),
			},
		},
		"a row for nothing": {
			nil, page + "| `CKV_AWS_18` | `infra/main.tf` | logs |\n",
			[]string{"docs/security-baseline.md:5 The row speaks of `CKV_AWS_18`, which nothing suppresses in infra/main.tf. → Remove the row, or correct its rule or file."},
		},
		"a row with a file too many": {
			[]report.Suppression{word}, page + "| `CKV_AWS_18` | `infra/main.tf`, `b.tf` | logs |\n",
			[]string{"docs/security-baseline.md:5 The row speaks of `b.tf`, where nothing suppresses CKV_AWS_18. → Remove the file from the row, or correct it."},
		},
	}
	for _, none := range []string{"", "-", "TODO", "todo: ask", "TBD", "n/a", "…", "(why this is right)"} {
		tests["no reason: "+none] = struct {
			words []report.Suppression
			page  string
			want  []string
		}{
			[]report.Suppression{word}, page + "| `CKV_AWS_18` | `infra/main.tf` | " + none + " |\n",
			[]string{"docs/security-baseline.md:5 The row for `CKV_AWS_18` says no reason. → Say in a few words why it is right that this is suppressed."},
		}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, g := range Account(tt.words, []byte(tt.page)) {
				got = append(got, fmt.Sprintf("%s:%d %s → %s", g.File, g.Line, g.Message, g.Hint))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a hint says to add closes the gap, once it says why.
func TestTheRowToAddAccounts(t *testing.T) {
	for _, page := range []string{"", "| File | Tool | Severity | Rule | Why |\n|-|-|-|-|-|\n| `b.tf` | checkov | low | `A-01` | logs |\n"} {
		words := []report.Suppression{{Tool: "trivy", Rule: "AVD-AWS-0001", File: "x y/main.tf", Line: 3}}
		if page != "" {
			words = append(words, report.Suppression{Tool: "checkov", Rule: "A-01", File: "b.tf", Line: 1})
		}
		gaps := Account(words, []byte(page))
		if len(gaps) != 1 {
			t.Fatalf("%+v", gaps)
		}
		_, hint, _ := strings.Cut(gaps[0].Hint, BaselinePath+": ")
		if page == "" {
			page = "| Rule | File | Reason |\n|---|---|---|\n"
		}
		page += strings.Replace(hint, "(why this is right)", "a website", 1) + "\n"
		if gaps := Account(words, []byte(page)); gaps != nil {
			t.Errorf("%s\n%+v", page, gaps)
		}
	}
}

func FuzzAccount(f *testing.F) {
	f.Add("| Rule | File | Reason |\n|---|---|---|\n| `A-01` | `x.tf` | why |\n```\n<!-- -->")
	f.Fuzz(func(t *testing.T, page string) {
		lines := strings.Count(page, "\n") + 1
		for _, g := range Account([]report.Suppression{{Tool: "trivy", Rule: "A-01", File: "x.tf", Line: 1}}, []byte(page)) {
			if g.Message == "" || g.Hint == "" || g.File == BaselinePath && (g.Line < 1 || g.Line > lines) {
				t.Fatalf("%+v", g)
			}
		}
	})
}
