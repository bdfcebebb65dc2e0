// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/layerbot/layerbot/examples"
)

// A kit is what all worlds of a process share. It is made once, by the first, and removed by TestMain.
type kit struct {
	dir            string
	bot            string // the program, built from these sources
	act, terraform string
}

var (
	theKit = sync.OnceValues(newKit)
	kitDir string
)

func newKit() (k *kit, err error) {
	k = &kit{}
	if k.dir, err = os.MkdirTemp("", "layerbot-act-"); err != nil {
		return nil, err
	}
	kitDir = k.dir
	for _, dir := range []string{"home", "tmp", "runners", "notes"} {
		if err := os.Mkdir(filepath.Join(k.dir, dir), 0o700); err != nil {
			return nil, err
		}
	}
	if k.act, err = exec.LookPath("act"); err != nil {
		return nil, fmt.Errorf("%w: `make tools` has it", err)
	}
	if k.terraform, err = exec.LookPath("terraform"); err != nil {
		return nil, err
	}
	k.bot = filepath.Join(k.dir, "bot")
	build := exec.Command("go", "build", "-o", k.bot, "./cmd/bot")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build bot: %w\n%s", err, out)
	}
	return k, k.apply()
}

// apply brings the sample's layers to life in dev and prod, with plain Terraform, as the teams did before Layerbot came. Their
// state is what each world begins with.
func (k *kit) apply() error {
	files, err := examples.Sample()
	if err != nil {
		return err
	}
	checkout := filepath.Join(k.dir, "seed", "checkout")
	for name, text := range files {
		name = filepath.Join(checkout, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, text, 0o600)); err != nil {
			return err
		}
	}
	for _, env := range []string{"dev", "prod"} {
		for _, layer := range []string{"01-network", "02-data", "03-compute", "04-apps"} {
			values := "environments/" + env + "/"
			for _, args := range [][]string{
				{"init", "-reconfigure", "-backend-config=" + values + "backend-config.hcl"},
				{"apply", "-auto-approve", "-var-file=../common.auto.tfvars", "-var-file=" + values + "00-config.auto.tfvars"},
			} {
				cmd := exec.Command(k.terraform, append(args, "-input=false", "-no-color")...)
				cmd.Dir = filepath.Join(checkout, layer)
				if out, err := cmd.CombinedOutput(); err != nil {
					return fmt.Errorf("%s %s/%s: %w\n%s", args[0], layer, env, err, out)
				}
			}
		}
	}
	return nil
}

func TestMain(m *testing.M) {
	code := m.Run()
	if kitDir != "" {
		_ = os.RemoveAll(kitDir) // what is left is in the temporary folder
	}
	os.Exit(code)
}

func git(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

func mustRead(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func mustWrite(t testing.TB, name string, text []byte, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, mode); err != nil {
		t.Fatal(err)
	}
}

// mustCopy copies a file with its mode.
func mustCopy(t testing.TB, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, to, mustRead(t, from), info.Mode())
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
