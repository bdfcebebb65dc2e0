// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/report"
)

// treeOf is a tree of files by name.
func treeOf(files map[string]string) Files {
	t := Files{Read: func(name string) ([]byte, error) {
		text, ok := files[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}}
	for name := range files {
		t.Paths = append(t.Paths, name)
	}
	slices.Sort(t.Paths)
	return t
}

func mustMerge(t testing.TB, files map[string]string, all ...raw) []report.Finding {
	t.Helper()
	findings, err := merge(all, treeOf(files))
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

// tell writes a finding as "file:line-end severity tool=rule,… message".
func tell(f report.Finding) string {
	var rules []string
	for _, r := range f.Rules {
		rules = append(rules, r.Tool+"="+r.ID)
	}
	s := fmt.Sprintf("%s:%d-%d %s %s %s", f.File, f.Line, f.End, f.Severity, strings.Join(rules, ","), f.Message)
	if f.Suppressed != nil {
		s += " (" + f.Suppressed.Reason + ")"
	}
	return s
}

const buckets = `resource "aws_s3_bucket" "a" {
  bucket = "a"
}

resource "aws_s3_bucket" "b" {
  bucket = "b"

  logging {
    target = "x"
  }
}
`

func TestMerge(t *testing.T) {
	at := func(tool, rule string, line, end int, s report.Severity) raw {
		return raw{tool: tool, rule: rule, severity: s, message: tool + " says", file: "main.tf", line: line, end: end}
	}
	quiet := func(r raw, reason string) raw {
		r.suppressed = &report.Suppression{Tool: r.tool, Reason: reason}
		return r
	}
	addressed := func(r raw, address string) raw { r.address = address; return r }
	tests := map[string]struct {
		raws []raw
		want []string
	}{
		"nothing": {},
		"the same rule of two tools is one": {
			[]raw{at("trivy", "AVD-AWS-0088", 1, 3, report.High), at("tfsec", "AVD-AWS-0088", 1, 3, report.Medium)},
			[]string{"main.tf:1-3 high tfsec=AVD-AWS-0088,trivy=AVD-AWS-0088 trivy says"},
		},
		"equivalent rules are one, at the most precise place": {
			[]raw{at("checkov", "CKV_AWS_145", 5, 11, report.Critical), at("trivy", "AVD-AWS-0132", 6, 6, report.High)},
			[]string{"main.tf:6-0 critical checkov=CKV_AWS_145,trivy=AVD-AWS-0132 trivy says"},
		},
		"other facts stay apart": {
			[]raw{at("checkov", "CKV_AWS_145", 1, 3, ""), at("trivy", "AVD-AWS-0088", 1, 3, report.High)},
			[]string{"main.tf:1-3 high trivy=AVD-AWS-0088 trivy says", "main.tf:1-3  checkov=CKV_AWS_145 checkov says"},
		},
		"other blocks stay apart": {
			[]raw{at("tfsec", "AVD-AWS-0088", 1, 3, report.Low), at("trivy", "AVD-AWS-0088", 5, 11, report.Low)},
			[]string{"main.tf:1-3 low tfsec=AVD-AWS-0088 tfsec says", "main.tf:5-11 low trivy=AVD-AWS-0088 trivy says"},
		},
		"one address is one place": {
			[]raw{addressed(at("tfsec", "AVD-AWS-0088", 5, 5, report.Low), "a.b"), addressed(at("trivy", "AVD-AWS-0088", 8, 8, report.Low), "a.b")},
			[]string{"main.tf:8-0 low tfsec=AVD-AWS-0088,trivy=AVD-AWS-0088 trivy says"},
		},
		"two of one tool in a block are two, and another tool's word is with the first": {
			[]raw{at("tfsec", "AVD-AWS-0089", 6, 6, report.Low), at("tfsec", "AVD-AWS-0089", 9, 9, report.Low), at("checkov", "CKV_AWS_18", 5, 11, report.Low)},
			[]string{"main.tf:6-0 low checkov=CKV_AWS_18,tfsec=AVD-AWS-0089 tfsec says", "main.tf:9-0 low tfsec=AVD-AWS-0089 tfsec says"},
		},
		"what one tool says twice of one place, for two instances, is one": {
			[]raw{addressed(at("trivy", "X", 1, 3, report.Low), `m["a"].x`), addressed(at("trivy", "X", 1, 3, report.Low), `m["b"].x`)},
			[]string{"main.tf:1-3 low trivy=X trivy says"},
		},
		"suppressed for both is suppressed": {
			[]raw{quiet(at("trivy", "X", 1, 3, report.Low), "two"), quiet(at("tfsec", "X", 1, 3, report.Low), "one")},
			[]string{"main.tf:1-3 low tfsec=X,trivy=X trivy says (two)"},
		},
		"suppressed for one only is open": {
			[]raw{quiet(at("trivy", "X", 1, 3, report.Low), "why"), at("tfsec", "X", 1, 3, report.Low)},
			[]string{"main.tf:1-3 low tfsec=X,trivy=X trivy says"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			ids := map[string]bool{}
			reversed := slices.Clone(tt.raws)
			slices.Reverse(reversed)
			for _, f := range mustMerge(t, map[string]string{"main.tf": buckets}, reversed...) {
				got = append(got, tell(f))
				if f.State != "" || ids[f.ID] {
					t.Errorf("state %q, ID %q", f.State, f.ID)
				}
				ids[f.ID] = true
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			first, second := mustMerge(t, map[string]string{"main.tf": buckets}, tt.raws...), mustMerge(t, map[string]string{"main.tf": buckets}, reversed...)
			if diff := cmp.Diff(first, second); diff != "" {
				t.Errorf("the order of tools matters: %s", diff)
			}
		})
	}
}

func TestMergeRefusesPlacesThatWereNotScanned(t *testing.T) {
	_, err := merge([]raw{{tool: "tfsec", rule: "X", file: "../etc/passwd", line: 1}}, treeOf(map[string]string{"main.tf": ""}))
	if err == nil || !strings.Contains(err.Error(), `tfsec speaks of "../etc/passwd"`) {
		t.Error(err)
	}
}

// Each rule is in one row only, and no row has one rule twice: else what is one fact would depend on the order.
func TestEquivalentsAreClasses(t *testing.T) {
	seen := map[string]bool{}
	for _, same := range equivalents {
		if len(same) < 2 || !strings.HasPrefix(canonical(same[len(same)-1]), "AVD-") {
			t.Errorf("%q", same)
		}
		for _, rule := range same {
			if seen[rule] {
				t.Errorf("%s is twice", rule)
			}
			seen[rule] = true
		}
	}
	if canonical("CKV_AWS_145") != "AVD-AWS-0132" || canonical("x") != "x" {
		t.Error("canonical")
	}
}
