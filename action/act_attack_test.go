// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"bytes"
	"path/filepath"
	"testing"
)

// ruled denies what each layer of the sample is made of.
const ruled = "terraform {\n  deny = [\"resource.terraform_data\"]\n}\n"

// TestTicketThatIsLostPlansNothing: a runner drops an output in which it finds the text of a secret. A pull request that also
// brings its own rules must not be planned by them then.
func TestTicketThatIsLostPlansNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sample(t, "01-network 03-compute", map[string]string{".github/layerbot.hcl": ruled}))
	file := filepath.Join(w.dir, "layerbot", ".github", "workflows", "gitops.yml")
	whole := mustRead(t, file)
	lost := bytes.Replace(whole, []byte("      ticket: ${{ steps.gate.outputs.ticket }}\n"), nil, 1)
	if len(lost) == len(whole) {
		t.Fatal("gate has no output ticket")
	}
	mustWrite(t, file, lost, 0o600)
	_, opened := w.open(t, "dev", nodes, [3]string{".github/layerbot.hcl", `"resource.terraform_data"`, ""})
	r := w.run(t, opened)
	r.wantJobs(t, "gate success", "report failure")
	wantIn(t, "the log of report", r.jobs["report"].log.String(), "was given no ticket", "the text of a secret")
	if started := r.started(t, "terraform"); len(started) > 0 {
		t.Errorf("Terraform was started: %+v", started)
	}
}
