// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
)

// Merges is what gate needs of what was merged and what was said of it.
type Merges interface {
	MergedPullRequests(ctx context.Context, base string) ([]*github.PullRequest, error)
	Reviews(ctx context.Context, number int) ([]github.Review, error)
	Checks(ctx context.Context, sha string) ([]github.Check, error)
}

// The permissions of the tokens with which gate decides on applies, and records that they begin.
var (
	mergePermissions  = github.Permissions{"metadata": "read", "contents": "read", "pull_requests": "read", "checks": "read", "deployments": "read"}
	recordPermissions = github.Permissions{"metadata": "read", "deployments": "write"}
)

// A merge is what gate decides an apply on: the head of an environment branch and what was applied before.
type merge struct {
	scene
	door   Door
	gh     Pulls
	ask    ask
	ticket *Ticket
	envs   map[string]bool   // of the branch
	inputs map[string]inputs // by target ID
	ledger ledger            // of envs, and of those that they are promoted from
	memory *memory
	past   map[string]*layer.Map // by commit; without targets where the repository no longer has it
}

// merged fills in the ticket of an apply: what is pending at the head of the environment branch t.BaseRef, narrowed
// to what a command names.
func (d Door) merged(ctx context.Context, gh Pulls, a ask, t *Ticket) error {
	t.Work = Applying
	if d.AppID == 0 || d.Secret == nil {
		return refuse("nothing is applied without a GitHub App: what reviewers saw would be kept where every workflow of the repository can write",
			"create the App and set LAYERBOT_APP_ID and LAYERBOT_APP_PRIVATE_KEY; GITHUB_TOKEN does for plans")
	}
	m := &merge{door: d, gh: gh, ask: a, ticket: t, ledger: ledger{}, past: map[string]*layer.Map{}}
	if err := m.look(ctx); err != nil {
		return err
	}
	if len(m.envs) == 0 {
		why := fmt.Sprintf("no environment belongs to the branch %q", t.BaseRef)
		next := "set `branch` in an environment block of `.github/layerbot.hcl`, on that branch"
		if len(m.environmentsOf(t.BaseRef)) > 0 {
			why, next = fmt.Sprintf("nothing is applied from the branch %q: its environments have no `apply_role`", t.BaseRef), applyRoleMissing
		}
		if a.command != nil {
			return refuse(why, next)
		}
		t.Ignored = why
		return nil
	}
	if err := d.rightful(ctx, gh.Token(), &m.scene, t.BaseRef, t.Checks, m.ledger); err != nil {
		return err
	}
	pending, err := m.pending(ctx)
	if err != nil {
		return err
	}
	chosen, err := m.narrow(pending)
	if err != nil {
		return err
	}
	if err := m.entitled(ctx, chosen); err != nil {
		return err
	}
	for _, c := range chosen {
		j, err := m.job(ctx, c, pending)
		if err != nil {
			return err
		}
		t.Jobs = append(t.Jobs, j)
	}
	for _, c := range pending {
		if !m.given(c.Target) {
			t.Left = append(t.Left, c.Target)
		}
	}
	all := slices.Clone(pending)
	for _, c := range chosen {
		if !among(c.ID(), all) {
			all = append(all, c)
		}
	}
	before := upstreams(m.head, all)
	m.promote(before, all)
	line(t.Jobs, before)
	if err := m.credit(ctx); err != nil {
		return err
	}
	if err := d.rules(ctx, &m.scene, t); err != nil {
		return err
	}
	return m.record(ctx)
}

// look reads the head of the branch: configuration, layers, digests; and what was applied before.
func (m *merge) look(ctx context.Context) error {
	t, d := m.ticket, m.door
	branches, err := d.Git.Branches(ctx, d.CloneURL, m.gh.Token())
	if err != nil {
		return err
	}
	s, err := d.tip(ctx, m.gh.Token(), t, branches, t.BaseRef, func(tree Tree, s *scene) (err error) {
		m.inputs, err = inputsOf(tree, s.head, s.cfg)
		return err
	})
	if err != nil {
		return err
	}
	m.scene, m.envs = *s, s.environmentsOf(t.BaseRef)
	for _, e := range s.cfg.Environments { // also one whose last layer was deleted
		if s.branchOf(e.Name) == t.BaseRef {
			m.envs[e.Name] = true
		}
	}
	maps.DeleteFunc(m.envs, func(env string, _ bool) bool { return planOnly(s.cfg, env) })
	t.Checks = slices.Sorted(maps.Keys(m.envs))
	m.memory = &memory{gh: m.gh, door: d, branch: t.BaseRef, head: t.Head}
	for _, env := range t.Checks {
		if err := m.read(ctx, env); err != nil {
			return err
		}
		previous := m.cfg.Environment(env).Previous
		if previous == "" {
			continue
		}
		if t.Previous == nil {
			t.Previous = map[string]string{}
		}
		t.Previous[env] = previous
		if !m.envs[previous] {
			if err := m.read(ctx, previous); err != nil {
				return err
			}
		}
	}
	return nil
}

