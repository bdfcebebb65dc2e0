// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A wood is a Tree: path → content, or "→ where a link points".
type wood map[string]string

func (w wood) Paths() []string { return slices.Sorted(maps.Keys(w)) }

func (w wood) Link(name string) (string, bool) {
	if to, isLink := w[name]; isLink && len(to) > len("→ ") && to[:len("→ ")] == "→ " {
		return to[len("→ "):], true
	}
	return "", false
}

func (w wood) ReadFile(name string) ([]byte, error) {
	if _, isLink := w.Link(name); isLink || w[name] == "" {
		return nil, fs.ErrNotExist
	}
	return []byte(w[name]), nil
}

func (wood) Object(string) (string, bool) { return "", false }
func (wood) Close() error                 { return nil }

func TestLinksAreFollowedWithinTheTree(t *testing.T) {
	f := &forest{Tree: wood{
		"app/main.tf": "main", "app/link": "→ ../shared", "app/file.tf": "→ link/m/main.tf", "shared/m/main.tf": "shared", "shared/inner": "→ ../app",
		"out": "→ ../../etc", "root": "→ /etc/passwd", "loop": "→ loop", "gone": "→ nowhere", "other": "→ docs", "docs/a.md": "a", "app/here": "→ .", "far": "→ .",
	}}
	for name, want := range map[string]string{
		"app/main.tf": "main", "app/file.tf": "shared", "app/link/m/main.tf": "shared", "app/link/inner/main.tf": "main",
		"out": "", "root": "", "loop": "", "gone": "", "app/link": "",
	} {
		if got, err := f.read(name); string(got) != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	got := f.folders([]string{"app/here", "app/link", "app/main.tf", "shared/m/main.tf"})
	if diff := cmp.Diff(map[string]string{"app/link": "shared", "shared/inner": "app", "app/here": "app"}, got); diff != "" {
		t.Error(diff)
	}
}

// The checkout of a job that scans is the change's: what steers scanners never comes from there.
func TestRulesOfNoCommitAreNotThoseOfTheCheckout(t *testing.T) {
	x := &examination{shop: &workshop{Bench: Bench{Root: t.TempDir()}, ticket: &Ticket{Head: "aaaa"}}, trees: map[string]*forest{}}
	if _, err := x.settings(context.Background(), Job{Target: judgedDev}); err == nil {
		t.Error("settings of the checkout")
	}
	if _, err := x.globs(context.Background(), Job{Target: judgedDev}); err == nil {
		t.Error("the checkout's configuration says what manifests are")
	}
}
