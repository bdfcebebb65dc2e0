// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"

	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/layer"
)

// A Clone is what gate needs of a clone of the repository; commits are fetched into it. CloneOf makes one of *git.Repo,
// which says what the methods do.
type Clone interface {
	Head(ctx context.Context) (string, error)
	Branches(ctx context.Context, url, token string) (map[string]string, error)
	Trunk(ctx context.Context, url, token string) (string, error)
	Fetch(ctx context.Context, url, token string, shas ...string) error
	Deepen(ctx context.Context, url, token, sha string, commits int) error
	Has(ctx context.Context, sha string) bool
	MergeBase(ctx context.Context, a, b string) (string, error)
	Changed(ctx context.Context, from, to string) ([]string, error)
	Commits(ctx context.Context, from, to string, max int) ([]string, error)
	Tree(ctx context.Context, sha string) (Tree, error)
}

// A Tree is the files of one commit, until it is closed.
type Tree interface {
	layer.Files
	Object(name string) (string, bool)
	Close() error
}

// CloneOf returns a local repository as a Clone.
func CloneOf(r *git.Repo) Clone { return clone{r} }

type clone struct{ *git.Repo }

func (c clone) Tree(ctx context.Context, sha string) (Tree, error) { return c.Repo.Tree(ctx, sha) }
