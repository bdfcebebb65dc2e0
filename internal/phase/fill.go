// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hmarr/codeowners"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
)

// branch returns the name of a branch from a ref, "refs/heads/prod" or "prod".
func branch(ref string) string { return strings.TrimPrefix(ref, "refs/heads/") }

// A scene is what a ticket is chosen from: the configuration of the base branch and the layers at both ends.
type scene struct {
	from      config.Source
	cfg       *config.Config
	at        string         // the commit that cfg is of; "" for a working directory
	on        string         // the branch that cfg is of
	trusted   *config.Config // of the default branch; nil where cfg itself is trusted, see terms
	silent    bool           // trusted says nothing
	owners    codeowners.Ruleset
	base      *layer.Map // where head left the base branch
	head      *layer.Map
	settled   *layer.Map // of the default branch; nil where base is that
	affected  []layer.Affected
	changed   []string // files
	mergeBase string
	branches  map[string]string // branch → commit
	trunk     string            // default branch
	key       keyMaker
	grant     granter // nil: the jobs use the credentials that they have
}

// fill fetches both ends of the change, reads configuration from the base branch's tip and chooses the jobs.
func (d Door) fill(ctx context.Context, token string, t *Ticket) error {
	branches, err := d.Git.Branches(ctx, d.CloneURL, token)
	if err != nil {
		return err
	}
	t.Base = branches[t.BaseRef]
	if t.Base == "" {
		return refuse(fmt.Sprintf("the base branch %q does not exist", t.BaseRef), "change the pull request's base to an existing branch")
	}
	if err := d.Git.Fetch(ctx, d.CloneURL, token, t.Base, t.Head); err != nil {
		return err
	}
	s, err := survey(ctx, d.Git, d.Config, t.Base, t.Head)
	if err != nil {
		return err
	}
	s.at = t.Base
	t.MergeBase, s.branches, s.key, s.grant = s.mergeBase, branches, d.keys(ctx, t), d.grants(t, s)
	if s.trunk, err = d.defaultBranch(ctx, token, t); err != nil {
		return err
	}
	trunk, err := d.trunk(ctx, token, s, t.BaseRef)
	if err != nil {
		return err
	}
	s.heed(trunk.cfg, t.BaseRef)
	if err := s.ruled(); err != nil {
		return err
	}
	if settled := branches[s.trunk]; settled != s.mergeBase {
		if s.settled, err = trunk.layersOf(ctx, d.Git, settled); err != nil {
			return err
		}
	}
	if err := s.choose(t); err != nil {
		return asRefusal(err)
	}
	return d.rules(ctx, s, t)
}

// survey reads what the change from base to head touches. Configuration and code owners come from base, never from
// head.
func survey(ctx context.Context, repo Clone, from config.Source, base, head string) (*scene, error) {
	s := &scene{from: from}
	var err error
	if s.mergeBase, err = repo.MergeBase(ctx, base, head); err != nil {
		return nil, err
	}
	if err := with(ctx, repo, base, s.trust); err != nil {
		return nil, err
	}
	if s.base, err = s.layersOf(ctx, repo, s.mergeBase); err != nil {
		return nil, err
	}
	if s.head, err = s.layersOf(ctx, repo, head); err != nil {
		return nil, err
	}
	if s.changed, err = repo.Changed(ctx, s.mergeBase, head); err != nil {
		return nil, err
	}
	s.affected = layer.AffectedBy(s.base, s.head, s.changed)
	if slices.Contains(s.changed, from.Name()) {
		return s, with(ctx, repo, head, s.unbroken)
	}
	return s, nil
}

// unbroken returns why the configuration that a change brings could not be read once it is merged.
func (s *scene) unbroken(tree Tree) error {
	_, err := readConfig(tree, s.from)
	if _, forPeople := Hint(err); !forPeople {
		return err
	}
	return &UserError{
		Message: "this change breaks " + s.from.Name() + ": " + err.Error(),
		Next:    "correct the file in this change: merged as it is, nothing could be planned or applied any more",
	}
}

// layersOf returns the layers of a commit.
func (s *scene) layersOf(ctx context.Context, repo Clone, sha string) (m *layer.Map, err error) {
	err = with(ctx, repo, sha, func(tree Tree) error {
		m, err = discover(ctx, tree, s.cfg)
		return err
	})
	return m, err
}

// trust reads what only the base branch may say.
func (s *scene) trust(tree Tree) (err error) {
	if s.cfg, err = readConfig(tree, s.from); err != nil {
		return err
	}
	s.owners, err = readOwners(tree)
	return err
}

// with opens the tree of a commit for the length of f.
func with(ctx context.Context, repo Clone, sha string, f func(Tree) error) error {
	tree, err := repo.Tree(ctx, sha)
	if err != nil {
		return err
	}
	return errors.Join(f(tree), tree.Close())
}
