// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/layer"
)

func scanners(layer.Target) []Scanner { return []Scanner{{Tool: "trivy"}, {Tool: "checkov"}} }

// fullScan is a scan that uses every field.
func fullScan() *Scan {
	quiet := Suppression{Tool: "tfsec", Rule: "*", Reason: "why", File: "infra/05-compute/a b.tf", Line: 1, New: true}
	return &Scan{
		Version: ScanVersion, Target: target("prod"), Head: "abc", Base: "def", Seconds: 1.5, Omitted: 1,
		Tools: []Scanned{{Tool: "trivy", Version: "0.66.0", State: Ran, Seconds: 2}, {Tool: "checkov", State: ToolMissing, Message: "m", Hint: "h"}},
		Findings: []Finding{
			{
				ID: "a-1", State: New, Severity: High, Message: "m", File: "infra/05-compute/main.tf", Line: 3, End: 4, Address: "a.b",
				Rules: []Rule{{Tool: "trivy", ID: "AVD-AWS-0001", Link: "https://avd.aquasec.com/x"}},
			},
			{ID: "a-2", State: Existing, Message: "m", File: "x", Line: 1, Rules: []Rule{{Tool: "trivy", ID: "x"}}, Suppressed: &quiet},
			{ID: "a-3", State: Fixed, Severity: Low, Message: "m", File: "x", Line: 1, Rules: []Rule{{Tool: "trivy", ID: "x"}}},
		},
		Suppressions: []Suppression{quiet},
		Manifests:    &Policy{Rules: 1, Decisions: []Decision{{Kind: Deny, Package: "p", Rule: "r", Message: "m"}}},
	}
}

func TestWhatWasScannedIsRead(t *testing.T) {
	dir := t.TempDir()
	if err := WriteScan(filepath.Join(dir, "new"), fullScan()); err != nil {
		t.Fatal(err)
	}
	got, err := ReadScans(os.DirFS(filepath.Join(dir, "new")), []layer.Target{target("dev"), target("prod")}, scanners)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*fullScan(), got[1]); diff != "" {
		t.Error(diff)
	}
	if s := got[0]; s.Target.Env != "dev" || s.Version != ScanVersion || len(s.Tools) != 2 || s.Findings != nil {
		t.Errorf("%+v", s)
	}
	for _, tool := range got[0].Tools {
		if tool.State != Crashed || !strings.Contains(tool.Message, "left nothing") || tool.Hint == "" {
			t.Errorf("%+v", tool)
		}
	}
}

