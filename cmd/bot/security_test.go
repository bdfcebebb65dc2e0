// SPDX-License-Identifier: Apache-2.0

package main

import (
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The rows of the threat table in docs/security.md, one test each. Each plays the attack on the program as its users run
// it: with the scripts named here, with what follows them, and with the tests that the table links beside them.

func TestThreat01PullRequestFromAFork(t *testing.T) {
	play(t, "fork", "fork_gone", "fork_queued", "fork_asks")
}

func TestThreat02CommenterWithoutRights(t *testing.T) {
	play(t, "no_permission", "permissions", "apply_appliers", "not_a_command", "people")
}

func TestThreat03PushBetweenCommentAndCheckout(t *testing.T) {
	play(t, "moved_meanwhile", "replayed", "wrong_checkout", "head")
}

func TestThreat04CodeAtPlanTime(t *testing.T) {
	play(t, "code")
}

func TestThreat05FilesAndEnvironments(t *testing.T) {
	play(t, "canaries", "canaries_apply", "wrong_checkout")
}

func TestThreat06WhatSteersTerraform(t *testing.T) {
	play(t, "steer")
}

func TestThreat07LayersWithoutAStateOfTheirOwn(t *testing.T) {
	play(t, "states")
}

func TestThreat08TamperedArtifact(t *testing.T) {
	play(t, "silence", "apply_tampered", "artifact", "scans")
}

func TestThreat09WordsThatWouldBeArguments(t *testing.T) {
	play(t, "unknown_words", "argv")
}

func TestThreat10PullRequestThatChangesItsRules(t *testing.T) {
	play(t, "base_configuration", "base", "policies", "config_named")
}

func TestThreat12ForgedCheckOrMarker(t *testing.T) {
	play(t, "impostors")
}

func TestThreat13MarkdownAndExpressions(t *testing.T) {
	play(t, "hostile_names", "markdown")
}

func TestThreat15ValuesThatNobodyMarked(t *testing.T) {
	play(t, "unmarked")
}

func TestThreat17RoleOfAnotherTarget(t *testing.T) {
	play(t, "roles", "branch_roles", "own_environments")
}

func TestThreat18WhatHidesFromPoliciesAndScanners(t *testing.T) {
	play(t, "policies_avoided")
}

// play runs scripts of testdata/threats.
func play(t *testing.T, scripts ...string) {
	t.Parallel()
	t.Helper()
	all := maps.Clone(commands)
	maps.Copy(all, attacks)
	var files []string
	for _, name := range scripts {
		files = append(files, filepath.Join("testdata", "threats", name+".txtar"))
	}
	testscript.Run(t, testscript.Params{
		Files: files, UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true, Setup: prepareStage, Cmds: all,
	})
}

// A script that no row plays would show nothing.
func TestEveryScriptOfAThreatIsPlayed(t *testing.T) {
	source, err := os.ReadFile("security_test.go")
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob(filepath.Join("testdata", "threats", "*.txtar"))
	if err != nil || len(scripts) < 25 {
		t.Fatalf("%d scripts: %v", len(scripts), err)
	}
	for _, name := range scripts {
		if quoted := strconv.Quote(strings.TrimSuffix(filepath.Base(name), ".txtar")); !strings.Contains(string(source), quoted) {
			t.Errorf("no row plays %s", name)
		}
	}
}
