// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/github"
)

// settings are what administrators set up in a repository.
type settings struct {
	environments   []*environment
	secrets        []string
	shared         []string // secrets of the organization
	rules, classic map[string][]github.RequiredCheck
}

type environment struct {
	github.Environment
	id      int64
	secrets []string
}

func newSettings() settings {
	return settings{rules: map[string][]github.RequiredCheck{}, classic: map[string][]github.RequiredCheck{}}
}

// Environment adds an environment with the names of its secrets, or replaces the one of that name: upper and lower case
// are the same.
func (r *Repo) Environment(e github.Environment, secrets ...string) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	e.Branches, e.Tags = slices.Clone(e.Branches), slices.Clone(e.Tags)
	there := r.environment(e.Name)
	if there == nil {
		there = &environment{id: r.s.id()}
		r.settings.environments = append(r.settings.environments, there)
	}
	there.Environment, there.secrets = e, slices.Clone(secrets)
}

func (r *Repo) environment(name string) *environment {
	for _, e := range r.settings.environments {
		if strings.EqualFold(e.Name, name) {
			return e
		}
	}
	return nil
}

// Secrets sets the names of the repository's own secrets for Actions.
func (r *Repo) Secrets(names ...string) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.settings.secrets = slices.Clone(names)
}

// OrganizationSecrets sets the names of the secrets that the organization lets the repository use.
func (r *Repo) OrganizationSecrets(names ...string) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.settings.shared = slices.Clone(names)
}

// Require sets what the rulesets require before a merge into a branch, which need not be there.
func (r *Repo) Require(branch string, checks ...github.RequiredCheck) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.settings.rules[branch] = slices.Clone(checks)
}

// Protect gives a branch the older kind of protection, which requires these checks; none is protection without checks.
func (r *Repo) Protect(branch string, checks ...github.RequiredCheck) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.settings.classic[branch] = slices.Clone(checks)
}
