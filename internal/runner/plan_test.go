// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// brief is a change in one line: "update terraform_data.a".
func brief(c report.Change) string {
	s := string(c.Action) + " " + c.Address
	if c.CreateFirst {
		s += " create-first"
	}
	if c.MovedFrom != "" {
		s += " from " + c.MovedFrom
	}
	if c.Imported {
		s += " imported " + c.ImportID
	}
	if c.Deferred != "" {
		s += " deferred " + c.Deferred
	}
	return s
}

func briefs(list []report.Change) []string {
	var out []string
	for _, c := range list {
		out = append(out, brief(c))
	}
	return out
}

// attr is a leaf in one line: `input.x "a" -> "b"`.
func attr(a report.Attr) string {
	s := a.Path + " " + string(a.Before) + " -> " + string(a.After)
	if a.Unknown {
		s += "unknown"
	}
	if a.Sensitive {
		s += " sensitive"
	}
	if a.Forces {
		s += " forces"
	}
	return s
}

func attrs(c report.Change) []string {
	var out []string
	for _, a := range c.Attrs {
		out = append(out, attr(a))
	}
	return out
}

// Each case applies what stands in "before" and plans "after".
func TestPlanOfAppliedState(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before, after string
		mode          report.Mode
		changes       []string
		outputs       []string
		counts        report.Counts
		status        report.Status
	}{
		"nothing to do": {
			before: `resource "terraform_data" "a" { input = "x" }`,
			after:  `resource "terraform_data" "a" { input = "x" }`,
			status: report.Unchanged,
		},
		"update": {
			before:  `resource "terraform_data" "a" { input = "x" }`,
			after:   `resource "terraform_data" "a" { input = "y" }`,
			changes: []string{"update terraform_data.a"},
			counts:  report.Counts{Change: 1},
			status:  report.Changed,
		},
		"replacement is one replace": {
			before:  `resource "terraform_data" "a" { triggers_replace = "x" }`,
			after:   `resource "terraform_data" "a" { triggers_replace = "y" }`,
			changes: []string{"replace terraform_data.a"},
			counts:  report.Counts{Replace: 1},
			status:  report.Changed,
		},
		"create-before-destroy is one replace": {
			before: `resource "terraform_data" "a" { triggers_replace = "x" }`,
			after: `resource "terraform_data" "a" {
  triggers_replace = "y"
  lifecycle { create_before_destroy = true }
}`,
			changes: []string{"replace terraform_data.a create-first"},
			counts:  report.Counts{Replace: 1},
			status:  report.Changed,
		},
		"moved": {
			before: `resource "terraform_data" "a" { input = "x" }`,
			after: `resource "terraform_data" "b" { input = "x" }
moved {
  from = terraform_data.a
  to   = terraform_data.b
}`,
			changes: []string{"no-op terraform_data.b from terraform_data.a"},
			counts:  report.Counts{Moved: 1},
			status:  report.Changed,
		},
		"forgotten": {
			before: `resource "terraform_data" "a" { input = "x" }`,
			after: `removed {
  from = terraform_data.a
  lifecycle { destroy = false }
}`,
			changes: []string{"forget terraform_data.a"},
			counts:  report.Counts{Forget: 1},
			status:  report.Changed,
		},
		"imported": {
			after: `resource "terraform_data" "a" {}
import {
  to = terraform_data.a
  id = "an-id"
}`,
			changes: []string{"no-op terraform_data.a imported an-id"},
			counts:  report.Counts{Imported: 1},
			status:  report.Changed,
		},
		"destroyed": {
			before:  `resource "terraform_data" "a" { input = "x" }`,
			changes: []string{"delete terraform_data.a"},
			counts:  report.Counts{Destroy: 1},
			status:  report.Changed,
		},
		"destroy asked for": {
			before:  `resource "terraform_data" "a" { input = "x" }`,
			after:   `resource "terraform_data" "a" { input = "x" }`,
			mode:    report.Mode{Destroy: true},
			changes: []string{"delete terraform_data.a"},
			counts:  report.Counts{Destroy: 1},
			status:  report.Changed,
		},
		"replace asked for": {
			before:  `resource "terraform_data" "a" { input = "x" }`,
			after:   `resource "terraform_data" "a" { input = "x" }`,
			mode:    report.Mode{Replace: []string{"terraform_data.a"}},
			changes: []string{"replace terraform_data.a"},
			counts:  report.Counts{Replace: 1},
			status:  report.Changed,
		},
		"only targets": {
			before: `resource "terraform_data" "a" { input = "x" }`,
			after: `resource "terraform_data" "a" { input = "y" }
resource "terraform_data" "b" {}`,
			mode:    report.Mode{Targets: []string{"terraform_data.b"}},
			changes: []string{"create terraform_data.b"},
			counts:  report.Counts{Add: 1},
			status:  report.Changed,
		},
		"refresh only ignores the files": {
			before: `resource "terraform_data" "a" { input = "x" }`,
			after:  `resource "terraform_data" "a" { input = "y" }`,
			mode:   report.Mode{RefreshOnly: true},
			status: report.Unchanged,
		},
		"outputs": {
			before:  `output "o" { value = { a = 1, b = 2 } }`,
			after:   `output "o" { value = { a = 1, b = 3 } }`,
			outputs: []string{"update o"},
			counts:  report.Counts{Outputs: 1},
			status:  report.Changed,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, map[string]string{"app/backend.tf": local, "app/main.tf": tt.before}, nil)
			if tt.before != "" {
				b.apply()
			}
			b.rewrite(map[string]string{"app/main.tf": tt.after})
			j := job(target())
			j.Mode = tt.mode
			rep := b.good(j)
			if diff := cmp.Diff(tt.changes, briefs(rep.Changes)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.outputs, briefs(rep.Outputs)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.counts, rep.Count()); diff != "" {
				t.Error(diff)
			}
			if rep.Status != tt.status {
				t.Errorf("status %s, want %s", rep.Status, tt.status)
			}
			if rep.Fingerprint == nil || len(rep.Fingerprint.Resources) != len(rep.Changes)+len(rep.Outputs) {
				t.Errorf("fingerprint %+v", rep.Fingerprint)
			}
		})
	}
}

