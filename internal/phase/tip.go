// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"errors"
	"fmt"

	"github.com/layerbot/layerbot/internal/git"
)

// tip returns the configuration and the layers at the head of a branch, which becomes the ticket's. Each of looks is
// shown the tree once both are known.
func (d Door) tip(ctx context.Context, token string, t *Ticket, branches map[string]string, name string, looks ...func(Tree, *scene) error) (*scene, error) {
	head := branches[name]
	if head == "" {
		return nil, refuse(fmt.Sprintf("the branch %q does not exist", name), "see whether it was renamed; `branch` in the environment's block of `"+d.Config.Name()+"` names it")
	}
	if err := d.Git.Fetch(ctx, d.CloneURL, token, head); err != nil {
		return nil, err
	}
	t.Head, t.Base, t.BaseRef = head, head, name
	s := &scene{from: d.Config, at: head, branches: branches, trunk: t.Repository.DefaultBranch, key: d.keys(ctx, t)}
	s.grant = d.grants(t, s)
	return s, with(ctx, d.Git, head, func(tree Tree) (err error) {
		if err := s.trust(tree); err != nil {
			return err
		}
		if s.head, err = discover(ctx, tree, s.cfg); err != nil {
			return err
		}
		s.base = s.head
		for _, look := range looks {
			if err := look(tree, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// defaultBranch returns the name of the ticket's default branch, which not every event's payload has.
func (d Door) defaultBranch(ctx context.Context, token string, t *Ticket) (name string, err error) {
	if t.Repository.DefaultBranch == "" {
		t.Repository.DefaultBranch, err = d.Git.Trunk(ctx, d.CloneURL, token)
	}
	return t.Repository.DefaultBranch, err
}

// bring sees that an earlier commit is in the clone, and what lies between it and the others. It is false if the
// repository no longer has it, as after a forced push.
func (d Door) bring(ctx context.Context, token, sha string, others ...string) (bool, error) {
	if len(others) == 0 && d.Git.Has(ctx, sha) {
		return true, nil
	}
	err := d.Git.Fetch(ctx, d.CloneURL, token, append([]string{sha}, others...)...)
	var gone *git.UnknownRevisionError
	if errors.As(err, &gone) {
		d.Log.Warn("an earlier commit is no longer in the repository", "commit", sha)
		return false, nil
	}
	return err == nil, err
}
