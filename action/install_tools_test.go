// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The one test that builds the bot as a workflow does that uses the action at a commit without a release.
func TestBotIsReallyBuiltFromSource(t *testing.T) {
	s := newStage(t)
	for _, name := range []string{"cmd", "internal", "examples"} {
		if err := os.CopyFS(filepath.Join(s.root, name), os.DirFS(filepath.Join("..", name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		s.file(name, read(t, filepath.Join("..", name)), 0o644)
	}
	cache, err := exec.CommandContext(context.Background(), "go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	folders := strings.Fields(string(cache))
	got := s.run("install.sh", map[string]string{"GOCACHE": folders[0], "GOMODCACHE": folders[1]})
	if got.code != 0 {
		t.Fatal(got.stderr)
	}
	said, err := exec.CommandContext(context.Background(), strings.TrimSpace(got.stdout), "version").Output()
	if err != nil || !strings.HasPrefix(string(said), "layerbot source-") {
		t.Errorf("bot version: %q, %v", said, err)
	}
}
