// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"io/fs"
	"strings"
	"testing"
)

// Whatever scanners print, it is read or refused, and what is read are lines of files in the tree, in words of one line.
func FuzzTools(f *testing.F) {
	for _, text := range []string{
		`{"SchemaVersion":2,"Results":[{"Target":"app/main.tf","Misconfigurations":[{"ID":"A","AVDID":"AWS-0001","Status":"FAIL","Severity":"LOW","Message":"m\n","PrimaryURL":"http://x","CauseMetadata":{"Resource":"module.a[\"b\"]","StartLine":1,"EndLine":2}}]}]}`,
		`{"results":[{"rule_id":"AVD-AWS-0001","long_id":"x","status":2,"links":["https://x"],"location":{"filename":"/copy/app/main.tf","start_line":1}}]}`,
		`[{"results":{"failed_checks":[{"check_id":"CKV_AWS_1","file_path":"/app/main.tf","file_line_range":[1,2]}],"skipped_checks":[{"check_id":"CKV_AWS_2","check_result":{"suppress_comment":"x"},"file_path":"/../x"}],"parsing_errors":[]}}]`,
		`{"passed":0,"checkov_version":"3.3.30"}`,
		`{"version":"2.1.0","runs":[{"results":[{"ruleId":"r","locations":[{"physicalLocation":{"artifactLocation":{"uri":"%2e%2e/x"},"region":{"startLine":1}}}]}]}]}`,
		`{"issues":[{"rule":{"name":"r","severity":"error"},"range":{"filename":"app/main.tf","start":{"line":3},"end":{"line":2}}}],"errors":[]}`,
	} {
		f.Add([]byte(text), []byte("Error: scan failed: x"), 0)
		f.Add([]byte(text), []byte(`panic: y err="z"`), 1)
	}
	f.Fuzz(func(t *testing.T, stdout, stderr []byte, code int) {
		for _, a := range adapters {
			all, err := a.read(run{root: "/copy", dir: "app"}, output{stdout: stdout, stderr: stderr, code: code})
			if err != nil {
				f := run{root: "/copy"}.faultOf(err)
				if f.message == "" || f.hint == "" || strings.ContainsAny(f.message, "\n\r\x00") {
					t.Errorf("%s: %+v", a.name, f)
				}
				continue
			}
			for _, s := range all {
				if !fs.ValidPath(s.file) || s.line < 1 || s.end < s.line || s.tool != a.name || s.rule == "" || s.severity.Rank() == 0 ||
					strings.ContainsAny(s.message+s.rule+s.address, "\n\r\x00") || s.link != "" && !strings.HasPrefix(s.link, "https://") {
					t.Errorf("%s: %+v", a.name, s)
				}
			}
		}
	})
}
