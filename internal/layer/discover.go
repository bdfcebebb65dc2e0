// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"context"
	"sort"
)

// Files is a read-only tree of files: a working directory or one commit.
// Paths are slash-separated and relative to its root.
type Files interface {
	// Paths returns the path of every file and symbolic link, sorted. Folders are implied.
	Paths() []string
	// Link returns what a symbolic link points to, as written in it.
	Link(name string) (target string, ok bool)
	// ReadFile returns the content of a regular file. It is called concurrently.
	ReadFile(name string) ([]byte, error)
}

// Options is what a repository's configuration says about its layers. The zero
// value discovers everything by convention.
//
// Templates hold {dir} (the root module's folder), {layer} ("05-compute"), {name}
// ("compute") and {env}; those of files may be doublestar globs. All are relative
// to the root of the repository.
type Options struct {
	Include       []string            // doublestar globs of layer folders; empty: every root module
	Exclude       []string            // doublestar globs of folders to leave out
	VarFiles      []string            // templates, in order; empty: by convention
	BackendFile   string              // template of the backend file; "": by convention
	BackendValues map[string]string   // templates of further backend values
	Environments  []string            // environments named in the configuration
	DependsOn     map[string][]string // layer → layers, by any of their names
}

// A Map is everything that discovery found in one tree.
type Map struct {
	Targets  []Target  `json:"targets"`  // sorted by wave, then dir, then environment
	Skipped  []Skip    `json:"skipped"`  // with reasons, sorted by dir
	Warnings []Problem `json:"warnings"` // cycles, ambiguities, named files that are not committed

	inputs *inputs // what determines each target
	order  *order  // what comes before each target
	places map[string]Place
	reads  map[string][]Place
}

// Discover finds the layers of a repository, their environments and their order.
// Broken HCL in one layer becomes the Problem of that layer's targets; an error
// is returned only when nothing can be said at all.
func Discover(ctx context.Context, files Files, opts Options) (*Map, error) {
	d := &discovery{
		tree: newTree(files), opts: opts, info: map[*Target]*targetInfo{}, byPath: map[string]*valueFile{},
		result: &Map{Targets: []Target{}, Skipped: []Skip{}, Warnings: []Problem{}},
	}
	sources, err := parseAll(ctx, d.tree)
	if err != nil {
		return nil, err
	}
	d.folders = readFolders(d.tree, sources)
	d.findRoots()
	d.name()
	d.makeTargets()
	d.warnOfMissing()

	var targets []*Target
	for _, r := range d.roots {
		targets = append(targets, r.targets...)
	}
	d.connect(targets)
	d.warnOfSharedState(targets)
	d.setWaves(targets)
	return d.finish(targets), ctx.Err()
}

func (d *discovery) finish(targets []*Target) *Map {
	sort.SliceStable(targets, func(i, j int) bool {
		a, b := targets[i], targets[j]
		switch {
		case a.Wave != b.Wave:
			return a.Wave < b.Wave
		case a.Dir != b.Dir:
			return a.Dir < b.Dir
		}
		return a.Env < b.Env
	})
	m := d.result
	m.inputs, m.order = d.collectInputs(targets), d.order
	m.places, m.reads = d.collectPlaces(targets)
	for _, t := range targets {
		m.Targets = append(m.Targets, *t)
	}
	sort.SliceStable(m.Skipped, func(i, j int) bool { return m.Skipped[i].Dir < m.Skipped[j].Dir })
	sort.SliceStable(m.Warnings, func(i, j int) bool { return m.Warnings[i].File < m.Warnings[j].File })
	return m
}
