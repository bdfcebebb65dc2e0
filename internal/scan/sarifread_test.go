// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// say writes a raw as "file:line-end severity rule message <link> (suppressed)".
func say(r raw) string {
	s := fmt.Sprintf("%s:%d-%d %s %s %s", r.file, r.line, r.end, r.severity, r.rule, r.message)
	if r.link != "" {
		s += " <" + r.link + ">"
	}
	if r.suppressed != nil {
		s += " (" + r.suppressed.Reason + ")"
	}
	return s
}

// The files are what the tools printed.
func TestReadSARIFOfRealTools(t *testing.T) {
	tests := map[string][]string{
		"tfsec": {
			"main.tf:30-30 high aws-ec2-no-public-ingress-sgr Security group rule allows ingress from public internet. <https://aquasecurity.github.io/tfsec/v1.28.14/checks/aws/ec2/no-public-ingress-sgr/>",
			"main.tf:23-23 high aws-ec2-no-public-ingress-sgr Security group rule allows ingress from public internet. <https://aquasecurity.github.io/tfsec/v1.28.14/checks/aws/ec2/no-public-ingress-sgr/>",
			"main.tf:8-15 high aws-s3-block-public-acls No public access block so not blocking public acls <https://aquasecurity.github.io/tfsec/v1.28.14/checks/aws/s3/block-public-acls/>",
		},
		"checkov": {
			`main.tf:8-15 medium CKV_AWS_145 Ensure that S3 buckets are encrypted with KMS by default (trivy:ignore:AVD-AWS-0132")`,
			"main.tf:16-32 high CKV_AWS_24 Ensure no security groups allow ingress from 0.0.0.0:0 to port 22",
			"main.tf:16-32 high CKV_AWS_260 Ensure no security groups allow ingress from 0.0.0.0:0 to port 80",
			"main.tf:16-32 high CKV_AWS_25 Ensure no security groups allow ingress from 0.0.0.0:0 to port 3389",
		},
		"gitleaks": {"s.tfvars:1-1 medium aws-access-token aws-access-token has detected secret for file s.tfvars."},
	}
	for tool, want := range tests {
		t.Run(tool, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata/sarif", tool+".sarif"))
			if err != nil {
				t.Fatal(err)
			}
			all, err := readSARIF(tool, data)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range all {
				got = append(got, say(r))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// sarifWith is a run with one result, of which parts are replaced.
func sarifWith(replace ...string) string {
	return strings.NewReplacer(replace...).Replace(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x","rules":[
		{"id":"R1","helpUri":"https://x.example/R1","shortDescription":{"text":"short"},"defaultConfiguration":{"level":"note"},"properties":{"tags":["a"]}},
		{"id":"R2","messageStrings":{"m":{"text":"{0} is {1}"}}}]}},
		"originalUriBaseIds":{"ROOT":{"uri":"file:///scanned/"},"SUB":{"uri":"sub/dir/","uriBaseId":"ROOT"},"LOOP":{"uri":"x/","uriBaseId":"LOOP"}},
		"artifacts":[{"location":{"uri":"by%20index.tf"}}],
		"results":[{"ruleId":"R1","message":{"text":"says"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"main.tf"},"region":{"startLine":3,"endLine":4}}}]}]}]}`)
}

func TestReadSARIF(t *testing.T) {
	level := func(level, rule string) []string {
		return []string{`"ruleId":"R1",`, `"ruleId":"R1",` + level, `"tags":["a"]`, `"tags":["a"]` + rule}
	}
	uri := func(at string) []string { return []string{`{"uri":"main.tf"}`, at} }
	tests := map[string]struct {
		replace []string
		want    string
	}{
		"a result": {nil, "main.tf:3-4 low R1 says <https://x.example/R1>"},

		"critical by number":            {level("", `,"security-severity":"9.0"`), "main.tf:3-4 critical R1 says <https://x.example/R1>"},
		"high by number, though a note": {level(`"level":"note",`, `,"security-severity":"8.9"`), "main.tf:3-4 high R1 says <https://x.example/R1>"},
		"medium, the number bare":       {level("", `,"security-severity":4`), "main.tf:3-4 medium R1 says <https://x.example/R1>"},
		"low by number":                 {level(`"level":"error",`, `,"security-severity":"0.1"`), "main.tf:3-4 low R1 says <https://x.example/R1>"},
		"a number that is none":         {level(`"level":"error",`, `,"security-severity":"bad"`), "main.tf:3-4 high R1 says <https://x.example/R1>"},
		"the number of the result":      {level(`"properties":{"security-severity":"9.9"},`, `,"security-severity":"1"`), "main.tf:3-4 critical R1 says <https://x.example/R1>"},
		"its own level":                 {level(`"level":"warning",`, ""), "main.tf:3-4 medium R1 says <https://x.example/R1>"},
		"none is low":                   {level(`"level":"none",`, ""), "main.tf:3-4 low R1 says <https://x.example/R1>"},
		"no level is a warning":         {[]string{`"ruleId":"R1"`, `"ruleId":"R2"`}, "main.tf:3-4 medium R2 says"},
		"problem.severity":              {[]string{`"defaultConfiguration":{"level":"note"},`, "", `"tags":["a"]`, `"problem.severity":"recommendation"`}, "main.tf:3-4 low R1 says <https://x.example/R1>"},
		"a level nobody knows":          {level(`"level":"fatal",`, ""), "main.tf:3-4  R1 says <https://x.example/R1>"},

		"a rule by index only":       {[]string{`"ruleId":"R1",`, `"ruleIndex":0,`}, "main.tf:3-4 low R1 says <https://x.example/R1>"},
		"a rule by reference":        {[]string{`"ruleId":"R1",`, `"rule":{"id":"R1","index":0},`}, "main.tf:3-4 low R1 says <https://x.example/R1>"},
		"an index of another rule":   {[]string{`"ruleId":"R1",`, `"ruleId":"R1","ruleIndex":1,`}, "main.tf:3-4 low R1 says <https://x.example/R1>"},
		"an index that is too high":  {[]string{`"ruleId":"R1",`, `"ruleId":"R1","ruleIndex":99,`}, "main.tf:3-4 low R1 says <https://x.example/R1>"},
		"a rule that is not told of": {[]string{`"ruleId":"R1",`, `"ruleId":"R9",`}, "main.tf:3-4 medium R9 says"},
		"a link that runs":           {[]string{`https://x.example/R1`, `javascript:alert(1)`}, "main.tf:3-4 low R1 says"},
		"a link that is not https":   {[]string{`https://x.example/R1`, `http://x.example/R1`}, "main.tf:3-4 low R1 says"},

		"lines and escapes in a message": {[]string{`"says"`, `"a\n\n::error::b \u001b[31m\t\u202ec\u0000"`}, "main.tf:3-4 low R1 a ::error::b [31m c <https://x.example/R1>"},
		"markdown stays text":            {[]string{`"says"`, `"<img src=x> [a](https://e.example) | @all"`}, "main.tf:3-4 low R1 <img src=x> [a](https://e.example) | @all <https://x.example/R1>"},
		"invalid UTF-8":                  {[]string{`"says"`, "\"a\xffb\""}, "main.tf:3-4 low R1 a\ufffdb <https://x.example/R1>"},
		"no message but the rule's":      {[]string{`"says"`, `""`}, "main.tf:3-4 low R1 short <https://x.example/R1>"},
		"a message by its name":          {[]string{`"ruleId":"R1"`, `"ruleId":"R2"`, `{"text":"says"}`, `{"id":"m","arguments":["that","so"]}`}, "main.tf:3-4 medium R2 that is so"},

		"an encoded path":               {uri(`{"uri":"a%20b/%C3%A9.tf"}`), "a b/é.tf:3-4 low R1 says <https://x.example/R1>"},
		"a path that is not encoded":    {uri(`{"uri":"a b/100%.tf"}`), "a b/100%.tf:3-4 low R1 says <https://x.example/R1>"},
		"a base that is the root":       {uri(`{"uri":"main.tf","uriBaseId":"ROOT"}`), "main.tf:3-4 low R1 says <https://x.example/R1>"},
		"a base that is a folder":       {uri(`{"uri":"main.tf","uriBaseId":"SUB"}`), "sub/dir/main.tf:3-4 low R1 says <https://x.example/R1>"},
		"a base that is not told of":    {uri(`{"uri":"main.tf","uriBaseId":"%SRCROOT%"}`), "main.tf:3-4 low R1 says <https://x.example/R1>"},
		"an absolute path in the tree":  {uri(`{"uri":"file:///scanned/a/main.tf"}`), "a/main.tf:3-4 low R1 says <https://x.example/R1>"},
		"a plain absolute path in it":   {uri(`{"uri":"/scanned/a/main.tf"}`), "a/main.tf:3-4 low R1 says <https://x.example/R1>"},
		"a path that goes down and up":  {uri(`{"uri":"./a/../main.tf"}`), "main.tf:3-4 low R1 says <https://x.example/R1>"},
		"an artifact":                   {uri(`{"index":0}`), "by index.tf:3-4 low R1 says <https://x.example/R1>"},
		"no region is the first line":   {[]string{`,"region":{"startLine":3,"endLine":4}`, ""}, "main.tf:1-1 low R1 says <https://x.example/R1>"},
		"an end before the begin":       {[]string{`"endLine":4`, `"endLine":1`}, "main.tf:3-3 low R1 says <https://x.example/R1>"},
		"suppressed in the source":      {level(`"suppressions":[{"kind":"inSource","justification":"because\nso"}],`, ""), "main.tf:3-4 low R1 says <https://x.example/R1> (because so)"},
		"a suppression that is refused": {level(`"suppressions":[{"kind":"inSource","status":"rejected"}],`, ""), "main.tf:3-4 low R1 says <https://x.example/R1>"},
		"passed":                        {level(`"kind":"pass",`, ""), ""},
		"gone since the baseline":       {level(`"baselineState":"absent",`, ""), ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			all, err := readSARIF("x", []byte(sarifWith(tt.replace...)))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, r := range all {
				got += say(r)
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestReadSARIFRefuses(t *testing.T) {
	at := func(uri string) string { return sarifWith(`{"uri":"main.tf"}`, uri) }
	tests := map[string]struct{ text, want string }{
		"nothing":                     {"", "no SARIF"},
		"text":                        {"panic: runtime error", "no SARIF"},
		"JSON of another kind":        {`[{"results":[]}]`, "no SARIF"},
		"half of it":                  {sarifWith()[:300], "no SARIF"},
		"two documents":               {sarifWith() + sarifWith(), "no SARIF"},
		"another version":             {sarifWith(`"2.1.0"`, `"2.0.0"`), "version"},
		"no runs":                     {`{"version":"2.1.0","runs":[]}`, "without a run"},
		"no results":                  {`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}}}]}`, "without results"},
		"null results":                {`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":null}]}`, "without results"},
		"a run that failed":           {sarifWith(`"artifacts"`, `"invocations":[{"executionSuccessful":false}],"artifacts"`), "says that it failed"},
		"a member twice":              {sarifWith(`"runs"`, `"version":"2.1.0","runs"`), "duplicate"},
		"a wrong type":                {sarifWith(`"startLine":3`, `"startLine":"3"`), "no SARIF"},
		"too deep":                    {sarifWith(`"artifacts"`, `"x":`+strings.Repeat("[", 100_000)+`,"artifacts"`), "no SARIF"},
		"no rule":                     {sarifWith(`"ruleId":"R1",`, ""), "no rule"},
		"no place":                    {sarifWith(`"locations"`, `"elsewhere"`), "R1 is at no place"},
		"no file":                     {at(`{}`), "no file of the tree"},
		"the root":                    {at(`{"uri":"."}`), "no file of the tree"},
		"a folder":                    {at(`{"uri":"modules/"}`), "no file of the tree"},
		"a way up":                    {at(`{"uri":"../main.tf"}`), "no file of the tree"},
		"a way up, further in":        {at(`{"uri":"a/../../main.tf"}`), "no file of the tree"},
		"a way up, encoded":           {at(`{"uri":"%2e%2e/main.tf"}`), "no file of the tree"},
		"a way up by base":            {sarifWith(`{"uri":"main.tf"}`, `{"uri":"main.tf","uriBaseId":"SUB"}`, `"sub/dir/"`, `"../sub"`), "no file of the tree"},
		"a base in a circle":          {at(`{"uri":"main.tf","uriBaseId":"LOOP"}`), "circles"},
		"an absolute path":            {at(`{"uri":"/etc/passwd"}`), "no file of the tree"},
		"an absolute address":         {at(`{"uri":"file:///etc/passwd"}`), "no file of the tree"},
		"a host":                      {at(`{"uri":"file://host/share/main.tf"}`), "no file of the tree"},
		"up from the root":            {at(`{"uri":"file:///scanned/../etc/passwd"}`), "no file of the tree"},
		"the root of all as the base": {sarifWith(`{"uri":"main.tf"}`, `{"uri":"file:///etc/passwd"}`, "file:///scanned/", "file:///"), "no file of the tree"},
		"another scheme":              {at(`{"uri":"https://x.example/main.tf"}`), "no file of the tree"},
		"a drive":                     {at(`{"uri":"C:/main.tf"}`), "no file of the tree"},
		"backslashes":                 {at(`{"uri":"..\\main.tf"}`), "no file of the tree"},
		"a line end in a path":        {at(`{"uri":"a\nb.tf"}`), "no file of the tree"},
		"a line end, encoded":         {at(`{"uri":"a%0Ab.tf"}`), "no file of the tree"},
		"NUL":                         {at(`{"uri":"main.tf%00.png"}`), "no file of the tree"},
		"an artifact that is not":     {at(`{"index":7}`), "not there"},
		"a negative artifact":         {at(`{"index":-1}`), "not there"},
		"a negative line":             {sarifWith(`"startLine":3`, `"startLine":-3`), "no line -3"},
		"a line far away":             {sarifWith(`"startLine":3`, `"startLine":999999999`), "no line"},
		"a suppression outside": {
			sarifWith(`"ruleId":"R1",`, `"ruleId":"R1","suppressions":[{"kind":"external","location":{"physicalLocation":{"artifactLocation":{"uri":"../x"}}}}],`),
			"a suppression of R1",
		},
		"too large":        {sarifWith() + strings.Repeat(" ", maxSARIF), "more than 64 MiB"},
		"too many results": {`{"version":"2.1.0","runs":[{"results":[{}` + strings.Repeat(",{}", maxResults) + `]}]}`, "more than 50000 results"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			all, err := readSARIF("x", []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 1000 {
				t.Errorf("%v, want %q; %d results", err, tt.want, len(all))
			}
		})
	}
}

func FuzzReadSARIF(f *testing.F) {
	f.Add([]byte(sarifWith()))
	for _, tool := range []string{"tfsec", "trivy", "checkov", "gitleaks"} {
		data, err := os.ReadFile(filepath.Join("testdata/sarif", tool+".sarif"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := readSARIF("x", data)
		if err != nil {
			return
		}
		for _, r := range all {
			if r.rule == "" || r.line < 1 || r.end < r.line || len(r.message) > maxMessage || !utf8.ValidString(r.message) || oneLine(r.message, maxMessage) != r.message {
				t.Fatalf("%+v", r)
			}
			if f := r.file; strings.HasPrefix(f, "/") || strings.HasPrefix(f, "../") || strings.Contains(f, "/../") || strings.ContainsAny(f, "\\\x00\n") || f == "" {
				t.Fatalf("%q is outside", f)
			}
			if r.severity != "" && r.severity.Rank() == 0 {
				t.Fatal(r.severity)
			}
		}
	})
}
