// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkSixtyTargets is a pull request of 60 targets: what stands before and after its slowest plan, and how many requests
// GitHub's API answers. Tokens are counted apart: each phase makes its own and gives it back.
func BenchmarkSixtyTargets(b *testing.B) {
	const n = 60
	w := newWorld(b, many(n))
	for b.Loop() {
		_, opened := w.open(b, "dev", all(n)...)
		w.hub.ResetRequests()
		r := w.run(b, opened)
		if r.failed || len(r.jobs) != n+2 {
			b.Fatalf("%d jobs\n%s", len(r.jobs), r.story())
		}
		calls, tokens := 0, 0
		for _, q := range w.hub.Requests() {
			switch {
			case q.Route == "git":
			case q.Token == "app", q.Route == "/installation/token":
				tokens++
			default:
				calls++
				b.Logf("%s %s", q.Method, q.Path)
			}
		}
		if most := 3 + (n+49)/50*2 + 1; calls > most {
			b.Errorf("%d requests, at most %d", calls, most)
		}
		b.ReportMetric(r.jobs["gate"].action.Seconds(), "gate-s")
		b.ReportMetric(r.jobs["report"].action.Seconds(), "report-s")
		b.ReportMetric(float64(calls), "requests")
		b.ReportMetric(float64(tokens), "token-requests")
	}
}

// BenchmarkPlanJob is one plan in a job of its own: all of the job, the action in it, and the Terraform commands in that when
// they are run alone.
func BenchmarkPlanJob(b *testing.B) {
	w := newWorld(b, sample(b, "01-network 03-compute", nil))
	p, opened := w.open(b, "dev", nodes)
	var job, action, terraform time.Duration
	for n := 0; b.Loop(); n++ {
		r := w.run(b, opened)
		plan := r.jobs["plan compute/dev"]
		if r.failed || plan == nil {
			b.Fatal(r.story())
		}
		job, action = job+plan.took, action+plan.action
		checkout := filepath.Join(w.dir, fmt.Sprintf("alone-%d", n)) // beside the state
		git(b, "clone", "--quiet", w.repo.GitDir, checkout)
		git(b, "-C", checkout, "fetch", "--quiet", "origin", fmt.Sprintf("refs/pull/%d/head", p.Number))
		git(b, "-C", checkout, "checkout", "--quiet", "FETCH_HEAD")
		terraform += w.alone(b, filepath.Join(checkout, "03-compute"))
	}
	b.ReportMetric(job.Seconds()/float64(b.N), "job-s")
	b.ReportMetric(action.Seconds()/float64(b.N), "action-s")
	b.ReportMetric(terraform.Seconds()/float64(b.N), "terraform-s")
}

// alone runs the commands of a plan in a layer, and returns how long they took.
func (w *world) alone(b *testing.B, layer string) time.Duration {
	b.Helper()
	begun := time.Now()
	for _, args := range [][]string{
		{"init", "-backend-config=path=" + filepath.Join(w.dir, "state", "dev", "compute.tfstate")},
		{"plan", "-out=plan", "-var-file=../common.auto.tfvars", "-var-file=environments/dev/00-config.auto.tfvars"},
	} {
		cmd := exec.CommandContext(b.Context(), w.kit.terraform, slices.Concat(args, []string{"-input=false", "-no-color"})...)
		cmd.Dir = layer
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%s: %v\n%s", args[0], err, out)
		}
	}
	return time.Since(begun)
}
