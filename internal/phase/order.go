// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// job returns the job of a candidate: what it is compared with, and whether it may be applied at all.
func (m *merge) job(ctx context.Context, c candidate, pending []candidate) (Job, error) {
	j, err := m.draft(c.Target)
	if err != nil {
		return Job{}, err
	}
	env := m.cfg.Environment(c.Env)
	o := &Order{Digest: m.inputs[c.ID()].all, Shared: m.inputs[c.ID()].shared, Recipients: m.cfg.Recovery.Recipients}
	j.Apply, j.Deleted, j.At = o, c.deleted, c.at
	if c.last != nil && c.last.unfinished() {
		o.Unfinished, o.Abandoned = cmp.Or(c.last.Run, c.last.state.LogURL, "an earlier run"), c.last.id
	}
	var last entry
	if o.Review, o.Pull, last, err = m.memory.review(ctx, c); err != nil {
		return Job{}, err
	}
	if m.accepts(c, last) {
		o.Review = &report.Review{Fingerprint: last.Fingerprint, Partial: last.Partial}
		o.Accepted = m.ask.actor
	}
	o.Accept = o.Review == nil && env.Unreviewed == config.Apply || o.Review != nil && env.WhenPlanChanged == config.Apply
	if o.Hold, err = m.unapproved(ctx, env, o.Pull); err == nil && o.Hold == nil {
		o.Hold, err = m.unpromoted(ctx, env, c, pending)
	}
	return j, err
}

// accepts reports whether the command accepts the plan that stopped the last apply of a target: it names the layer, on
// the pull request where that plan was shown, and was given after it was shown.
func (m *merge) accepts(c candidate, last entry) bool {
	shown := last.Status == report.Stopped && last.Fingerprint != nil && last.Shown == m.ask.number
	return shown && m.names(c.Target) && m.saw(c.last)
}

// saw reports whether who asks can have seen what an attempt showed. A run that is repeated, by whomever, and one that
// waited while another showed something new, must not accept that in the name of who asked before.
func (m *merge) saw(a *attempt) bool {
	if m.ask.commentID == 0 {
		return !m.door.Repeated
	}
	return !m.ask.said.Before(a.state.Created)
}

// line puts jobs into waves: each after everything that it builds on. before holds, by ID, what comes before a target
// that is pending too: where that has no job, the target is held up.
func line(jobs []Job, before map[string][]string) {
	orders := map[string]*Order{}
	for _, j := range jobs {
		orders[j.Target.ID()] = j.Apply
	}
	var wave func(id string) int
	wave = func(id string) int {
		o := orders[id]
		if o == nil {
			return 0
		}
		if o.Wave == 0 {
			o.Wave = 1
			for _, up := range before[id] {
				o.Wave = max(o.Wave, wave(up)+1)
			}
		}
		return o.Wave
	}
	for _, j := range jobs {
		wave(j.Target.ID())
	}
	slices.SortStableFunc(jobs, func(a, b Job) int { return wave(a.Target.ID()) - wave(b.Target.ID()) })
	for _, j := range jobs {
		for _, up := range before[j.Target.ID()] {
			if orders[up] != nil {
				j.Apply.Upstream = append(j.Apply.Upstream, up)
				if orders[up].Wave >= j.Apply.Wave {
					j.Apply.hold(report.Blocked, fmt.Sprintf("not begun: it and %s wait for each other", up),
						"take one way out of the circle: `depends_on` of the layers, or `previous` of the environments")
				}
				continue
			}
			j.Apply.hold(report.Blocked, fmt.Sprintf("not begun: %s comes first and is pending too", up),
				fmt.Sprintf("name both, or apply all that is pending in %s with `/apply`", j.Target.Env))
		}
	}
}

// hold keeps a job from being applied, unless something else does already.
func (o *Order) hold(kind report.FailureKind, message, hint string) {
	if o.Hold == nil {
		o.Hold = &Hold{Kind: kind, Message: message, Hint: hint}
	}
}

// upstreams returns, for each pending target, the IDs of the pending ones that come before it. What was deleted comes
// after everything that was built on it.
func upstreams(head *layer.Map, pending []candidate) map[string][]string {
	is := map[string]bool{}
	for _, c := range pending {
		is[c.ID()] = true
	}
	out := map[string][]string{}
	for _, c := range pending {
		if c.deleted {
			continue
		}
		for _, up := range head.Upstreams(c.ID()) {
			if is[up] {
				out[c.ID()] = append(out[c.ID()], up)
			}
		}
	}
	for _, c := range pending {
		if !c.deleted {
			continue
		}
		for _, other := range pending {
			if other.ID() != c.ID() && (!other.deleted || other.at == c.at) && slices.Contains(c.from.Upstreams(other.ID()), c.ID()) {
				out[c.ID()] = append(out[c.ID()], other.ID())
			}
		}
	}
	return out
}

// credit notes which targets of the jobs' pull requests were applied before, so that the comment shows all of them.
func (m *merge) credit(ctx context.Context) error {
	pulls := map[int]bool{m.ask.number: true}
	for _, j := range m.ticket.Jobs {
		pulls[j.Apply.Pull] = true
	}
	merges, err := m.memory.list(ctx)
	if err != nil {
		return err
	}
	for _, p := range merges {
		if p.MergeSHA == m.ticket.Head && m.ticket.PullRequest == 0 {
			m.ticket.PullRequest = p.Number
			pulls[p.Number] = true
		}
	}
	for _, p := range merges {
		if !pulls[p.Number] {
			continue
		}
		seen, err := m.memory.remembered(ctx, p.HeadSHA, checkPrefix)
		if err != nil {
			return err
		}
		for _, t := range m.head.Targets {
			h := m.ledger[t.ID()]
			if _, planned := seen[t.ID()]; planned && m.envs[t.Env] && h.success != nil && !m.given(t) {
				m.ticket.Done = append(m.ticket.Done, Done{Target: t, Pull: p.Number, Run: h.success.Run})
			}
		}
		if m.ticket.PullRequest == 0 {
			m.ticket.PullRequest = p.Number
		}
	}
	return nil
}

// given reports whether the ticket has a job for a target.
func (m *merge) given(t layer.Target) bool {
	return slices.ContainsFunc(m.ticket.Jobs, func(j Job) bool { return j.Target.ID() == t.ID() })
}
