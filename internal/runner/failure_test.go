// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// fake puts a program called terraform, a shell script that knows its version, first on PATH.
func fake(t testing.TB, script string) func(*Options) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"terraform": `#!/bin/sh
if [ "$1" = version ]; then echo '{"terraform_version":"1.11.4"}'; exit; fi
` + script})
	return func(o *Options) { o.Environ["PATH"] = dir + ":/usr/bin:/bin" }
}

func TestFailures(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files   map[string]string
		target  func(*layer.Target)
		job     func(*Job)
		fake    string
		kind    report.FailureKind
		message string
		hint    string // part of it
		file    string // of the first diagnostic
		log     string // part of it
	}{
		"an error in a module names its file": {
			files: map[string]string{
				"app/main.tf":       local + `module "m" { source = "../modules/m" }`,
				"modules/m/main.tf": "\nresource \"terraform_data\" \"a\" { input = var.nope }\n",
			},
			kind: report.Broken, message: "Reference to undeclared input variable", file: "modules/m/main.tf:2",
		},
		"a plan file with errors is no plan": {
			files: map[string]string{"app/main.tf": local + `
resource "terraform_data" "a" {}
resource "terraform_data" "b" { count = length(terraform_data.a.id) }`},
			kind: report.Broken, message: "Invalid count argument", hint: "terraform apply -target=ADDRESS", file: "app/main.tf:6",
		},
		"a required variable": {
			files: map[string]string{"app/main.tf": local + `variable "name" {}`},
			kind:  report.Broken, message: "No value for required variable", hint: "var_files", file: "app/main.tf:4",
		},
		"broken syntax": {
			files: map[string]string{"app/main.tf": "resource {"},
			kind:  report.Broken, message: "Missing type for resource, and 1 more", hint: "correct it", file: "app/main.tf:1",
		},
		"upstream not applied": {
			files: map[string]string{"app/main.tf": local + `data "terraform_remote_state" "infrastructure" {
  backend = "local"
  config  = { path = "none.tfstate" }
}
resource "terraform_data" "a" { input = try(data.terraform_remote_state.infrastructure.outputs.x, 1) }`},
			target: func(t *layer.Target) {
				t.DependsOn = []string{"infra/01-bootstrap", "infra/02-infrastructure/terraform"}
			},
			kind: report.Upstream, message: "upstream not applied: infrastructure/prod", hint: "apply infrastructure in prod first", file: "app/main.tf:4",
		},
		"upstream nobody knows": {
			files: map[string]string{"app/main.tf": local + `data "terraform_remote_state" "up" {
  backend = "local"
  config  = { path = "none.tfstate" }
}`},
			kind: report.Upstream, message: "upstream not applied: the state that data.terraform_remote_state.up reads does not exist",
			hint: "apply the layer that writes it", file: "app/main.tf:4",
		},
		"a missing var-file": {
			files:  map[string]string{"app/main.tf": local},
			target: func(t *layer.Target) { t.VarFiles = []string{"common.auto.tfvars"} },
			kind:   report.Broken, message: "the var-file common.auto.tfvars of 05-app/prod does not exist", hint: "git-ignored",
		},
		"a missing backend file": {
			files:  map[string]string{"app/main.tf": local},
			target: func(t *layer.Target) { t.BackendConfig = "app/backend-config.hcl" },
			kind:   report.Broken, message: "the backend-config file app/backend-config.hcl of 05-app/prod does not exist", hint: "`backend`",
		},
		"a var-file outside": {
			files:  map[string]string{"app/main.tf": local},
			target: func(t *layer.Target) { t.VarFiles = []string{"../x.tfvars"} },
			kind:   report.Internal, message: `the var-file "../x.tfvars" leads out of the repository`, hint: "log",
		},
		"a missing folder": {
			kind: report.Broken, message: "the folder app does not exist", hint: "commit",
		},
		"a deleted layer": {
			job:  func(j *Job) { j.Deleted = true },
			kind: report.Broken, message: "05-app/prod is deleted here, while its state may still hold objects that nobody would manage", hint: "--destroy",
		},
		"a target with a problem": {
			target: func(t *layer.Target) {
				t.Problem = &layer.Problem{Message: "broken HCL", File: "app/x.tf", Line: 3, Hint: "see line 3"}
			},
			kind: report.Broken, message: "broken HCL", hint: "see line 3", file: "app/x.tf:3",
		},
		"a provider that cannot be had": {
			files: map[string]string{"app/main.tf": "terraform {\n  backend \"local\" {}\n  required_providers {\n    x = { source = \"localhost:1/x/x\" }\n  }\n}\n"},
			kind:  report.Broken, message: "Failed to query available provider packages", hint: "registry",
		},
		"Terraform panics": {
			files: map[string]string{"app/main.tf": local},
			fake:  `[ "$1" = init ] && exit; echo 'panic: runtime error: index out of range' >&2; exit 11`,
			kind:  report.Broken, message: "terraform crashed during plan (exit status 11)", hint: "another version", log: "index out of range",
		},
		"Terraform is killed": {
			files: map[string]string{"app/main.tf": local},
			fake:  `echo going down; kill -9 $$`,
			kind:  report.Broken, message: "terraform crashed during init (signal: killed)", hint: "another version", log: "going down",
		},
		"Terraform fails without a word": {
			files: map[string]string{"app/main.tf": local},
			fake:  `exit 1`,
			kind:  report.Broken, message: "terraform init failed (exit status 1)", hint: "output",
		},
		"a full disk": {
			files: map[string]string{"app/main.tf": local},
			fake:  `[ "$1" = init ] && exit; echo '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Failed to write plan file","detail":"write /x: no space left on device"}}'; exit 1`,
			kind:  report.Broken, message: "Failed to write plan file", hint: "disk of the runner is full",
		},
		"a plan that is no JSON": {
			files: map[string]string{"app/main.tf": local},
			fake:  `[ "$1" = show ] && echo '{"format_version":"1.2", oops'; exit 0`,
			kind:  report.Internal, message: "read the plan: jsontext: invalid character 'o' at start of value after offset 25", hint: "log",
		},
		"a plan of another format": {
			files: map[string]string{"app/main.tf": local},
			fake:  `[ "$1" = show ] && echo '{"format_version":"2.0"}'; exit 0`,
			kind:  report.Internal, message: `read the plan: its format "2.0" is not known`, hint: "log",
		},
		"exit 0 with errors is no plan": {
			files: map[string]string{"app/main.tf": local},
			fake:  `[ "$1" = show ] && echo '{"format_version":"1.2","errored":true}'; exit 0`,
			kind:  report.Broken, message: "terraform plan failed (the plan is marked as failed)", hint: "output",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var change func(*Options)
			if tt.fake != "" {
				change = fake(t, tt.fake)
			}
			b := newBench(t, tt.files, change)
			j := job(target())
			if tt.target != nil {
				tt.target(&j.Target)
			}
			if tt.job != nil {
				tt.job(&j)
			}
			rep, err := b.Plan(context.Background(), aws.ReadOnly{}, j)
			if (err != nil) != (tt.kind == report.Internal) {
				t.Errorf("error %v", err)
			}
			f := rep.Failure
			if rep.Status != report.Failed || f == nil || rep.Fingerprint != nil {
				t.Fatalf("%+v", rep)
			}
			if f.Kind != tt.kind || f.Message != tt.message || !strings.Contains(f.Hint, tt.hint) {
				t.Errorf("%s: %s (%s)\n%+v\n%s", f.Kind, f.Message, f.Hint, f.Diagnostics, f.Log)
			}
			if tt.file != "" && (len(f.Diagnostics) == 0 || where(f.Diagnostics[0]) != tt.file) {
				t.Errorf("at %+v", f.Diagnostics)
			}
			if !strings.Contains(f.Log, tt.log) {
				t.Errorf("log %q", f.Log)
			}
			if strings.Contains(dump(t, rep), b.root) {
				t.Errorf("a path of this machine shows: %+v", f)
			}
		})
	}
}

