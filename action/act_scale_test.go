// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// gateOnly is a caller of gate alone: what it hands on is looked at, and not begun.
const gateOnly = `name: Gate
on: {pull_request: {}}
permissions: {}
jobs:
  gate:
    permissions: {}
    runs-on: ubuntu-latest
    steps:
      - uses: layerbot/layerbot@` + released + `
        with:
          command: gate
          app-id: ${{ secrets.APP_ID }}
          app-private-key: ${{ secrets.APP_PRIVATE_KEY }}
          installation-id: ${{ secrets.INSTALLATION_ID }}
`

// many is a repository of n layers that build on nothing, each with the environments dev and prod.
func many(n int) map[string][]byte {
	files := map[string][]byte{".github/workflows/gate.yml": []byte(gateOnly)}
	for i := range n {
		dir := fmt.Sprintf("layers/layer-%03d/", i)
		files[dir+"main.tf"] = []byte("terraform {\n  backend \"local\" {}\n}\n\nresource \"terraform_data\" \"it\" {\n  input = \"first\"\n}\n")
		for _, env := range []string{"dev", "prod"} {
			files[dir+"environments/"+env+"/backend-config.hcl"] = fmt.Appendf(nil, "path = \"../../../state/%s/layer-%03d.tfstate\"\n", env, i)
		}
	}
	return files
}

// all edits each layer of many.
func all(n int) (edits [][3]string) {
	for i := range n {
		edits = append(edits, [3]string{fmt.Sprintf("layers/layer-%03d/main.tf", i), `"first"`, `"second"`})
	}
	return edits
}

// GitHub's limits: https://docs.github.com/actions/reference/limits and, for one variable, MAX_ARG_STRLEN of Linux.
const (
	maxJobs     = 256
	maxOutputs  = 1 << 20 // of a job, in UTF-16
	maxVariable = 128 << 10
)

func TestThreeHundredTargetsFitIntoAWorkflow(t *testing.T) {
	t.Parallel()
	const n = 300
	w := newWorld(t, many(n))
	_, opened := w.open(t, "dev", all(n)...)
	opened.file = ".github/workflows/gate.yml"
	r := w.run(t, opened)
	r.wantJobs(t, "gate success")
	outputs := r.jobs["gate"].outputs

	var matrix struct {
		Include []struct{ Name, Target, Env, Artifact string }
	}
	if err := json.Unmarshal([]byte(outputs["matrix"]), &matrix); err != nil {
		t.Fatal(err)
	}
	if legs := len(matrix.Include); legs > maxJobs || legs < maxJobs/2 {
		t.Errorf("%d jobs", legs)
	}
	var targets, artifacts []string
	for _, leg := range matrix.Include {
		artifacts = append(artifacts, leg.Artifact)
		for target := range strings.Lines(leg.Target) {
			targets = append(targets, strings.TrimSpace(target))
		}
	}
	slices.Sort(targets)
	slices.Sort(artifacts)
	if len(targets) != n || len(slices.Compact(targets)) != n {
		t.Errorf("%d targets, %d of them different", len(targets), len(slices.Compact(targets)))
	}
	if len(slices.Compact(artifacts)) != len(matrix.Include) {
		t.Error("two jobs share the name of an artifact")
	}
	size := 0
	for name, value := range outputs {
		size += 2 * len(value)
		if strings.HasPrefix(name, "ticket") && len(value) >= maxVariable {
			t.Errorf("%s has %d bytes: no variable holds it", name, len(value))
		}
	}
	if size > maxOutputs {
		t.Errorf("the outputs have %d bytes", size)
	}
	t.Logf("%d jobs, outputs of %d KiB, ticket of %d KiB, gate in %s", len(matrix.Include), size>>10, len(outputs["ticket"])>>10, r.jobs["gate"].action)
}
