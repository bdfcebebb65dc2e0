// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

var update = flag.Bool("update", false, "write the golden files")

// validate holds SARIF against its published schema.
func validate(t testing.TB, data []byte) {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("testdata/sarif/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Fatal(err)
	}
}

func someScans() []report.Scan {
	compute := layer.Target{Layer: "05-compute", Env: "prod", Dir: "infra/05-compute"}
	network := layer.Target{Layer: "03-network", Env: "prod", Dir: "infra/03-network"}
	return []report.Scan{
		{
			Version: report.ScanVersion, Target: compute, Head: "abc", Base: "def",
			Tools: []report.Scanned{{Tool: "trivy", State: report.Ran}, {Tool: "checkov", State: report.ToolMissing, Message: "it is not here"}},
			Findings: []report.Finding{
				{
					ID: "0a-1", State: report.New, Severity: report.Critical, Message: "The bucket is public", File: "infra/05-compute/s3.tf", Line: 3, End: 9,
					Address: "aws_s3_bucket.logs",
					Rules: []report.Rule{
						{Tool: "checkov", ID: "CKV_AWS_53", Link: "https://docs.example/CKV_AWS_53"}, {Tool: "trivy", ID: "AVD-AWS-0086", Link: "https://avd.aquasec.com/misconfig/avd-aws-0086"},
					},
				},
				{
					ID: "0b-1", State: report.New, Severity: report.Low, Message: "The bucket is public", File: "infra/05-compute/s3.tf", Line: 20,
					Rules:      []report.Rule{{Tool: "trivy", ID: "AVD-AWS-0086"}},
					Suppressed: &report.Suppression{Tool: "trivy", Rule: "AVD-AWS-0086", Reason: "a website", File: "infra/05-compute/s3.tf", Line: 19},
				},
				{
					ID: "0c-1", State: report.Existing, Message: "This looks like a secret", File: "infra/05-compute/a b#c?.tfvars", Line: 1,
					Rules:      []report.Rule{{Tool: "gitleaks", ID: "generic-api-key"}},
					Suppressed: &report.Suppression{Tool: "gitleaks", Rule: "generic-api-key", File: ".gitleaksignore", Line: 2},
				},
				{ID: "0d-1", State: report.Fixed, Severity: report.High, Message: "gone", File: "infra/05-compute/s3.tf", Line: 3, Rules: []report.Rule{{Tool: "trivy", ID: "X"}}},
			},
		},
		{Version: report.ScanVersion, Target: network},
	}
}

