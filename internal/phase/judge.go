// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"slices"

	"github.com/layerbot/layerbot/internal/policy"
	"github.com/layerbot/layerbot/internal/report"
)

// judge returns what asks the policies about the plan of a job; nil where it has none.
func (w *workshop) judge(j Job) func(context.Context, []byte) *report.Policy {
	if !j.Threshold.Policies || w.ticket.Work == Drifting || w.ticket.Work == Unlocking {
		return nil
	}
	return func(ctx context.Context, plan []byte) *report.Policy {
		set, err := w.rules(ctx, j.Terms)
		if err != nil {
			return unasked(err)
		}
		return set.Judge(ctx, subject(j), plan)
	}
}

// rules returns the compiled policies of a commit.
func (w *workshop) rules(ctx context.Context, commit string) (*policy.Set, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.jury.set(ctx, commit)
}

func subject(j Job) policy.About {
	return policy.About{Layer: j.Target.Layer, Environment: j.Target.Env, Dir: j.Target.Dir}
}

// unasked is the word of policies that cannot be asked.
func unasked(err error) *report.Policy {
	hint, _ := Hint(err)
	return &report.Policy{Failure: err.Error(), Hint: hint}
}

// Together asks those policies of a ticket that look at several targets, about the plans of its jobs: one report a job,
// in order. nil if there are none, or no plan.
func Together(ctx context.Context, t *Ticket, reports []report.Report) *report.Policy {
	y := jury{ticket: t}
	plans := map[string][]report.Report{} // by the commit of their policies
	var commits []string
	for i, j := range t.Jobs {
		if j.Threshold.Policies && reports[i].Failure == nil {
			if plans[j.Terms] == nil {
				commits = append(commits, j.Terms)
			}
			plans[j.Terms] = append(plans[j.Terms], reports[i])
		}
	}
	var all *report.Policy
	for _, commit := range commits {
		set, err := y.set(ctx, commit)
		if err != nil {
			return unasked(err)
		}
		p := set.Together(ctx, plans[commit])
		switch {
		case p == nil:
		case all == nil:
			all = p
		default:
			all.Join(p)
		}
	}
	return all
}

// Refuses reports whether policies are against the plan of a report on one of the ticket's jobs.
func (t *Ticket) Refuses(r *report.Report) bool {
	j, err := t.Job(r.Target.ID())
	return err == nil && j.Threshold.Sum(r, nil).Refused()
}

// Refused reports whether rules over several targets are against the plans of a ticket.
func (t *Ticket) Refused(together *report.Policy) bool {
	denies := func(j Job) bool { return j.Threshold.Policies && j.Threshold.Denies(together) }
	return together != nil && slices.ContainsFunc(t.Jobs, denies)
}
