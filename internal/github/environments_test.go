// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

// person returns a client with the token of somebody who administers the repository.
func (w *world) person(t *testing.T, p github.Permissions) *github.Client {
	t.Helper()
	w.git.Collaborator("grace", "admin")
	return w.as(t, "grace", p)
}

func (w *world) as(t *testing.T, login string, p github.Permissions) *github.Client {
	t.Helper()
	c, err := github.WithToken(w.options(), w.repo, w.server.PersonToken(login, p))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEnvironments(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	want := []github.Environment{
		{Name: "layerbot"},
		{Name: "plan-prod", Branches: []string{}},
		{Name: "prod", Branches: []string{"prod", "release/*"}, Tags: []string{"prod", "v*"}, Reviewers: 2},
		{Name: "protégé/eu west?#", Branches: []string{"main"}},
		{Name: "test", Protected: true},
	}
	for _, e := range slices.Backward(want) {
		w.git.Environment(e)
	}
	got, err := w.person(t, github.Permissions{"actions": "read"}).Environments(t.Context())
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestEnvironmentsOfALargeRepository(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	var patterns, secrets []string
	for i := range 205 {
		name := fmt.Sprintf("name-%03d", i)
		w.git.Environment(github.Environment{Name: name})
		patterns, secrets = append(patterns, name), append(secrets, strings.ToUpper(name))
	}
	w.git.Environment(github.Environment{Name: "prod", Branches: patterns}, secrets...)
	w.server.Fault("GET", "/repos/acme/infra/environments", 2, false, githubtest.Status(502, "Bad gateway"))
	c := w.person(t, github.Permissions{"actions": "read", "environments": "read"})
	got, err := c.Environments(t.Context())
	if err != nil || len(got) != 206 || !slices.Equal(got[205].Branches, patterns) {
		t.Errorf("%d environments, %v", len(got), err)
	}
	names, err := c.SecretNames(t.Context(), "prod")
	if err != nil || !slices.Equal(names, secrets) {
		t.Errorf("%d secrets, %v", len(names), err)
	}
}

func TestSecretNames(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	w.git.Secrets("TERRAFORM_ENV", "APP_ID")
	w.git.OrganizationSecrets("NPM_TOKEN", "APP_ID")
	w.git.Environment(github.Environment{Name: "plan/prod"}, "B", "A")
	w.git.Environment(github.Environment{Name: "empty"})
	c := w.person(t, github.Permissions{"secrets": "read", "environments": "read"})
	for environment, want := range map[string]string{"": "APP_ID NPM_TOKEN TERRAFORM_ENV", "plan/prod": "A B", "PLAN/prod": "A B", "empty": ""} {
		got, err := c.SecretNames(t.Context(), environment)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: %v, %v", environment, got, err)
		}
	}
	if _, err := c.SecretNames(t.Context(), "staging"); err == nil {
		t.Error("an environment that is not there has secrets")
	} else if known := refused[*github.NotFoundError](t, err); !strings.Contains(known.Hint(), "your token") {
		t.Errorf("%s does not speak to a person", known.Hint())
	}
}

// A repository of a person has no organization that could share secrets.
func TestSecretNamesWithoutAnOrganization(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	w.git.Secrets("APP_ID")
	w.server.Fault("GET", "/repos/acme/infra/actions/organization-secrets", 1, false, githubtest.Status(404, "Not Found"))
	got, err := w.person(t, github.Permissions{"secrets": "read"}).SecretNames(t.Context(), "")
	if err != nil || !slices.Equal(got, []string{"APP_ID"}) {
		t.Errorf("%v, %v", got, err)
	}
}

// What a person's token lacks is said to the person: the App has nothing to do with it.
func TestAPersonIsToldWhatTheirTokenLacks(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	w.git.Environment(github.Environment{Name: "prod", Branches: []string{"prod"}})
	c := w.person(t, nil)
	for permission, call := range map[string]func() error{
		"actions=read":      func() error { _, err := c.Environments(t.Context()); return err },
		"secrets=read":      func() error { _, err := c.SecretNames(t.Context(), ""); return err },
		"environments=read": func() error { _, err := c.SecretNames(t.Context(), "prod"); return err },
		"contents=read":     func() error { _, err := c.File(t.Context(), "main.tf", ""); return err },
	} {
		known := refused[*github.PermissionError](t, call())
		if hint := known.Hint(); !strings.Contains(hint, permission) || !strings.Contains(hint, "your token") || strings.Contains(hint, "App") {
			t.Errorf("%s: %v; %s", permission, known, hint)
		}
	}
	stranger := w.as(t, "mallory", github.Permissions{"actions": "read", "contents": "read"})
	_, err := stranger.Environments(t.Context())
	if known := refused[*github.NotFoundError](t, err); strings.Contains(known.Hint(), "App") {
		t.Errorf("a stranger: %s", known.Hint())
	}
}

func TestAClassicTokenIsToldItsScope(t *testing.T) {
	for status, refusal := range map[int]http.HandlerFunc{
		403: message(403, "Must have admin rights to Repository.", "X-Accepted-OAuth-Scopes: repo, public_repo"),
		404: message(404, "Not Found", "X-Accepted-OAuth-Scopes: repo, public_repo"),
	} {
		f := newFake(t, refusal)
		c, err := github.WithToken(github.Options{BaseURL: f.URL}, someRepo, "ghp_canary")
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.SecretNames(t.Context(), "")
		if known := refused[interface {
			error
			Hint() string
		}](t, err); !strings.Contains(known.Hint(), "the scope repo or public_repo") || strings.Contains(known.Hint(), "App") {
			t.Errorf("%d: %s", status, known.Hint())
		}
	}
}

// A job's own token is no person's.
func TestAJobIsToldOfItsPermissions(t *testing.T) {
	f := newFake(t, message(403, "Resource not accessible by integration", "X-Accepted-GitHub-Permissions: actions=read"))
	_, err := f.client().Environments(t.Context())
	if known := refused[*github.PermissionError](t, err); !strings.Contains(known.Hint(), "GITHUB_TOKEN") || !strings.Contains(known.Hint(), "actions=read") {
		t.Error(known.Hint())
	}
}

func TestAListingWithoutItsListIsNoneOfAll(t *testing.T) {
	f := newFake(t, say(200, `{"total_count":3}`))
	_, err := f.client().Environments(t.Context())
	refused[*github.UnavailableError](t, err)
	_, err = f.client().SecretNames(t.Context(), "prod")
	refused[*github.UnavailableError](t, err)
}