func where(d report.Diagnostic) string {
	return d.File + ":" + strconv.Itoa(d.Line)
}

// hold takes the lock of the local state of "app" in a second Terraform, until the test ends.
func hold(t *testing.T, b *bench) {
	t.Helper()
	fifo := filepath.Join(t.TempDir(), "wait")
	b.rewrite(map[string]string{"app/hold.tf": `resource "terraform_data" "hold" {
  provisioner "local-exec" { command = "echo > ` + fifo + `.held; while [ ! -e ` + fifo + ` ]; do sleep 0.1; done" }
}`})
	b.terraform("init")
	cmd := exec.Command("terraform", "apply", "-auto-approve")
	cmd.Dir, cmd.Env = filepath.Join(b.root, "app"), []string{"PATH=" + b.env["PATH"], "HOME=" + t.TempDir(), "CHECKPOINT_DISABLE=1"}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		write(t, filepath.Dir(fifo), map[string]string{"wait": ""})
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	for range 200 {
		if _, err := os.Stat(fifo + ".held"); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the lock was never taken")
}

func TestLockedStateSaysWhoAndHowToRelease(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local}, func(o *Options) { o.LockTimeout = time.Second })
	hold(t, b)
	f := b.bad(job(target()))
	if f.Kind != report.Locked || f.Lock == nil || len(f.Lock.ID) != 36 || f.Lock.Operation != "OperationTypeApply" || f.Lock.Created == "" {
		t.Fatalf("%+v %+v", f, f.Lock)
	}
	if want := "the state is locked by " + f.Lock.Who + " since " + f.Lock.Created + " (OperationTypeApply)"; f.Message != want {
		t.Error(f.Message)
	}
	if want := "wait for that run to end; if it is dead, release the lock in `app`: `terraform force-unlock " + f.Lock.ID + "`"; f.Hint != want {
		t.Error(f.Hint)
	}
}

