// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScriptsWithScanners runs scripts with the real scanners: trivy, tfsec, checkov, gitleaks and tflint.
func TestScriptsWithScanners(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "scanners"), UpdateScripts: *update, RequireExplicitExec: true, Setup: prepareStage, Cmds: commands,
	})
}
