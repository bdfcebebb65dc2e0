// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// manyFindings is a tree of 20 files and what three tools say of its 1,000 buckets: 2,000 facts.
func manyFindings(shift int) (map[string]string, []raw) {
	files, all := map[string]string{}, []raw(nil)
	for f := range 20 {
		name := fmt.Sprintf("infra/05-compute/f%d.tf", f)
		var b strings.Builder
		b.WriteString(strings.Repeat("# moved\n", shift))
		for i := range 50 {
			line := shift + i*7 + 1
			fmt.Fprintf(&b, "resource \"aws_s3_bucket\" \"b%d\" {\n  bucket = \"${var.name}-%d\"\n  logging {\n    target = \"x\"\n  }\n}\n\n", i, i)
			for _, r := range []raw{
				{tool: "tfsec", rule: "AVD-AWS-0089", severity: report.Medium, line: line + 2, end: line + 4},
				{tool: "trivy", rule: "AVD-AWS-0089", severity: report.Low, line: line + 2, end: line + 4},
				{tool: "checkov", rule: "CKV_AWS_18", line: line, end: line + 5}, {tool: "checkov", rule: "CKV_AWS_144", line: line, end: line + 5},
			} {
				r.file, r.message = name, "The bucket does not say what it should"
				all = append(all, r)
			}
		}
		files[name] = b.String()
	}
	return files, all
}

// BenchmarkFindings merges what is said of a base and a head with 2,000 findings each, and compares them.
func BenchmarkFindings(b *testing.B) {
	before, base := manyFindings(0)
	after, head := manyFindings(3)
	for b.Loop() {
		all := compare(mustMerge(b, after, head...), mustMerge(b, before, base...), true)
		if len(all) != 2000 || all[0].State != report.Existing || all[1999].State != report.Existing {
			b.Fatalf("%d findings, %s", len(all), all[0].State)
		}
	}
}

// BenchmarkReadSARIF reads 2,000 results.
func BenchmarkReadSARIF(b *testing.B) {
	const one = `{"ruleId":"R1","message":{"text":"says"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"main.tf"},"region":{"startLine":3}}}]}`
	data := []byte(sarifWith(`"results":[`, `"results":[`+strings.Repeat(one+",", 1999)))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if all, err := readSARIF("x", data); err != nil || len(all) != 2000 {
			b.Fatal(len(all), err)
		}
	}
}
