// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"github.com/layerbot/layerbot/internal/config"

	"cmp"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/layer"
)

// A gitHistory is a repository held in memory: the Clone of the histories that are played.
type gitHistory struct {
	commits  map[string]*gitCommit
	branches map[string]string
	lost     map[string]bool // commits that the remote no longer has
	maps     map[string]*layer.Map
}

type gitCommit struct {
	sha     string
	parents []string
	files   files
}

// files is a tree of files held in memory.
type files map[string]string

func (f files) Paths() []string            { return slices.Sorted(maps.Keys(f)) }
func (f files) Link(string) (string, bool) { return "", false }
func (f files) Close() error               { return nil }
func (f files) Object(name string) (string, bool) {
	text, ok := f[name]
	return digestOf(text), ok
}

func (f files) ReadFile(name string) ([]byte, error) {
	text, ok := f[name]
	if !ok {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(text), nil
}

// digestOf is as good as a Git object's id.
func digestOf(parts ...string) string {
	h := sha1.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func newGitHistory() *gitHistory {
	return &gitHistory{commits: map[string]*gitCommit{}, branches: map[string]string{}, lost: map[string]bool{}, maps: map[string]*layer.Map{}}
}

// commit adds a commit and returns its id.
func (g *gitHistory) commit(tree files, parents ...string) string {
	c := &gitCommit{sha: digestOf(append(parents, fmt.Sprint(len(g.commits)))...), parents: parents, files: tree}
	g.commits[c.sha] = c
	return c.sha
}

// layers returns the layers of a commit.
func (g *gitHistory) layers(sha string) *layer.Map {
	if g.maps[sha] == nil {
		_, m, err := Survey(context.Background(), g.commits[sha].files, config.Source{})
		if err != nil {
			panic(err)
		}
		g.maps[sha] = m
	}
	return g.maps[sha]
}

// reach returns the ids of a commit and of all before it.
func (g *gitHistory) reach(sha string) map[string]bool {
	seen := map[string]bool{}
	for todo := []string{sha}; len(todo) > 0; todo = todo[1:] {
		if c := g.commits[todo[0]]; c != nil && !seen[c.sha] {
			seen[c.sha] = true
			todo = append(todo, c.parents...)
		}
	}
	return seen
}

func (g *gitHistory) Head(context.Context) (string, error)                      { return g.branches["main"], nil }
func (g *gitHistory) Trunk(context.Context, string, string) (string, error)     { return "main", nil }
func (g *gitHistory) Deepen(context.Context, string, string, string, int) error { return nil }
func (g *gitHistory) Has(_ context.Context, sha string) bool {
	return g.commits[sha] != nil && !g.lost[sha]
}

func (g *gitHistory) Branches(context.Context, string, string) (map[string]string, error) {
	return maps.Clone(g.branches), nil
}

func (g *gitHistory) Fetch(ctx context.Context, _, _ string, shas ...string) error {
	for _, sha := range shas {
		if !g.Has(ctx, sha) {
			return &git.UnknownRevisionError{Rev: sha}
		}
	}
	return nil
}

func (g *gitHistory) Commits(_ context.Context, from, to string, most int) ([]string, error) {
	before := g.reach(from)
	var out []string
	for sha := range g.reach(to) {
		if !before[sha] {
			out = append(out, sha)
		}
	}
	slices.SortFunc(out, cmp.Compare)
	return out[:min(len(out), most)], nil
}

func (g *gitHistory) MergeBase(context.Context, string, string) (string, error) {
	panic("not asked for by applies")
}
func (g *gitHistory) Changed(context.Context, string, string) ([]string, error) {
	panic("not asked for by applies")
}

func (g *gitHistory) Tree(ctx context.Context, sha string) (Tree, error) {
	if !g.Has(ctx, sha) {
		return nil, &git.UnknownRevisionError{Rev: sha}
	}
	return g.commits[sha].files, nil
}
