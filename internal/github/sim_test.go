// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"context"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

// world is one repository on the simulator, with a pull request, and the App installed.
type world struct {
	server *githubtest.Server
	app    *github.App
	repo   github.Repository
	git    *githubtest.Repo
	pull   *githubtest.Pull
	head   string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldWith(t, githubtest.Options{})
}

func newWorldWith(t *testing.T, o githubtest.Options) *world {
	t.Helper()
	server, err := githubtest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, err := range server.Violations() {
			t.Errorf("GitHub would have refused: %v", err)
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{server: server, git: server.Repository("acme", "infra")}
	w.git.Collaborator("ada", "write")
	push := func(branch, from, name string) string {
		sha, err := w.git.Push(branch, from, "add "+name, map[string][]byte{name: []byte(name)})
		if err != nil {
			t.Fatal(err)
		}
		return sha
	}
	push("prod", "", "main.tf")
	w.head = push("change", "prod", "more.tf")
	if w.pull, err = w.git.Open("ada", "A change", "", "change", "prod", nil); err != nil {
		t.Fatal(err)
	}
	w.repo = github.Repository{ID: w.git.ID, Owner: "acme", Name: "infra", CloneURL: w.git.CloneURL}
	w.app, err = github.NewApp(w.options())
	if err != nil {
		t.Fatal(err)
	}
	server.ResetRequests()
	return w
}

func (w *world) options() github.Options {
	return github.Options{
		BaseURL: w.server.APIURL(), AppID: w.server.AppID, PrivateKey: w.server.PrivateKey,
		Sleep: func(context.Context, time.Duration) error { return nil },
	}
}

// open returns a client with the permissions, which is closed at the end.
func (w *world) open(t *testing.T, p github.Permissions) *github.Client {
	t.Helper()
	c, err := w.app.Open(t.Context(), w.repo, p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return c
}

// calls lists "METHOD route" of the requests since the last reset.
func (w *world) calls() []string {
	var calls []string
	for _, r := range w.server.Requests() {
		calls = append(calls, r.Method+" "+r.Route)
	}
	return calls
}
