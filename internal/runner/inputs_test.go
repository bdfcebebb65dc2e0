// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/redact"
	"github.com/layerbot/layerbot/internal/report"
)

const supplied = `
variable "token" {
  type      = string
  ephemeral = true
}
variable "password" {
  type      = string
  sensitive = true
}
variable "version_tag" { type = string }
resource "terraform_data" "a" {
  input = { tag = var.version_tag, hidden = var.password }
  provisioner "local-exec" {
    command     = "echo \"$PASSWORD\" > ../seen; echo leaked: $PASSWORD"
    environment = { PASSWORD = var.password }
  }
}
output "tag" { value = "v-${var.version_tag}" }
output "hash" {
  value     = sha256(var.password)
  sensitive = true
}
output "ephemeral" { value = "the token ends ${terraform_data.a.id}" }
`

// Values arrive at plan and at apply, and are nowhere else: not in the report, the log, an argument or a file.
func TestInputsReachTerraformAndNothingElse(t *testing.T) {
	t.Parallel()
	const token, password = "ephemeral-canary-31f2", "sensitive-canary-77aa"
	var logged bytes.Buffer
	option, argv := spied(t, func(o *Options) {
		o.Redactor = redact.New(token, password)
		o.Log = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	b := newBench(t, map[string]string{"app/main.tf": local + supplied}, option)
	j := job(target())
	j.Inputs = map[string]string{"token": token, "password": password, "version_tag": "1.2.3", "undeclared": "x"}
	rep := b.applies(b.reviewed(j))
	if rep.Status != report.Applied {
		t.Fatalf("%s\n%+v", outcome(rep), rep.Failure)
	}
	if seen := read(t, filepath.Join(b.root, "seen")); seen != password+"\n" {
		t.Errorf("the apply got %q", seen)
	}
	text := dump(t, rep) + logged.String() + read(t, argv)
	for _, canary := range []string{token, password} {
		if strings.Contains(text, canary) {
			t.Errorf("%s shows:\n%s", canary, text)
		}
		if strings.Contains(string(b.state()), token) {
			t.Error("the ephemeral value is in the state")
		}
	}
	// Another value of the ephemeral variable is no other plan; another secret is.
	j.Inputs["token"] = "another-token-another"
	if rep := b.good(j); rep.Status != report.Unchanged {
		t.Errorf("%+v", rep)
	}
}

func TestInputsThatCannotBeHandedOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + `variable "x" {}`}, nil)
	for name, value := range map[string]string{"": "v", "a=b": "v", "a b": "v", "1a": "v", "x\ny": "v", "x": "a\x00b-secret"} {
		j := job(target())
		j.Inputs = map[string]string{name: value}
		if f := b.bad(j); f.Kind != report.Broken || strings.Contains(f.Message+f.Hint, "secret") {
			t.Errorf("%q: %+v", name, f)
		}
	}
}

func TestAMissingInputIsSaidByName(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + supplied}, nil)
	rep := b.applies(job(target()))
	if f := rep.Failure; f == nil || f.Message != "No value for required variable" || len(f.Diagnostics) != 3 {
		t.Errorf("%+v", rep.Failure)
	}
}

// What differs from run to run by agreement is shown and not compared.
func TestVolatileInputsNeedNoSecondReview(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + `
variable "release" {}
resource "terraform_data" "a" { input = { name = "x", release = var.release } }
`}, nil)
	j := job(target())
	j.Inputs, j.Volatile = map[string]string{"release": "1.0.0"}, []string{"**.input.release"}
	j = b.reviewed(j)
	j.Inputs = map[string]string{"release": "1.0.1"}
	if got := outcome(b.applies(j)); got != "applied same: terraform_data.a" {
		t.Error(got)
	}
}

func TestOutputsAfterAnApply(t *testing.T) {
	t.Parallel()
	const secret = "registered-canary-55"
	b := newBench(t, map[string]string{"app/main.tf": local + `
resource "terraform_data" "a" { input = "x" }
output "text" { value = terraform_data.a.output }
output "deep" { value = { list = [1, null, "tail ` + secret + `"], "` + secret + `" = true } }
output "hidden" {
  value     = "hunter2hunter2"
  sensitive = true
}
output "large" { value = join("", [for i in range(1000) : "01234567890123456789"]) }
output "none" { value = null }
`}, func(o *Options) { o.Redactor = redact.New(secret) })
	rep := b.applies(b.reviewed(job(target())))
	want := []report.Output{
		{Name: "deep", Value: json.RawMessage(`{"list":[1,null,"tail [redacted]"],"[redacted]":true}`)},
		{Name: "hidden", Sensitive: true},
		{Name: "large"},
		{Name: "text", Value: json.RawMessage(`"x"`)},
	}
	if diff := cmp.Diff(want, rep.Apply.Outputs); diff != "" {
		t.Error(diff)
	}
}