// read learns what was applied in an environment.
func (m *merge) read(ctx context.Context, env string) error {
	var targets []layer.Target
	for _, t := range m.head.Targets {
		if t.Env == env {
			targets = append(targets, t)
		}
	}
	return m.ledger.read(ctx, m.gh, env, targets)
}

// narrow returns what a command names: of what is pending, and what it names by the layer's own name whether that is
// pending or not, for somebody may have changed it by hand. Where nothing is named, it is all that is pending.
func (m *merge) narrow(pending []candidate) ([]candidate, error) {
	c := m.ask.command
	if c == nil {
		return pending, nil
	}
	if len(c.Words) > 0 {
		named, err := m.call(*c, pending)
		if err != nil {
			return nil, err
		}
		pending = slices.DeleteFunc(slices.Clone(pending), func(p candidate) bool { return !named[p.ID()] })
		for _, t := range m.head.Targets {
			if named[t.ID()] && m.names(t) && !among(t.ID(), pending) {
				pending = append(pending, candidate{Target: t, history: m.ledger[t.ID()]})
			}
		}
	}
	if len(pending) == 0 {
		return nil, refuse(
			fmt.Sprintf("there is nothing to apply for `%s`: everything is as the head of %q says", c, m.ticket.BaseRef),
			"merge a change; or name a layer, to see whether somebody changed it by hand: `/apply compute prod`")
	}
	return pending, nil
}

// names reports whether the command names a target's layer by its own name, not by a glob, nor as one of all.
func (m *merge) names(t layer.Target) bool {
	c := m.ask.command
	return c != nil && !c.All && slices.ContainsFunc(c.Words, func(w string) bool {
		if strings.ContainsAny(w, "*?[{") || m.onlyEnvironments([]string{w}) {
			return false
		}
		named, err := (&layer.Map{Targets: []layer.Target{t}}).Resolve([]string{w}, false)
		return err == nil && len(named) == 1
	})
}

// call resolves the words of a command, among layers that are there and layers whose end is pending.
func (m *merge) call(c comment.Command, pending []candidate) (map[string]bool, error) {
	s := m.scene
	all := layer.Map{Targets: slices.Clone(m.head.Targets)}
	s.head, s.affected = &all, nil
	for _, p := range pending {
		s.affected = append(s.affected, layer.Affected{Target: p.Target})
		if p.deleted {
			all.Targets = append(all.Targets, p.Target)
		}
	}
	named, err := s.named(c, m.envs)
	if err != nil {
		return nil, asRefusal(err)
	}
	out := map[string]bool{}
	for _, t := range named {
		if planOnly(m.cfg, t.Env) {
			return nil, refuse(fmt.Sprintf("%s is planned and never applied: %s has no `apply_role`", t.Target, t.Env), applyRoleMissing)
		}
		if !m.envs[t.Env] {
			return nil, refuse(
				fmt.Sprintf("%s is applied from the branch %q, and this is about %q", t.Target, m.branchOf(t.Env), m.ticket.BaseRef),
				fmt.Sprintf("merge the change into %q; that applies it there", m.branchOf(t.Env)))
		}
		out[t.ID()] = true
	}
	return out, nil
}

// record creates a deployment for each job that may begin, and says of those of the first wave that they are in
// progress. It is the last thing that gate does: nothing is recorded of what is refused.
func (m *merge) record(ctx context.Context) error {
	t := m.ticket
	if !slices.ContainsFunc(t.Jobs, func(j Job) bool { return !j.Apply.Idle() }) {
		return nil
	}
	gh, err := m.door.Open(ctx, recordPermissions)
	if err != nil {
		return err
	}
	defer m.door.close(ctx, gh)
	for _, j := range t.Jobs {
		if j.Apply.Idle() {
			continue
		}
		if j.Apply.Deployment, err = gh.CreateDeployment(ctx, m.deployment(j)); err != nil {
			return err
		}
		if j.Apply.Wave > 1 {
			continue // it waits
		}
		if err := gh.SetDeployment(ctx, j.Apply.Deployment, github.DeploymentState{State: "in_progress", LogURL: m.door.Run}); err != nil {
			return err
		}
	}
	return nil
}

// deployment returns the record of a job.
func (m *merge) deployment(j Job) github.Deployment {
	o := j.Apply
	text, err := json.Marshal(payload{
		Version: 1, Target: j.Target.ID(), Digest: o.Digest, Shared: o.Shared, Pull: o.Pull, Run: m.door.Run, Branch: m.ticket.BaseRef, Deleted: j.Deleted, At: j.At,
	})
	if err != nil {
		panic(err) // plain data
	}
	return github.Deployment{
		SHA: m.ticket.Head, Task: taskPrefix + j.Target.Layer, Environment: j.Target.Env,
		Description: "Layerbot applies " + j.Target.String(), Payload: text,
	}
}
