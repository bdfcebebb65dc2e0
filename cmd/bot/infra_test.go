// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package main

import (
	"maps"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestInfra has the bot plan, judge and apply this repository's own layers: infra, as it stands here, with its policies and
// its configuration, by a provider that stands in for AWS and serves AWS's real schema.
//
// The scripts rule_N play a pull request that breaks the rule of that number in the inventory. Their names are short because
// providers listen on a socket in the folder of the script, whose path may have 107 bytes.
func TestInfra(t *testing.T) {
	all := maps.Clone(commands)
	maps.Copy(all, map[string]func(*testscript.TestScript, bool, []string){
		"platform": onStage((*stage).platform),
		"phases":   onStage((*stage).mirrored),
		"propose":  onStage((*stage).propose),
		"denied":   onStage((*stage).denied),
		"waves":    onStage((*stage).waves),
		"objects":  onStage((*stage).platformObjects),
		"unseen":   onStage((*stage).unseen),
	})
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "infra"), UpdateScripts: *update, RequireExplicitExec: true, Setup: prepareStage, Cmds: all,
	})
}
