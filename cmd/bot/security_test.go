package main

import (
	"maps"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The rows of the threat table in docs/security.md, one test each. Each plays the attack on the program as its users run
// it: with the scripts named here, with what follows them, and with the tests that the table links beside them.

func TestThreat01PullRequestFromAFork(t *testing.T) {
	play(t, "fork", "fork_gone", "fork_queued", "threats/fork_asks")
}

func TestThreat02CommenterWithoutRights(t *testing.T) {
	play(t, "no_permission", "permissions", "apply_appliers", "not_a_command", "threats/people")
}

func TestThreat03PushBetweenCommentAndCheckout(t *testing.T) {
	play(t, "moved_meanwhile", "replayed", "wrong_checkout", "threats/head")
}

func TestThreat04CodeAtPlanTime(t *testing.T) {
	play(t, "threats/code")
}

func TestThreat05FilesAndEnvironments(t *testing.T) {
	play(t, "canaries", "threats/canaries_apply", "wrong_checkout")
}

func TestThreat06WhatSteersTerraform(t *testing.T) {
	play(t, "threats/steer")
}

func TestThreat08TamperedArtifact(t *testing.T) {
	play(t, "silence", "apply_tampered", "threats/artifact")
}

func TestThreat09WordsThatWouldBeArguments(t *testing.T) {
	play(t, "unknown_words", "threats/argv")
}

func TestThreat10PullRequestThatChangesItsRules(t *testing.T) {
	play(t, "base_configuration", "threats/base")
}

func TestThreat12ForgedCheckOrMarker(t *testing.T) {
	play(t, "impostors")
}

func TestThreat13MarkdownAndExpressions(t *testing.T) {
	play(t, "hostile_names", "threats/markdown")
}

func TestThreat15ValuesThatNobodyMarked(t *testing.T) {
	play(t, "threats/unmarked")
}

func TestThreat17RoleOfAnotherTarget(t *testing.T) {
	play(t, "threats/roles")
}

// play runs scripts of testdata.
func play(t *testing.T, scripts ...string) {
	t.Parallel()
	t.Helper()
	all := maps.Clone(commands)
	maps.Copy(all, attacks)
	var files []string
	for _, name := range scripts {
		files = append(files, filepath.Join("testdata", name+".txtar"))
	}
	testscript.Run(t, testscript.Params{
		Files: files, UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true, Setup: setup, Cmds: all,
	})
}
