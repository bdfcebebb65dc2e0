// SPDX-License-Identifier: Apache-2.0

package standin_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/standin"
)

// A workspace is a folder with a configuration, in which the real Terraform runs with the stand-in.
type workspace struct {
	t      *testing.T
	dir    string
	mirror string
	env    []string
}

// open makes a workspace of a folder of testdata, with a mirror of its own.
func open(t *testing.T, name string) *workspace {
	t.Helper()
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Fatal("these tests need terraform on the PATH: ", err)
	}
	mirror, rc, err := standin.Install(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &workspace{t: t, dir: t.TempDir(), mirror: mirror}
	w.env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+rc, "TF_IN_AUTOMATION=1", "TF_DATA_DIR=", "AWS_ACCESS_KEY_ID=nonsense")
	if err := os.CopyFS(w.dir, os.DirFS(filepath.Join("testdata", name))); err != nil {
		t.Fatal(err)
	}
	provider, err := os.ReadFile("testdata/provider.tf")
	if err != nil {
		t.Fatal(err)
	}
	w.write("provider.tf", string(provider))
	w.do("init", "-input=false")
	return w
}

func (w *workspace) write(name, content string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// ask writes what the stand-in shall do into its mirror.
func (w *workspace) ask(settings string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.mirror, "standin.json"), []byte(settings), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// run is what Terraform says, and how it ends.
func (w *workspace) run(args ...string) (string, int) {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "terraform", append(args, "-no-color")...)
	cmd.Dir, cmd.Env = w.dir, w.env
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func (w *workspace) do(args ...string) string {
	w.t.Helper()
	out, code := w.run(args...)
	if code != 0 {
		w.t.Fatalf("terraform %s: %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// settled fails where a plan after an apply finds something to do.
func (w *workspace) settled() {
	w.t.Helper()
	if out, code := w.run("plan", "-input=false", "-detailed-exitcode"); code != 0 {
		w.t.Fatalf("the second plan is not empty: %d\n%s", code, out)
	}
}

func contains(t *testing.T, out string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestLifeOfObjects(t *testing.T) {
	t.Parallel()
	w := open(t, "basic")
	contains(t, w.do("plan"), "+ id = (known after apply)", "+ instance_tenancy = \"default\"", `+ "ManagedBy" = "Terraform"`, "Plan: 4 to add")
	w.do("apply", "-auto-approve")
	w.settled()
	contains(t, w.do("state", "show", "aws_vpc.this"), "arn:aws:ec2:eu-west-1:777788889999:vpc/vpc-")

	update := []string{"-auto-approve", "-var=name=second", "-var=type=t3.large"}
	contains(t, w.do(append([]string{"apply"}, update...)...), "0 added, 2 changed, 0 destroyed", `template_version = 2`)
	contains(t, w.do("plan", "-var=cidr=10.1.0.0/16"), "must be replaced", "# forces replacement", "Plan: 2 to add, 1 to change, 2 to destroy")
	contains(t, w.do("destroy", "-auto-approve"), "4 destroyed")
}

func TestObjectsAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	states := map[string]bool{}
	for range 2 {
		w := open(t, "basic")
		w.do("apply", "-auto-approve")
		states[w.do("show", "-json")] = true
	}
	if len(states) != 1 {
		t.Error("two applies of one configuration made different objects")
	}
}

func TestSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	w := open(t, "secrets")
	w.env = append(w.env, "TF_VAR_password=hunter2-canary")
	said := w.do("plan", "-out=plan.bin") + w.do("show", "-json", "plan.bin") + w.do("apply", "plan.bin") + w.do("show", "-json")
	state, err := os.ReadFile(filepath.Join(w.dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, said, "aws_secretsmanager_secret_version.read: Creation complete")
	if !bytes.Contains(state, []byte(`"secret_string_wo": null`)) {
		t.Error("the state says nothing of secret_string_wo")
	}
	for _, secret := range []string{"hunter2-canary", "standin-canary"} {
		if strings.Contains(said+string(state), secret) {
			t.Errorf("%s is in a plan, a state or a log", secret)
		}
	}
	w.settled()
}

func TestLargeTypesAreServedWhereTheyAreNamed(t *testing.T) {
	t.Parallel()
	w := open(t, "large")
	w.do("apply", "-auto-approve")
	w.settled()
	w.write("main.tf", "")
	if out, code := w.run("plan"); code == 0 {
		t.Errorf("the type is served though nothing names it:\n%s", out)
	}
	w.ask(`{"large": true}`)
	contains(t, w.do("plan"), "aws_wafv2_web_acl.this will be destroyed")
}

func TestWhatATestAsksFor(t *testing.T) {
	t.Parallel()
	w := open(t, "basic")
	log := filepath.Join(w.dir, "log.jsonl")
	settings, err := json.Marshal(map[string]any{
		"fail": []map[string]string{{"operation": "create", "type": "aws_subnet", "match": "10.0.0.0/24", "message": "SubnetLimitExceeded"}},
		"log":  log,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.ask(string(settings))
	out, code := w.run("apply", "-auto-approve")
	if code != 1 {
		t.Fatalf("the apply ended with %d", code)
	}
	contains(t, out, "SubnetLimitExceeded")
	lines, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(lines), `{"id":"vpc-`, `"operation":"create","type":"aws_vpc"`)
	if bytes.Contains(lines, []byte("aws_subnet")) {
		t.Error("what failed is logged as done")
	}

	w.ask(`{"drift": {"aws_vpc": {"tags": {"Name": "by hand"}}, "aws_launch_template": null}}`)
	contains(t, w.do("plan"), `"Name" = "by hand" -> "first"`, "aws_launch_template.this will be created")
	w.ask(`{"drift": {"aws_vpc": {"nonsense": true}}}`)
	if out, code := w.run("plan"); code == 0 {
		t.Errorf("drift of an attribute that is not there:\n%s", out)
	}
	w.ask(`{"drifts": {}}`)
	if out, code := w.run("plan"); code == 0 {
		t.Errorf("settings that nobody knows:\n%s", out)
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	w := open(t, "basic")
	w.do("import", "aws_vpc.this", "vpc-0123456789abcdef0")
	contains(t, w.do("state", "show", "aws_vpc.this"), `id = "vpc-0123456789abcdef0"`)
}

func TestErrorsNameTheAttribute(t *testing.T) {
	t.Parallel()
	w := open(t, "basic")
	out, code := w.run("plan", "-var=cidr=10.0.0.1/16")
	if code != 1 {
		t.Fatal("a network with bits of a host is accepted")
	}
	contains(t, out, `did you mean "10.0.0.0/16"`, "cidr_block = var.cidr")
}

// AWS says so late in an apply, the stand-in in the plan: with ignore_changes EKS gets the desired size that a pool has.
func TestAPoolDoesNotGrowByItsLeastSize(t *testing.T) {
	t.Parallel()
	w := open(t, "pool")
	w.do("apply", "-auto-approve")
	out, code := w.run("plan", "-var=least=4")
	if code != 1 {
		t.Errorf("the plan ended with %d:\n%s", code, out)
	}
	contains(t, out, "got 4, 2, 5")
	contains(t, w.do("apply", "-auto-approve", "-var=least=2"), "1 changed")
}