func TestCancelInterruptsOnceAndAtOnce(t *testing.T) {
	t.Parallel()
	seen := filepath.Join(t.TempDir(), "signals")
	b := newBench(t, map[string]string{"app/main.tf": local}, fake(t, `
trap 'echo INT >> `+seen+`; exit 1' INT
[ "$1" = init ] && exit
echo started > `+seen+`
while :; do sleep 0.05; done`))
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for range 200 {
			if _, err := os.Stat(seen); err == nil {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		cancel()
	}()
	start := time.Now()
	rep, err := b.Plan(ctx, aws.ReadOnly{}, job(target()))
	if !errors.Is(err, context.Canceled) || rep.Failure == nil || rep.Failure.Kind != report.Interrupted {
		t.Fatalf("%v %+v", err, rep.Failure)
	}
	if took := time.Since(start); took > grace {
		t.Errorf("took %s", took)
	}
	data, err := os.ReadFile(seen)
	if err != nil || string(data) != "started\nINT\n" {
		t.Errorf("%q %v", data, err)
	}
}

func TestTimeLimitIsTheTargetsFault(t *testing.T) {
	t.Parallel()
	option := fake(t, `[ "$1" = init ] && exit; exec sleep 60`)
	b := newBench(t, map[string]string{"app/main.tf": local}, func(o *Options) { option(o); o.Timeout = 300 * time.Millisecond })
	f := b.bad(job(target()))
	if f.Kind != report.Interrupted || f.Message != "the plan took longer than 300ms and was stopped" {
		t.Errorf("%+v", f)
	}
}

func TestEveryJobGetsAReportWhenCancelled(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local}, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var got []report.FailureKind
	err := runAll(ctx, b.Runner, aws.ReadOnly{}, []Job{job(target()), job(target()), job(target())}, 0, func(r *report.Report) {
		got = append(got, r.Failure.Kind)
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if diff := cmp.Diff([]report.FailureKind{report.Interrupted, report.Interrupted, report.Interrupted}, got); diff != "" {
		t.Error(diff)
	}
}

func TestLogKeepsTheEndInWholeLines(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local}, fake(t, `i=0; while [ $i -lt 4000 ]; do echo "line $i"; i=$((i+1)); done; exit 1`))
	log := b.bad(job(target())).Log
	if len(log) > maxLog || !strings.HasPrefix(log, "line ") || !strings.HasSuffix(log, "line 3999") {
		t.Errorf("%d bytes: %.40q … %q", len(log), log, log[len(log)-20:])
	}
}
