// SPDX-License-Identifier: Apache-2.0

package action

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// gates are the workflows that a change must pass, with the command of each; "" is one that another action runs.
var gates = map[string][]string{
	"ci.yml":               {".ci/run"},
	"tfsec.yml":            {"make gate-tfsec"},
	"checkov.yml":          {"make gate-checkov"},
	"gitleaks.yml":         {"make gate-gitleaks"},
	"license-header.yml":   {"make gate-license"},
	"dependency-check.yml": {"actions/dependency-review-action", "make vuln"},
	"codeql.yml":           {"github/codeql-action/analyze", `go -C tools run ./sarif "$RUNNER_TEMP"/codeql`},
}

func TestEachGateRunsOnEveryChange(t *testing.T) {
	all := readWorkflows(t)
	for file, commands := range gates {
		w := all[file]
		if w == nil {
			t.Errorf("there is no %s", file)
			continue
		}
		var on struct {
			PullRequest yaml.Node `yaml:"pull_request"`
			Push        yaml.Node
		}
		if err := w.On.Decode(&on); err != nil {
			t.Fatal(err)
		}
		var push map[string][]string
		if err := on.Push.Decode(&push); err != nil || len(push) != 1 || !slices.Equal(push["branches"], []string{"main"}) {
			t.Errorf("%s runs on pushes %v, %v", file, push, err)
		}
		if on.PullRequest.Tag != "!!null" {
			t.Errorf("%s does not run on every pull request", file)
		}
		var runs []string
		for name, j := range w.Jobs {
			if len(j.Needs) > 0 || j.If != "" && name != "review" {
				t.Errorf("%s: job %s may be left out", file, name)
			}
			for _, s := range j.Steps {
				name, _, _ := strings.Cut(s.Uses, "@")
				runs = append(runs, s.Run, name)
			}
		}
		for _, command := range commands {
			if !slices.Contains(runs, command) {
				t.Errorf("%s does not run %s", file, command)
			}
		}
	}
}

// A scanner's own action was how secrets were taken from others, https://www.cve.org/CVERecord?id=CVE-2026-33634: what runs
// here beside this repository is GitHub's, but for the two that make a release.
func TestNobodyElsesActionRuns(t *testing.T) {
	release := []string{"docker/login-action", "docker/setup-buildx-action", "goreleaser/goreleaser-action"}
	for file, w := range readWorkflows(t) {
		for _, m := range regexp.MustCompile(`uses: (\w[\w-]*)(/[\w.-]+)`).FindAllStringSubmatch(w.text, -1) {
			trusted := m[1] == "actions" || m[1] == "github" || m[1]+m[2] == ours
			if !trusted && (file != "release.yml" || !slices.Contains(release, m[1]+m[2])) {
				t.Errorf("%s uses %s", file, m[1]+m[2])
			}
		}
	}
}

// Dependabot looks after each folder that pins something.
func TestDependabotKnowsEachModule(t *testing.T) {
	text, err := os.ReadFile("../.github/dependabot.yml")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directory   string
			Directories []string
			Cooldown    struct {
				Days int `yaml:"default-days"`
			}
		}
	}
	if err := yaml.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	looks := map[string][]string{}
	for _, u := range d.Updates {
		looks[u.Ecosystem] = slices.Concat(looks[u.Ecosystem], []string{u.Directory}, u.Directories)
		if u.Cooldown.Days < 7 {
			t.Errorf("%s: a new version is taken at once", u.Ecosystem)
		}
	}
	folders, err := os.ReadDir("../tools")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if _, err := os.Stat("../tools/" + f.Name() + "/requirements.txt"); err == nil && !slices.Contains(looks["pip"], "/tools/"+f.Name()) {
			t.Errorf("nothing looks after tools/%s", f.Name())
		}
	}
	for ecosystem, folder := range map[string]string{"gomod": "/", "github-actions": "/", "docker": "/"} {
		if !slices.Contains(looks[ecosystem], folder) {
			t.Errorf("nothing looks after the %s of %s", ecosystem, folder)
		}
	}
	if !slices.Contains(looks["gomod"], "/tools/*") {
		t.Error("nothing looks after the modules of tools")
	}
}
