// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// bigPlan returns the JSON of a plan of about size bytes in the proportions of real ones: what is planned stands in
// it twice, what was before once more; every tenth resource is created, every other changes a few of its leaves.
func bigPlan(size int) []byte {
	policy, _ := json.Marshal(strings.Repeat("{\n  \"Effect\": \"Allow\"\n}\n", 20))
	attributes := func(i int, value string) string {
		var b strings.Builder
		fmt.Fprintf(&b, `{"id":"sg-%d","name":"name-%d","policy":%s,"tags":{"Name":"n%d","Version":"%s"},"ingress":[`, i, i, policy, i, value)
		for j := range 20 {
			if j > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"cidr_blocks":["10.%d.0.0/16","10.%d.1.0/24"],"description":"rule %d","from_port":%d,"protocol":"tcp","self":false,"to_port":%d}`, i%250, j, j, j, j+1)
		}
		b.WriteString(`],"password":"secret-` + value + `"}`)
		return b.String()
	}
	const masks = `"after_unknown":{"arn":true,"tags":{},"ingress":[]},"before_sensitive":{"password":true},"after_sensitive":{"password":true}`
	var planned, changes, prior strings.Builder
	for i := 0; planned.Len()+changes.Len()+prior.Len() < size; i++ {
		comma := ","
		if i == 0 {
			comma = ""
		}
		address := fmt.Sprintf("module.m[%d].aws_security_group.this", i)
		before, after, actions := attributes(i, "1.0.0"), attributes(i, "1.0.1"), `"update"`
		if i%10 == 0 {
			before, actions = "null", `"create"`
		}
		fmt.Fprintf(&planned, `%s{"address":"%s","values":%s}`, comma, address, after)
		fmt.Fprintf(&prior, `%s{"address":"%s","values":%s}`, comma, address, before)
		fmt.Fprintf(&changes, `%s{"address":"%s","mode":"managed","type":"aws_security_group","change":{"actions":[%s],"before":%s,"after":%s,%s}}`, comma, address, actions, before, after, masks)
	}
	return []byte(`{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{"resources":[` + planned.String() +
		`]}},"resource_changes":[` + changes.String() + `],"prior_state":{"values":[` + prior.String() +
		`]},"configuration":{"root_module":{}},"timestamp":"2026-11-22T13:44:52Z","errored":false}`)
}

// BenchmarkReadPlan turns a plan JSON of 50 MB into changes and a fingerprint. peak-MB is the most that the heap
// held beyond the input; the bound is 6 × the input.
func BenchmarkReadPlan(b *testing.B) {
	const size = 50 << 20
	plan := bigPlan(size)
	bench := newBench(b, nil, nil)
	b.SetBytes(int64(len(plan)))
	for b.Loop() {
		p := &planReader{runner: bench.Runner, print: report.NewFingerprinter([]byte("key"), report.Tool{})}
		if err := p.read(bytes.NewReader(plan)); err != nil {
			b.Fatal(err)
		}
		if p.print.Sum(p.time) == nil || len(p.changes) < 1000 {
			b.Fatal(len(p.changes))
		}
		b.ReportMetric(float64(len(p.changes)), "changes")
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	b.ReportMetric(float64(stats.HeapSys-uint64(len(plan)))/1e6, "peak-MB")
}

// bare runs what a shell would: init and plan in every folder below root, parallel at a time.
func bare(b *testing.B, env map[string]string, root string, parallel int) time.Duration {
	b.Helper()
	start := time.Now()
	script := `ls -d "$0"/*/ | xargs -P ` + fmt.Sprint(parallel) + ` -I{} sh -c 'cd {} && rm -rf .terraform && terraform init -input=false >/dev/null && terraform plan -input=false -out=$(mktemp) >/dev/null'`
	cmd := exec.Command("sh", "-c", script, root)
	cmd.Env = []string{"PATH=" + env["PATH"], "HOME=" + b.TempDir(), "TMPDIR=" + b.TempDir(), "CHECKPOINT_DISABLE=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return time.Since(start)
}

// compare measures planning the layers, as many at a time as there are cores, against bare in turns, and reports the ratio.
func compare(b *testing.B, layers int, files map[string]string, backend string) {
	all := map[string]string{}
	var jobs []Job
	for i := range layers {
		dir := fmt.Sprintf("layer-%02d", i)
		for name, text := range files {
			all[filepath.Join(dir, name)] = text
		}
		tg := target()
		tg.Layer, tg.Dir, tg.Backend = dir, dir, backend
		jobs = append(jobs, job(tg))
	}
	bench := newBench(b, all, nil)
	parallel := runtime.GOMAXPROCS(0)
	var ours, theirs time.Duration
	bare(b, bench.env, bench.root, parallel) // both sides warm
	for b.Loop() {
		start := time.Now()
		err := runAll(b.Context(), bench.Runner, aws.ReadOnly{}, jobs, parallel, func(r *report.Report) {
			if r.Failure != nil {
				b.Fatal(r.Failure.Message)
			}
		})
		if err != nil {
			b.Fatal(err)
		}
		ours += time.Since(start)
		theirs += bare(b, bench.env, bench.root, parallel)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "ours-s")
	b.ReportMetric(theirs.Seconds()/float64(b.N), "bare-s")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
}

const trivial = `resource "terraform_data" "a" { input = "x" }` + "\n"

// BenchmarkOneLayer is the overhead over `terraform init && terraform plan`; the bound is 1.10.
func BenchmarkOneLayer(b *testing.B) {
	b.Run("nothing-to-init", func(b *testing.B) { compare(b, 1, map[string]string{"main.tf": trivial}, "") })
	b.Run("nothing-changes", func(b *testing.B) { compare(b, 1, map[string]string{"main.tf": local}, "local") })
	b.Run("backend", func(b *testing.B) { compare(b, 1, map[string]string{"main.tf": local + trivial}, "local") })
}

// BenchmarkFortyLayers is the same for 40 at a time; the bound is 1.15.
func BenchmarkFortyLayers(b *testing.B) {
	b.Run("nothing-to-init", func(b *testing.B) { compare(b, 40, map[string]string{"main.tf": trivial}, "") })
	b.Run("backend", func(b *testing.B) { compare(b, 40, map[string]string{"main.tf": local + trivial}, "local") })
}

// BenchmarkApply40 applies 40 trivial layers in 4 waves, a shell with init, plan and apply by xargs -P for each wave
// beside it; the bound is 1.20.
func BenchmarkApply40(b *testing.B) {
	const waves, width = 4, 10
	files := map[string]string{}
	var jobs [waves][]Job
	for i := range waves * width {
		dir := fmt.Sprintf("wave-%d/layer-%02d", i/width, i)
		files[filepath.Join(dir, "main.tf")] = local + trivial
		tg := target()
		tg.Layer, tg.Dir = filepath.Base(dir), dir
		j := job(tg)
		j.Accept = true
		jobs[i/width] = append(jobs[i/width], j)
	}
	bench := newBench(b, files, nil)
	forget := func() {
		for _, wave := range jobs {
			for _, j := range wave {
				_ = os.Remove(filepath.Join(bench.root, j.Target.Dir, "terraform.tfstate"))
			}
		}
	}
	bareApply(b, bench) // both sides warm
	var ours, theirs cost
	for b.Loop() {
		forget()
		ours.add(func() {
			for _, wave := range jobs {
				applyAll(b, bench, wave)
			}
		})
		forget()
		theirs.add(func() { bareApply(b, bench) })
	}
	b.ReportMetric(ours.wall/float64(b.N), "ours-s")
	b.ReportMetric(theirs.wall/float64(b.N), "bare-s")
	b.ReportMetric(ours.wall/theirs.wall, "ratio")
	b.ReportMetric(ours.cpu/theirs.cpu, "cpu-ratio") // what counts on a machine that does other things too
}

// A cost is what something took, in seconds: by the clock, and of the processors.
type cost struct{ wall, cpu float64 }

func (c *cost) add(work func()) {
	start, used := time.Now(), processors()
	work()
	c.wall, c.cpu = c.wall+time.Since(start).Seconds(), c.cpu+processors()-used
}

// processors returns the processor time of this process and of those that it waited for, in seconds.
func processors() float64 {
	var sum float64
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		_ = syscall.Getrusage(who, &u) // never fails
		sum += float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
	}
	return sum
}

// applyAll applies one wave, as many at a time as there are cores.
func applyAll(b *testing.B, bench *bench, jobs []Job) {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, j := range jobs {
		group.Go(func() error {
			rep, err := bench.Apply(b.Context(), aws.ReadWrite{}, j)
			if err == nil && rep.Status != report.Applied {
				err = fmt.Errorf("%s: %+v", rep.Status, rep.Failure)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
}

// bareApply runs what a shell would, wave after wave.
func bareApply(b *testing.B, bench *bench) {
	b.Helper()
	script := `for wave in "$0"/wave-*; do ls -d "$wave"/*/ | xargs -P ` + fmt.Sprint(runtime.GOMAXPROCS(0)) + ` -I{} sh -c 'cd {} && rm -rf .terraform && p=$(mktemp) && terraform init -input=false >/dev/null && terraform plan -input=false -out=$p >/dev/null && terraform apply -input=false $p >/dev/null' || exit; done`
	cmd := exec.Command("sh", "-c", script, bench.root)
	cmd.Env = []string{"PATH=" + bench.env["PATH"], "HOME=" + b.TempDir(), "TMPDIR=" + b.TempDir(), "CHECKPOINT_DISABLE=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
}

// BenchmarkInspect reads what a layer of 60 files and 8,000 lines is made of, and judges it; the bound is 50 ms.
func BenchmarkInspect(b *testing.B) {
	files := map[string]string{"app/backend.tf": local, "app/variables.tf": "variable \"password\" { sensitive = true }\n"}
	lines := 0
	for i := range 58 {
		var text strings.Builder
		for j := range 10 {
			fmt.Fprintf(&text, `resource "aws_security_group" "g%d" {
  name        = "${var.prefix}-%d"
  description = join(", ", [for s in var.subnets : s.cidr if s.public])
  dynamic "ingress" {
    for_each = { for r in local.rules : r.name => r }
    content {
      from_port   = ingress.value.from
      to_port     = ingress.value.to
      cidr_blocks = nonsensitive(ingress.value.cidrs)
    }
  }
  tags = merge(local.tags, { Name = "%d" })
}

