// SPDX-License-Identifier: Apache-2.0

package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Export makes dir, which is empty or does not exist yet, a repository with sha checked out, or returns an
// *UnknownRevisionError. It has the tags and the history of r and nothing of its configuration, so no credential
// either. Nothing is copied but the files of sha: the objects are r's, which must outlive it.
// https://git-scm.com/docs/gitrepository-layout#Documentation/gitrepository-layout.txt-objectsinfoalternates
func (r *Repo) Export(ctx context.Context, sha, dir string) (*Repo, error) {
	commit, err := r.Resolve(ctx, sha)
	if err != nil {
		return nil, err
	}
	objects, err := r.gitPath(ctx, "objects")
	if err != nil {
		return nil, err
	}
	shallow, err := r.gitPath(ctx, "shallow")
	if err != nil {
		return nil, err
	}
	cut, err := os.ReadFile(shallow)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	tags, err := r.run(ctx, "for-each-ref", "--format=%(objectname) %(refname)", "refs/tags")
	if err != nil {
		return nil, err
	}
	made, err := Init(ctx, dir)
	if err != nil {
		return nil, err
	}
	for name, content := range map[string]string{
		"objects/info/alternates": objects + "\n", "shallow": string(cut), "packed-refs": string(tags),
	} {
		file := filepath.Join(made.dir, ".git", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, err
		}
		if content == "" {
			continue
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	return made, made.Checkout(ctx, commit)
}
