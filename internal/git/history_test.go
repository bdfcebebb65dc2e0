// SPDX-License-Identifier: Apache-2.0

package git

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCommits(t *testing.T) {
	ctx := context.Background()
	dir, repo := scene(t)
	first, second := commit(t, dir, "first"), commit(t, dir, "second")
	person(t, dir, "checkout", "-q", "-b", "side", first)
	side := commit(t, dir, "side")
	person(t, dir, "checkout", "-q", "main")
	person(t, dir, "merge", "-q", "--no-ff", "-m", "merge", "side")
	merge := person(t, dir, "rev-parse", "HEAD")
	for name, c := range map[string]struct {
		from, to string
		max      int
		want     []string
	}{
		"a merge brings both":      {second, merge, 10, []string{merge, side}},
		"not more than asked for":  {first, merge, 1, []string{merge}},
		"nothing before the first": {"", second, 10, []string{second, first}},
		"nothing new":              {merge, merge, 10, nil},
		"back in time":             {merge, first, 10, nil},
		"by name":                  {"side", "main", 10, []string{merge, second}},
		"none wanted":              {"", merge, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := repo.Commits(ctx, c.from, c.to, c.max); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("Commits = %q, %v, want %q", got, err, c.want)
			}
		})
	}
	for _, c := range [][2]string{{strings.Repeat("a", 40), merge}, {first, strings.Repeat("a", 40)}, {"--all", merge}, {first, ""}} {
		unknown := new(UnknownRevisionError)
		if got, err := repo.Commits(ctx, c[0], c[1], 10); !errors.As(err, &unknown) {
			t.Errorf("Commits(%q) = %q, %v, want UnknownRevisionError", c, got, err)
		}
	}
}

func TestHas(t *testing.T) {
	ctx := context.Background()
	dir, repo := scene(t)
	write(t, dir, "a", "1")
	sha := commit(t, dir, "first")
	blob := person(t, dir, "rev-parse", "HEAD:a")
	for rev, want := range map[string]bool{sha: true, blob: false, strings.Repeat("0", 40): false, "HEAD": false, sha[:8]: false, "--batch": false, "": false} {
		if got := repo.Has(ctx, rev); got != want {
			t.Errorf("Has(%q) = %v", rev, got)
		}
	}
}

// TestFetchOfACommitThatIsGone asks for one that a forced push left behind.
func TestFetchOfACommitThatIsGone(t *testing.T) {
	ctx := context.Background()
	root := t.TempDir()
	origin := filepath.Join(root, "origin")
	person(t, root, "init", "-q", "-b", "main", "origin")
	gone := commit(t, origin, "gone")
	person(t, origin, "commit", "-q", "--amend", "--allow-empty", "-m", "instead")
	head := person(t, origin, "rev-parse", "HEAD")
	person(t, origin, "reflog", "expire", "--expire=now", "--all")
	person(t, origin, "gc", "-q", "--prune=now")
	url, _ := serve(t, root)
	for _, address := range []string{url + "/origin/.git", "file://" + origin} {
		repo, err := Init(ctx, filepath.Join(t.TempDir(), "clone"))
		if err != nil {
			t.Fatal(err)
		}
		unknown := new(UnknownRevisionError)
		if err := repo.Fetch(ctx, address, "", gone); !errors.As(err, &unknown) || unknown.Rev != gone {
			t.Errorf("Fetch = %v, want UnknownRevisionError", err)
		}
		if err := repo.Fetch(ctx, address, "", head); err != nil || !repo.Has(ctx, head) || repo.Has(ctx, gone) {
			t.Errorf("after it: %v", err)
		}
	}
}

func TestObjects(t *testing.T) {
	ctx := context.Background()
	dir, repo := scene(t)
	write(t, dir, "a.tf", "same")
	write(t, dir, "b.tf", "same")
	write(t, dir, "c.tf", "other")
	for link, target := range map[string]string{"link.tf": "a.tf", "outside": "../../etc/passwd", "folder": "."} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	sha := commit(t, dir, "first")
	person(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+sha+",submodule")
	person(t, dir, "commit", "-q", "-m", "a submodule")
	tree, err := repo.Tree(ctx, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for _, name := range tree.Paths() {
		if got, ok := tree.Object(name); !ok || got != person(t, dir, "rev-parse", "HEAD:"+name) {
			t.Errorf("Object(%q) = %q, %v", name, got, ok)
		}
	}
	for _, name := range []string{"submodule", "none", "", "folder/a.tf"} {
		if got, ok := tree.Object(name); ok || got != "" {
			t.Errorf("Object(%q) = %q, %v", name, got, ok)
		}
	}
	if len(tree.Paths()) != 6 {
		t.Errorf("paths %q", tree.Paths())
	}
}

func TestDeepenBringsTheHistoryOfACommitThatIsCutOff(t *testing.T) {
	ctx := context.Background()
	dir, remote := scene(t)
	var all []string
	for _, message := range []string{"first", "second", "third", "fourth"} {
		all = append([]string{commit(t, dir, message)}, all...)
	}
	repo, err := Init(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.Fetch(ctx, remote.Dir(), "", all[0]); err != nil {
		t.Fatal(err)
	}
	if got, err := repo.Commits(ctx, "", all[0], 10); err != nil || len(got) != 1 {
		t.Fatalf("before: %q, %v", got, err)
	}
	for _, n := range []int{2, 10} {
		if err := repo.Deepen(ctx, remote.Dir(), "", all[0], n); err != nil {
			t.Fatal(err)
		}
		if got, err := repo.Commits(ctx, "", all[0], n); err != nil || !slices.Equal(got, all[:min(n, len(all))]) {
			t.Errorf("%d deep: %q, %v, want %q", n, got, err, all)
		}
	}
	unknown := new(UnknownRevisionError)
	if err := repo.Deepen(ctx, remote.Dir(), "", "main", 1); !errors.As(err, &unknown) {
		t.Errorf("a name: %v", err)
	}
}

func TestTrunkIsTheRemotesDefaultBranch(t *testing.T) {
	ctx := context.Background()
	dir, remote := scene(t)
	commit(t, dir, "first")
	person(t, dir, "checkout", "-q", "-b", "trunk/is-here")
	repo, err := Init(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := repo.Trunk(ctx, remote.Dir(), ""); err != nil || got != "trunk/is-here" {
		t.Errorf("Trunk = %q, %v", got, err)
	}
}
