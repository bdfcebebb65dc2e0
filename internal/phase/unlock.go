// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
)

// unlock fills in the ticket of /unlock LAYER ENV: one target, at the head of its environment's branch, and only for
// who may apply there.
func (d Door) unlock(ctx context.Context, gh Pulls, a ask, t *Ticket) error {
	t.Work = Unlocking
	branches, err := d.Git.Branches(ctx, d.CloneURL, gh.Token())
	if err != nil {
		return err
	}
	s, err := d.tip(ctx, gh.Token(), t, branches, t.BaseRef)
	if err != nil {
		return err
	}
	targets, err := s.head.Resolve(a.command.Words, false)
	if err != nil {
		return asRefusal(err)
	}
	if len(targets) != 1 {
		return refuse("/unlock takes exactly one layer and one environment", "for example `/unlock "+targets[0].Layer+" "+targets[0].Env+"`")
	}
	env := targets[0].Env
	if own := s.branchOf(env); own != t.BaseRef {
		if s, err = d.tip(ctx, gh.Token(), t, branches, own); err != nil {
			return err
		}
		if targets, err = s.head.Resolve([]string{targets[0].ID()}, false); err != nil {
			return asRefusal(err)
		}
	}
	done := ledger{}
	if err := done.read(ctx, gh, env, targets); err != nil {
		return err
	}
	if err := d.rightful(ctx, gh.Token(), s, t.BaseRef, []string{env}, done); err != nil {
		return err
	}
	if err := d.entitled(ctx, a, s.cfg, []string{env}); err != nil {
		return err
	}
	j, err := s.draft(targets[0])
	t.Jobs = []Job{j}
	return err
}
