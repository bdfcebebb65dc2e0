// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/layerbot/layerbot/internal/github"
)

var update = flag.Bool("update", false, "rewrite the golden files, and those that are written from here")

// golden holds got against a file, which -update writes.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what is written here (-update rewrites it):\n%s", name, got)
	}
}

const root = "../../"

func TestWhatTheRepositoryHoldsIsWrittenFromHere(t *testing.T) {
	golden(t, root+".github/app/permissions.md", Permissions())
	golden(t, root+".github/app/manifest.json", Manifest("Layerbot", ""))
	var all []Environment
	for _, name := range []string{"dev", "prod", "sbx", "test"} {
		all = append(all, Environment{Name: name, Branch: name, Secrets: true})
	}
	golden(t, root+Caller, Workflow(Repository{Environments: all, Default: "main", Ref: trusted(t)}))
}

// trusted returns the newest commit of the reusable workflow that the roles of this repository's own infrastructure admit.
func trusted(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(root + "infra/01-bootstrap/github.auto.tfvars")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`(?s)layerbot_workflow_commits\s*=\s*\[(.*?)\]`).FindSubmatch(text)
	if list == nil {
		t.Fatal("infra/01-bootstrap/github.auto.tfvars has no layerbot_workflow_commits")
	}
	commits := regexp.MustCompile(`[0-9a-f]{40}`).FindAll(list[1], -1)
	if len(commits) == 0 {
		t.Fatalf("no commit in %s", list[0])
	}
	return string(commits[len(commits)-1])
}

const sha = "0123456789abcdef0123456789abcdef01234567"

func TestWorkflow(t *testing.T) {
	for name, r := range map[string]Repository{
		"branches of their names": {Environments: []Environment{{Name: "dev", Branch: "dev"}, {Name: "prod", Branch: "prod"}}, Ref: sha, Version: "v1.2.0"},
		"one branch":              {Environments: []Environment{{Name: "dev"}, {Name: "prod", Secrets: true}}, Default: "main", Ref: sha},
		"names that mean more":    {Environments: []Environment{{Name: "a", Branch: "on"}, {Name: "b", Branch: "1.0"}, {Name: "c", Branch: "it's+c"}, {Name: "d", Branch: "!d"}}, Ref: sha},
		"key in kms":              {Environments: []Environment{{Name: "prod", Branch: "prod"}}, Ref: sha, KMS: true},
	} {
		t.Run(name, func(t *testing.T) {
			text := Workflow(r)
			golden(t, "testdata/"+strings.ReplaceAll(name, " ", "-")+".yml", text)
			if n := bytes.Count(text, []byte("\n")); n > 27 {
				t.Errorf("%d lines", n)
			}
			c, err := parseCaller(text)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range r.Environments {
				if branch := e.Branch; branch != "" && !c.on["push"].admits(branch) {
					t.Errorf("a push to %s does not start it: %v", branch, c.on["push"].Branches)
				}
			}
		})
	}
}

func TestInputsOfTheCallerAreKept(t *testing.T) {
	r := Repository{Environments: []Environment{{Name: "prod"}}, Default: "main", Ref: sha}
	plain := Workflow(r)
	if kept := Inputs(plain); kept != nil {
		t.Errorf("of a caller without inputs: %s", kept)
	}
	edited := append(bytes.Clone(plain), "    with:\n      runs-on: '[\"self-hosted\"]' # ours\n      app-kms-key: x\n      plan-timeout: 90\n"...)
	for _, r.KMS = range []bool{false, true} {
		r.With = Inputs(edited)
		text := string(Workflow(r))
		if !strings.HasSuffix(text, "      runs-on: '[\"self-hosted\"]' # ours\n      plan-timeout: 90\n") || strings.Contains(text, "app-kms-key: x") || strings.Count(text, "    with:\n") != 1 {
			t.Errorf("KMS %t:\n%s", r.KMS, text)
		}
		if !slices.Equal(Inputs([]byte(text)), r.With) {
			t.Errorf("they are not kept twice:\n%s", text)
		}
	}
}

func TestManifestIsPrivateAndQuiet(t *testing.T) {
	var m struct {
		Name        string
		Public      *bool
		Redirect    string                 `json:"redirect_url"`
		Hook        struct{ Active *bool } `json:"hook_attributes"`
		Events      []string               `json:"default_events"`
		Permissions github.Permissions     `json:"default_permissions"`
	}
	if err := json.Unmarshal(Manifest(strings.Repeat("n", 50), "http://127.0.0.1:1/x"), &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Name) != 34 || m.Public == nil || *m.Public || m.Hook.Active == nil || *m.Hook.Active || len(m.Events) != 0 || m.Redirect == "" {
		t.Errorf("%+v", m)
	}
	if m.Permissions.String() != Union().String() {
		t.Errorf("permissions are %s, needed are %s", m.Permissions, Union())
	}
}

// What a job of the reusable workflows asks for is what its phase may have. With the key in KMS, gate and report also ask who
// they are, for the role that signs.
func TestPowersAreThoseOfTheReusableWorkflows(t *testing.T) {
	for file, identified := range map[string]bool{"gitops.yml": false, "gitops-kms.yml": true} {
		text, err := os.ReadFile(root + ".github/workflows/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var w struct {
			Permissions map[string]string
			Jobs        map[string]struct{ Permissions map[string]string }
		}
		if err := yaml.Unmarshal(text, &w); err != nil {
			t.Fatal(err)
		}
		powers := map[string]github.Permissions{}
		for _, p := range Powers() {
			powers[p.Phase] = p.Job
			if identified && p.App != nil {
				powers[p.Phase] = github.Permissions{"id-token": "write"}
			}
		}
		if powers["drift"].String() != powers["plan"].String() {
			t.Error("drift is looked for in the job that plans, and may not have other powers")
		}
		seen := map[string]bool{"drift": true}
		for name, job := range w.Jobs {
			phase := name
			if strings.HasPrefix(name, "wave-") {
				phase = "apply"
			}
			seen[phase] = true
			if want, ok := powers[phase]; !ok || github.Permissions(job.Permissions).String() != want.String() {
				t.Errorf("%s: job %s has %v, the phase %s may have %v", file, name, job.Permissions, phase, want)
			}
		}
		if len(w.Permissions) != 0 || len(seen) != len(powers) {
			t.Errorf("%s has %v; phases in it: %v", file, w.Permissions, seen)
		}
	}
}

// The page that tells how credentials come and go has a row for each phase.
func TestAuthFlowNamesEachPhase(t *testing.T) {
	text, err := os.ReadFile(root + ".github/app/auth-flow.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range Powers() {
		i := strings.LastIndex(string(text), "\n| "+p.Phase)
		if p.Phase == "drift" {
			i = strings.LastIndex(string(text), "| plan, drift |")
		}
		row, _, _ := strings.Cut(string(text[max(i, 0):])[1:], "\n")
		key := strings.Contains(row, "| yes |")
		if i < 0 || key != (p.App != nil) || key == strings.Contains(row, "contents: read") {
			t.Errorf("%s: %q", p.Phase, row)
		}
	}
}
