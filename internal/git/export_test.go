// SPDX-License-Identifier: Apache-2.0

package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExport(t *testing.T) {
	ctx := context.Background()
	dir, repo := scene(t)
	write(t, dir, "a.tf", "first")
	first := commit(t, dir, "first")
	person(t, dir, "tag", "v1")
	person(t, dir, "tag", "-a", "-m", "annotated", "v1.0.1")
	write(t, dir, "a.tf", "second")
	write(t, dir, "b.tf", "new")
	second := commit(t, dir, "second")
	person(t, dir, "config", "http.https://github.com/.extraheader", "AUTHORIZATION: basic x")
	write(t, dir, "a.tf", "mine, not committed")

	for sha, want := range map[string]string{first: "v1.0.1", second: "v1.0.1-1-g" + second[:7]} {
		made, err := repo.Export(ctx, sha, filepath.Join(t.TempDir(), "files"))
		if err != nil {
			t.Fatal(err)
		}
		if head, err := made.Head(ctx); err != nil || head != sha {
			t.Errorf("Head = %q, %v", head, err)
		}
		if got := person(t, made.Dir(), "describe", "--tags"); got != want {
			t.Errorf("git describe says %q, want %q", got, want)
		}
		if got := person(t, made.Dir(), "status", "--porcelain"); got != "" {
			t.Errorf("git status says %q", got)
		}
		if key, found := made.CredentialInConfig(ctx); found {
			t.Errorf("a credential went along: %s", key)
		}
	}
	if content, err := os.ReadFile(filepath.Join(dir, "a.tf")); err != nil || string(content) != "mine, not committed" {
		t.Errorf("the clone's own a.tf is %q, %v", content, err)
	}
}

func TestExportFromOtherLayouts(t *testing.T) {
	ctx := context.Background()
	dir, _ := scene(t)
	write(t, dir, "a.tf", "1")
	head := commit(t, dir, "first")
	person(t, dir, "tag", "v1")
	bare, linked := filepath.Join(t.TempDir(), "bare.git"), filepath.Join(t.TempDir(), "linked")
	person(t, dir, "clone", "-q", "--bare", dir, bare)
	person(t, dir, "worktree", "add", "-q", "--detach", linked)
	for _, source := range []string{bare, linked} {
		repo, err := Open(ctx, source)
		if err != nil {
			t.Fatal(err)
		}
		made, err := repo.Export(ctx, head, t.TempDir())
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if got := person(t, made.Dir(), "describe", "--tags"); got != "v1" {
			t.Errorf("%s: git describe says %q", source, got)
		}
	}
}

func TestExportFromAShallowClone(t *testing.T) {
	ctx := context.Background()
	origin, _ := scene(t)
	for range 3 {
		commit(t, origin, "old")
	}
	write(t, origin, "a.tf", "1")
	head := commit(t, origin, "new")
	clone := filepath.Join(t.TempDir(), "clone")
	person(t, origin, "clone", "-q", "--depth=1", "file://"+origin, clone)
	repo, err := Open(ctx, clone)
	if err != nil {
		t.Fatal(err)
	}
	made, err := repo.Export(ctx, head, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if got := person(t, made.Dir(), "log", "--format=%s"); got != "new" {
		t.Errorf("git log says %q", got)
	}
	person(t, made.Dir(), "fsck", "--no-dangling")
}

func TestExportRefusals(t *testing.T) {
	ctx := context.Background()
	dir, repo := scene(t)
	write(t, dir, "a.tf", "1")
	head := commit(t, dir, "first")
	unknown := new(UnknownRevisionError)
	for _, sha := range []string{strings.Repeat("a", 40), "--help", ""} {
		into := filepath.Join(t.TempDir(), "files")
		if _, err := repo.Export(ctx, sha, into); !errors.As(err, &unknown) {
			t.Errorf("Export(%q) = %v, want UnknownRevisionError", sha, err)
		}
		if _, err := os.Stat(into); !os.IsNotExist(err) {
			t.Errorf("Export(%q) left a folder: %v", sha, err)
		}
	}
	full := t.TempDir()
	write(t, full, "a.tf", "precious")
	dirty := new(DirtyError)
	if _, err := repo.Export(ctx, head, full); !errors.As(err, &dirty) {
		t.Errorf("Export over a file = %v, want DirtyError", err)
	}
}

// BenchmarkExport is a commit of 1,000 files.
func BenchmarkExport(b *testing.B) {
	ctx := context.Background()
	dir := b.TempDir()
	repo, err := Init(ctx, dir)
	if err != nil {
		b.Fatal(err)
	}
	var commit strings.Builder
	commit.WriteString("commit refs/heads/main\ncommitter a <a@example.com> 1700000000 +0000\ndata 1\nx\n")
	for i := range 1000 {
		fmt.Fprintf(&commit, "M 644 inline d%d/f%d.tf\ndata 4\n%04d\n", i%50, i, i)
	}
	load(b, dir, commit.String())
	for b.Loop() {
		if _, err := repo.Export(ctx, "main", b.TempDir()); err != nil {
			b.Fatal(err)
		}
	}
}
