// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnyResultFails(t *testing.T) {
	const result = `{"ruleId": "go/x", "message": {"text": "as planted"}, "locations": [{"physicalLocation": {
		"artifactLocation": {"uri": "cmd/bot/main.go"}, "region": {"startLine": 7}}}]MORE}`
	for name, c := range map[string]struct{ file, prints, fails string }{
		"no result":      {`{"runs": [{"results": []}]}`, "", ""},
		"a result":       {`{"runs": [{"results": [` + result + `]}]}`, "cmd/bot/main.go:7: as planted (go/x)\n", "1 results"},
		"in the 2nd run": {`{"runs": [{}, {"results": [` + result + `]}]}`, "cmd/bot/main.go:7: as planted (go/x)\n", "1 results"},
		"without place":  {`{"runs": [{"results": [{"ruleId": "x", "message": {"text": "m"}}]}]}`, "m (x)\n", "1 results"},
		"suppressed":     {`{"runs": [{"results": [` + strings.Replace(result, "MORE", `, "suppressions": [{"kind": "inSource"}]`, 1) + `]}]}`, "", ""},
		"no runs":        {`{}`, "", "go.sarif: it has no runs"},
		"half a file":    {`{"runs": [`, "", "go.sarif: unexpected end"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "actions.sarif"), `{"runs": [{"results": []}]}`)
			write(t, filepath.Join(dir, "go.sarif"), strings.Replace(c.file, "MORE", "", 1))
			var out strings.Builder
			err := run(dir, &out)
			if out.String() != c.prints || (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%q, %v", &out, err)
			}
		})
	}
}

func TestNoFileFails(t *testing.T) {
	if err := run(t.TempDir(), &strings.Builder{}); err == nil {
		t.Error("it passes")
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
