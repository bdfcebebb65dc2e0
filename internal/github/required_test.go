// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

func TestRequiredChecks(t *testing.T) {
	anybodys, ours := github.RequiredCheck{Name: "layerbot / prod"}, github.RequiredCheck{Name: "layerbot / prod", AppID: 4242}
	other := github.RequiredCheck{Name: "build"}
	const noPlan = "Upgrade to GitHub Pro or make this repository public to enable this feature."
	admin, writer := github.Permissions{"administration": "read"}, github.Permissions{}
	for _, tt := range []struct {
		name   string
		set    func(*world)
		may    github.Permissions
		branch string
		want   []github.RequiredCheck
		known  bool
	}{
		{"nothing is required", func(*world) {}, admin, "prod", nil, true},
		{"a ruleset requires it", func(w *world) { w.git.Require("prod", ours, other) }, admin, "prod", []github.RequiredCheck{other, ours}, true},
		{"protection requires it", func(w *world) { w.git.Protect("prod", ours, other) }, admin, "prod", []github.RequiredCheck{other, ours}, true},
		{"both require it", func(w *world) { w.git.Require("prod", ours); w.git.Protect("prod", ours, anybodys) }, admin, "prod", []github.RequiredCheck{anybodys, ours}, true},
		{"protection without checks", func(w *world) { w.git.Protect("prod") }, admin, "prod", nil, true},
		{"a ruleset without checks", func(w *world) { w.git.Require("prod") }, admin, "prod", nil, true},
		{"another branch requires it", func(w *world) { w.git.Require("test", ours) }, admin, "prod", nil, true},
		{"a name with a slash", func(w *world) { w.git.Require("env/prod", ours) }, admin, "env/prod", []github.RequiredCheck{ours}, true},
		{"a branch that is not there", func(*world) {}, admin, "gone", nil, false},
		{"no right to see protection", func(w *world) { w.git.Protect("prod", ours) }, writer, "prod", nil, false},
		{"no right, and a ruleset requires it", func(w *world) { w.git.Require("prod", ours); w.git.Protect("prod", other) }, writer, "prod", []github.RequiredCheck{ours}, true},
		{"the token may, the person may not", func(w *world) { w.git.Protect("prod", ours); w.git.Collaborator("grace", "write") }, admin, "prod", nil, false},
		{"a plan without both", func(w *world) {
			w.server.Fault("GET", "/repos/acme/infra/rules", 1, false, githubtest.Status(403, noPlan))
			w.server.Fault("GET", "/repos/acme/infra/branches", 1, false, githubtest.Status(403, noPlan))
		}, admin, "prod", nil, true},
		{"failures that pass", func(w *world) {
			w.git.Require("prod", ours)
			w.server.Fault("GET", "/repos/acme/infra/rules", 1, false, githubtest.Status(502, "Bad gateway"))
			w.server.Fault("GET", "/repos/acme/infra/branches", 1, false, githubtest.Empty())
		}, admin, "prod", []github.RequiredCheck{ours}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorldWith(t, githubtest.Options{Validate: true})
			c := w.person(t, tt.may)
			tt.set(w)
			got, known, err := c.RequiredChecks(t.Context(), tt.branch)
			if err != nil || known != tt.known || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%+v, known %t, %v", got, known, err)
			}
		})
	}
}

// GitHub being away is not the same as nothing being required.
func TestRequiredChecksThatCannotBeRead(t *testing.T) {
	for _, path := range []string{"/rules", "/branches"} {
		w := newWorldWith(t, githubtest.Options{Validate: true})
		w.git.Require("prod", github.RequiredCheck{Name: "layerbot / prod"})
		w.server.Fault("GET", "/repos/acme/infra"+path, 9, false, githubtest.Status(http.StatusBadGateway, "Bad gateway"))
		checks, known, err := w.person(t, github.Permissions{"administration": "read"}).RequiredChecks(t.Context(), "prod")
		refused[*github.UnavailableError](t, err)
		if known || checks != nil {
			t.Errorf("%s: %v, known %t", path, checks, known)
		}
	}
	w := newWorldWith(t, githubtest.Options{Validate: true})
	_, _, err := w.as(t, "mallory", nil).RequiredChecks(t.Context(), "prod")
	refused[*github.NotFoundError](t, err)
}
