// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"fmt"
	"reflect"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/secret"
)

// heed makes the default branch's configuration the one that s, the scene of a branch, is held to.
func (s *scene) heed(trunk *config.Config, branch string) {
	s.on, s.trusted, s.silent = branch, trunk, s.blank(trunk)
}

// blank reports whether a configuration is what counts without one.
func (s *scene) blank(cfg *config.Config) bool {
	none, err := s.from.Parse(nil)
	return err == nil && reflect.DeepEqual(cfg, none)
}

// ruled refuses a configuration that the workflow names, and that says nothing on either branch. The workflow of a pull
// request is the pull request's own: it could name a file without rules.
func (s *scene) ruled() error {
	if s.from.Path == "" || !s.silent || !s.blank(s.cfg) {
		return nil
	}
	return &UserError{
		Message: fmt.Sprintf("the configuration %s, which the workflow names, says nothing on %q, nor on the default branch %q", s.from.Path, s.on, s.trunk),
		Next:    "correct the input `config` of the workflow, or merge that file to the default branch first",
	}
}

// terms returns the configuration that says what a target of an environment is given: role, secrets, rules. It is that
// of the branch, if the default branch's configuration names it as the environment's, or if the default branch has none
// and leaves the environment to the branch of its name; else it is that of the default branch. Whoever may write can make
// a branch and open a pull request to it.
func (s scene) terms(env string) *config.Config {
	if s.trusted == nil {
		return s.cfg
	}
	trunk := s
	trunk.cfg = s.trusted
	if trunk.branchOf(env) == s.on && (s.trusted.Environment(env).BranchGiven || s.silent) {
		return s.cfg
	}
	return s.trusted
}

// termsAt returns the commit that the terms of an environment are of; "" for a working directory.
func (s scene) termsAt(env string) string {
	if s.terms(env) == s.cfg {
		return s.at
	}
	return s.branches[s.trunk]
}

// A given is what a configuration gives a target.
type given struct {
	terraform config.Terraform
	env       config.Environment
	supply    secret.Supply
	policies  config.Policies
	threshold report.Threshold
}

func gives(cfg *config.Config, t layer.Target) given {
	return given{terraform: cfg.Terraform, env: cfg.Environment(t.Env), supply: supply(cfg, t), policies: cfg.Policies, threshold: threshold(cfg)}
}

// overruled says for which environments the branch's own configuration does not count in what its targets are given.
func (s scene) overruled(targets []layer.Target) []comment.Notice {
	var out []comment.Notice
	seen := map[string]bool{}
	for _, t := range targets {
		terms := s.terms(t.Env)
		if seen[t.Env] || terms == s.cfg || reflect.DeepEqual(gives(s.cfg, t), gives(terms, t)) {
			continue
		}
		seen[t.Env] = true
		out = append(out, comment.Notice{
			Message: fmt.Sprintf("what %s of %q gives %s (role, secrets, rules, policies, scanners) does not count here: that of %q does", s.cfg.Path, s.on, t.Env, s.trunk),
			Hint:    fmt.Sprintf("if %q is the branch of %s, set `branch = %q` in its block in %s of %q", s.on, t.Env, s.on, terms.Path, s.trunk),
		})
	}
	return out
}
