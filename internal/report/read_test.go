// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/layer"
)

func target(env string) layer.Target {
	return layer.Target{Layer: "05-compute", Env: env, Dir: "infra/05-compute"}
}

// full is a report that uses every field.
func full() *Report {
	r := &Report{
		Version: Version, Target: target("prod"), Head: "abc", Status: Changed, Seconds: 1.5,
		Mode: Mode{Targets: []string{"a.b"}},
		Tool: Tool{Name: "terraform", Version: "1.11.4", Providers: map[string]string{"r/h/aws": "5.1.0"}},
		Changes: []Change{{
			Address: "a.b[0]", Action: Replace, CreateFirst: true, Reason: "replace_because_tainted",
			Attrs: []Attr{
				{Path: "a", Before: json.RawMessage(`""`), After: json.RawMessage(`"é<\n"`), Forces: true},
				{Path: "b", Unknown: true}, {Path: "c", Sensitive: true},
				{Path: "d", Before: json.RawMessage(`0`), After: json.RawMessage(`[]`)},
			},
		}, {Address: "a.c", Action: NoOp, MovedFrom: "a.d"}, {Address: "a.e", Action: NoOp, Imported: true, ImportID: "x"}},
		Outputs:  []Change{{Address: "o", Action: Create}},
		Drift:    []Change{{Address: "a.b[0]", Action: Update}},
		RunsCode: []Code{{Kind: "provisioner", Address: "a.b", Detail: "local-exec"}},
		Warnings: []Diagnostic{{Severity: "warning", Summary: "s", File: "f.tf", Line: 3}},
		Checks:   []Diagnostic{{Severity: "warning", Summary: "s"}},
		Policy: &Policy{Rules: 2, Decisions: []Decision{{
			Kind: Deny, Package: "p", Rule: "r", Severity: High, Address: "a.b[0]", Message: "m", File: "f.tf", Line: 3, Source: "p.rego:1", Targets: []string{"t"},
		}}},
		Fingerprint: &Fingerprint{Resources: map[string]Print{"a.b[0]": {Action: Replace, Digest: "sha256:01", Unknown: []string{"b"}}}, Volatile: []string{"x"}},
	}
	r.Fingerprint.Digest = r.Fingerprint.digest()
	return r
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	dir := t.TempDir()
	broken := failed(target("dev"), Failure{Kind: Locked, Message: "m", Hint: "h", Log: "l", Lock: &Lock{ID: "1"}, Diagnostics: []Diagnostic{{Severity: "error"}}})
	for _, r := range []*Report{full(), broken} {
		if err := Write(dir, r); err != nil {
			t.Fatal(err)
		}
	}
	escaped, err := os.ReadFile(filepath.Join(dir, FileName(target("prod"))))
	if err != nil {
		t.Fatal(err)
	}
	escaped = bytes.Replace(escaped, []byte("é<"), []byte(`\u00e9\u003C`), 1) // another writer may escape more
	if err := os.WriteFile(filepath.Join(dir, FileName(target("prod"))), escaped, 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := ReadAll(os.DirFS(dir), []layer.Target{target("dev"), target("prod"), target("test")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Report{*broken, *full()}, got[:2]); diff != "" {
		t.Error(diff)
	}
	if f := got[2].Failure; got[2].Target.Env != "test" || got[2].Status != Failed || f.Kind != Missing || f.Hint == "" {
		t.Errorf("%+v", got[2])
	}
}

func TestReadRefuses(t *testing.T) {
	sound, err := json.Marshal(full())
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
		"nothing":                 {"", "decode"},
		"no JSON":                 {"<html>", "decode"},
		"half a report":           {string(sound[:len(sound)/2]), "decode"},
		"two reports":             {string(sound) + string(sound), "decode"},
		"null":                    {"null", "version 0"},
		"an empty object":         {"{}", "version 0"},
		"a list":                  {"[]", "decode"},
		"another version":         {change(`"version":1,`, `"version":2,`), "version 2"},
		"an unknown field":        {change(`"version":1,`, `"version":1,"grant":true,`), "grant"},
		"an unknown inner field":  {change(`"action":"replace"`, `"action":"replace","x":1`), "x"},
		"a field twice":           {change(`"status":"changed"`, `"status":"failed","status":"changed"`), "duplicate"},
		"another spelling":        {change(`"status"`, `"Status"`), "Status"},
		"another target":          {change(`"env":"prod"`, `"env":"dev"`), `it is on "05-compute/dev"`},
		"another folder":          {change(`"dir":"infra/05-compute"`, `"dir":"other"`), "it is on"},
		"an unknown status":       {change(`"status":"changed"`, `"status":"fine"`), `unknown status "fine"`},
		"unchanged with changes":  {change(`"status":"changed"`, `"status":"unchanged"`), "unchanged, yet"},
		"failed without a reason": {change(`"status":"changed"`, `"status":"failed"`), "contradict"},
		"an unknown action":       {change(`"action":"replace"`, `"action":"nuke"`), `unknown action "nuke"`},
		"a sensitive value shown": {change(`"path":"c",`, `"path":"c","before":"x",`), "sensitive value is shown"},
		"a value that is a tree":  {change(`"after":[]`, `"after":[[[1]]]`), "not a scalar"},
		"no fingerprint":          {change(`"fingerprint"`, `"fingerprint":null,"checks":null,"x"`), ""},
		"a digest that is none":   {change(full().Fingerprint.Digest, strings.Repeat("x", 1000)), "no digest"},
		"another digest":          {change(full().Fingerprint.Digest, "sha256:00"), "no digest of its parts"},
		"a negative number":       {change(`"seconds":1.5`, `"seconds":-1`), "negative"},
		"a wrong type":            {change(`"seconds":1.5`, `"seconds":"1"`), "decode"},
		"invalid UTF-8":           {change(`"head":"abc"`, "\"head\":\"\xff\""), "UTF-8"},
		"too deep":                {change(`"head":"abc"`, `"head":`+strings.Repeat("[", 20000)), "decode"},
		"too large":               {string(sound) + strings.Repeat(" ", MaxBytes), "larger than 32 MiB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{FileName(target("prod")): {Data: []byte(tt.text)}}
			got, err := ReadAll(fsys, []layer.Target{target("prod")})
			if err != nil {
				t.Fatal(err)
			}
			f := got[0].Failure
			if got[0].Status != Failed || f == nil || f.Kind != Invalid || f.Hint == "" || !strings.Contains(f.Message, tt.message) {
				t.Errorf("%+v", f)
			}
			if got[0].Target.ID() != "05-compute/prod" {
				t.Errorf("on %s", got[0].Target)
			}
		})
	}
}

