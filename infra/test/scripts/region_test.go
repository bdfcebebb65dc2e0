// SPDX-License-Identifier: Apache-2.0

package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestScriptsNameRegionsAsTheModuleDoes holds short_region of lib.sh against modules/naming, run by Terraform.
func TestScriptsNameRegionsAsTheModuleDoes(t *testing.T) {
	root, dir := repository(t), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "infra", "modules", "naming"))); err != nil {
		t.Fatal(err)
	}
	for _, region := range []string{"eu-west-1", "us-east-2", "ap-southeast-1", "ap-northeast-3", "us-gov-west-1", "ca-central-1"} {
		console := exec.Command("terraform", "-chdir="+dir, "console", "-var=project=layerbot", "-var=environment=prod", "-var=layer=05-compute",
			"-var=repository=layerbot/layerbot", "-var=region="+region)
		console.Stdin = strings.NewReader("local.region_short\n")
		console.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+os.DevNull)
		want, err := console.Output()
		if err != nil {
			t.Fatalf("terraform console: %v", err)
		}
		got, err := exec.Command("bash", "-c", `. "$1" && short_region "$2"`, "bash", filepath.Join(root, "infra", "scripts", "lib.sh"), region).Output()
		if err != nil {
			t.Fatalf("short_region %s: %v", region, err)
		}
		if strings.Trim(string(want), "\"\n") != strings.TrimSpace(string(got)) {
			t.Errorf("%s: the module says %s, the scripts %s", region, want, got)
		}
	}
}
