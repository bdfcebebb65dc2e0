// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// An Environment is one deployment environment of a repository.
type Environment struct {
	Name string
	// Branches are the patterns of branches that may deploy: nil is any, empty is none.
	Branches []string
	// Tags are the patterns of tags that may deploy, where Branches is not nil.
	Tags []string
	// Protected: only protected branches may deploy; Branches is then nil.
	Protected bool
	Reviewers int // how many people or teams are asked, any one of whom must approve
}

type wireEnvironment struct {
	Name   string `json:"name"`
	Policy *struct {
		Protected bool `json:"protected_branches"`
	} `json:"deployment_branch_policy"` // null: any branch
	Rules []struct {
		Reviewers []json.RawMessage `json:"reviewers"` // of a rule of type required_reviewers only
	} `json:"protection_rules"`
}

// Environments lists the repository's environments, by name. It needs actions: read.
// Source: https://docs.github.com/rest/deployments/environments and …/branch-policies
func (c *Client) Environments(ctx context.Context) ([]Environment, error) {
	type answer struct {
		Environments *[]wireEnvironment `json:"environments"`
	}
	doing := "list the environments"
	var list []Environment
	for page, err := range pages[answer](ctx, c, doing, "environments") {
		switch {
		case err != nil:
			return nil, err
		case page.Environments == nil:
			return nil, &UnavailableError{Doing: c.doing(doing), Err: errNonsense}
		}
		for _, w := range *page.Environments {
			e := Environment{Name: w.Name, Protected: w.Policy != nil && w.Policy.Protected}
			for _, rule := range w.Rules {
				e.Reviewers += len(rule.Reviewers)
			}
			if w.Policy != nil && !e.Protected {
				if e.Branches, e.Tags, err = c.branchPolicies(ctx, w.Name); err != nil {
					return nil, err
				}
			}
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b Environment) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// branchPolicies returns the patterns of an environment that has its own: those of branches are never nil.
func (c *Client) branchPolicies(ctx context.Context, environment string) (branches, tags []string, err error) {
	type policy struct {
		Name string `json:"name"`
		Type string `json:"type"` // "branch" or "tag"
	}
	type answer struct {
		Policies *[]policy `json:"branch_policies"`
	}
	doing := "list the branches of environment " + environment
	branches = []string{}
	for page, err := range pages[answer](ctx, c, doing, environmentPath(environment)+"/deployment-branch-policies") {
		switch {
		case err != nil:
			return nil, nil, err
		case page.Policies == nil:
			return nil, nil, &UnavailableError{Doing: c.doing(doing), Err: errNonsense}
		}
		for _, p := range *page.Policies {
			if p.Type == "tag" {
				tags = append(tags, p.Name)
			} else {
				branches = append(branches, p.Name)
			}
		}
	}
	return branches, tags, nil
}

// environmentPath escapes a name, which may hold a slash.
func environmentPath(name string) string { return "environments/" + url.PathEscape(name) }

// SecretNames lists the names of the Actions secrets that jobs can have, sorted: of an environment, or for "" those of the
// repository and of its organization that the repository may use. Values cannot be read by anyone. It needs
// environments: read, or for "" secrets: read. An environment that is not there is a *NotFoundError.
// Source: https://docs.github.com/rest/actions/secrets
func (c *Client) SecretNames(ctx context.Context, environment string) ([]string, error) {
	if environment != "" {
		return c.secrets(ctx, "list the secrets of environment "+environment, environmentPath(environment)+"/secrets")
	}
	own, err := c.secrets(ctx, "list the secrets", "actions/secrets")
	if err != nil {
		return nil, err
	}
	shared, err := c.secrets(ctx, "list the organization's secrets", "actions/organization-secrets")
	if err != nil && !isNotFound(err) { // a person's repository has no organization
		return nil, err
	}
	names := slices.Concat(own, shared)
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (c *Client) secrets(ctx context.Context, doing, path string) ([]string, error) {
	type secret struct {
		Name string `json:"name"`
	}
	type answer struct {
		Secrets *[]secret `json:"secrets"`
	}
	var names []string
	for page, err := range pages[answer](ctx, c, doing, path) {
		switch {
		case err != nil:
			return nil, err
		case page.Secrets == nil:
			return nil, &UnavailableError{Doing: c.doing(doing), Err: errNonsense}
		}
		for _, s := range *page.Secrets {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return names, nil
}
