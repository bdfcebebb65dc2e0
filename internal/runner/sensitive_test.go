// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/report"
)

func TestWhatGlobsCover(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		glob, address, path string
		want                bool
	}{
		{"aws_x.y.password", "aws_x.y", "password", true},
		{"aws_x.y.password", "aws_x.y", "passwords", false},
		{"aws_x.*.password", "aws_x.y", "password", true},
		{"aws_x.*.password", "module.m.aws_x.y", "password", false},
		{"**.password", "module.m[0].aws_x.y[\"k\"]", "password", true},
		{"**.config", "aws_x.y", "config.deep[0].password", true}, // all that it is made of
		{"**.config", "aws_x.y", `config["a"]`, true},
		{"**.config", "aws_x.y", "configuration", false},
		{"**.y", "aws_x.y", "password", false}, // a path, not an address
		{"**.x", "module.x.aws_x.y", "id", false},
		{"aws_x.y", "aws_x.y", "password", true}, // an address: all of it
		{"aws_x.y", "aws_x.y[0]", "password", true},
		{"aws_x.y", "aws_x.yes", "password", false},
		{"aws_x.*", "aws_x.y", "deep.password", true},
		{"module.m", `module.m["a"].aws_x.y`, "password", true},
		{"output.o", "output.o", "value", true},
		{`**.tags["a.b"]`, "aws_x.y", `tags["a.b"]`, true},
		{`**.tags["a.b"]`, "aws_x.y", `tags["a_b"]`, false},
		{"output.o.value", "output.o", "value.host", true},
		{"output.*.value.host", "output.o", "value.host", true},
		{"output.*.value.host", "output.o", "value.port", false},
		{"**", "aws_x.y", "anything", true},
		{"aws_x.y.a(b", "aws_x.y", "a(b", true},
		{"\xff**", "aws_x.y", "a", false},
	} {
		if got := newSecrets([]string{tt.glob}).covers(tt.address, tt.path); got != tt.want {
			t.Errorf("%s covers %s of %s: %v", tt.glob, tt.path, tt.address, got)
		}
	}
	if newSecrets(nil).covers("a.b", "c") {
		t.Error("no globs cover something")
	}
}

// A glob without wildcards covers what it names and all below it, whatever letters it has.
func FuzzGlobs(f *testing.F) {
	f.Add("a.b", `tags["x.y"]`, "**")
	f.Add("module.m[0].a.b", "list[0].x", "*.*.list*")
	f.Add("a\xff", "[(", `\Q*`)
	f.Fuzz(func(t *testing.T, address, path, glob string) {
		newSecrets([]string{glob}).covers(address, path)
		literal := strings.ToValidUTF8(address+"."+path, "?")
		if path == "" || strings.Contains(literal, "*") || literal != address+"."+path {
			return
		}
		s := newSecrets([]string{literal})
		if !s.covers(address, path) || !s.covers(address, path+".below") || !s.covers(address, path+"[0]") || s.covers(address, path+"x") && path[0] != '.' {
			t.Errorf("%q of %q", path, address)
		}
	})
}

// Terraform marks neither of the values; the file that holds them is not part of the layer.
const unmarked = local + `
locals {
  values = jsondecode(file("../values.json"))
}
resource "terraform_data" "secret" { input = { password = local.values.password, pin = 4711, list = [local.values.listed], open = "seen" } }
resource "terraform_data" "same" { input = local.values.kept }
resource "terraform_data" "user" { input = "dsn://${local.values.password}@host/${base64encode(local.values.listed)}" }
output "dsn" { value = "dsn://${local.values.password}@host" }
output "kept" { value = terraform_data.same.output }
output "made" { value = { host = "open-host", token = local.values.token } }
output "later" { value = "x-${terraform_data.secret.id}" }
check "said" {
  assert {
    condition     = local.values.password == ""
    error_message = "The password is ${local.values.password}."
  }
}
`

var unmarkedGlobs = []string{"terraform_data.secret.input.password", "terraform_data.secret.input.pin", "**.input.list", "terraform_data.secret.id", "terraform_data.same.input", "output.made.value.token"}

func valuesFile(password string) map[string]string {
	return map[string]string{"values.json": `{"password":"` + password + `","listed":"canary-listed-1","kept":"canary-kept-1","token":"canary-token-1"}`}
}

