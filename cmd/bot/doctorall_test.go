// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/setup"
)

// installed [-PART]… sets up Layerbot on GitHub for dev and prod, without the parts that are named, and makes a checkout of
// main in the folder checkout. The script's commands are then those of an administrator who also has the App's key; $READS is
// a token of hers that may read code only.
func (s *stage) installed(ts *testscript.TestScript, neg bool, args []string) {
	with := func(part string) bool { return !slices.Contains(args, "-"+part) }
	s.environmentsOf(with)
	if with("secrets") {
		s.repo.Secrets("UNRELATED")
	} else {
		s.repo.Secrets(setup.SecretAppID, setup.SecretPrivateKey)
	}
	for _, env := range []string{"dev", "prod"} {
		if with("check-" + env) {
			s.repo.Require(env, github.RequiredCheck{Name: "layerbot / " + env, AppID: s.server.AppID})
		}
		if with("workflow-" + env) {
			s.callFrom(ts, env)
		}
	}
	if with("workflow") {
		s.callFrom(ts, "main")
	}
	s.repo.Collaborator("ada", "admin")
	rights := github.Permissions{"metadata": "read", "contents": "read", "actions": "read", "environments": "read", "secrets": "read", "administration": "read"}
	ts.Setenv("READS", s.server.PersonToken("ada", github.Permissions{"metadata": "read", "contents": "read"}))
	ts.Setenv("LAYERBOT_TOKEN", s.server.PersonToken("ada", rights))
	ts.Setenv("LAYERBOT_APP_ID", strconv.FormatInt(s.server.AppID, 10))
	ts.Setenv("LAYERBOT_APP_PRIVATE_KEY", string(s.server.PrivateKey))
	ts.Setenv("GITHUB_API_URL", s.server.APIURL())
	ts.Setenv("GITHUB_SERVER_URL", s.server.URL)
	dir := filepath.Join(s.work, "checkout")
	for _, git := range [][]string{
		{"clone", "--quiet", "--branch", "main", s.repo.GitDir, dir},
		{"-C", dir, "remote", "set-url", "origin", s.server.URL + "/acme/infra.git"},
	} {
		out, err := exec.Command("git", git...).CombinedOutput()
		if err != nil {
			ts.Fatalf("git %v: %v\n%s", git, err, out)
		}
	}
}

// environmentsOf makes the environments; "-NAME" leaves one out, "-rule-NAME" its rule.
func (s *stage) environmentsOf(with func(part string) bool) {
	app := []string{setup.SecretAppID, setup.SecretInstallationID, setup.SecretPrivateKey}
	if !with("secrets") {
		app = nil
	}
	for _, e := range []github.Environment{
		{Name: "layerbot"}, {Name: "plan-dev"}, {Name: "plan-prod"}, {Name: "dev", Branches: []string{"dev"}}, {Name: "prod", Branches: []string{"prod"}},
	} {
		if !with("rule-" + e.Name) {
			e.Branches = nil
		}
		switch {
		case !with(e.Name):
		case e.Name == setup.AppEnvironment:
			s.repo.Environment(e, app...)
		default:
			s.repo.Environment(e)
		}
	}
}

// callFrom puts the caller workflow onto a branch.
func (s *stage) callFrom(ts *testscript.TestScript, branch string) {
	text := setup.Workflow(setup.Repository{
		Environments: []setup.Environment{{Name: "dev", Branch: "dev"}, {Name: "prod", Branch: "prod"}}, Default: "main",
		Ref: "0123456789abcdef0123456789abcdef01234567", Version: "v1.2.0",
	})
	_, err := s.repo.Push(branch, "", "Layerbot", map[string][]byte{setup.Caller: text})
	ts.Check(err)
}
