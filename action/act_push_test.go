// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
)

// secretive is a configuration with a scanner, and with a layer that wants a secret.
const secretive = `scanner "gitleaks" {}

layer "compute" {
  secret "db_password" { env = "DB_PASSWORD" }
}
`

// wanting lets that layer put the secret into a name, where a plan shows it, and does not mark it as sensitive.
var wanting = [][3]string{
	{"03-compute/variables.tf", "variable \"region\" {", "variable \"db_password\" {\n  type = string\n}\n\nvariable \"region\" {"},
	{"03-compute/main.tf", "\"${local.name}-bastion\"", "\"${var.db_password}-bastion\""},
}

// TestNewRepositoryFromPullRequestToApply is how a repository begins: `bot init` wrote its workflow, and nobody changed that.
func TestNewRepositoryFromPullRequestToApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sample(t, "01-network 03-compute", map[string]string{".github/layerbot.hcl": secretive}))
	p, opened := w.open(t, "dev", firewall, wanting[0], wanting[1])
	planned := w.run(t, opened)
	planned.wantJobs(t, "gate success", "plan network/dev success", "plan compute/dev success", "scan network/dev and 1 more success", "report success")
	wantIn(t, "the comment", w.one(t, p).Body, "`network/dev` | changes", "`compute/dev` | changes", "terraform_data.bastion", "input.name")
	scanned := w.run(t, comment(p, "alice", "/scan network"))
	scanned.wantJobs(t, "gate success", "scan network/dev success", "report success")
	p.Review("dana", "APPROVED")

	applied := w.run(t, w.merge(t, p, "dev"))
	applied.wantJobs(t, "gate success", "wave-1 network/dev success", "wave-2 compute/dev success", "report success")
	if got, want := w.deployed(), []string{"apply:01-network dev success", "apply:03-compute dev success"}; !slices.Equal(got, want) {
		t.Errorf("deployments %q, want %q", got, want)
	}
	wantIn(t, "the comment", w.told(p)[0].Body, "applied") // the second answers /scan
	wantIn(t, "the state", w.state(t, "dev/network"), "10.1.0.0/16")
	wantIn(t, "the state", w.state(t, "dev/compute"), canaries["DB_PASSWORD"]+"-bastion")

	for _, r := range []*run{planned, scanned, applied} {
		r.usesWhatItAskedFor(t)
		for _, n := range r.started(t, "bot") {
			n.wantOnly(t, runner, phases[n.of])
		}
		for _, n := range r.started(t, "terraform") {
			n.wantOnly(t, terraforms, secrets[n.of])
		}
	}
}

func TestFailedWaveBlocksTheNextUntilItIsAppliedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sample(t, "01-network 03-compute", nil))
	p, opened := w.open(t, "dev", firewall, nodes)
	w.run(t, opened)
	w.deadly = []string{"01-network"}
	merged := w.merge(t, p, "dev")
	failed := w.run(t, merged)
	failed.wantJobs(t, "gate success", "wave-1 network/dev failure", "wave-2 compute/dev failure", "report failure")
	wantIn(t, "the comment", w.one(t, p).Body, "`network/dev` | ❌", "`compute/dev` | ⏳ waits for network/dev")
	if slices.Contains(w.deployed(), "apply:03-compute dev success") {
		t.Errorf("what builds on a failed target was applied: %q", w.deployed())
	}

	w.deadly = nil
	w.run(t, event{
		name: "workflow_dispatch", ref: "refs/heads/dev", secrets: true,
		payload: w.repo.DispatchEvent("alice", "dev", map[string]string{"command": "apply", "targets": "all dev"}),
	}).wantJobs(t, "gate success", "wave-1 network/dev success", "wave-2 compute/dev success", "report success")
	wantIn(t, "the state", w.state(t, "dev/network"), "10.1.0.0/16")

	merged.again = failed
	w.run(t, merged).wantJobs(t, "gate success", "report success") // nothing is left
}

// deployed returns what the last deployment of each target says, as "apply:01-network dev success".
func (w *world) deployed() (all []string) {
	for _, d := range w.repo.Deployments() {
		all = append(all, fmt.Sprintf("%s %s %s", d.Task, d.Environment, d.State()))
	}
	slices.Sort(all)
	return all
}

// state returns the state of a layer, "dev/network".
func (w *world) state(t testing.TB, name string) string {
	t.Helper()
	return string(mustRead(t, filepath.Join(w.dir, "state", name+".tfstate")))
}
