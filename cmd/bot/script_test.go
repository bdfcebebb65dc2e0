// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the scripts")

func TestMain(m *testing.M) {
	// The scripts wait more than they compute: writes to GitHub are a second apart. A -parallel on the command line wins.
	if err := flag.Set("test.parallel", strconv.Itoa(6*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	testscript.Main(suite{m}, map[string]func(){"bot": main})
}

// A suite runs the tests with a folder for what scripts begin with, see alive.
type suite struct{ m *testing.M }

// beginningsDir names it.
const beginningsDir = "LAYERBOT_TEST_BEGINNINGS"

func (s suite) Run() int {
	dir, err := os.MkdirTemp("", "layerbot-beginnings-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Setenv(beginningsDir, dir); err != nil {
		panic(err)
	}
	return s.m.Run()
}

// TestScripts runs the program as its users run it: real Terraform, real git, and a GitHub over HTTP that refuses
// what GitHub refuses. Each script is readable documentation of one behaviour.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata", UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true, Setup: prepareStage, Cmds: commands,
	})
}

// prepareStage gives every script the same small surroundings and nothing of the developer's own.
func prepareStage(e *testscript.Env) error {
	s, err := newStage(e)
	if err != nil {
		return err
	}
	e.Values[stageKey{}] = s
	e.Defer(s.close)
	e.Setenv("HOME", e.WorkDir)
	e.Setenv("TMPDIR", e.WorkDir)
	e.Setenv("CHECKPOINT_DISABLE", "1")
	e.Setenv("LAYERBOT_CACHE_DIR", os.TempDir()+"/layerbot-test-cache")
	e.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	examples, err := filepath.Abs(filepath.Join("..", "..", "examples"))
	if err != nil {
		return err
	}
	e.Setenv("EXAMPLES", examples)
	program, err := exec.LookPath("bot")
	e.Setenv("BOT", program)
	return err
}
