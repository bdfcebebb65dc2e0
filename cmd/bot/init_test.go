// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

// In a terminal somebody is asked, and only a yes writes.
func TestInitAsksBeforeItWrites(t *testing.T) {
	for answer, written := range map[string]bool{"y\n": true, "yes\n": true, "YES \n": true, "n\n": false, "\n": false, "": false, "yesterday\n": false} {
		t.Run(strings.TrimSpace(answer), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte("terraform {\n  backend \"s3\" {}\n}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			b, flush := build(environment{Dir: dir, Terminal: true, ServerURL: "https://github.com", All: map[string]string{"PATH": os.Getenv("PATH")}}, &out, &errs)
			cmd := b.command()
			cmd.SetArgs([]string{"init", "--ref", strings.Repeat("a", 40)})
			cmd.SetIn(strings.NewReader(answer))
			err := cmd.ExecuteContext(context.Background())
			flush()
			_, missing := os.Stat(filepath.Join(dir, ".github", "workflows", "layerbot.yml"))
			if written != (err == nil) || written != (missing == nil) || !strings.Contains(errs.String(), "Write this? [y/N]") {
				t.Errorf("%v, %v\n%s%s", err, missing, out.String(), errs.String())
			}
		})
	}
}

func TestTheCommitOfAProgramIsKnownWhereItIsAllOfIt(t *testing.T) {
	sha := strings.Repeat("a", 40)
	for modified, want := range map[string]string{"false": sha, "true": "", "": ""} {
		settings := []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: sha}, {Key: "vcs.modified", Value: modified}}
		if got := commitOf(settings); got != want {
			t.Errorf("modified %q: %q", modified, got)
		}
	}
	if got := commitOf(nil); got != "" { // go test notes nothing
		t.Errorf("%q", got)
	}
}

func TestRemotesThatNameARepository(t *testing.T) {
	for address, want := range map[string]string{
		"https://github.com/acme/infra.git":                  "github.com acme/infra",
		"https://github.com/acme/infra":                      "github.com acme/infra",
		"https://x-access-token:t@github.com/acme/infra.git": "github.com acme/infra",
		"git@github.com:acme/infra.git":                      "github.com acme/infra",
		"ssh://git@ssh.github.com:443/acme/in.fra_1.git":     "ssh.github.com acme/in.fra_1",
		"http://127.0.0.1:8080/acme/infra/":                  "127.0.0.1 acme/infra",
		"git@github-work:acme/infra":                         "github-work acme/infra",
		"/srv/git/infra.git":                                 "",
		"https://gitlab.com/group/sub/infra.git":             "",
		"file:///srv/git/acme/infra":                         "",
	} {
		got := ""
		if m := remote.FindStringSubmatch(address); m != nil {
			got = m[1] + " " + m[2] + "/" + m[3]
		}
		if got != want {
			t.Errorf("%s: %q", address, got)
		}
	}
}
