// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/base64"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Row 5 of docs/security.md, for what the demo writes: whatever the process around it holds, and what the sample's variables hold,
// is in none of its files in any form.
func TestCanariesAreNowhereInWhatTheDemoWrites(t *testing.T) {
	canaries := []string{"correct-horse-battery-staple"} // of a sensitive variable
	for _, name := range []string{
		"GH_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "OP_SERVICE_ACCOUNT_TOKEN",
		"TF_VAR_organisation", "DB_PASSWORD",
	} {
		canary := `c+n/r&<y">` + strings.ToLower(name)
		canaries = append(canaries, canary)
		t.Setenv(name, canary)
	}
	out := t.TempDir()
	var told bytes.Buffer
	if err := demo(t.Context(), options{Once: true, Out: out, Addr: "127.0.0.1:0"}, story()[:1], &told); err != nil {
		t.Fatalf("%v\n%s", err, told.String())
	}
	files := map[string]string{"the terminal": told.String()}
	err := filepath.WalkDir(out, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[entry.Name()] = string(content)
		return err
	})
	if err != nil || !strings.Contains(files["index.html"], "data/dev") {
		t.Fatalf("%v: %.200q", err, files["index.html"])
	}
	for name, content := range files {
		for _, canary := range canaries {
			for _, form := range forms(canary) {
				if strings.Contains(content, form) {
					t.Errorf("%s shows %q as %q", name, canary, form)
				}
			}
		}
	}
}

// forms are those in which a canary is looked for: as it is, escaped, and in base64 wherever it begins.
func forms(canary string) []string {
	all := []string{
		canary, strings.NewReplacer(`"`, `\"`, "<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(canary), html.EscapeString(canary),
		strings.ReplaceAll(html.EscapeString(canary), "+", "&#43;"), url.QueryEscape(canary), url.PathEscape(canary),
	}
	for shift := range 3 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + canary))
		all = append(all, text[4:len(text)-4]) // without what depends on the neighbours
	}
	return all
}
