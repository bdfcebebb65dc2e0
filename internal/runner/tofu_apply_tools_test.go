// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package runner

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// TestOpenTofuApplies takes the real OpenTofu through the life of a layer: applied, locked, unlocked, interrupted, and
// with a state that cannot be stored.
func TestOpenTofuApplies(t *testing.T) {
	t.Parallel()
	s := newBackend(t)
	b := newBench(t, map[string]string{"app/main.tf": remote + `
resource "terraform_data" "a" { input = "x" }
resource "terraform_data" "r" { triggers_replace = "x" }
resource "terraform_data" "old" {}
output "o" { value = terraform_data.a.output }
`}, func(o *Options) { o.LockTimeout = time.Millisecond })
	b.pauses = nil
	j := job(s.target())
	j.Tool, j.Head = "tofu", "c0ffee"
	rep := b.applies(b.reviewed(j))
	if got, want := outcome(rep), "applied same: terraform_data.a terraform_data.old terraform_data.r"; got != want || rep.Tool.Name != "tofu" {
		t.Fatalf("%s with %+v\n%+v", got, rep.Tool, rep.Failure)
	}
	if diff := cmp.Diff([]report.Output{{Name: "o", Value: []byte(`"x"`)}}, rep.Apply.Outputs); diff != "" {
		t.Error(diff)
	}

	b.rewrite(map[string]string{"app/main.tf": remote + `
resource "terraform_data" "a" { input = "y" }
resource "terraform_data" "r" { triggers_replace = "y" }
resource "terraform_data" "new" {}
moved {
  from = terraform_data.old
  to   = terraform_data.new
}
`})
	s.seize(heldLock)
	rep = b.applies(j)
	if f := rep.Failure; f == nil || f.Kind != report.Locked || f.Lock.ID != heldLock {
		t.Fatalf("%+v", f)
	}
	j.LockID = heldLock
	if rep := b.unlocks(j); rep.Failure != nil || s.held() != "" {
		t.Fatalf("%+v", rep.Failure)
	}

	j = b.reviewed(j)
	j.Recipients, j.Keep = []string{keys(t)["age"].recipient}, t.TempDir()
	s.refuse = 1
	rep = b.applies(j)
	want := "failed same (error: 3 of 3 changes were carried out, then: the state could not be stored; it is kept, encrypted): terraform_data.a terraform_data.new terraform_data.r"
	if got := outcome(rep); got != want || rep.Apply.State == "" {
		t.Errorf("%s\n%+v", got, rep.Failure)
	}
}

func TestInterruptedOpenTofuSavesItsState(t *testing.T) {
	t.Parallel()
	s := newBackend(t)
	b := newBench(t, map[string]string{"app/main.tf": remote + stuck}, nil)
	j := job(s.target())
	j.Tool = "tofu"
	j = b.reviewed(j)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { await(t, filepath.Join(b.root, "stuck")); cancel() }()
	rep, _ := b.Apply(ctx, aws.ReadWrite{}, j)
	if got, want := outcome(rep), "failed same (interrupted: 1 of 3 changes were carried out, then: the run was cancelled): terraform_data.a"; got != want {
		t.Error(got)
	}
	if diff := cmp.Diff(map[string]bool{"terraform_data.a": false, "terraform_data.b": true}, resources(t, s.state)); diff != "" || s.held() != "" {
		t.Errorf("%s, held by %q", diff, s.held())
	}
}

func TestWhatPoliciesSayOfOpenTofusPlanIsWithheld(t *testing.T) { testWithheld(t, "tofu") }