func TestReadScansRefuses(t *testing.T) {
	sound, err := json.Marshal(fullScan())
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) string {
		text := strings.Replace(string(sound), old, new, 1)
		if text == string(sound) {
			t.Fatalf("%q does not occur", old)
		}
		return text
	}
	tests := map[string]struct{ text, message string }{
		"nothing":                         {"", "decode"},
		"null":                            {"null", "version 0"},
		"half a scan":                     {string(sound[:len(sound)/2]), "decode"},
		"two scans":                       {string(sound) + string(sound), "decode"},
		"another version":                 {change(`"version":1,`, `"version":2,`), "version 2"},
		"an unknown field":                {change(`"version":1,`, `"version":1,"verdict":"fine",`), "verdict"},
		"a field twice":                   {change(`"head":"abc"`, `"head":"abc","head":"def"`), "duplicate"},
		"another target":                  {change(`"env":"prod"`, `"env":"dev"`), `it is of "05-compute/dev"`},
		"another folder":                  {change(`"dir":"infra/05-compute"`, `"dir":"x"`), "it is of"},
		"a negative number":               {change(`"omitted":1`, `"omitted":-1`), "negative"},
		"a tool that is not configured":   {change(`"tool":"checkov"`, `"tool":"snyk"`), `"snyk" is not configured`},
		"a tool twice":                    {change(`"tool":"checkov"`, `"tool":"trivy"`), `"trivy" is there twice`},
		"an unknown state of a tool":      {change(`"state":"ran"`, `"state":"fine"`), `unknown state "fine"`},
		"findings of a tool that was not": {change(`"state":"ran"`, `"state":"failed"`), `"trivy" found it, which did not look`},
		"findings of a stranger":          {change(`"rules":[{"tool":"trivy"`, `"rules":[{"tool":"tfsec"`), "which did not look"},
		"an unknown state of a finding":   {change(`"state":"new"`, `"state":"ok"`), `unknown state "ok"`},
		"an unknown severity":             {change(`"severity":"high"`, `"severity":"HIGH"`), `unknown severity "HIGH"`},
		"an ID twice":                     {change(`"id":"a-2"`, `"id":"a-1"`), "twice"},
		"no ID":                           {change(`"id":"a-2"`, `"id":""`), "an ID that is none"},
		"a long ID":                       {change(`"id":"a-2"`, `"id":"`+strings.Repeat("x", 200)+`"`), "an ID that is none"},
		"lines in a message":              {change(`"message":"m","file"`, `"message":"m\n::error::x","file"`), "not one line"},
		"an escape in a message":          {change(`"message":"m","file"`, `"message":"\u001b[2J","file"`), "not one line"},
		"a long message":                  {change(`"message":"m","file"`, `"message":"`+strings.Repeat("x", 5000)+`","file"`), "too long"},
		"a file outside":                  {change(`"file":"x"`, `"file":"../x"`), "no file of the repository"},
		"an absolute file":                {change(`"file":"x"`, `"file":"/etc/passwd"`), "no file of the repository"},
		"a file with a backslash":         {change(`"file":"x"`, `"file":"..\\x"`), "no file of the repository"},
		"a file with a line end":          {change(`"file":"x"`, `"file":"x\ny"`), "no file of the repository"},
		"no file":                         {change(`"file":"x"`, `"file":""`), "no file of the repository"},
		"line 0":                          {change(`"line":3`, `"line":0`), "line 0"},
		"a line far away":                 {change(`"line":3`, `"line":99999999`), "line 99999999"},
		"an end before the begin":         {change(`"end":4`, `"end":2`), "ends at line 2"},
		"no rules":                        {change(`"rules":[{"tool":"trivy","id":"x"}]`, `"rules":[]`), "no rule"},
		"a tool twice in a finding":       {change(`[{"tool":"trivy","id":"x"}]`, `[{"tool":"trivy","id":"x"},{"tool":"trivy","id":"y"}]`), "not in order"},
		"a rule without a name":           {change(`{"tool":"trivy","id":"x"}`, `{"tool":"trivy","id":""}`), "a rule that is none"},
		"a link that runs":                {change(`https://avd`, `javascript:avd`), "no https address"},
		"a link with a password":          {change(`https://avd`, `https://u:p@avd`), "no https address"},
		"a suppression that is nowhere":   {change(`"file":"infra/05-compute/a b.tf","line":1`, `"file":"../a","line":1`), "no file of the repository"},
		"a suppression without a rule":    {change(`"rule":"*"`, `"rule":""`), "words are none"},
		"manifests that contradict":       {change(`"rules":1`, `"rules":-1`), "negative"},
		"a wrong type":                    {change(`"line":3`, `"line":"3"`), "decode"},
		"too deep":                        {change(`"head":"abc"`, `"head":`+strings.Repeat("[", 20000)), "decode"},
		"invalid UTF-8":                   {change(`"head":"abc"`, "\"head\":\"\xff\""), "UTF-8"},
		"too large":                       {string(sound) + strings.Repeat(" ", MaxScan), "larger than 16 MiB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{ScanFileName(target("prod")): {Data: []byte(tt.text)}}
			got, err := ReadScans(fsys, []layer.Target{target("prod")}, scanners)
			if err != nil {
				t.Fatal(err)
			}
			s := got[0]
			if len(s.Findings) != 0 || len(s.Tools) != 2 || s.Target.ID() != "05-compute/prod" || s.Head != "" {
				t.Errorf("%+v", s)
			}
			for _, tool := range s.Tools {
				if tool.State != Crashed || !strings.Contains(tool.Message, tt.message) || tool.Hint == "" {
					t.Errorf("%+v; want %q", tool, tt.message)
				}
			}
		})
	}
}