func TestVarFilesInOrderAndUndeclaredNamesAreQuiet(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{
		"app/main.tf":               local + "variable \"name\" {}\nresource \"terraform_data\" \"a\" { input = var.name }\n",
		"app/x.auto.tfvars":         "name = \"auto\"\n",
		"common.tfvars":             "name = \"common\"\nundeclared = 1\nanother = 2\nthird = 3\nfourth = 4\n",
		"app/environments/p.tfvars": "name = \"last\"\n",
	}, nil)
	tg := target()
	tg.VarFiles = []string{"common.tfvars", "app/environments/p.tfvars"}
	rep := b.good(job(tg))
	want := []string{"id  -> unknown", `input  -> "last"`, "output  -> unknown"}
	if diff := cmp.Diff(want, attrs(rep.Changes[0])); diff != "" {
		t.Error(diff)
	}
	if len(rep.Warnings) != 0 {
		t.Errorf("warnings %+v", rep.Warnings)
	}
}

func TestSensitiveValuesNeverEnterTheReport(t *testing.T) {
	t.Parallel()
	const secret = "hunter2hunter2"
	b := newBench(t, map[string]string{"app/main.tf": local + `
variable "password" {
  sensitive = true
  default   = "` + secret + `"
}
variable "token" {
  ephemeral = true
  default   = "` + secret + `"
}
resource "terraform_data" "a" { input = { open = "seen", hidden = var.password, list = [var.password] } }
output "o" {
  value     = var.password
  sensitive = true
}
`}, nil)
	first := b.good(job(target()))
	text := dump(t, first)
	if strings.Contains(text, secret) || !strings.Contains(text, "seen") {
		t.Error(text)
	}
	b.rewrite(map[string]string{"app/x.auto.tfvars": `password = "another1another1"`})
	second := b.good(job(target()))
	for _, name := range []string{"terraform_data.a", "output.o"} {
		if first.Fingerprint.Resources[name].Digest == second.Fingerprint.Resources[name].Digest {
			t.Errorf("a new secret in %s was not noticed", name)
		}
	}
	if diff := cmp.Diff(first.Changes, second.Changes); diff != "" {
		t.Error("the secret shows: " + diff)
	}
}

