// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/setup"
)

// A survey collects what GitHub says of an installation. What it does not say has its reason in Why.
type survey struct{ setup.Facts }

// facts asks GitHub about an installation.
func (b *bot) facts(ctx context.Context, s *site) setup.Facts {
	gh, denied := b.person(ctx, s)
	if denied == nil {
		b.refresh(ctx, s, gh)
	}
	y := survey{setup.Facts{
		Repository: s.repo, Server: b.env.ServerURL, Want: s.environments(), AppID: b.env.AppID,
		Teams: teams(s.cfg), CodeScanning: len(s.cfg.Scanners) > 0 && !s.cfg.Findings.NoCodeScanning,
		Secrets: map[string][]string{}, Checks: map[string][]github.RequiredCheck{}, WorkflowsOn: map[string][]byte{}, Why: map[string]string{},
	}}
	var err error
	var auth *github.AuthError
	if y.Installation, err = b.installation(ctx, s); errors.As(err, &auth) {
		y.Refusal = setup.Refusal{Text: auth.Error(), Fix: auth.Hint()}
	} else {
		y.note("installation", err)
	}
	if denied != nil {
		y.blind(denied)
		return y.Facts
	}
	y.environments(ctx, gh)
	y.branches(ctx, gh)
	return y.Facts
}

// refresh asks which branches there are: a checkout need not have fetched those of the environments.
func (b *bot) refresh(ctx context.Context, s *site, gh *github.Client) {
	repo, err := git.Open(ctx, b.top())
	if err != nil {
		return // a folder without git; its environments are those of the default branch
	}
	branches, err := repo.Branches(ctx, b.home(s.repo)+".git", gh.Token())
	if err != nil {
		b.log.Warn("the branches are those that were fetched last: " + err.Error())
		return
	}
	s.branches = slices.Sorted(maps.Keys(branches))
}

// note keeps why something was not told, as one line.
func (y *survey) note(key string, err error) {
	if err == nil {
		return
	}
	y.Why[key] = err.Error()
	if hint, ok := phase.Hint(err); ok {
		y.Why[key] += " (" + hint + ")"
	}
}

// blind says of everything that is asked with a token that it could not be.
func (y *survey) blind(err error) {
	for _, key := range []string{"environments", "secrets", "workflow"} {
		y.note(key, err)
	}
	for _, e := range y.Want {
		y.note("checks/"+e.Branch, err)
		y.note("workflow/"+e.Branch, err)
	}
}

// environments asks for the environments, and for the names of the secrets in them and in the repository.
func (y *survey) environments(ctx context.Context, gh *github.Client) {
	var err error
	y.Environments, err = gh.Environments(ctx)
	y.note("environments", err)
	y.Secrets[""], err = gh.SecretNames(ctx, "")
	y.note("secrets", err)
	wanted := []string{setup.AppEnvironment}
	for _, e := range y.Want {
		wanted = append(wanted, "plan-"+e.Name, e.Name)
	}
	for _, name := range wanted {
		if !slices.ContainsFunc(y.Environments, func(e github.Environment) bool { return strings.EqualFold(e.Name, name) }) {
			continue // it has none
		}
		y.Secrets[name], err = gh.SecretNames(ctx, name)
		y.note("secrets/"+name, err)
	}
}

// branches asks for the workflow of the default branch and of those that are applied, and for what these require.
func (y *survey) branches(ctx context.Context, gh *github.Client) {
	var err error
	y.Workflow, err = gh.File(ctx, setup.Caller, "")
	y.note("workflow", err)
	asked := map[string]bool{}
	for _, e := range y.Want {
		if asked[e.Branch] {
			continue
		}
		asked[e.Branch] = true
		if e.Branch != y.Repository.DefaultBranch {
			y.WorkflowsOn[e.Branch], err = gh.File(ctx, setup.Caller, "refs/heads/"+e.Branch)
			y.note("workflow/"+e.Branch, err)
		}
		checks, known, err := gh.RequiredChecks(ctx, e.Branch)
		if err == nil && !known {
			err = errors.New("only administrators are told how a branch is protected, if it is there")
		}
		y.Checks[e.Branch] = checks
		y.note("checks/"+e.Branch, err)
	}
}

// installation asks, as the App, what it was given. Without an App's key it is not known.
func (b *bot) installation(ctx context.Context, s *site) (*github.Installation, error) {
	if b.env.AppID == 0 || !b.env.holdsKey() {
		return nil, errors.New("the id and the key of the App are not here")
	}
	app, err := b.asApp()
	if err != nil {
		return nil, err
	}
	return app.Installation(ctx, s.repo)
}

// person returns a client with the token of who runs the program: of the environment, else of gh.
func (b *bot) person(ctx context.Context, s *site) (*github.Client, error) {
	token := or(b.env.Token, b.env.All["GH_TOKEN"])
	if token == "" {
		_, host, _ := strings.Cut(b.env.ServerURL, "://")
		out, _ := exec.CommandContext(ctx, "gh", "auth", "token", "--hostname", host).Output() // without gh, or signed out, there is none
		token = strings.TrimSpace(string(out))
	}
	if token == "" {
		return nil, errors.New("there is no token")
	}
	b.mask(token)
	gh, err := github.WithToken(github.Options{BaseURL: b.env.APIURL, Log: b.log}, s.repo, token)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.repo, err)
	}
	return gh, nil
}
