// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/layer"
)

// choose fills in the jobs of a ticket: what a command names, or what the change affects in the environments of
// the base branch.
func (s scene) choose(t *Ticket) error {
	envs := s.environmentsOf(t.BaseRef)
	for _, a := range s.affectedIn(envs) {
		t.Expected = append(t.Expected, a.Target)
	}
	t.Checks = slices.Sorted(maps.Keys(envs))
	t.Skipped = s.skipped()
	if len(envs) == 0 {
		t.Notices = append(t.Notices, comment.Notice{
			Message: fmt.Sprintf("no environment belongs to the branch %q, so nothing is planned by itself", t.BaseRef),
			Hint:    "name one: `/plan compute prod`, or set `branch` in an environment block of " + "`.github/layerbot.hcl`",
		})
	}
	if t.Command != nil && (t.Command.Verb == comment.Layers || t.Command.Verb == comment.Help) {
		t.Layers = s.head.Targets
		var err error
		t.Owners, err = owned(s.owners, t.Layers)
		return err
	}
	chosen, err := s.targets(t, envs)
	if err != nil {
		return err
	}
	for _, a := range chosen {
		job, err := s.job(t, a, envs)
		if err != nil {
			return err
		}
		t.Jobs = append(t.Jobs, job)
	}
	t.NoCodeScanning = s.cfg.Findings.NoCodeScanning
	if t.Command != nil && t.Command.Verb == comment.Scan {
		return s.scanOnly(t)
	}
	t.Notices = slices.Concat(s.notices(t.Targets()), t.Notices, s.orphans(t.Jobs), s.overruled(t.Targets()), s.reaches(t.Jobs))
	return nil
}

// orphans warns of targets that go on reading the state of a layer that the change deletes.
func (s scene) orphans(jobs []Job) []comment.Notice {
	var out []comment.Notice
	for _, j := range jobs {
		if !j.Deleted {
			continue
		}
		for _, t := range s.base.Targets {
			changed := slices.ContainsFunc(s.affected, func(a layer.Affected) bool { return a.ID() == t.ID() })
			if t.Env == j.Target.Env && !changed && slices.Contains(t.DependsOn, j.Target.Dir) {
				out = append(out, comment.Notice{
					Message: fmt.Sprintf("%s builds on %s, which this deletes, and is not changed", t, j.Target),
					Hint:    "change it first, so that it no longer reads that state: after the merge its plans would fail",
				})
			}
		}
	}
	return out
}

// skipped returns the folders that look like layers and are not planned.
func (s scene) skipped() []comment.Skipped {
	var out []comment.Skipped
	for _, skip := range s.head.Skipped {
		out = append(out, comment.Skipped{Name: skip.Dir, Reason: skip.Reason})
	}
	return out
}

// targets returns what to plan, in wave order.
func (s scene) targets(t *Ticket, envs map[string]bool) ([]layer.Affected, error) {
	out := s.affectedIn(envs)
	if !t.asksForAffected() {
		var err error
		if out, err = s.named(*t.Command, envs); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b layer.Affected) int {
		return cmp.Or(cmp.Compare(a.Wave, b.Wave), strings.Compare(a.Dir, b.Dir), strings.Compare(a.Env, b.Env))
	})
	return out, nil
}

func (s scene) affectedIn(envs map[string]bool) []layer.Affected {
	var out []layer.Affected
	for _, a := range s.affected {
		if envs[a.Env] {
			out = append(out, a)
		}
	}
	return out
}

// named resolves the words of a command. Layers without an environment mean the base branch's environments;
// environments without a layer mean what the change affects there.
func (s scene) named(c comment.Command, envs map[string]bool) ([]layer.Affected, error) {
	if !c.All && s.onlyEnvironments(c.Words) {
		wanted := map[string]bool{}
		for _, w := range c.Words {
			wanted[w] = true
		}
		return s.affectedIn(wanted), nil
	}
	targets, err := s.head.Resolve(c.Words, c.All)
	if err != nil {
		return nil, err
	}
	anyEnv := slices.ContainsFunc(c.Words, func(w string) bool { return s.onlyEnvironments([]string{w}) })
	why := map[string][]string{}
	for _, a := range s.affected {
		why[a.ID()] = a.Why
	}
	var out []layer.Affected
	for _, t := range targets {
		if anyEnv || len(envs) == 0 || envs[t.Env] {
			out = append(out, layer.Affected{Target: t, Why: why[t.ID()]})
		}
	}
	if len(out) == 0 {
		return nil, refuse(
			fmt.Sprintf("`%s` names no target in the environments of this pull request's base branch", c),
			"add the environment: `"+c.String()+" "+targets[0].Env+"`")
	}
	return out, nil
}

