// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// applies applies a job and returns its sound report.
func (b *bench) applies(job Job) *report.Report {
	b.t.Helper()
	return b.sound(b.Apply(context.Background(), aws.ReadWrite{}, job))
}

// sound fails the test if a report has no hint for its failure, cannot be read by another job, or if its run left
// something behind.
func (b *bench) sound(rep *report.Report, err error) *report.Report {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	if rep.Failure != nil && rep.Failure.Hint == "" {
		b.t.Errorf("no hint: %s", rep.Failure.Message)
	}
	if _, err := report.Parse([]byte(dump(b.t, rep)), rep.Target); err != nil {
		b.t.Errorf("%v: %+v", err, rep)
	}
	b.clean()
	return rep
}

// clean fails the test if a run left something behind.
func (b *bench) clean() {
	b.t.Helper()
	if left, err := os.ReadDir(b.work); err != nil || len(left) != 2 { // home, cli.tfrc
		b.t.Errorf("left behind: %v %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(b.root, "app", stateFile)); err == nil && !b.o.Local {
		b.t.Error("a state was left in the checkout")
	}
}

// reviewed plans job and returns it with that plan as the reviewed one.
func (b *bench) reviewed(job Job) Job {
	b.t.Helper()
	job.Review = &report.Review{Fingerprint: b.good(job).Fingerprint}
	return job
}

// outcome is a report in a few words: "applied same: terraform_data.a".
func outcome(r *report.Report) string {
	s := string(r.Status)
	if r.Verdict != "" {
		s += " " + string(r.Verdict)
	}
	if r.Failure != nil {
		s += " (" + string(r.Failure.Kind) + ": " + r.Failure.Message + ")"
	}
	if r.Apply != nil {
		s += ": " + strings.Join(r.Apply.Done, " ")
	}
	return s
}

// Each case applies "before", has "reviewed" reviewed, and applies "after".
func TestApply(t *testing.T) {
	t.Parallel()
	const a, another = `resource "terraform_data" "a" { input = "x" }` + "\n", `resource "terraform_data" "a" { input = "y" }` + "\n"
	const b = `resource "terraform_data" "b" {}` + "\n"
	tests := map[string]struct {
		before, reviewed, after string
		accept                  bool
		want                    string
		differences             []string
		state                   map[string]bool
	}{
		"what was reviewed is applied": {
			reviewed: a + b, after: a + b,
			want: "applied same: terraform_data.a terraform_data.b", state: map[string]bool{"terraform_data.a": false, "terraform_data.b": false},
		},
		"every kind of change is done": {
			before: a + b + `resource "terraform_data" "r" { triggers_replace = "x" }
resource "terraform_data" "c" {
  triggers_replace = "x"
  lifecycle { create_before_destroy = true }
}
resource "terraform_data" "old" {}
resource "terraform_data" "f" {}
`,
			after: another + `resource "terraform_data" "r" { triggers_replace = "y" }
resource "terraform_data" "c" {
  triggers_replace = "y"
  lifecycle { create_before_destroy = true }
}
resource "terraform_data" "new" {}
moved {
  from = terraform_data.old
  to   = terraform_data.new
}
removed {
  from = terraform_data.f
  lifecycle { destroy = false }
}
resource "terraform_data" "i" {}
import {
  to = terraform_data.i
  id = "an-id"
}
`,
			accept: true,
			want:   "applied different: terraform_data.a terraform_data.b terraform_data.c terraform_data.f terraform_data.i terraform_data.new terraform_data.r",
			state: map[string]bool{
				"terraform_data.a": false, "terraform_data.c": false, "terraform_data.i": false, "terraform_data.new": false, "terraform_data.r": false,
			},
		},
		"nothing to do needs no review": {
			before: a, after: a,
			want: "unchanged nothing", state: map[string]bool{"terraform_data.a": false},
		},
		"nothing left to do": {
			before: a, reviewed: a + b, after: a,
			want: "unchanged nothing", state: map[string]bool{"terraform_data.a": false},
		},
		"nobody reviewed it": {
			after: a,
			want:  "stopped different (unreviewed: nobody reviewed this plan: nothing was applied)", state: map[string]bool{},
		},
		"nobody reviewed it, and it is accepted": {
			after: a, accept: true,
			want: "applied different: terraform_data.a", state: map[string]bool{"terraform_data.a": false},
		},
		"outputs need a review too": {
			before: a, after: a + `output "o" { value = 1 }`,
			want: "stopped different (unreviewed: nobody reviewed this plan: nothing was applied)", state: map[string]bool{"terraform_data.a": false},
		},
		"it changed since review": {
			before: a, reviewed: a + b, after: another + b,
			want:        "stopped different (stale: this is not the plan that was reviewed: nothing was applied)",
			differences: []string{"terraform_data.a"}, state: map[string]bool{"terraform_data.a": false},
		},
		"it changed since review, and it is accepted": {
			before: a, reviewed: a + b, after: another + b, accept: true,
			want:        "applied different: terraform_data.a terraform_data.b",
			differences: []string{"terraform_data.a"}, state: map[string]bool{"terraform_data.a": false, "terraform_data.b": false},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, map[string]string{"app/backend.tf": local, "app/main.tf": tt.before}, nil)
			if tt.before != "" {
				b.apply()
			}
			j := job(target())
			if tt.reviewed != "" {
				b.rewrite(map[string]string{"app/main.tf": tt.reviewed})
				j = b.reviewed(j)
			}
			b.rewrite(map[string]string{"app/main.tf": tt.after})
			j.Accept = tt.accept
			rep := b.applies(j)
			if got := outcome(rep); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			var differences []string
			for _, d := range rep.Differences {
				differences = append(differences, d.Address)
			}
			if diff := cmp.Diff(tt.differences, differences); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.state, resources(t, b.state())); diff != "" {
				t.Error(diff)
			}
			if rep.Status != report.Failed && rep.Fingerprint == nil {
				t.Error("no fingerprint")
			}
		})
	}
}

// state returns the local state of "app".
func (b *bench) state() []byte {
	b.t.Helper()
	data, err := os.ReadFile(filepath.Join(b.root, "app", "terraform.tfstate"))
	if err != nil && !os.IsNotExist(err) {
		b.t.Fatal(err)
	}
	return data
}

func TestWithoutABackendNothingIsApplied(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": trivial}, nil)
	j := job(target())
	j.Target.Backend, j.Accept = "", true
	rep := b.applies(j)
	if f := rep.Failure; f == nil || f.Message != "05-app/prod has no backend: nothing would remember what was applied" || len(b.state()) != 0 {
		t.Errorf("%s", outcome(rep))
	}
	mine := newBench(t, map[string]string{"app/main.tf": trivial}, func(o *Options) { o.Local = true })
	if got := outcome(mine.applies(j)); got != "applied different: terraform_data.a" {
		t.Error(got)
	}
}

func TestChecksAreThoseAfterTheApply(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + `
variable "good" { default = "x" }
resource "terraform_data" "a" { input = "x" }
check "mended" {
  assert {
    condition     = terraform_data.a.output == var.good
    error_message = "Mended by this very apply."
  }
}
check "failing" {
  assert {
    condition     = terraform_data.a.id == ""
    error_message = "Known after apply."
  }
}
`}, nil)
	rep := b.applies(b.reviewed(job(target())))
	want := []report.Diagnostic{{
		Severity: "warning", Summary: "Check block assertion failed", Detail: "Known after apply.",
		File: "app/main.tf", Line: 15, // no plan told which check this is
	}}
	if diff := cmp.Diff(want, rep.Checks); diff != "" {
		t.Error(diff)
	}
}
