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
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// stuck creates a, then works on b until a file called go appears, or forever.
const stuck = `resource "terraform_data" "a" {}
resource "terraform_data" "b" {
  depends_on = [terraform_data.a]
  provisioner "local-exec" { command = "touch ../stuck; while [ ! -e ../go ]; do sleep 0.1; done" }
}
resource "terraform_data" "c" { depends_on = [terraform_data.b] }
`

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// await waits until a file exists.
func await(t testing.TB, path string) {
	for range 3000 {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("it never came to " + filepath.Base(path))
}

// spied puts a program in front of Terraform that writes what it is called with, and its process id, beside the checkout.
func spied(t testing.TB, change func(*Options)) (option func(*Options), log string) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	log = filepath.Join(dir, "argv")
	write(t, dir, map[string]string{"bin/terraform": "#!/bin/sh\necho \"$$ $*\" >> " + log + "\nexec " + terraform + " \"$@\"\n"})
	return func(o *Options) {
		o.Environ["PATH"] = filepath.Join(dir, "bin") + ":" + o.Environ["PATH"]
		if change != nil {
			change(o)
		}
	}, log
}

// kill kills the program that the log of spied names last.
func kill(t *testing.T, log string) {
	lines := strings.Split(strings.TrimSpace(read(t, log)), "\n")
	pid, err := strconv.Atoi(strings.Fields(lines[len(lines)-1])[0])
	if err != nil {
		t.Error(err)
		return
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

func TestInterruptedApplySavesItsStateAndReleasesTheLock(t *testing.T) {
	t.Parallel()
	s := newBackend(t)
	b := newBench(t, map[string]string{"app/main.tf": remote + stuck}, nil)
	j := b.reviewed(job(s.target()))
	ctx, cancel := context.WithCancel(context.Background())
	var cancelled time.Time
	go func() {
		await(t, filepath.Join(b.root, "stuck"))
		cancelled = time.Now()
		cancel()
	}()
	rep, err := b.Apply(ctx, aws.ReadWrite{}, j)
	if took := time.Since(cancelled); took > 6*time.Second {
		t.Errorf("it took %s", took)
	}
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got, want := outcome(rep), "failed same (interrupted: 1 of 3 changes were carried out, then: the run was cancelled): terraform_data.a"; got != want {
		t.Error(got)
	}
	if diff := cmp.Diff(map[string]bool{"terraform_data.a": false, "terraform_data.b": true}, resources(t, s.state)); diff != "" {
		t.Error(diff)
	}
	if s.held() != "" {
		t.Error("the lock is held")
	}
	if rep.Failure.Hint != "apply again with `/apply app prod`" || len(rep.Changes) != 3 || rep.Fingerprint == nil {
		t.Errorf("%+v", rep)
	}
	b.clean()
}

// Terraform is killed in the middle of an apply; what it did last is not in the state, and the lock stays.
func TestKilledApplyKeepsTheLockUntilSomebodyReleasesIt(t *testing.T) {
	t.Parallel()
	s := newBackend(t)
	option, log := spied(t, func(o *Options) { o.LockTimeout = time.Millisecond })
	b := newBench(t, map[string]string{"app/main.tf": remote + stuck}, option)
	j := b.reviewed(job(s.target()))
	j.Head = "c0ffee"
	go func() {
		await(t, filepath.Join(b.root, "stuck"))
		kill(t, log)
	}()
	killed := b.applies(j)
	write(t, b.root, map[string]string{"go": ""}) // for what Terraform had started
	if got, want := outcome(killed), "failed same (interrupted: 1 of 3 changes were carried out, then: terraform crashed during apply (signal: killed)): terraform_data.a"; got != want {
		t.Error(got)
	}
	held := s.held()
	if held == "" {
		t.Fatal("the lock was released")
	}
	locked := b.applies(j)
	if f := locked.Failure; f == nil || f.Kind != report.Locked || f.Lock.ID != held || !strings.Contains(f.Hint, "`/unlock app prod --lock-id "+held+"`") {
		t.Fatalf("%+v", locked.Failure)
	}
	if !strings.Contains(locked.Failure.Message, "the stored state has serial 0") {
		t.Errorf("%s; state %s", locked.Failure.Message, s.state)
	}
	if s.held() != held {
		t.Error("an apply released the lock by itself")
	}
	j.LockID = held
	if rep := b.unlocks(j); rep.Status != report.Unchanged {
		t.Errorf("%+v", rep.Failure)
	}
	if got := outcome(b.applies(j)); got != "applied same: terraform_data.a terraform_data.b terraform_data.c" {
		t.Error(got)
	}
}

// What is left of a reviewed plan after an apply that failed half way needs no second review.
func TestWhatIsLeftIsAppliedNextTime(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + `
resource "terraform_data" "a" { input = "x" }
resource "terraform_data" "b" {
  lifecycle {
    precondition {
      condition     = fileexists(terraform_data.a.id == "" ? "no" : "../go")
      error_message = "Not yet."
    }
  }
}
resource "terraform_data" "c" { input = terraform_data.b.id }
output "a" { value = terraform_data.a.output }
output "known" { value = 1 }
`}, nil)
	j := b.reviewed(job(target()))
	first := b.applies(j)
	if got, want := outcome(first), "failed same (error: 1 of 3 changes were carried out, then: Resource precondition failed): terraform_data.a"; got != want {
		t.Errorf("%s\n%+v", got, first.Failure)
	}
	b.rewrite(map[string]string{"go": ""})
	j.Review.Applied = first.Apply.Done
	second := b.applies(j)
	if got, want := outcome(second), "applied remainder: terraform_data.b terraform_data.c"; got != want {
		t.Errorf("%s\n%+v", got, second.Differences)
	}
	if got := outcome(b.applies(j)); got != "unchanged nothing" {
		t.Error(got)
	}
}

// Somebody else applies between our plan and our apply.
func TestAStalePlanIsMadeAnew(t *testing.T) {
	t.Parallel()
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ always, theirs, want string }{
		"the same was applied":        {"", "-auto-approve", "unchanged nothing"},
		"something else was applied":  {"", "-auto-approve -var x=y", "stopped different (stale: this is not the plan that was reviewed: nothing was applied)"},
		"and again":                   {"true", "-auto-approve -target=terraform_data.${n}", "failed (error: Saved plan is stale)"},
		"half of it, beyond reviewed": {"", "-auto-approve -target=terraform_data.b", "stopped different (stale: this is not the plan that was reviewed: nothing was applied)"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, map[string]string{"terraform": `#!/bin/sh
n=$(cat ` + dir + `/n 2>/dev/null || echo a)
if [ "$1" = apply ] && { [ ! -e ` + dir + `/n ] || [ "` + tt.always + `" ]; }; then
  echo b > ` + dir + `/n
  ` + terraform + ` apply ` + tt.theirs + ` >&2 || exit 9
fi
exec ` + terraform + ` "$@"
`})
			b := newBench(t, map[string]string{"app/main.tf": local + `
variable "x" { default = "x" }
resource "terraform_data" "a" { input = var.x }
resource "terraform_data" "b" {}
`}, func(o *Options) { o.Environ["PATH"] = dir + ":" + o.Environ["PATH"] })
			j := b.reviewed(job(target()))
			if tt.always != "" {
				j.Accept = true
			}
			rep := b.applies(j)
			if got := outcome(rep); got != tt.want {
				t.Errorf("got  %s\nwant %s\n%+v", got, tt.want, rep.Failure)
			}
		})
	}
}