// onlyEnvironments reports whether each word is exactly the name of an environment and of no layer.
func (s scene) onlyEnvironments(words []string) bool {
	for _, w := range words {
		if !slices.ContainsFunc(s.head.Targets, func(t layer.Target) bool { return t.Env == w }) {
			return false
		}
		if slices.ContainsFunc(s.head.Targets, func(t layer.Target) bool { return t.Layer == w || layer.Short(t.Layer) == w }) {
			return false
		}
	}
	return len(words) > 0
}

// draft returns the job of a target as every kind of work has it.
func (s scene) draft(target layer.Target) (Job, error) {
	key, err := s.key(target)
	if err != nil {
		return Job{}, fmt.Errorf("derive the fingerprint key of %s: %w", target, err)
	}
	cfg := s.terms(target.Env)
	g := gives(cfg, target)
	j := Job{
		Target: target, Key: key, Threshold: g.threshold, Terms: s.termsAt(target.Env), Tool: g.terraform.Binary, Release: g.terraform.Version, Supply: g.supply, Volatile: g.env.Volatile,
		Sensitive: g.terraform.Sensitive, Pass: g.terraform.PassEnv, Rules: layer.Rules{Providers: g.terraform.Providers, Deny: g.terraform.Deny},
	}
	if j.Denied = s.reserved(target); j.Denied == nil {
		j.Denied = s.moved(cfg, target)
	}
	if s.grant != nil && g.env.AWS != nil && j.Denied == nil {
		j.Grant, j.Denied = s.grant(*g.env.AWS, s.mapOf(target), target)
	}
	return j, nil
}

// job returns the job of a plan.
func (s scene) job(t *Ticket, a layer.Affected, envs map[string]bool) (Job, error) {
	j, err := s.draft(a.Target)
	if err != nil {
		return Job{}, err
	}
	j.Why, j.Deleted = a.Why, a.Deleted
	if a.Deleted {
		j.At = s.mergeBase
	}
	if t.Command != nil {
		j.Mode = t.Command.Mode
	}
	switch {
	case !envs[a.Env]:
		j.WhatIf = fmt.Sprintf("the base branch %q is not the branch of %q", t.BaseRef, a.Env)
	case !j.Mode.Zero():
		j.WhatIf = "only an ordinary plan can be approved, not one with flags"
	}
	return j, nil
}

// environmentsOf returns the environments that belong to a branch: those configured for it, those of its name,
// and, on the default branch, those whose own branch does not exist (repositories that keep every environment as
// a folder of one branch).
func (s scene) environmentsOf(branch string) map[string]bool {
	out := map[string]bool{}
	for _, m := range []*layer.Map{s.head, s.base} {
		for _, t := range m.Targets {
			if s.branchOf(t.Env) == branch {
				out[t.Env] = true
			}
		}
	}
	return out
}

func (s scene) branchOf(env string) string {
	if configured := s.cfg.Environment(env).Branch; configured != env {
		return configured
	}
	if _, ok := s.branches[env]; ok {
		return env
	}
	return s.trunk
}

// scanOnly makes a ticket one of scanners alone: its jobs are given nothing.
func (s scene) scanOnly(t *Ticket) error {
	if len(s.cfg.Scanners) == 0 && len(s.cfg.Policies.Manifests) == 0 {
		return refuse("no scanner is configured", "add `scanner \"trivy\" {}` or another to "+s.cfg.Path+" on the base branch; policies are asked by `/plan`")
	}
	t.Work = Scanning
	for i, j := range t.Jobs {
		t.Jobs[i] = Job{Target: j.Target, Why: j.Why, WhatIf: j.WhatIf, Deleted: j.Deleted, Tool: j.Tool, Threshold: j.Threshold, Terms: j.Terms}
	}
	return nil
}
