// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what discovery finds into testdata")

// memory is a tree of files held in memory.
type memory struct {
	content map[string][]byte
	links   map[string]string
}

func (m *memory) Paths() []string {
	names := make([]string, 0, len(m.content)+len(m.links))
	for name := range m.content {
		names = append(names, name)
	}
	for name := range m.links {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (m *memory) Link(name string) (string, bool) {
	target, ok := m.links[name]
	return target, ok
}

func (m *memory) ReadFile(name string) ([]byte, error) {
	if content, ok := m.content[name]; ok {
		return content, nil
	}
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// fromArchive reads a tree from a txtar. A file called "a -> b" is a symbolic
// link a to b; the ones without a folder called options, affected and want are
// not part of the tree.
func fromArchive(archive *txtar.Archive) (tree *memory, special map[string][]byte) {
	tree = &memory{content: map[string][]byte{}, links: map[string]string{}}
	special = map[string][]byte{}
	for _, f := range archive.Files {
		link, target, isLink := strings.Cut(f.Name, " -> ")
		switch {
		case isLink:
			tree.links[link] = target
			delete(tree.content, link)
		case f.Name == "options" || f.Name == "affected" || f.Name == "want":
			special[f.Name] = f.Data
		case tree.links[f.Name] == "":
			tree.content[f.Name] = f.Data
		}
	}
	return tree, special
}

func treeOf(text string) *memory {
	m, _ := fromArchive(txtar.Parse([]byte(text)))
	return m
}

func discover(t testing.TB, files Files, opts Options) *Map {
	t.Helper()
	m, err := Discover(context.Background(), files, opts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// describe prints what a map holds, one fact a line.
func describe(m *Map) string {
	var b strings.Builder
	for _, t := range m.Targets {
		fmt.Fprintf(&b, "%d %s\n", t.Wave, t.ID())
		line := func(name string, values ...string) {
			if text := strings.Join(values, ", "); text != "" {
				fmt.Fprintf(&b, "  %s: %s\n", name, text)
			}
		}
		line("dir", t.Dir)
		line("backend", t.Backend)
		line("version", t.RequiredVersion)
		line("var files", t.VarFiles...)
		line("backend config", t.BackendConfig)
		line("backend values", sortedValues(t.BackendValues)...)
		line("workspace", t.Workspace)
		line("depends on", t.DependsOn...)
		if t.Problem != nil {
			line("problem", problemText(*t.Problem))
		}
	}
	for _, s := range m.Skipped {
		fmt.Fprintf(&b, "skipped %s: %s\n", s.Dir, s.Reason)
	}
	for _, p := range m.Warnings {
		fmt.Fprintf(&b, "warning %s\n", problemText(p))
	}
	return b.String()
}

func problemText(p Problem) string {
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
	}
	return p.File + ": " + p.Message
}

// A layout is a tree of testdata.
type layout struct {
	name    string
	archive *txtar.Archive
	files   *memory
	opts    Options
	special map[string][]byte
}

// eachLayout discovers every tree of testdata.
func eachLayout(t *testing.T, check func(t *testing.T, l layout, m *Map)) {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) < 15 {
		t.Fatalf("%d layouts, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(path.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			l := layout{name: name, archive: archive}
			l.files, l.special = fromArchive(archive)
			if text := l.special["options"]; text != nil {
				if err := json.Unmarshal(text, &l.opts); err != nil {
					t.Fatal(err)
				}
			}
			check(t, l, discover(t, l.files, l.opts))
		})
	}
}

// TestLayouts finds, in every tree of testdata, what the tree's "want" says.
func TestLayouts(t *testing.T) {
	eachLayout(t, func(t *testing.T, l layout, m *Map) {
		got := describe(m)
		if *update {
			writeWant(t, l.name, l.archive, got)
		} else if got != string(l.special["want"]) {
			t.Errorf("found:\n%s\nwant:\n%s", got, l.special["want"])
		}
		for _, line := range strings.Split(strings.TrimSpace(string(l.special["affected"])), "\n") {
			if changed, want, ok := strings.Cut(line, " => "); ok {
				checkAffected(t, m, changed, want)
			}
		}
		checkSound(t, m)
	})
}

func checkAffected(t *testing.T, m *Map, changed, want string) {
	t.Helper()
	var got []string
	for _, a := range AffectedBy(m, m, []string{changed}) {
		got = append(got, a.String())
		if len(a.Why) != 1 || a.Why[0] != changed {
			t.Errorf("%s is affected because of %q, want %s", a.ID(), a.Why, changed)
		}
	}
	sort.Strings(got)
	if text := strings.Join(got, " "); text != strings.TrimSpace(strings.TrimPrefix(want, "nothing")) {
		t.Errorf("%s affects %q, want %q", changed, text, want)
	}
}

// checkSound checks what holds for every map.
func checkSound(t testing.TB, m *Map) {
	t.Helper()
	ids, wave := map[string]bool{}, map[string]int{}
	for i, x := range m.Targets {
		if ids[x.ID()] {
			t.Errorf("%s is there twice", x.ID())
		}
		ids[x.ID()] = true
		wave[x.Dir+"\x00"+x.Env] = x.Wave
		if i > 0 && m.Targets[i-1].Wave > x.Wave {
			t.Errorf("%s stands after a later wave", x.ID())
		}
		if x.VarFiles == nil || x.DependsOn == nil {
			t.Errorf("%s has a null list", x.ID())
		}
	}
	for _, x := range m.Targets {
		for _, dir := range x.DependsOn {
			if w, ok := wave[dir+"\x00"+x.Env]; ok && w >= x.Wave && !reads(m, dir, x.Dir) {
				t.Errorf("%s is in wave %d and depends on %s in wave %d", x.ID(), x.Wave, dir, w)
			}
		}
	}
	checkUpstreams(t, m)
}

// reads reports whether the layer in one folder depends on the one in another, at any remove.
func reads(m *Map, from, to string) bool {
	up := map[string][]string{}
	for _, x := range m.Targets {
		up[x.Dir] = append(up[x.Dir], x.DependsOn...)
	}
	seen, todo := map[string]bool{}, []string{from}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		if at == to {
			return true
		}
		if !seen[at] {
			seen[at] = true
			todo = append(todo, up[at]...)
		}
	}
	return false
}

func writeWant(t *testing.T, name string, archive *txtar.Archive, want string) {
	t.Helper()
	var files []txtar.File
	for _, f := range archive.Files {
		if f.Name != "want" {
			files = append(files, f)
		}
	}
	files = append(files, txtar.File{Name: "want", Data: []byte(want)})
	archive.Files = files
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
