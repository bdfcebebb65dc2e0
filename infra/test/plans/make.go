// SPDX-License-Identifier: Apache-2.0

package plans

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/layerbot/layerbot/infra/test/hcl"
	"github.com/layerbot/layerbot/infra/test/tree"
)

// Credentials that a plan is given where it takes some: made up, and looked for where they must not be.
const (
	CanaryUsername = "canary-acr-username"
	CanaryPassword = "canary-acr-password-7d1f" //nolint:gosec // made up
)

// workshop is a copy of infra in which one environment is made.
type workshop struct {
	dir         string // to be removed
	infra       string // the copy
	states      string // one file a layer
	out         string // where what came of it goes
	environment string // one of Environments
	folder      string // the environment's folder: that of prod for Everything
	flags       string // tfvars of Everything; "" of others
	terraformrc string
}

// open copies infra.
func open(ctx context.Context, root, environment string) (*workshop, error) {
	dir, err := os.MkdirTemp("", "infra-plans-")
	if err != nil {
		return nil, err
	}
	rc, err := Provider(ctx, dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	w := &workshop{
		dir: dir, infra: filepath.Join(dir, "infra"), states: filepath.Join(dir, "states"),
		environment: environment, folder: environment, terraformrc: rc,
	}
	if environment == Everything {
		w.folder, w.flags = "prod", filepath.Join(root, "infra", "test", "plans", "flags")
	}
	if err := errors.Join(os.MkdirAll(w.states, 0o700), Copy(root, dir)); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *workshop) close() { _ = os.RemoveAll(w.dir) }

// make applies a layer on the states of those before it, and leaves what came of it in its folder, or no folder.
func (w *workshop) make(ctx context.Context, layer string, folders map[string]string) error {
	for before, folder := range folders {
		if before == layer {
			continue
		}
		if err := copyFile(filepath.Join(folder, before+".tfstate"), filepath.Join(w.states, before+".tfstate")); err != nil {
			return err
		}
	}
	half, err := os.MkdirTemp(filepath.Dir(folders[layer]), "half-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(half)
	w.out = half
	if err := w.layer(ctx, layer); err != nil {
		return err
	}
	return os.Rename(half, folders[layer])
}

// layer plans and applies one layer, and plans it again.
func (w *workshop) layer(ctx context.Context, name string) error {
	dir := filepath.Join(w.infra, name)
	if err := w.override(dir, name); err != nil {
		return err
	}
	files := []string{
		"-var-file=../common.auto.tfvars",
		"-var-file=environments/" + w.folder + "/00-config.auto.tfvars",
	}
	if flags := filepath.Join(w.flags, name+".tfvars"); w.flags != "" && exists(flags) {
		files = append(files, "-var-file="+flags)
	}
	plan := filepath.Join(w.out, name+".plan")
	if _, err := w.terraform(ctx, dir, "init", "-input=false", "-no-color"); err != nil {
		return err
	}
	args := append([]string{"plan", "-input=false", "-no-color", "-lock=false", "-out=" + plan}, files...)
	if _, err := w.terraform(ctx, dir, args...); err != nil {
		return err
	}
	shown, err := w.terraform(ctx, dir, "show", "-json", plan)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(w.out, name+".plan.json"), shown, 0o600); err != nil {
		return err
	}
	if _, err := w.terraform(ctx, dir, "apply", "-input=false", "-no-color", "-lock=false", plan); err != nil {
		return err
	}
	if err := copyFile(filepath.Join(w.states, name+".tfstate"), filepath.Join(w.out, name+".tfstate")); err != nil {
		return err
	}
	return w.again(ctx, dir, name, files)
}

// again notes what a second plan would change.
func (w *workshop) again(ctx context.Context, dir, name string, files []string) error {
	args := append([]string{"plan", "-input=false", "-no-color", "-lock=false", "-detailed-exitcode"}, files...)
	out, err := w.terraform(ctx, dir, args...)
	var exit *exec.ExitError
	switch {
	case err == nil:
		out = nil
	case errors.As(err, &exit) && exit.ExitCode() == 2: // changes
	default:
		return err
	}
	return os.WriteFile(filepath.Join(w.out, name+".again"), out, 0o600)
}

// override gives a layer a state on this machine, and those before it as files.
func (w *workshop) override(dir, name string) error {
	layer, err := hcl.Load(dir)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "terraform {\n  backend \"local\" {\n    path = %q\n  }\n}\n", filepath.Join(w.states, name+".tfstate"))
	for _, up := range layer.Of("data", "terraform_remote_state") {
		upstream := ""
		for _, other := range tree.Layers {
			if tree.Short(other) == up.Labels[1] {
				upstream = other
			}
		}
		if upstream == "" {
			return fmt.Errorf("%s reads the state of %s, which is no layer", name, up.Labels[1])
		}
		fmt.Fprintf(&b, "\ndata \"terraform_remote_state\" %q {\n  backend = \"local\"\n  config = {\n    path = %q\n  }\n}\n",
			up.Labels[1], filepath.Join(w.states, upstream+".tfstate"))
	}
	return os.WriteFile(filepath.Join(dir, "acceptance_override.tf"), []byte(b.String()), 0o600)
}

// terraform runs without anything of the caller's environment that could steer it.
func (w *workshop) terraform(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "terraform", args...)
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir(),
		"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_CLI_CONFIG_FILE=" + w.terraformrc,
		"TF_VAR_acr_username=" + CanaryUsername, "TF_VAR_acr_password=" + CanaryPassword,
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.Bytes(), fmt.Errorf("%s of %s/%s: %w: %s", args[0], filepath.Base(dir), w.environment, err, stderr.Bytes())
	}
	return stdout.Bytes(), nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func copyFile(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, raw, 0o600) //nolint:gosec // paths of this repository and of folders made here
}