func TestAScanThatIsALinkIsNotFollowed(t *testing.T) {
	dir := t.TempDir()
	if err := WriteScan(dir, fullScan()); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, ScanFileName(target("prod")))
	if err := os.Rename(name, name+".real"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(name+".real", name); err != nil {
		t.Fatal(err)
	}
	got, err := ReadScans(os.DirFS(dir), []layer.Target{target("prod")}, scanners)
	if err != nil || got[0].Tools[0].State != Crashed || !strings.Contains(got[0].Tools[0].Message, "no regular file") {
		t.Errorf("%+v %v", got, err)
	}
}

func TestAConfiguredScannerWithoutAWordFailed(t *testing.T) {
	data, err := json.Marshal(fullScan())
	if err != nil {
		t.Fatal(err)
	}
	all := []Scanner{{Tool: "gitleaks", Required: true}, {Tool: "checkov"}, {Tool: "trivy"}}
	s, err := ParseScan(data, target("prod"), all)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, tool := range s.Tools {
		got = append(got, fmt.Sprint(tool.Tool, " ", tool.State, " ", tool.Message))
	}
	want := []string{"gitleaks failed the scan left no word of it", "checkov missing m", "trivy ran "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := (Threshold{Scanners: all}).Sum(nil, s); n.Silent != 2 || n.Lacking != 1 || !n.Failed() {
		t.Errorf("%+v", n)
	}
}

func TestTheTargetOfAScanIsTheOneThatWasWanted(t *testing.T) {
	s := fullScan()
	s.Target.Wave, s.Target.VarFiles = 99, []string{"../../etc/passwd"}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseScan(data, target("prod"), scanners(target("prod")))
	if err != nil || got.Target.Wave != 0 || got.Target.VarFiles != nil {
		t.Errorf("%+v %v", got, err)
	}
}

func TestFindingsAreReadInTheirOrder(t *testing.T) {
	s := fullScan()
	s.Findings[0], s.Findings[2] = s.Findings[2], s.Findings[0]
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseScan(data, target("prod"), scanners(target("prod")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fullScan().Findings, got.Findings); diff != "" {
		t.Error(diff)
	}
}

func TestALargeScanLosesWhatMattersLeast(t *testing.T) {
	s := fullScan()
	s.Findings = nil
	for i, state := range []FindingState{New, Existing, Fixed} {
		for j, severity := range []Severity{Critical, Low} {
			for k := range 50 {
				f := Finding{ID: fmt.Sprint(i, j, k), State: state, Severity: severity, Message: strings.Repeat("m", 100), File: "x", Line: 1, Rules: []Rule{{Tool: "trivy", ID: "x"}}}
				if k%2 == 1 {
					f.Suppressed = &s.Suppressions[0]
				}
				s.Findings = append(s.Findings, f)
			}
		}
	}
	s.Omitted = 0
	data, err := encodeScan(*s, 15_000)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseScan(data, target("prod"), scanners(target("prod")))
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 15_000 || len(data) < 14_000 || got.Omitted+len(got.Findings) != 300 || len(s.Findings) != 300 || s.Omitted != 0 {
		t.Errorf("%d bytes, %d of %d left, %d omitted", len(data), len(got.Findings), len(s.Findings), got.Omitted)
	}
	low := 0
	for _, f := range got.Findings {
		if f.State != New {
			t.Errorf("%s is kept while new ones are left out", f.State)
		}
		if f.Severity == Low {
			low++
		}
	}
	if low == 0 || len(got.Findings)-low < 25 {
		t.Errorf("%d of %d are low", low, len(got.Findings))
	}
	if _, err := encodeScan(*s, 100); err == nil {
		t.Error("a scan that cannot shrink enough is written")
	}
}

func FuzzParseScan(f *testing.F) {
	data, err := json.Marshal(fullScan())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"version":1,"target":{"layer":"05-compute","env":"prod","dir":"infra/05-compute"},"tools":null,"findings":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseScan(data, target("prod"), scanners(target("prod")))
		if err != nil {
			return
		}
		if len(s.Tools) != 2 || s.Tools[0].Tool != "trivy" {
			t.Fatalf("%+v", s.Tools)
		}
		again, err := marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseScan(again, target("prod"), scanners(target("prod"))); err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
	})
}