// dump returns everything a report says.
func dump(t testing.TB, r *report.Report) string {
	t.Helper()
	dir := t.TempDir()
	if err := report.Write(dir, r); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, report.FileName(r.Target)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestWhatRunsCode(t *testing.T) {
	t.Parallel()
	elsewhere := t.TempDir()
	write(t, elsewhere, map[string]string{"main.tf": "# empty\n"})
	b := newBench(t, map[string]string{
		"app/main.tf": local + `
module "m" { source = "../modules/m" }
module "far" { source = "` + elsewhere + `" }
resource "terraform_data" "a" {
  provisioner "local-exec" { command = "true" }
}`,
		"modules/m/main.tf": `resource "terraform_data" "b" {
  provisioner "local-exec" {
    when    = destroy
    command = "true"
  }
}`,
	}, nil)
	rep := b.good(job(target()))
	want := []report.Code{
		{Kind: "module", Address: "module.far", Detail: "file://" + elsewhere},
		{Kind: "provisioner", Address: "module.m.terraform_data.b", Detail: "local-exec"},
		{Kind: "provisioner", Address: "terraform_data.a", Detail: "local-exec"},
	}
	slices.SortFunc(rep.RunsCode, func(a, b report.Code) int { return strings.Compare(a.Address, b.Address) })
	if diff := cmp.Diff(want, rep.RunsCode); diff != "" {
		t.Error(diff)
	}
}

func TestFailedChecksAreApartFromWarnings(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + `resource "terraform_data" "a" { input = 1 }
check "health" {
  assert {
    condition     = terraform_data.a.input == 2
    error_message = "One is not two."
  }
}
`}, nil)
	rep := b.good(job(target()))
	want := []report.Diagnostic{{
		Severity: "warning", Summary: "Check block assertion failed", Detail: "One is not two.",
		Address: "check.health", File: "app/main.tf", Line: 7,
	}}
	if diff := cmp.Diff(want, rep.Checks); diff != "" {
		t.Error(diff)
	}
	if len(rep.Warnings) != 0 {
		t.Errorf("warnings %+v", rep.Warnings)
	}
}

func TestWarnsOfOverridesAndOfNoBackend(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{
		"app/main.tf":     `resource "terraform_data" "a" { input = 1 }`,
		"app/override.tf": `resource "terraform_data" "a" { input = 2 }`,
	}, nil)
	tg := target()
	tg.Backend = ""
	rep := b.good(job(tg))
	var got []string
	for _, w := range rep.Warnings {
		got = append(got, w.Summary+" "+w.File)
	}
	if diff := cmp.Diff([]string{"This layer has no backend ", "An override file changes this layer app/override.tf"}, got); diff != "" {
		t.Error(diff)
	}
}

// Two environments of one root module at once, with no lock file in git and nothing left behind.
func TestEnvironmentsOfOneLayerInParallel(t *testing.T) {
	t.Parallel()
	files := map[string]string{"app/main.tf": local + "variable \"env\" {}\nresource \"terraform_data\" \"a\" { input = var.env }\n"}
	var jobs []Job
	for _, env := range []string{"dev", "test", "stage", "prod"} {
		files["app/"+env+".tfvars"] = "env = \"" + env + "\"\n"
		files["app/"+env+".hcl"] = "path = \"" + env + ".tfstate\"\n"
		tg := target()
		tg.Env, tg.VarFiles, tg.BackendConfig = env, []string{"app/" + env + ".tfvars"}, "app/"+env+".hcl"
		jobs = append(jobs, job(tg))
	}
	b := newBench(t, files, nil)
	got := map[string]string{}
	err := runAll(context.Background(), b.Runner, aws.ReadOnly{}, jobs, 4, func(r *report.Report) {
		got[r.Target.Env] = attrs(r.Changes[0])[1]
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"dev": `input  -> "dev"`, "test": `input  -> "test"`, "stage": `input  -> "stage"`, "prod": `input  -> "prod"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	entries, err := os.ReadDir(filepath.Join(b.root, "app"))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(files) {
		t.Errorf("left behind: %v", entries)
	}
	if left, _ := os.ReadDir(b.work); len(left) != 2 { // home, cli.tfrc
		t.Errorf("left behind: %v", left)
	}
}

func TestWorkspaces(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + `resource "terraform_data" "a" { input = terraform.workspace }`}, nil)
	tg := target()
	tg.Workspace = "blue"
	rep := b.good(job(tg))
	if got := attrs(rep.Changes[0])[1]; got != `input  -> "blue"` {
		t.Error(got)
	}
	if _, err := os.Stat(filepath.Join(b.root, "app", "terraform.tfstate.d")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the plan left a workspace behind (%v)", err)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	var stages []string
	b := newBench(t, map[string]string{"app/main.tf": local + trivial}, func(o *Options) {
		o.Progress = func(p Progress) { stages = append(stages, p.Target.ID()+" "+p.Stage) }
	})
	b.good(job(target()))
	want := []string{"05-app/prod init", "05-app/prod plan", "05-app/prod read", "05-app/prod done"}
	if diff := cmp.Diff(want, stages); diff != "" {
		t.Error(diff)
	}
}
