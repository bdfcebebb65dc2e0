// SPDX-License-Identifier: Apache-2.0

// Package hack tests the scripts beside it.
package hack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fakeGo stands for the go command: what it builds is a text that says how it was built.
const fakeGo = `#!/usr/bin/env bash
[ "$1" = build ] || { echo go1.26.8; exit; }
how="$GOOS/$GOARCH $CGO_ENABLED $2 $3 $5"
while [ "$1" != -o ]; do shift; done
echo "$how" >"$2"
`

const workflow = `# jobs: {layerbot: {uses: layerbot/layerbot/.github/workflows/gitops.yml@COMMIT}}
jobs:
  gate:
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - uses: layerbot/layerbot@0000000000000000000000000000000000000000
  plan:
    steps:
      - uses: layerbot/layerbot@1111111111111111111111111111111111111111 # v1.2.2
`

// A clone is a repository with the scripts of a release.
type clone struct {
	t   *testing.T
	dir string
	env []string
}

func newClone(t *testing.T) *clone {
	t.Helper()
	top := t.TempDir()
	c := &clone{t: t, dir: filepath.Join(top, "clone")}
	c.env = append(os.Environ(), "PATH="+filepath.Join(top, "tools")+":"+os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	c.put("../tools/go", fakeGo)
	for _, name := range []string{"hack/release", "hack/release-build", "action/release"} {
		data, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		c.put(name, string(data))
	}
	c.put(".github/workflows/gitops.yml", workflow)
	c.put(".github/workflows/gitops-kms.yml", workflow)
	c.put("code", "code\n")
	c.git("init", "--quiet", "--initial-branch=main")
	c.git("config", "user.name", "ada")
	c.git("config", "user.email", "ada@example.org")
	c.commit()
	return c
}

func (c *clone) put(name, content string) {
	c.t.Helper()
	name = filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o755); err != nil {
		c.t.Fatal(err)
	}
}

func (c *clone) read(name string) string {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(data)
}

// replace changes a file that has old.
func (c *clone) replace(name, old, with string) {
	c.t.Helper()
	text := c.read(name)
	if !strings.Contains(text, old) {
		c.t.Fatalf("%s lacks %q:\n%s", name, old, text)
	}
	c.put(name, strings.ReplaceAll(text, old, with))
}

func (c *clone) run(name string, args ...string) (string, error) {
	cmd := exec.CommandContext(context.Background(), name, args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (c *clone) git(args ...string) string {
	c.t.Helper()
	out, err := c.run("git", args...)
	if err != nil {
		c.t.Fatalf("git %q: %s", args, out)
	}
	return strings.TrimSpace(out)
}

func (c *clone) commit() {
	c.t.Helper()
	c.git("add", "--all")
	c.git("commit", "--quiet", "--message", "change")
}

// release runs hack/release and fails where it does.
func (c *clone) release(args ...string) string {
	c.t.Helper()
	out, err := c.run("hack/release", args...)
	if err != nil {
		c.t.Fatalf("hack/release %q: %s", args, out)
	}
	return out
}

// refused fails unless hack/release fails and says why.
func (c *clone) refused(why string, args ...string) {
	c.t.Helper()
	if out, err := c.run("hack/release", args...); err == nil || !strings.Contains(out, why) {
		c.t.Errorf("hack/release %q: %v, not because %q:\n%s", args, err, why, out)
	}
}

func sum(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:])
}

func TestReleaseIsTwoCommits(t *testing.T) {
	c := newClone(t)
	before := c.git("rev-parse", "HEAD")
	said := c.release("v1.2.3")
	digests, pins := c.git("rev-parse", "HEAD~1"), c.git("rev-parse", "HEAD")
	if c.git("rev-parse", "HEAD~2") != before || c.git("status", "--porcelain") != "" {
		t.Fatalf("not two commits, or something is left:\n%s", c.git("log", "--stat"))
	}
	if !strings.Contains(said, "git tag --sign v1.2.3 --message v1.2.3 "+pins) {
		t.Errorf("does not say what to tag:\n%s", said)
	}

	want := "# go1.26.8\n"
	for _, p := range [][2]string{{"darwin", "amd64"}, {"darwin", "arm64"}, {"linux", "amd64"}, {"linux", "arm64"}} {
		built := sum(p[0] + "/" + p[1] + " 0 -trimpath -buildvcs=false -s -w -X main.version=1.2.3\n")
		want += "v1.2.3 " + p[0] + " " + p[1] + " " + built + " https://github.com/layerbot/layerbot/releases/download/v1.2.3/bot_" + p[0] + "_" + p[1] + "\n"
	}
	if got := c.git("show", digests+":action/release") + "\n"; !strings.HasPrefix(got, "# The released binaries") || !strings.HasSuffix(got, want) {
		t.Errorf("records\n%s\nwant\n%s", got, want)
	}
	if got := c.git("diff", "--name-only", before, digests); got != "action/release" {
		t.Errorf("the first commit changes %s", got)
	}

	pin := "layerbot/layerbot@" + digests + " # v1.2.3\n"
	for _, name := range []string{".github/workflows/gitops.yml", ".github/workflows/gitops-kms.yml"} {
		want := strings.NewReplacer("layerbot/layerbot@0000000000000000000000000000000000000000\n", pin,
			"layerbot/layerbot@1111111111111111111111111111111111111111 # v1.2.2\n", pin).Replace(workflow)
		if got := c.read(name); got != want {
			t.Errorf("%s is\n%s", name, got)
		}
	}
}

