// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// own runs the bot on this repository and returns what it printed, and how it ended.
func own(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var out, said strings.Builder
	env := environment{All: map[string]string{"PATH": os.Getenv("PATH"), "HOME": os.Getenv("HOME")}} // where the tools are
	code = run(append([]string{"-C", top}, args...), env, &out, &said)
	return out.String(), said.String(), code
}

// What this repository suppresses is accounted for in docs/security-baseline.md.
func TestOurOwnSuppressionsAreAccountedFor(t *testing.T) {
	if _, said, code := own(t, "scan", "--suppressions"); code != exitOK {
		t.Error(said)
	}
}

// The limits that infra sets for itself break no rule of the policies that are shipped.
func TestOurOwnPoliciesPassTheirTestsWithOurLimits(t *testing.T) {
	out, said, code := own(t, "policy", "test")
	if code != exitOK || !strings.Contains(out+said, " 0 failed, 0 skipped") {
		t.Error(out, said)
	}
}

// The order of our layers is found from the states that they read.
func TestOurOwnLayersHaveTheirOrder(t *testing.T) {
	out, said, code := own(t, "layers", "prod")
	if code != exitOK {
		t.Fatal(said)
	}
	var order []string
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) > 1 && strings.HasSuffix(f[1], "/prod") {
			order = append(order, f[0]+" "+f[1])
		}
	}
	if got := strings.Join(order, ", "); got != "0 bootstrap/prod, 1 infrastructure/prod, 2 compute/prod, 3 applications/prod" {
		t.Error(got)
	}
}

// Each target has the values that all share and those of its environment: none of infra/test, whose name is an environment's.
func TestOurOwnTargetsHaveTheirOwnValues(t *testing.T) {
	out, said, code := own(t, "layers", "--format=json")
	if code != exitOK {
		t.Fatal(said)
	}
	targets := 0
	for line := range strings.Lines(out) {
		var target struct {
			Dir, Env string
			VarFiles []string `json:"var_files"`
			Backend  string   `json:"backend_config"`
		}
		if err := json.Unmarshal([]byte(line), &target); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		targets++
		own := target.Dir + "/environments/" + target.Env + "/"
		if want := []string{"infra/common.auto.tfvars", own + "00-config.auto.tfvars"}; !slices.Equal(target.VarFiles, want) {
			t.Errorf("%s in %s has %v, not %v", target.Dir, target.Env, target.VarFiles, want)
		}
		if want := own + "backend-config.hcl"; target.Backend != want {
			t.Errorf("%s in %s has its state by %s, not %s", target.Dir, target.Env, target.Backend, want)
		}
	}
	if targets != 16 {
		t.Errorf("%d targets, not 4 layers in 4 environments", targets)
	}
}
