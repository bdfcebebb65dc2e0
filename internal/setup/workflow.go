// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"go.yaml.in/yaml/v3"
)

// schedule is when drift is looked for: on weekdays, not on the hour, when everybody's schedules start.
const schedule = "23 5 * * 1-5"

const (
	ownRepository = "layerbot/layerbot"
	reusableKMS   = ownRepository + "/.github/workflows/gitops-kms.yml"
)

var callerText = template.Must(template.New("caller").Delims("<<", ">>").Parse(`# Layerbot: plans what a pull request changes, and applies on merge what was reviewed.
name: Layerbot
on:
  pull_request: {types: [opened, synchronize, reopened, ready_for_review, edited, closed]}
  issue_comment: {types: [created]}
  push: {branches: [<< .Branches >>]} # those that environments are applied from
  merge_group: {types: [checks_requested]}
  check_run: {types: [requested_action, rerequested]}
  schedule: [{cron: '<< .Schedule >>'}] # looks for drift
  workflow_dispatch:
    inputs:
      command: {description: What to do, type: choice, options: [plan, apply, scan, drift], default: plan}
      targets: {description: "As in a comment: compute prod", type: string, default: ''}
permissions: {}
jobs:
  layerbot:
    permissions: {contents: read, id-token: write}
    uses: << .Uses >>
    secrets:
<<- range .Secrets >>
      << . >>: ${{ secrets.<< . >> }}
<<- end >>
<<- if or .KMS .With >>
    with:
<<- end >>
<<- if .KMS >>
      app-kms-key: ${{ vars.` + KMSKey + ` }}
      app-kms-role: ${{ vars.` + KMSRole + ` }}
<<- end >>
<<- range .With >>
      << . >>
<<- end >>
`))

// Workflow returns the caller workflow, about 20 lines, for r.
func Workflow(r Repository) []byte {
	var branches []string
	secrets := []string{SecretAppID, SecretPrivateKey, SecretInstallationID}
	for _, e := range r.Environments {
		branches = append(branches, branchPattern(cmp.Or(e.Branch, r.Default)))
		if e.Secrets && !slices.Contains(secrets, SecretTerraform) {
			secrets = append(secrets, SecretTerraform)
		}
	}
	slices.Sort(branches)
	uses := Reusable
	if r.KMS {
		uses = reusableKMS
		secrets = slices.DeleteFunc(secrets, func(s string) bool { return s == SecretPrivateKey })
	}
	if r.Ref != "" {
		uses += "@" + r.Ref
	} else {
		uses = strings.Replace(uses, ownRepository, ".", 1)
	}
	if r.Version != "" {
		uses += " # " + r.Version
	}
	var text strings.Builder
	err := callerText.Execute(&text, map[string]any{
		"Branches": strings.Join(slices.Compact(branches), ", "), "Schedule": schedule, "Uses": uses, "Secrets": secrets, "KMS": r.KMS,
		"With": r.With,
	})
	if err != nil {
		panic(err) // plain data
	}
	return []byte(text.String())
}

// Inputs returns what a caller sets of the reusable workflow's inputs, as lines of YAML, so that a new one can keep it: nil if
// text is no caller. What names the key in KMS is not among them.
func Inputs(text []byte) []string {
	c, err := parseCaller(text)
	if err != nil {
		return nil
	}
	kept := yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i+1 < len(c.with.Content); i += 2 {
		if name := c.with.Content[i].Value; name != "app-kms-key" && name != "app-kms-role" {
			kept.Content = append(kept.Content, c.with.Content[i:i+2]...)
		}
	}
	if len(kept.Content) == 0 {
		return nil
	}
	lines, err := yaml.Marshal(&kept)
	if err != nil {
		return nil // it was read as YAML
	}
	return strings.Split(strings.TrimSuffix(string(lines), "\n"), "\n")
}

// plainWord matches what means itself in YAML. Words such as "on" and "null" do not, nor do numbers.
var (
	plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._/-]*$`)
	yamlWord  = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
)

// branchPattern returns the pattern for exactly the branch, as it is written in YAML.
// Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
func branchPattern(branch string) string {
	if plainWord.MatchString(branch) && !yamlWord.MatchString(branch) {
		return branch
	}
	pattern := strings.NewReplacer("+", `\+`, "]", `\]`).Replace(branch)
	if strings.HasPrefix(pattern, "!") {
		pattern = `\` + pattern
	}
	return "'" + strings.ReplaceAll(pattern, "'", "''") + "'"
}
