// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

const canary = "canary-9f1c5e"

// hostile is an environment full of what must not reach Terraform.
func hostile(path string) map[string]string {
	env := map[string]string{"PATH": path}
	for _, name := range []string{
		"GITHUB_TOKEN", "GH_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_RUNTIME_TOKEN", "LAYERBOT_APP_PRIVATE_KEY",
		"INPUT_APP-PRIVATE-KEY", "TF_REATTACH_PROVIDERS", "TF_VAR_name", "TF_TOKEN_app_terraform_io", "TF_LOG", "TF_LOG_PATH",
		"TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "TF_DATA_DIR", "TF_WORKSPACE", "GIT_CONFIG_COUNT", "AWS_SECRET_ACCESS_KEY",
		"LD_PRELOAD", "GODEBUG", "HOME",
	} {
		env[name] = canary + "-" + name
	}
	env["TF_CLI_ARGS"] = "-" + canary
	env["TF_CLI_ARGS_plan"] = "-destroy"
	return env
}

// spying prints the environment of Terraform itself.
const spying = local + `
variable "name" { default = "unset" }
resource "terraform_data" "a" { input = var.name }
output "x" { value = base64decode(filebase64("/proc/self/environ")) }
`

func TestHostileEnvironmentDoesNotReachTerraform(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": spying}, func(o *Options) { o.Environ = hostile(o.Environ["PATH"]) })
	rep := b.plan(job(target()))
	text := dump(t, rep)
	for _, form := range []string{canary, base64.StdEncoding.EncodeToString([]byte(canary)), url.QueryEscape(canary)} {
		if strings.Contains(text, form) {
			t.Errorf("%q shows:\n%s", form, text)
		}
	}
	if rep.Mode.Destroy || rep.Failure == nil && len(rep.Changes) != 1 {
		t.Errorf("the environment changed what was run: %+v", rep)
	}
}

func TestLocalUseHasThePersonsOwnVariables(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + "variable \"name\" {}\nresource \"terraform_data\" \"a\" { input = var.name }\n"}, func(o *Options) {
		o.Local = true
		o.Environ = map[string]string{
			"PATH": o.Environ["PATH"], "HOME": t.TempDir(), "TF_VAR_name": "mine", "TF_VAR_undeclared": "x",
			"TF_CLI_ARGS_plan": "-destroy", "TF_REATTACH_PROVIDERS": "{", "GITHUB_TOKEN": canary,
		}
	})
	rep := b.good(job(target()))
	if got := attrs(rep.Changes[0])[1]; got != `input  -> "mine"` {
		t.Error(got)
	}
	for _, name := range []string{"GITHUB_TOKEN", "TF_REATTACH_PROVIDERS", "TF_CLI_ARGS_plan"} {
		if _, ok := b.base[name]; ok {
			t.Errorf("%s is passed", name)
		}
	}
}

func TestCredentialsReachTerraformAndNotTheReport(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": spying}, nil)
	creds := aws.Ambient(map[string]string{"AWS_ACCESS_KEY_ID": "keykeykeykey", "AWS_SECRET_ACCESS_KEY": "secretsecret", "AWS_REGION": "eu-west-1"})
	rep, err := b.Plan(t.Context(), creds, job(target()))
	if err != nil {
		t.Fatal(err)
	}
	text := dump(t, rep)
	if !strings.Contains(text, "AWS_REGION=eu-west-1") && rep.Failure == nil {
		t.Error("the credentials did not arrive")
	}
	for _, secret := range creds.Secrets() {
		if strings.Contains(text, secret) {
			t.Errorf("%s shows", secret)
		}
	}
}

func TestHomeIsEmptyAndPrivate(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, nil)
	home := b.base["HOME"]
	entries, err := os.ReadDir(home)
	if err != nil || len(entries) != 0 {
		t.Errorf("%v %v", entries, err)
	}
	info, err := os.Stat(filepath.Dir(home))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestConfigurationQuotesTheMirror(t *testing.T) {
	t.Parallel()
	mirror := filepath.Join(t.TempDir(), `a "b" ${c}`)
	write(t, mirror, map[string]string{".git/a/b/c": "x", "registry.terraform.io/hashicorp/null/3.2.4/" + platform + "/terraform-provider-null": "x"})
	b := newBench(t, map[string]string{"app/main.tf": local}, func(o *Options) { o.ProviderMirror = mirror })
	if rep := b.good(job(target())); rep.Status != report.Unchanged {
		t.Errorf("%+v", rep)
	}
	text, err := os.ReadFile(b.base["TF_CLI_CONFIG_FILE"])
	if err != nil || !strings.Contains(string(text), `include = ["registry.terraform.io/hashicorp/null"]`) {
		t.Errorf("%s %v", text, err)
	}
}
