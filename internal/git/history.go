// SPDX-License-Identifier: Apache-2.0

package git

import (
	"context"
	"strconv"
	"strings"
)

// Commits returns the commits that are in to and not in from, newest first, at most max; from "" is none: all of
// them. A commit that this clone does not have is an *UnknownRevisionError. Of a shallow clone it returns what is there.
func (r *Repo) Commits(ctx context.Context, from, to string, max int) ([]string, error) {
	head, err := r.Resolve(ctx, to)
	if err != nil {
		return nil, err
	}
	args := []string{"rev-list", "--topo-order", "--max-count=" + strconv.Itoa(max), head}
	if from != "" {
		tail, err := r.Resolve(ctx, from)
		if err != nil {
			return nil, err
		}
		args = append(args, "^"+tail)
	}
	out, err := r.run(ctx, args...)
	return strings.Fields(string(out)), err
}

// Has reports whether the commit is in this clone.
func (r *Repo) Has(ctx context.Context, sha string) bool {
	if !fullSHA.MatchString(sha) {
		return false
	}
	_, err := r.run(ctx, "cat-file", "-e", sha+"^{commit}")
	return err == nil
}

// Object returns the id of a file's content; false if there is no such file. For a link it is that of its text.
func (t *Tree) Object(name string) (string, bool) {
	e, ok := t.entries[name]
	return e.object, ok
}