func TestNextReleaseTakesThePlaceOfTheLast(t *testing.T) {
	c := newClone(t)
	c.release("v1.2.3")
	c.put("code", "more\n")
	c.commit()
	c.release("v1.3.0")
	if got := c.read("action/release"); strings.Contains(got, "v1.2.3") || strings.Count(got, "# go") != 1 || strings.Count(got, "\nv1.3.0 ") != 4 {
		t.Errorf("records\n%s", got)
	}
	c.release("--pinned", "v1.3.0")
}

func TestReleaseIsRefused(t *testing.T) {
	c := newClone(t)
	for _, version := range []string{"1.2.3", "v1.2", "v1.2.3-rc1", "v01.2.3", "v1.2.3 ", "v1.2.3\nv1.2.4", "main", "--help", "v1.2.3|e"} {
		c.refused("is no version", version)
	}
	c.git("tag", "v1.2.2")
	c.refused("the tag v1.2.2 exists", "v1.2.2")
	c.put("new", "new\n")
	c.refused("the tree is not clean", "v1.2.3")
	c.git("add", "new")
	c.refused("the tree is not clean", "v1.2.3")
	if got := c.git("rev-list", "--count", "HEAD"); got != "1" {
		t.Errorf("%s commits", got)
	}
}

func TestBinariesAreVerified(t *testing.T) {
	c := newClone(t)
	c.refused("records nothing", "--verify", ".")
	c.release("v1.2.3")
	if out, err := c.run("hack/release-build", "v1.2.3", "dist"); err != nil {
		t.Fatal(out)
	}
	if out := c.release("--verify", "dist"); !strings.Contains(out, "4 binaries are those of action/release") {
		t.Errorf("says %q", out)
	}
	c.put("dist/bot_linux_arm64_v8.0/bot", c.read("dist/bot_linux_arm64")) // where goreleaser puts it
	if err := os.Remove(filepath.Join(c.dir, "dist/bot_linux_arm64")); err != nil {
		t.Fatal(err)
	}
	c.release("--verify", "dist")
	c.put("dist/bot_linux_arm64_v8.0/bot", "another")
	c.refused("bot_linux_arm64_v8.0/bot has the SHA-256 "+sum("another"), "--verify", "dist")
	if err := os.Remove(filepath.Join(c.dir, "dist/bot_darwin_arm64")); err != nil {
		t.Fatal(err)
	}
	c.refused("no binary for darwin/arm64", "--verify", "dist")
}

func TestPinsThatAreNotThisReleaseAreRefused(t *testing.T) {
	const gitops = ".github/workflows/gitops.yml"
	tests := []struct {
		name, why string
		change    func(c *clone)
	}{
		{"no release was made", "not one commit as v1.2.3", func(c *clone) { c.git("reset", "--quiet", "--hard", "HEAD~2") }},
		{"the commit of the digests", "not one commit as v1.2.3", func(c *clone) { c.git("reset", "--quiet", "--hard", "HEAD~1") }},
		{"code came after", "is other code", func(c *clone) { c.put("code", "more\n"); c.commit() }},
		{"the workflow changed after", "changed in more than its pins", func(c *clone) { c.replace(gitops, "gate:", "door:"); c.commit() }},
		{"one pin is another", "not one commit as v1.2.3", func(c *clone) { c.replace(gitops, c.git("rev-parse", "HEAD~1"), c.git("rev-parse", "HEAD~2")) }},
		{"the pins are a commit elsewhere", "is no commit before this one", func(c *clone) {
			c.git("checkout", "--quiet", "--orphan", "elsewhere")
			c.git("commit", "--quiet", "--message", "elsewhere")
		}},
		{"a binary is not recorded", "does not record the four", func(c *clone) {
			c.git("reset", "--quiet", "--hard", "HEAD~2")
			c.put("action/release", "v1.2.3 linux amd64 0 https://example.org\n")
			c.commit()
			for _, name := range []string{gitops, ".github/workflows/gitops-kms.yml"} {
				pin := "layerbot/layerbot@" + c.git("rev-parse", "HEAD") + " # v1.2.3"
				c.replace(name, "layerbot/layerbot@0000000000000000000000000000000000000000", pin)
				c.replace(name, "layerbot/layerbot@1111111111111111111111111111111111111111 # v1.2.2", pin)
			}
			c.commit()
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClone(t)
			c.release("v1.2.3")
			c.release("--pinned", "v1.2.3")
			c.refused("not one commit as v1.2.4", "--pinned", "v1.2.4")
			tt.change(c)
			c.refused(tt.why, "--pinned", "v1.2.3")
		})
	}
}