func TestSARIF(t *testing.T) {
	data, err := SARIF(someScans(), "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	validate(t, data)
	var got bytes.Buffer
	if err := json.Indent(&got, data, "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	name := filepath.Join("testdata/sarif", "some.golden")
	if *update {
		if err := os.WriteFile(name, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Error(diff)
	}
}

// What is written is what we read.
func TestSARIFIsReadAgain(t *testing.T) {
	data, err := SARIF(someScans()[:1], "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readSARIF("x", data); err == nil || !strings.Contains(err.Error(), "says that it failed") {
		t.Errorf("a scanner is missing, and %v", err)
	}
	scans := someScans()[:1]
	scans[0].Tools = scans[0].Tools[:1]
	if data, err = SARIF(scans, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	all, err := readSARIF("x", data)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range all {
		got = append(got, say(r))
	}
	want := []string{
		"infra/05-compute/s3.tf:3-9 critical AVD-AWS-0086 The bucket is public <https://docs.example/CKV_AWS_53>",
		"infra/05-compute/s3.tf:20-20 critical AVD-AWS-0086 The bucket is public <https://docs.example/CKV_AWS_53> (a website)",
		"infra/05-compute/a b#c?.tfvars:1-1 medium generic-api-key This looks like a secret ()",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSARIFOfHostileTexts(t *testing.T) {
	nasty := []string{
		"", " ", "a\x00b", "\xff\xfe", "[x](https://evil.example) [1](2)", "<script>alert(1)</script>", "`` ` ``\n# h\n|a|", strings.Repeat("é", 5000),
		"\u202egpj.exe", "{0} {{1}}", `"},"x":{"`, "::error::x", "https://user:pw@evil.example/",
	}
	var scans []report.Scan
	for i, a := range nasty {
		s := report.Scan{Target: layer.Target{Layer: "l" + a, Env: "e"}, Tools: []report.Scanned{{Tool: a, State: report.Crashed, Message: a, Hint: a}}}
		for j, b := range nasty {
			f := report.Finding{
				ID: fmt.Sprint(i, "-", j), State: report.New, Severity: report.Severity(b), Message: a, File: "x/" + b, Line: i, End: -j, Address: a,
				Rules: []report.Rule{{Tool: a, ID: b, Link: "https://" + a}, {Tool: b, ID: a, Link: b}}, Suppressed: &report.Suppression{Tool: a, Rule: b, Reason: a, File: b, Line: j},
			}
			s.Findings = append(s.Findings, f)
		}
		scans = append(scans, s)
	}
	data, err := SARIF(scans, "\x00v")
	if err != nil {
		t.Fatal(err)
	}
	validate(t, data)
	var log outLog
	if err := json.Unmarshal(data, &log); err != nil {
		t.Fatal(err)
	}
	for _, run := range log.Runs {
		for _, r := range run.Results {
			at := r.Locations[0].Physical
			u, err := url.Parse(at.Artifact.URI)
			if err != nil || u.Scheme != "" || u.Host != "" || u.RawQuery != "" || u.Fragment != "" || strings.HasPrefix(u.Path, "/") {
				t.Errorf("%q: %v", at.Artifact.URI, err)
			}
			if len(r.Message.Text) > maxText || strings.Contains(r.Message.Text, "](") || strings.ContainsAny(r.Message.Text, "\n\x00") {
				t.Errorf("%q", r.Message.Text)
			}
		}
		for _, r := range run.Tool.Driver.Rules {
			if u, err := url.Parse(r.HelpURI); err != nil || r.HelpURI != "" && u.Scheme != "https" || u.User != nil || len(r.Properties.Tags) > maxTags {
				t.Errorf("%q %v", r.HelpURI, err)
			}
		}
	}
}

func TestSARIFKeepsToTheLimits(t *testing.T) {
	s := report.Scan{Target: layer.Target{Layer: "l", Env: "e"}}
	for i := range maxRunResults + 10 {
		s.Findings = append(s.Findings, report.Finding{
			ID: fmt.Sprint(i), State: report.Existing, Message: "m", File: "x", Line: 1,
			Rules: []report.Rule{{Tool: fmt.Sprint("tool", i%50), ID: "CKV_AWS_53"}},
		})
	}
	data, err := SARIF([]report.Scan{s}, "1")
	if err != nil {
		t.Fatal(err)
	}
	var log outLog
	if err := json.Unmarshal(data, &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if n := len(run.Results); n != maxRunResults {
		t.Errorf("%d results", n)
	}
	if n := len(run.Tool.Driver.Rules); n != 1 || len(run.Tool.Driver.Rules[0].Properties.Tags) > maxTags {
		t.Errorf("%d rules", n)
	}
	if _, err := SARIF(make([]report.Scan, MaxRuns+1), "1"); err == nil {
		t.Error("too many scans are taken")
	}
	data, err = SARIF(nil, "1")
	if err != nil {
		t.Fatal(err)
	}
	validate(t, data)
}

// The schema itself must be able to refuse.
func TestTheSchemaRefuses(t *testing.T) {
	c := jsonschema.NewCompiler()
	schema, err := c.Compile("testdata/sarif/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`{}`, `{"version":"2.0.0","runs":[]}`, `{"version":"2.1.0","runs":[{}]}`, `{"version":"2.1.0","runs":[],"x":1}`} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(doc) == nil {
			t.Errorf("%s is taken", text)
		}
	}
}