`, i*10+j, j, j)
		}
		files[fmt.Sprintf("app/file-%02d.tf", i)] = text.String()
		lines += strings.Count(text.String(), "\n")
	}
	if lines < 8000 {
		b.Fatal(lines)
	}
	j := job(target())
	j.Rules = layer.Rules{Providers: []string{"hashicorp/*"}, Deny: []string{"data.external", "provisioner.*"}}
	x := &run{runner: newBench(b, files, nil).Runner, job: j}
	var spent cost
	for b.Loop() {
		spent.add(func() {
			if err := x.inspect(); err != nil {
				b.Fatal(err)
			}
		})
	}
	b.ReportMetric(1000*spent.cpu/float64(b.N), "cpu-ms") // what counts on a machine that does other things too
}

// BenchmarkJudge plans a layer of 300 objects with policies and without in turns; the bound is 1.10, and 1.25 where
// nothing changes: there the plan's JSON is read for policies alone. A denial has it read once more.
func BenchmarkJudge(b *testing.B) {
	const files = local + "resource \"terraform_data\" \"a\" {\n  count = 300\n  input = { name = \"n-${count.index}\", text = join(\" \", range(500)), secret = sensitive(\"secret-${count.index}\") }\n}\n"
	for name, c := range map[string]struct {
		applied bool
		said    report.Policy
	}{
		"allowed":         {false, report.Policy{}},
		"denied":          {false, decided(report.Deny, "")},
		"nothing-changes": {true, report.Policy{}},
	} {
		b.Run(name, func(b *testing.B) {
			bench := newBench(b, map[string]string{"app/main.tf": files}, nil)
			if c.applied {
				bench.apply()
			}
			plain := job(target())
			judged := plain
			var size int
			judged.Judge = func(_ context.Context, plan []byte) *report.Policy {
				size = len(plan)
				return &c.said
			}
			var with, without cost
			for b.Loop() {
				with.add(func() { bench.good(judged) })
				without.add(func() { bench.good(plain) })
			}
			b.ReportMetric(float64(size)/1e6, "MB")
			b.ReportMetric(with.wall/without.wall, "ratio")
			b.ReportMetric(with.cpu/without.cpu, "cpu-ratio")
		})
	}
}
