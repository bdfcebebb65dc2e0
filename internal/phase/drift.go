// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
)

// Where the App remembers when it looked at each target last: the payload of one deployment, replaced at each search.
const (
	driftEnvironment = "layerbot-drift"
	driftTask        = "drift"
)

var driftPermissions = github.Permissions{"metadata": "read", "contents": "read", "deployments": "read"}

// A looked says when targets were last looked at, by ID.
type looked struct {
	Version int                  `json:"layerbot"`
	Targets map[string]time.Time `json:"targets"`
}

// lookedAt returns when targets were last looked at, as far as it is known.
func lookedAt(ctx context.Context, gh Deployments) (looked, error) {
	none := looked{Version: 1, Targets: map[string]time.Time{}}
	list, _, err := gh.Deployments(ctx, driftEnvironment, driftTask, 1)
	if err != nil || len(list) == 0 {
		return none, err
	}
	var l looked
	if err := json.Unmarshal(list[0].Payload, &l); err == nil && l.Version == 1 && l.Targets != nil {
		return l, nil
	}
	return none, nil // another version's
}

// drift fills in the ticket of a search for drift: every target of every environment, at the head of its
// environment's branch, those first that were not looked at for longest. only names some of them; nil is all.
func (d Door) drift(ctx context.Context, t *Ticket, only *comment.Command) error {
	t.Work = Drifting
	gh, err := d.Open(ctx, driftPermissions)
	if err != nil {
		return err
	}
	defer d.close(ctx, gh)
	branches, err := d.Git.Branches(ctx, d.CloneURL, gh.Token())
	if err != nil {
		return err
	}
	trunk, err := d.defaultBranch(ctx, gh.Token(), t)
	if err != nil {
		return err
	}
	s, err := d.tip(ctx, gh.Token(), t, branches, trunk)
	if err != nil {
		return err
	}
	tips := map[string]*scene{trunk: s}
	for _, target := range s.head.Targets {
		name := s.branchOf(target.Env)
		if branches[name] == "" || tips[name] != nil {
			continue
		}
		if tips[name], err = d.tip(ctx, gh.Token(), t, branches, name); err != nil {
			return err
		}
		tips[name].heed(s.cfg, name)
	}
	for _, name := range slices.Sorted(maps.Keys(tips)) {
		if err := tips[name].drift(t, name, s); err != nil {
			return err
		}
	}
	if err := t.restrict(only); err != nil {
		return err
	}
	t.Head, t.Base, t.BaseRef = branches[trunk], branches[trunk], trunk
	before, err := lookedAt(ctx, gh)
	if err != nil {
		return err
	}
	slices.SortStableFunc(t.Jobs, func(a, b Job) int {
		return cmp.Or(before.Targets[a.Target.ID()].Compare(before.Targets[b.Target.ID()]), cmp.Compare(a.Target.ID(), b.Target.ID()))
	})
	return nil
}

// restrict leaves the jobs that only names.
func (t *Ticket) restrict(only *comment.Command) error {
	if only == nil {
		return nil
	}
	named, err := (&layer.Map{Targets: t.Targets()}).Resolve(only.Words, only.All)
	if err != nil {
		return err
	}
	t.Partial = true
	t.Jobs = slices.DeleteFunc(t.Jobs, func(j Job) bool {
		return !slices.ContainsFunc(named, func(target layer.Target) bool { return target.ID() == j.Target.ID() })
	})
	return nil
}

// drift adds the jobs of the environments of one branch, whose head s is, and which the default branch says are its own.
func (s *scene) drift(t *Ticket, name string, trunk *scene) error {
	envs := s.environmentsOf(name)
	for _, target := range s.head.Targets {
		if !envs[target.Env] || trunk.branchOf(target.Env) != name {
			continue
		}
		j, err := s.draft(target)
		if err != nil {
			return err
		}
		j.At = s.branches[name]
		t.Jobs = append(t.Jobs, j)
	}
	return nil
}

// Unknown reports whether a search for drift says nothing of a target, and that is no failure: the time budget ended
// first, or what it builds on was never applied in its environment.
func Unknown(r *report.Report) bool {
	return r.Failure != nil && (r.Failure.Kind == report.Unreached || r.Failure.Kind == report.Upstream)
}

// Drift looks for changes made outside Terraform, in the order of the jobs, and leaves one report for each in b.Out.
// What is not begun when the budget is used up is reported as not reached; a budget of 0 has no end.
func Drift(ctx context.Context, b Bench, from Readers, t *Ticket, jobs []Job, budget time.Duration) (err error) {
	w, err := b.enter(ctx, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.leave()) }()
	begun := time.Now()
	return craft[aws.ReadOnly]{shop: w, creds: from.Credentials,
		late: func() string {
			if budget == 0 || time.Since(begun) <= budget {
				return ""
			}
			return "not looked at: the time budget of " + budget.String() + " was used up"
		},
		do: func(ctx context.Context, tf Terraform, creds aws.ReadOnly, work runner.Job, _ Job) (*report.Report, error) {
			return tf.Drift(ctx, creds, work)
		},
	}.each(ctx, jobs)
}
