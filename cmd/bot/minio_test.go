// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScriptsOnMinIO runs scripts on an S3 that enforces session policies.
func TestScriptsOnMinIO(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "minio"), UpdateScripts: *update, RequireExplicitExec: true, Setup: prepareStage, Cmds: commands,
	})
}