func TestTheTargetIsTheOneThatWasWanted(t *testing.T) {
	r := full()
	r.Target.Wave, r.Target.VarFiles = 99, []string{"../../etc/passwd"}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(data, target("prod"))
	if err != nil || got.Target.Wave != 0 || got.Target.VarFiles != nil {
		t.Errorf("%+v %v", got, err)
	}
}

func TestFileNamesAreSafeAndDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, tg := range []layer.Target{
		{Layer: "a/b", Env: "c"}, {Layer: "a", Env: "b-c"}, {Layer: "a-b", Env: "c"}, {Layer: "../../etc", Env: "passwd"},
		{Layer: strings.Repeat("x", 300), Env: "e"}, {Layer: "é ü", Env: "\x00\n"}, {},
	} {
		name := FileName(tg)
		if seen[name] || filepath.Base(name) != name || len(name) > 100 || strings.ContainsAny(strings.TrimSuffix(name, ".json"), "\x00\n /\\.") {
			t.Errorf("%q", name)
		}
		seen[name] = true
	}
}

func TestALargeReportLosesTheAttributesOfItsLargestChanges(t *testing.T) {
	r := full()
	for i, size := range []int{100, 40_000, 10, 50_000} {
		value, _ := json.Marshal(strings.Repeat("v", size))
		r.Changes = append(r.Changes, Change{Address: string(rune('p' + i)), Action: Create, Attrs: []Attr{{Path: "x", After: value}}})
	}
	data, err := encode(r, 50_000)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(data, target("prod"))
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 50_000 || got.Count() != r.Count() || got.Omitted != 1 || len(got.Warnings) != 2 {
		t.Errorf("%d bytes, %+v, %d omitted, %v", len(data), got.Count(), got.Omitted, got.Warnings)
	}
	for i, c := range got.Changes {
		if (c.Attrs == nil) != (c.Address == "s" || r.Changes[i].Attrs == nil) {
			t.Errorf("%s has %d attributes", c.Address, len(c.Attrs))
		}
	}
	if len(r.Warnings) != 1 || r.Changes[6].Attrs == nil || r.Omitted != 0 {
		t.Error("the report itself was changed")
	}
	if _, err := encode(r, 100); err == nil {
		t.Error("a report that cannot shrink enough is written")
	}
}
