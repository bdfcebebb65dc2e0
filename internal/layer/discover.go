package layer

import "context"

// Files is a read-only tree of files: a working directory or one commit.
// Paths are slash-separated and relative to its root.
type Files interface {
	// Paths returns the path of every file and symbolic link, sorted. Folders are implied.
	Paths() []string
	// Link returns what a symbolic link points to, as written in it.
	Link(name string) (target string, ok bool)
	// ReadFile returns the content of a regular file.
	ReadFile(name string) ([]byte, error)
}

// Options is what a repository's configuration says about its layers. The zero
// value discovers everything by convention.
type Options struct {
	Include       []string            // doublestar globs of layer folders; empty: every root module
	Exclude       []string            // doublestar globs of folders to leave out
	VarFiles      []string            // templates with {dir}, {layer}, {env} and globs, in order; empty: by convention
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
}

// Discover finds the layers of a repository, their environments and their order.
// Broken HCL in one layer becomes the Problem of that layer's targets; an error
// is returned only when nothing can be said at all.
func Discover(ctx context.Context, files Files, opts Options) (*Map, error) {
	panic("being written")
}

// Select resolves names to targets. layers and envs hold names as a person writes them: a full name, the
// name without its number, the number alone, or a glob; "all" is every layer; empty means no restriction. A
// name that matches nothing is a *NotFoundError naming the nearest valid words.
func (m *Map) Select(layers, envs []string) ([]Target, error) { panic("being written") }

// An Affected is a target that a change touches.
type Affected struct {
	Target
	Why     []string `json:"why"`               // the changed files that pulled it in, sorted
	Deleted bool     `json:"deleted,omitempty"` // the target exists at the base and no longer at the head
}

// AffectedBy returns the targets of head (and those of base that head no longer has) that the changed files
// touch: the layer's own files, every local module it reaches, its var-files, backend-config and lock file,
// through symbolic links. changed holds paths of both sides of a rename.
func AffectedBy(base, head *Map, changed []string) []Affected { panic("being written") }
