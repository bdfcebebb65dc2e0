// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package runner_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
)

const tofuVersion = "1.10.6"

const tofuBefore = `
terraform {
  backend "local" {
    path = "../state/terraform.tfstate"
  }
}
resource "terraform_data" "same" { input = "a" }
resource "terraform_data" "changed" { input = "a" }
resource "terraform_data" "replaced" { triggers_replace = "a" }
resource "terraform_data" "gone" {}
resource "terraform_data" "old_name" {}
`

const tofuAfter = `
terraform {
  backend "local" {
    path = "../state/terraform.tfstate"
  }
}
resource "terraform_data" "same" { input = "a" }
resource "terraform_data" "changed" { input = "b" }
resource "terraform_data" "replaced" {
  triggers_replace = "b"
  lifecycle { create_before_destroy = true }
}
resource "terraform_data" "new" {
  count = 2
  input = var.colour
}
resource "terraform_data" "new_name" {}
moved {
  from = terraform_data.old_name
  to   = terraform_data.new_name
}
variable "colour" {}
output "colour" { value = var.colour }
`

// TestOpenTofuPlansALayer applies a layer with the real OpenTofu, changes it, and plans it through a Runner.
func TestOpenTofuPlansALayer(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "05-app")
	writeFile(t, filepath.Join(dir, "main.tf"), tofuBefore)
	writeFile(t, filepath.Join(root, "state", "README"), "")
	for _, args := range [][]string{{"init", "-input=false"}, {"apply", "-input=false", "-auto-approve"}} {
		cmd := exec.CommandContext(t.Context(), "tofu", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("tofu %s: %v (make tools installs it)\n%s", args[0], err, out)
		}
	}
	writeFile(t, filepath.Join(dir, "main.tf"), tofuAfter)
	writeFile(t, filepath.Join(root, "common.tfvars"), `colour = "blue"`)

	r, err := runner.New(runner.Options{Root: root, CacheDir: t.TempDir(), Environ: map[string]string{"PATH": os.Getenv("PATH")}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	target := layer.Target{Layer: "05-app", Env: "prod", Dir: "05-app", VarFiles: []string{"common.tfvars"}}
	got, err := r.Plan(context.Background(), aws.ReadOnly{}, runner.Job{Target: target, Key: []byte("key"), Tool: "tofu", Version: tofuVersion})
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != report.Changed || got.Tool.Name != "tofu" || got.Tool.Version != tofuVersion || got.Fingerprint == nil {
		t.Errorf("status %s, tool %+v, failure %+v", got.Status, got.Tool, got.Failure)
	}
	want := report.Counts{Add: 2, Change: 1, Destroy: 1, Replace: 1, Moved: 1, Outputs: 1}
	if c := got.Count(); c != want {
		t.Errorf("counts %+v\nwant   %+v\nof %+v", c, want, got.Changes)
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
