// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

func TestWhatKeepsAFindingQuietIsFound(t *testing.T) {
	t.Parallel()
	code := &tree{files: map[string][]byte{"app/main.tf": []byte("#x\nresource {}\n#y\n# more\nmodule {}\n")}}
	at := func(tool, rule, file string, line int) report.Suppression {
		return report.Suppression{Tool: tool, Rule: rule, File: file, Line: line}
	}
	for name, c := range map[string]struct {
		words []report.Suppression
		want  int // which of them; -1 is none
	}{
		"nothing":             {nil, -1},
		"of its rule":         {[]report.Suppression{at("trivy", "AWS-0001", "m/a.tf", 9)}, 0},
		"of all rules":        {[]report.Suppression{at("trivy", "*", "m/a.tf", 9)}, 0},
		"by its other name":   {[]report.Suppression{at("trivy", "S3-X", "m/a.tf", 12)}, 0},
		"the nearest":         {[]report.Suppression{at("trivy", "s3-x", "m/a.tf", 2), at("trivy", "s3-x", "m/a.tf", 8)}, 1},
		"not one below":       {[]report.Suppression{at("trivy", "s3-x", "m/a.tf", 13)}, -1},
		"of a tool it hears":  {[]report.Suppression{at("checkov", "*", "m/a.tf", 9), at("tfsec", "s3-x", "m/a.tf", 2)}, 1},
		"a name unknown":      {[]report.Suppression{at("tfsec", "aws-s3-x", "m/a.tf", 9)}, 0},
		"not one far away":    {[]report.Suppression{at("tfsec", "aws-s3-x", "m/a.tf", 1)}, -1},
		"before one unknown":  {[]report.Suppression{at("tfsec", "aws-s3-x", "m/a.tf", 9), at("trivy", "s3-x", "m/a.tf", 5)}, 1},
		"a list":              {[]report.Suppression{at("trivy", "AVD-AWS-0001", ".trivyignore", 7)}, 0},
		"at a module's call":  {[]report.Suppression{at("trivy", "s3-x", "app/main.tf", 1), at("trivy", "s3-x", "app/main.tf", 3)}, 1},
		"code before a list":  {[]report.Suppression{at("trivy", "s3-x", ".trivyignore", 1), at("trivy", "s3-x", "m/a.tf", 1)}, 1},
		"not of another file": {[]report.Suppression{at("trivy", "s3-x", "app/main.tf", 1)}, -1},
	} {
		s := seen{raw: raw{tool: "trivy", rule: "AVD-AWS-0001", file: "m/a.tf", line: 10, end: 12}, names: []string{"s3-x"}}
		want := at("trivy", "AVD-AWS-0001", "m/a.tf", 10)
		if c.want >= 0 {
			want = c.words[c.want]
		}
		if got, found := trivy.hushedBy(s, code, c.words); got != want || found != (c.want >= 0) {
			t.Errorf("%s: %+v, %t", name, got, found)
		}
	}
}

func TestOneFactOfSeveralInstancesIsOne(t *testing.T) {
	t.Parallel()
	quiet := seen{raw: raw{rule: "a", line: 1}, hushed: true}
	open := seen{raw: raw{rule: "a", line: 1}}
	if got := distinct([]seen{quiet, open, quiet}); len(got) != 1 || got[0].hushed {
		t.Errorf("%+v", got)
	}
	if got := distinct([]seen{open, {raw: raw{rule: "a", line: 2}}}); len(got) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestResource(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"aws_s3_bucket.a":                      "aws_s3_bucket.a",
		`aws_s3_bucket.a["x.y"]`:               "aws_s3_bucket.a",
		"module.a.module.b[0].aws_sns_topic.t": "module.a.module.b.aws_sns_topic.t",
		"module.a":                             "",
		`module.a["b"].module.c`:               "",
		"":                                     "",
	} {
		if got := resource(address); got != want {
			t.Errorf("%s: %q", address, got)
		}
	}
}
