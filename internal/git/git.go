// SPDX-License-Identifier: Apache-2.0

// Package git reads a local repository through the git program: trees of a
// commit, what changed between two, where they parted, and a fetch with a
// credential that never reaches argv, disk or another host.
//
// It never checks out, commits or pushes over what a person has in their working
// directory, and runs no hook, filter or helper that a repository configures.
package git

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// A Repo is a local repository.
type Repo struct {
	dir     string
	network map[string]string // proxy and certificate variables, see WithNetwork
}

// Open returns the repository that holds dir, or a *NotRepositoryError.
func Open(ctx context.Context, dir string) (*Repo, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(abs); err != nil || !info.IsDir() {
		return nil, &NotRepositoryError{Dir: dir}
	}
	r := &Repo{dir: abs}
	for _, question := range []string{"--show-toplevel", "--absolute-git-dir"} { // the second answers in a bare repository
		top, err := r.line(ctx, "rev-parse", question)
		if err == nil && top != "" {
			r.dir = filepath.Clean(filepath.FromSlash(top))
			return r, nil
		}
		if failed := new(CommandError); !errors.As(err, &failed) {
			return nil, err
		}
	}
	return nil, &NotRepositoryError{Dir: dir}
}

// Init makes dir, which may not exist yet, an empty repository for a fetch.
func Init(ctx context.Context, dir string) (*Repo, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return nil, err
	}
	r := &Repo{dir: abs}
	// An empty template: no hooks, no excludes and no attributes from the machine.
	if _, err := r.run(ctx, "init", "--quiet", "--template=", "--initial-branch=main"); err != nil {
		return nil, err
	}
	return r, nil
}

// WithNetwork returns r with the proxy and certificate variables among vars
// (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE …) given to git. All others are dropped.
func (r *Repo) WithNetwork(vars map[string]string) *Repo {
	kept := map[string]string{}
	for _, name := range networkVariables {
		if v, ok := vars[name]; ok {
			kept[name] = v
		}
	}
	return &Repo{dir: r.dir, network: kept}
}

// Dir returns the top of the working directory.
func (r *Repo) Dir() string { return r.dir }

// Head returns the full SHA of what is checked out.
func (r *Repo) Head(ctx context.Context) (string, error) { return r.Resolve(ctx, "HEAD") }

// Resolve returns the full SHA of a revision, or an *UnknownRevisionError. rev may come from a person: it is
// never read as a flag. A branch that is only known at the remote "origin" is found there.
func (r *Repo) Resolve(ctx context.Context, rev string) (string, error) {
	if rev == "" || strings.HasPrefix(rev, "-") || strings.ContainsAny(rev, "\x00\n\r") {
		return "", &UnknownRevisionError{Rev: rev}
	}
	for _, name := range []string{rev, "refs/remotes/origin/" + rev} {
		sha, err := r.line(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
		if err == nil {
			return sha, nil
		}
		if failed := new(CommandError); !errors.As(err, &failed) {
			return "", err
		}
	}
	return "", &UnknownRevisionError{Rev: rev}
}

// MergeBase returns the best common ancestor of two commits, or a *NoMergeBaseError.
func (r *Repo) MergeBase(ctx context.Context, a, b string) (string, error) {
	from, err := r.Resolve(ctx, a)
	if err != nil {
		return "", err
	}
	to, err := r.Resolve(ctx, b)
	if err != nil {
		return "", err
	}
	base, err := r.line(ctx, "merge-base", from, to)
	if failed := new(CommandError); errors.As(err, &failed) && failed.Code == 1 {
		return "", &NoMergeBaseError{A: a, B: b}
	}
	return base, err
}

// Changed returns the paths that differ between two commits, both sides of a rename, sorted.
func (r *Repo) Changed(ctx context.Context, from, to string) ([]string, error) {
	a, err := r.Resolve(ctx, from)
	if err != nil {
		return nil, err
	}
	b, err := r.Resolve(ctx, to)
	if err != nil {
		return nil, err
	}
	// Without rename detection a rename is a deletion and an addition: both sides.
	out, err := r.run(ctx, "diff-tree", "-r", "-z", "--no-renames", "--name-only", "--no-ext-diff", "--no-textconv", a, b)
	if err != nil {
		return nil, err
	}
	paths := splitNUL(out)
	sort.Strings(paths)
	return paths, nil
}

func splitNUL(out []byte) []string {
	text := strings.TrimSuffix(string(out), "\x00")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\x00")
}