func TestValuesThatTheJobSaysAreSensitiveDoNotShow(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": unmarked}, nil)
	b.rewrite(valuesFile("canary-password-1"))
	j := job(target())
	if text := dump(t, b.good(j)); strings.Count(text, "canary-") < 7 { // else it is not the globs that withhold them
		t.Fatal(text)
	}
	j.Sensitive = unmarkedGlobs
	reviewed := b.reviewed(j)
	plan := b.good(j)
	applied := b.applies(reviewed)
	if applied.Verdict != report.Same || applied.Status != report.Applied {
		t.Fatal(outcome(applied))
	}
	b.rewrite(valuesFile("canary-password-2"))
	again := b.good(j)
	for name, rep := range map[string]*report.Report{"plan": plan, "apply": applied, "next plan": again} {
		text := dump(t, rep)
		if strings.Contains(text, "canary-") || strings.Contains(text, "Y2FuYXJ5") || strings.Contains(text, "4711") {
			t.Errorf("%s: a canary shows:\n%s", name, text)
		}
		if !strings.Contains(text, "The password is [redacted].") {
			t.Errorf("%s: %s", name, text)
		}
	}
	secret := plan.Changes[slices.IndexFunc(plan.Changes, func(c report.Change) bool { return c.Address == "terraform_data.secret" })]
	want := []string{"id  -> unknown sensitive", "input.list[0]  ->  sensitive", `input.open  -> "seen"`, "input.password  ->  sensitive", "input.pin  ->  sensitive", "output  -> unknown"}
	if diff := cmp.Diff(want, attrs(secret)); diff != "" {
		t.Error(diff)
	}
	for _, o := range applied.Apply.Outputs {
		switch got := string(o.Value); {
		case o.Name == "made" && (!o.Sensitive || got != ""), o.Name == "later" && got != `"x-[redacted]"`, o.Name == "kept" && got != `"[redacted]"`:
			t.Errorf("%s: %q", o.Name, got)
		}
	}
}

// What is withheld is compared all the same, and as a keyed digest only.
func TestValuesThatTheJobSaysAreSensitiveAreCompared(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": unmarked}, nil)
	b.rewrite(valuesFile("canary-password-1"))
	j := job(target())
	j.Sensitive = unmarkedGlobs
	first := b.good(j).Fingerprint
	if diff := cmp.Diff(first, b.good(j).Fingerprint); diff != "" {
		t.Errorf("the same plan has another fingerprint: %s", diff)
	}
	other := j
	other.Key = []byte("another")
	if b.good(other).Fingerprint.Resources["terraform_data.secret"].Digest == first.Resources["terraform_data.secret"].Digest {
		t.Error("the digest has no key")
	}
	j.Review = &report.Review{Fingerprint: first}
	b.rewrite(valuesFile("canary-password-2"))
	if rep := b.applies(j); rep.Status != report.Stopped || len(rep.Differences) != 3 {
		t.Errorf("%s %+v", outcome(rep), rep.Differences)
	}
}

// What one run learned changes nothing in the next, of another target.
func TestWhatARunLearnsIsItsOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{
		"app/main.tf":   local + `resource "terraform_data" "a" { input = "compute-node" }`,
		"other/main.tf": local + `resource "terraform_data" "compute-node" {}`,
	}, nil)
	j, other := job(target()), job(target())
	other.Target.Dir, other.Target.Layer = "other", "06-other"
	before := b.good(other)
	j.Sensitive = []string{"terraform_data.a.input"}
	b.good(j)
	if diff := cmp.Diff(before.Fingerprint, b.good(other).Fingerprint); diff != "" {
		t.Error(diff)
	}
}

func TestDriftOfSensitiveValuesDoesNotShow(t *testing.T) {
	t.Parallel()
	const drifted = `"resource_drift":[{"address":"a.a","change":{"actions":["update"],"before":{"id":"i","pw":"before-canary","l":[1]},"after":{"id":"i","pw":"after-canary","l":[2]}}}],
"prior_state":{"values":{"outputs":{"o":{"value":{"k":"output-canary"}}},"root_module":{"resources":[{"address":"data.d.d","values":{"v":"data-canary"}}],
"child_modules":[{"resources":[{"address":"module.m.b.b[\"x\"]","values":{"pw":{"deep":["module-canary"]}}}]}]}}},
"resource_changes":[{"address":"c.c","change":{"actions":["create"],"after":{"x":"is output-canary data-canary module-canary before-canary",
"tags":{"after-canary":"1"}},"importing":{"id":"hidden-id"}}},
{"address":"e.e","change":{"actions":["no-op"],"before":{"id":"shown"},"after":{"id":"shown"},"importing":{"id":"shown"}}}]`
	p := &planReader{runner: newBench(t, nil, nil).Runner, refreshOnly: true, print: report.NewFingerprinter(nil, report.Tool{})}
	p.secrets = newSecrets([]string{"**.pw", "data.d.d.v", "output.o.value", "c.c.id"})
	if err := p.read(strings.NewReader(`{"format_version":"1.2",` + drifted + `}`)); err != nil {
		t.Fatal(err)
	}
	text := dump(t, &report.Report{Version: report.Version, Target: target(), Status: report.Changed, Changes: p.changes, Drift: p.drift, Fingerprint: p.print.Sum("")})
	if strings.Contains(text, "canary") || strings.Contains(text, "hidden-id") || !strings.Contains(text, "shown") {
		t.Error(text)
	}
	if diff := cmp.Diff([]string{"l[0] 1 -> 2", "pw  ->  sensitive"}, attrs(p.drift[0])); diff != "" {
		t.Error(diff)
	}
}
