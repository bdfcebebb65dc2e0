// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// climbing prints the environments of the processes above Terraform: the program that started it, and what started that.
const climbing = local + `
locals {
  parent = regex("PPid:\\s+([0-9]+)", file("/proc/self/status"))[0]
}
output "parent" { value = base64decode(filebase64("/proc/${local.parent}/environ")) }
`

func TestEnvironmentsOfParentProcessesAreClosed(t *testing.T) {
	t.Parallel()
	canaried := exec.Command(os.Args[0], "-test.run=^TestPlanInAnEnvironmentOfCanaries$", "-test.v")
	canaried.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(), "GITHUB_TOKEN=" + canary}
	out, err := canaried.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	probe := exec.Command("true")
	probe.SysProcAttr = attributes()
	setApart(probe.SysProcAttr)
	if probe.Run() != nil { // here the plan runs all the same, which it did
		t.Log("this machine has no user namespaces")
		return
	}
	if strings.Contains(string(out), canary) {
		t.Errorf("the plan read the environment of the program that started it:\n%s", out)
	}
	if !strings.Contains(string(out), "permission denied") {
		t.Errorf("it is not the wall that kept the canary in:\n%s", out)
	}
}

// TestPlanInAnEnvironmentOfCanaries is run by the test above as a process of its own.
func TestPlanInAnEnvironmentOfCanaries(t *testing.T) {
	b := newBench(t, map[string]string{"app/main.tf": climbing}, nil)
	t.Log(dump(t, b.plan(job(target()))))
}

func TestAProviderInTheRepositoryIsNotRun(t *testing.T) {
	t.Parallel()
	seen := filepath.Join(t.TempDir(), "ran")
	files := map[string]string{"app/main.tf": `
terraform {
  backend "local" {}
  required_providers {
    evil = { source = "registry.example.invalid/acme/evil" }
  }
}
resource "evil_thing" "a" {}
`}
	program := "#!/bin/sh\ntouch " + seen + "\nexit 1\n"
	for _, dir := range []string{"terraform.d/plugins", ".terraform/plugins", ".terraform/providers", "terraform.d/plugins/" + platform} {
		files["app/"+dir+"/registry.example.invalid/acme/evil/1.0.0/"+platform+"/terraform-provider-evil_v1.0.0"] = program
	}
	files["app/terraform-provider-evil_v1.0.0"] = program
	files["app/.terraformrc"] = "provider_installation {\n dev_overrides {\n \"acme/evil\" = \".\"\n }\n}\n"
	files["app/terraform.rc"] = files["app/.terraformrc"]
	b := newBench(t, files, nil)
	if f := b.bad(job(target())); f.Kind != report.Broken {
		t.Errorf("%+v", f)
	}
	if _, err := os.Stat(seen); err == nil {
		t.Error("the provider ran")
	}
}

func TestAKeyThatTheLogCutsInTwoDoesNotShow(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local}, fake(t, `
[ "$1" = init ] && exit
echo '-----BEGIN RSA'' PRIVATE KEY-----'
i=0; while [ $i -lt 40 ]; do echo "MIIEpAIBAAKCAQEA0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL"; i=$((i+1)); done
echo '-----END RSA'' PRIVATE KEY-----'
i=0; while [ $i -lt 240 ]; do echo "ordinary text of the program that goes on for quite a while $i"; i=$((i+1)); done
exit 1`))
	log := b.bad(job(target())).Log
	if strings.Contains(log, "MIIEp") || !strings.HasSuffix(log, " 239") {
		t.Errorf("%s", log)
	}
}
