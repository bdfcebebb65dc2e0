// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

// made makes an App on the simulator's pages and returns the code that the browser is sent back with.
func (w *world) made(t *testing.T, name string) string {
	t.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := browser.PostForm(w.server.URL+"/organizations/acme/settings/apps", url.Values{"name": {name}, "state": {"s"}, "manifest": {`{
		"url":"https://example.invalid","redirect_url":"http://127.0.0.1:1/","default_permissions":{"contents":"read","checks":"write"}}`}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || back.Query().Get("code") == "" {
		t.Fatalf("%s, to %v", resp.Status, back)
	}
	return back.Query().Get("code")
}

// An App that was made from a manifest is one as any other: its key opens what it was given.
func TestConvert(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	code := w.made(t, "Layerbot for Acme")
	options := github.Options{BaseURL: w.server.APIURL(), Sleep: w.options().Sleep}
	w.server.Fault("POST", "/app-manifests", 2, false, githubtest.Status(502, "Bad gateway"))
	got, err := github.Convert(t.Context(), options, code)
	if err != nil || got.Slug != "layerbot-for-acme" || got.Owner != "acme" || got.URL != w.server.URL+"/apps/layerbot-for-acme" {
		t.Fatalf("%+v, %v", got, err)
	}
	options.AppID, options.PrivateKey = got.ID, got.PrivateKey
	app, err := github.NewApp(options)
	if err != nil {
		t.Fatal(err)
	}
	if all, err := app.Installations(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("installed before anybody did: %v, %v", all, err)
	}
	_, err = app.Installation(t.Context(), w.repo)
	refused[*github.AuthError](t, err)

	resp, err := http.PostForm(w.server.URL+"/apps/layerbot-for-acme/installations", url.Values{"install_target": {"selected"}, "repository": {"infra"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	found, err := app.Installation(t.Context(), w.repo)
	if err != nil || !found.Selected || found.Permissions.String() != "checks: write, contents: read, metadata: read" || found.ID == w.git.InstallationID {
		t.Errorf("%+v, %v", found, err)
	}
	if all, err := app.Installations(t.Context()); err != nil || len(all) != 1 || all[0].ID != found.ID {
		t.Errorf("%+v, %v", all, err)
	}
	c, err := app.Open(t.Context(), w.repo, reader)
	if err != nil {
		t.Fatal(err)
	}
	if file, err := c.File(t.Context(), "main.tf", ""); err != nil || string(file) != "main.tf" {
		t.Errorf("%s, %v", file, err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCodesThatGiveNothing(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	used := w.made(t, "Layerbot for Acme")
	if _, err := github.Convert(t.Context(), w.options(), used); err != nil {
		t.Fatal(err)
	}
	lost := w.made(t, "Another")
	for name, code := range map[string]string{"used": used, "never given": "0123456789", "lost": lost} {
		if code == lost { // it is carried out, and nobody hears the answer
			w.server.Fault("POST", "/app-manifests", 1, true, nil)
		}
		_, err := github.Convert(t.Context(), w.options(), code)
		if known := refused[*github.AuthError](t, err); strings.Contains(err.Error()+known.Hint(), code) || !strings.Contains(known.Hint(), "begin again") {
			t.Errorf("%s: %v; %s", name, err, known.Hint())
		}
	}
	for _, code := range []string{"", "a/b", "..", "a?b", "a b", "é"} {
		w.server.ResetRequests()
		_, err := github.Convert(t.Context(), w.options(), code)
		if refused[*github.AuthError](t, err); len(w.calls()) > 0 {
			t.Errorf("%q was sent", code)
		}
	}
}

// The code is worth the App's key until it is used: refused looks for it in errors, the fake in its log.
func TestTheCodeIsNeverShown(t *testing.T) {
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			f := newFake(t, fault.step)
			f.patience = 100 * time.Millisecond
			_, err := github.Convert(t.Context(), f.options(), "canary")
			var known interface{ Hint() string }
			if err == nil || !errors.As(err, &known) || strings.Contains(fmt.Sprintf("%+v %s", err, known.Hint()), "canary") {
				t.Errorf("%v", err)
			}
		})
	}
	f := newFake(t, say(201, `{"id":1,"slug":"a","pem":"none"}`))
	_, err := github.Convert(t.Context(), f.options(), "canary")
	refused[*github.UnavailableError](t, err)
}
