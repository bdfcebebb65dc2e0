// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/policy"
)

// rules puts into a ticket the policies that its plans are judged by: those of the commits whose configuration counts,
// never of the change. One that cannot be used is found here, before anything runs.
func (d Door) rules(ctx context.Context, s *scene, t *Ticket) error {
	for _, j := range t.Jobs {
		if _, there := t.Policies[j.Terms]; there || !j.judged() {
			continue
		}
		err := with(ctx, d.Git, j.Terms, func(tree Tree) error {
			b, err := rulebook(ctx, tree, s.terms(j.Target.Env).Policies)
			if t.Policies == nil {
				t.Policies = map[string]policy.Bundle{}
			}
			t.Policies[j.Terms] = b
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.unbrokenRules(ctx, d.Git, t)
}

// judged reports whether policies have a word on the job's target.
func (j Job) judged() bool { return j.Threshold.Policies || j.Threshold.Manifests }

// rulebook returns the policies of a tree, which compile.
func rulebook(ctx context.Context, files layer.Files, p config.Policies) (policy.Bundle, error) {
	b, err := policy.Gather(p.Paths, files.Paths(), files.ReadFile, false)
	if err != nil {
		return policy.Bundle{}, err
	}
	_, err = policy.Compile(ctx, b)
	return b, err
}

// unbrokenRules returns why policies that the change touches could not be used once it is merged.
func (s *scene) unbrokenRules(ctx context.Context, repo Clone, t *Ticket) error {
	if !slices.Contains(s.changed, s.from.Name()) && !s.touches(s.cfg.Policies.Paths) {
		return nil
	}
	err := with(ctx, repo, t.Head, func(tree Tree) error {
		cfg, err := readConfig(tree, s.from)
		if err == nil && len(cfg.Policies.Paths) > 0 {
			_, err = rulebook(ctx, tree, cfg.Policies)
		}
		return err
	})
	if _, forPeople := Hint(err); !forPeople {
		return err
	}
	return &UserError{
		Message: "this change breaks the policies: " + err.Error(),
		Next:    "correct them in this change (`bot policy test` compiles them and runs their tests): merged as it is, nothing could be planned or applied any more",
	}
}

// touches reports whether the change touches a file that one of paths names, or that is below it.
func (s *scene) touches(paths []string) bool {
	for _, name := range s.changed {
		for _, p := range paths {
			if ok, err := doublestar.Match(p, name); ok && err == nil {
				return true
			}
			if ok, err := doublestar.Match(p+"/**", name); ok && err == nil {
				return true
			}
		}
	}
	return false
}

// A jury asks the policies of a ticket. The zero value of a ticket without any asks none.
type jury struct {
	ticket *Ticket
	sets   map[string]*policy.Set
	errs   map[string]error
}

// set returns the compiled policies of a commit.
func (y *jury) set(ctx context.Context, commit string) (*policy.Set, error) {
	if y.sets[commit] != nil || y.errs[commit] != nil {
		return y.sets[commit], y.errs[commit]
	}
	if y.sets == nil {
		y.sets, y.errs = map[string]*policy.Set{}, map[string]error{}
	}
	b, ok := y.ticket.Policies[commit]
	if !ok {
		y.errs[commit] = errors.New("the ticket has no policies for this target")
		return nil, y.errs[commit]
	}
	set, err := policy.Compile(ctx, b)
	if err != nil {
		err = fmt.Errorf("compile the policies: %w", err)
	}
	y.sets[commit], y.errs[commit] = set, err
	return set, err
}
