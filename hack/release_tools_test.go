// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package hack

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// source is a repository with the project's own source at the tag v9.8.7, in a folder of that name.
func source(t *testing.T, folder string) *clone {
	t.Helper()
	c := &clone{t: t, dir: filepath.Join(t.TempDir(), folder), env: os.Environ()}
	for _, name := range []string{"action", "cmd", "examples", "hack", "internal"} {
		if err := os.CopyFS(filepath.Join(c.dir, name), os.DirFS(filepath.Join("..", name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{".gitignore", ".goreleaser.yaml", "LICENSE", "NOTICE", "README.md", "go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		c.put(name, string(data))
	}
	c.git("init", "--quiet")
	c.git("config", "user.name", "ada")
	c.git("config", "user.email", "ada@example.org")
	c.commit()
	c.git("tag", "v9.8.7")
	c.git("remote", "add", "origin", "https://github.com/layerbot/layerbot") // goreleaser asks for its name, not for it
	return c
}

// The digests of action/release are worth something only if everybody's build has them.
func TestBinaryIsTheSameWhereverItIsBuilt(t *testing.T) {
	here, there := source(t, "here"), source(t, "some where/else")
	settings := filepath.Join(t.TempDir(), "goenv") // of go's own, as `go env -w` leaves them
	if err := os.WriteFile(settings, []byte("GOFLAGS=-tags=other\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	there.env = append(there.env, "GOENV="+settings, "GOFLAGS=-tags=more", "GOAMD64=v3", "GOEXPERIMENT=jsonv2", "CGO_ENABLED=1", "GOOS=plan9")
	var binaries []string
	for _, c := range []*clone{here, there} {
		if out, err := c.run("hack/release-build", "v9.8.7", "bin/by hand", "linux/amd64"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		binaries = append(binaries, sum(c.read("bin/by hand/bot_linux_amd64")))
	}
	here.env = append(here.env, "GOOS=linux", "GOARCH=amd64")
	if out, err := here.run("goreleaser", "build", "--single-target", "--clean"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	binaries = append(binaries, sum(here.read("bin/release/bot_linux_amd64_v1/bot")))
	if len(slices.Compact(binaries)) != 1 {
		t.Errorf("built here, elsewhere and by goreleaser:\n%s", strings.Join(binaries, "\n"))
	}
}
