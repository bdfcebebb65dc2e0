// SPDX-License-Identifier: Apache-2.0

package action

import (
	"strings"
	"testing"
)

const sound = `
on:
  pull_request:
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions: {}
    steps:
      - uses: actions/checkout@0123456789012345678901234567890123456789 # v1.2.3
        with:
          persist-credentials: false
      - uses: actions/setup-go@0123456789012345678901234567890123456789 # v1.2.3
        with: {go-version: 1.26.x}
      - run: make
        env:
          TITLE: ${{ github.event.pull_request.title }}
  b:
    permissions: {contents: read}
    uses: ./.github/workflows/c.yml
`

// The rules themselves must be able to fail.
func TestTheRulesSeeEachKindOfBreach(t *testing.T) {
	for name, c := range map[string]struct{ old, new, says string }{
		"none":                         {"", "", ""},
		"no permissions of the file":   {"\npermissions: {}", "", "its permissions are not {}"},
		"permissions of the file":      {"\npermissions: {}", "\npermissions: {contents: read}", "its permissions are not {}"},
		"permissions of all kinds":     {"\npermissions: {}", "\npermissions: read-all", "its permissions are not {}"},
		"no permissions of a job":      {"    permissions: {}\n", "", "job a does not say its permissions"},
		"all permissions of a job":     {"    permissions: {}\n", "    permissions: write-all\n", "job a does not say its permissions"},
		"no permissions of a caller":   {"    permissions: {contents: read}\n", "", "job b does not say its permissions"},
		"no timeout":                   {"    timeout-minutes: 5\n", "", "job a has no timeout-minutes"},
		"action by tag":                {"checkout@0123456789012345678901234567890123456789", "checkout@v1", "actions/checkout@v1 is not pinned"},
		"action by a short commit":     {"checkout@0123456789012345678901234567890123456789", "checkout@0123456", "is not pinned"},
		"action in an image":           {"actions/checkout@0123456789012345678901234567890123456789", "docker://alpine", "docker://alpine is not pinned"},
		"workflow by branch":           {"./.github/workflows/c.yml", "layerbot/layerbot/.github/workflows/c.yml@main", "is not pinned"},
		"action without version":       {" # v1.2.3\n        with: {go", "\n        with: {go", "actions/setup-go has no version"},
		"action with half a version":   {" # v1.2.3\n        with: {go", " # v1\n        with: {go", "actions/setup-go has no version"},
		"two commits of an action":     {"./.github/workflows/c.yml", "actions/checkout/x@1123456789012345678901234567890123456789 # v1.2.4", "actions/checkout is pinned to another"},
		"expression in a script":       {"run: make", "run: make ${{ github.head_ref }}", "line 16 has an expression"},
		"expression in a long script":  {"run: make", "run: |\n          make\n          ${{ github.head_ref }}", "has an expression"},
		"pull_request_target":          {"pull_request:", "pull_request_target:", "runs on pull_request_target"},
		"workflow_run in a list":       {"\n  pull_request:", " [push, workflow_run]", "runs on workflow_run"},
		"one event":                    {"\n  pull_request:", " workflow_run", "runs on workflow_run"},
		"no event":                     {"on:\n  pull_request:", "", "has no triggers"},
		"inputs":                       {"pull_request:", "workflow_dispatch: {inputs: {version: {type: string}}}", "people can give it inputs"},
		"dispatch without inputs":      {"pull_request:", "workflow_dispatch:", ""},
		"token left behind":            {"persist-credentials: false", "fetch-depth: 0", "leaves the token in .git/config"},
		"token left on purpose":        {"persist-credentials: false", "persist-credentials: true", "leaves the token in .git/config"},
		"another Go":                   {"1.26.x", "1.25.x", `builds with Go "1.25.x"; go.mod has 1.26`},
		"any Go":                       {"        with: {go-version: 1.26.x}\n", "", "go.mod has 1.26"},
		"the Go of go.mod":             {"go-version: 1.26.x", "go-version-file: go.mod", ""},
		"anchor":                       {"permissions: {contents: read}", "permissions: &read {contents: read}", "has an anchor"},
		"ours needs no version":        {"./.github/workflows/c.yml", "layerbot/layerbot/.github/workflows/c.yml@0123456789012345678901234567890123456789", ""},
		"a caller needs no time limit": {"    timeout-minutes: 5\n", "    timeout-minutes: ${{ inputs.minutes }}\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(sound, c.old, c.new, 1)
			if c.old != "" && text == sound {
				t.Fatalf("there is no %q to replace", c.old)
			}
			w, err := parseWorkflow(".github/workflows/x.yml", text)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(breaches([]*workflow{w}, "1.26"), "\n")
			if (got == "") != (c.says == "") || !strings.Contains(got, c.says) || strings.Contains(got, "\n") {
				t.Errorf("%q; want %q", got, c.says)
			}
		})
	}
}
