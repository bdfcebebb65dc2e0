// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"reflect"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

func TestInstallation(t *testing.T) {
	granted := github.Permissions{"contents": "read", "metadata": "read"}
	w := newWorldWith(t, githubtest.Options{Validate: true, Permissions: granted})
	w.server.Fault("GET", "/repos/acme/infra/installation", 1, false, githubtest.Status(502, "Bad gateway"))
	got, err := w.app.Installation(t.Context(), w.repo)
	if want := (&github.Installation{ID: w.git.InstallationID, Permissions: granted}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	w.git.Suspend(true)
	if got, err = w.app.Installation(t.Context(), w.repo); err != nil || !got.Suspended {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = w.app.Open(t.Context(), w.repo, reader)
	refused[*github.PermissionError](t, err)
	w.git.Suspend(false)
	if got, err = w.app.Installation(t.Context(), w.repo); err != nil || got.Suspended {
		t.Errorf("%+v, %v", got, err)
	}
	fork := w.git.Fork("mallory")
	for _, repo := range []github.Repository{{Owner: "acme", Name: "nothing"}, {Owner: fork.Owner, Name: fork.Name}} {
		_, err = w.app.Installation(t.Context(), repo)
		refused[*github.AuthError](t, err)
	}
}

func TestInstallations(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	w.server.Repository("umbrella", "infra")
	w.server.Repository("acme", "second")
	w.server.Fault("GET", "/app/installations", 1, false, githubtest.Status(502, "Bad gateway"))
	all, err := w.app.Installations(t.Context())
	if err != nil || len(all) != 2 || all[0].ID != w.git.InstallationID || all[0].Permissions["contents"] != "read" {
		t.Errorf("%d installations, %v", len(all), err)
	}
	f := newFake(t, say(200, `[{"id":1}]`, `Link: <https://elsewhere.example/?page=2>; rel="next"`), say(200, `[{"id":2}]`))
	if all, err := f.app(0).Installations(t.Context()); err != nil || len(all) != 2 || f.requests()[1].URL.Query().Get("page") != "2" {
		t.Errorf("two pages: %+v, %v", all, err)
	}
	options := w.options()
	options.AppID++
	stranger, err := github.NewApp(options)
	if err != nil {
		t.Fatal(err)
	}
	_, err = stranger.Installations(t.Context())
	refused[*github.AuthError](t, err)
}
