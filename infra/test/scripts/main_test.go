// SPDX-License-Identifier: Apache-2.0

// Package scripts_test runs the scripts that people run by hand, below infra, with programs in the place of op, aws, kubectl
// and bot that write down how they were called; and, where it matters, with the real bot and the real Terraform.
package scripts_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	stubs := map[string]func(){}
	for _, name := range []string{"op", "aws", "kubectl", "bot"} {
		stubs[name] = stub
	}
	testscript.Main(m, stubs)
}

// repository is this one.
func repository(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// TestScripts runs each script of testdata in a repository of its own, which has the scripts, the environments and the
// configuration of infra.
func TestScripts(t *testing.T) {
	root := repository(t)
	program := sync.OnceValues(func() (string, error) { return build(root, t.TempDir()) })
	testscript.Run(t, testscript.Params{
		Dir: "testdata", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("TMPDIR", e.WorkDir)
			e.Setenv("CHECKPOINT_DISABLE", "1")
			e.Setenv("STUBS", e.WorkDir)
			e.Setenv("STUBBIN", strings.Split(e.Getenv("PATH"), string(os.PathListSeparator))[0])
			return place(root, filepath.Join(e.WorkDir, "repo"))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"real-bot": func(ts *testscript.TestScript, neg bool, args []string) {
				path, err := program()
				ts.Check(err)
				ts.Setenv("PATH", filepath.Dir(path)+string(os.PathListSeparator)+ts.Getenv("PATH"))
			},
			"tools":   tools,
			"handed":  handed,
			"nowhere": nowhere,
		},
	})
}

// build makes the program of this commit, in a folder of its own.
func build(root, dir string) (string, error) {
	path := filepath.Join(dir, "bot")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/bot")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}

// place copies what the scripts read of infra.
func place(root, dir string) error {
	for _, pattern := range []string{"infra/common.auto.tfvars", "infra/scripts/*.sh", "infra/05-compute/scripts/*.sh", "infra/*/environments/*/*"} {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			return err
		}
		if len(files) == 0 {
			return fmt.Errorf("no file is %s", pattern)
		}
		for _, from := range files {
			to := filepath.Join(dir, strings.TrimPrefix(from, root))
			text, err := os.ReadFile(from)
			if err != nil {
				return err
			}
			info, err := os.Stat(from)
			if err != nil {
				return err
			}
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(to, text, info.Mode()); err != nil {
				return err
			}
		}
	}
	return nil
}

// tools DIR NAME… makes a folder with links to those programs, to be the whole PATH.
func tools(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	for _, name := range args[1:] {
		path, err := exec.LookPath(name)
		if _, serr := os.Stat(filepath.Join(ts.Getenv("STUBBIN"), name)); serr == nil {
			path, err = filepath.Join(ts.Getenv("STUBBIN"), name), nil
		}
		ts.Check(err)
		ts.Check(os.Symlink(path, filepath.Join(dir, name)))
	}
}

// nowhere TEXT… fails if a file below the script's folder holds one of the texts, but for those named secret.
func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(filepath.WalkDir(ts.MkAbs("."), func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), "answers-op") {
			return err
		}
		content, err := os.ReadFile(path)
		for _, text := range args {
			if strings.Contains(string(content), text) {
				ts.Fatalf("%s holds %q", path, text)
			}
		}
		return err
	}))
}

// handed N VARIABLE=VALUE… fails unless so many calls had those variables.
func handed(ts *testscript.TestScript, neg bool, args []string) {
	calls := ts.ReadFile(filepath.Join(ts.Getenv("STUBS"), "calls"))
	for _, kv := range args[1:] {
		name, value, _ := strings.Cut(kv, "=")
		if n := strings.Count(calls, digest(name, value)); strconv.Itoa(n) != args[0] {
			ts.Fatalf("%d calls had this %s, not %s", n, name, args[0])
		}
	}
}
