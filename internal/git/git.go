// Package git reads a local repository through the git program: trees of a
// commit, what changed between two, where they parted, and a fetch with a
// credential that never reaches argv, disk or another host.
//
// It never checks out, commits or pushes over what a person has in their working
// directory, and runs no hook, filter or helper that a repository configures.
package git

import "context"

// A Repo is a local repository.
type Repo struct{ dir string }

// Open returns the repository that holds dir, or a *NotRepositoryError.
func Open(ctx context.Context, dir string) (*Repo, error) { panic("being written") }

// Dir returns the top of the working directory.
func (r *Repo) Dir() string { return r.dir }

// Head returns the full SHA of what is checked out.
func (r *Repo) Head(ctx context.Context) (string, error) { panic("being written") }

// Resolve returns the full SHA of a revision, or an *UnknownRevisionError. rev may come from a person: it is
// never read as a flag.
func (r *Repo) Resolve(ctx context.Context, rev string) (string, error) { panic("being written") }

// MergeBase returns the best common ancestor of two commits.
func (r *Repo) MergeBase(ctx context.Context, a, b string) (string, error) { panic("being written") }

// Changed returns the paths that differ between two commits, both sides of a rename, sorted.
func (r *Repo) Changed(ctx context.Context, from, to string) ([]string, error) {
	panic("being written")
}

// Tree returns the files of a commit. It satisfies layer.Files.
func (r *Repo) Tree(ctx context.Context, sha string) (*Tree, error) { panic("being written") }

// Fetch brings commits from url. token, when not empty, is sent as basic authentication to url's host only,
// through the environment of the git process. History is deepened until the merge base of the commits is known.
func (r *Repo) Fetch(ctx context.Context, url, token string, shas ...string) error {
	panic("being written")
}

// Checkout makes the (empty or clean, own) working directory that of sha, detached.
func (r *Repo) Checkout(ctx context.Context, sha string) error { panic("being written") }

// A Tree is the files of one commit, read through one git process. Close it after use.
type Tree struct{}

// Paths returns every file's path, sorted.
func (t *Tree) Paths() []string { panic("being written") }

// Link returns what a symbolic link points to.
func (t *Tree) Link(name string) (string, bool) { panic("being written") }

// ReadFile returns the content of a file.
func (t *Tree) ReadFile(name string) ([]byte, error) { panic("being written") }

// Close ends the git process.
func (t *Tree) Close() error { panic("being written") }

// WorkTree returns the files of a folder on disk, git-ignored ones included (var-files often are), without
// .git, .terraform and node_modules. It needs no repository. It satisfies layer.Files.
func WorkTree(dir string) (*Dir, error) { panic("being written") }

// A Dir is the files of a folder on disk.
type Dir struct{}

// Paths returns every file's path, sorted.
func (d *Dir) Paths() []string { panic("being written") }

// Link returns what a symbolic link points to.
func (d *Dir) Link(name string) (string, bool) { panic("being written") }

// ReadFile returns the content of a file. A path or link that leaves the folder is refused.
func (d *Dir) ReadFile(name string) ([]byte, error) { panic("being written") }
