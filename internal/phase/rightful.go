// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// rightful refuses to apply or unlock from a branch in environments that are not its own. What the branch says of itself
// is no proof: whoever may write can make a branch whose configuration claims an environment, or one of an environment's
// name. So the configuration of the default branch must say the same; and unless it names the branch, an environment
// stays with the branch that it was last applied from. s is the branch's scene, done what was applied; s then knows whose
// word counts on what targets are given, see terms.
func (d Door) rightful(ctx context.Context, token string, s *scene, name string, envs []string, done ledger) error {
	trunk, err := d.trunk(ctx, token, s, name)
	if err != nil {
		return err
	}
	for _, env := range envs {
		why := ""
		if own := trunk.branchOf(env); own != name {
			why = fmt.Sprintf("on the default branch %q belongs to %q", s.trunk, own)
		} else if last := done.branch(env); last != "" && last != name && !trunk.cfg.Environment(env).BranchGiven {
			why = fmt.Sprintf("was last applied from %q", last)
		}
		if why != "" {
			return refuse(fmt.Sprintf("the branch %q claims the environment %s, which %s", name, env, why),
				fmt.Sprintf("if it is right, set `branch = %q` in the block of %s in `%s` of %q", name, env, trunk.cfg.Path, s.trunk))
		}
	}
	s.heed(trunk.cfg, name)
	return s.ruled()
}

// trunk returns the scene of a branch with the configuration of the default branch.
func (d Door) trunk(ctx context.Context, token string, s *scene, name string) (scene, error) {
	trunk := *s
	if name == s.trunk {
		return trunk, nil
	}
	head := s.branches[s.trunk]
	if head == "" {
		return trunk, refuse(fmt.Sprintf("the default branch %q, which says what branch an environment has, does not exist", s.trunk), "see whether it was renamed meanwhile")
	}
	if err := d.Git.Fetch(ctx, d.CloneURL, token, head); err != nil {
		return trunk, err
	}
	err := with(ctx, d.Git, head, trunk.trust)
	if err != nil {
		err = fmt.Errorf("on the default branch %q: %w", s.trunk, err)
	}
	return trunk, err
}

// branch returns the branch that an environment was last applied from; "" if none was noted.
func (l ledger) branch(env string) string {
	var newest *attempt
	for _, id := range slices.Sorted(maps.Keys(l)) {
		for _, a := range []*attempt{l[id].last, l[id].success} {
			if envOf(id) == env && a != nil && a.Branch != "" && (newest == nil || a.id > newest.id) {
				newest = a
			}
		}
	}
	if newest == nil {
		return ""
	}
	return newest.Branch
}
