// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/redact"
	"github.com/layerbot/layerbot/internal/report"
)

// A bench is a checkout and a Runner on it.
type bench struct {
	*Runner
	t    testing.TB
	root string
	env  map[string]string
}

// newBench writes files, by path from the root, and returns a Runner on them. A change to the options may be nil.
func newBench(t testing.TB, files map[string]string, change func(*Options)) *bench {
	t.Helper()
	root := t.TempDir()
	write(t, root, files)
	o := Options{
		Root:     root,
		CacheDir: t.TempDir(),
		Environ:  map[string]string{"PATH": os.Getenv("PATH")},
		Redactor: redact.New(),
	}
	if change != nil {
		change(&o)
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return &bench{r, t, root, o.Environ}
}

func write(t testing.TB, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if len(text) > 2 && text[:2] == "#!" {
			mode = 0o755
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
}

// target is the layer in the folder "app".
func target() layer.Target {
	return layer.Target{Layer: "05-app", Env: "prod", Dir: "app", Backend: "local"}
}

func job(t layer.Target) Job { return Job{Target: t, Key: []byte("key")} }

// plan plans and fails the test if the report is not sound.
func (b *bench) plan(job Job) *report.Report {
	b.t.Helper()
	rep, err := b.Plan(context.Background(), aws.ReadOnly{}, job)
	if err != nil {
		b.t.Fatal(err)
	}
	if rep.Status == report.Failed && rep.Failure == nil {
		b.t.Fatal("failed without a failure")
	}
	return rep
}

// good plans and fails the test if that does not succeed.
func (b *bench) good(job Job) *report.Report {
	b.t.Helper()
	rep := b.plan(job)
	if rep.Failure != nil {
		b.t.Fatalf("%s: %s\n%v\n%s", rep.Failure.Kind, rep.Failure.Message, rep.Failure.Diagnostics, rep.Failure.Log)
	}
	return rep
}

// bad plans and fails the test if that does not fail.
func (b *bench) bad(job Job) *report.Failure {
	b.t.Helper()
	rep := b.plan(job)
	if rep.Failure == nil {
		b.t.Fatalf("no failure: %s with %v", rep.Status, rep.Changes)
	}
	if rep.Failure.Hint == "" {
		b.t.Errorf("no hint: %s", rep.Failure.Message)
	}
	return rep.Failure
}

// terraform runs Terraform in the folder "app", as a person would.
func (b *bench) terraform(args ...string) string {
	b.t.Helper()
	cmd := exec.Command("terraform", args...)
	cmd.Dir = filepath.Join(b.root, "app")
	cmd.Env = []string{"PATH=" + b.env["PATH"], "HOME=" + b.t.TempDir(), "CHECKPOINT_DISABLE=1"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.t.Fatalf("terraform %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// apply brings the checkout's state up to its files.
func (b *bench) apply(args ...string) {
	b.t.Helper()
	b.terraform("init", "-no-color")
	b.terraform(append([]string{"apply", "-auto-approve", "-no-color"}, args...)...)
}

// rewrite replaces files of the checkout.
func (b *bench) rewrite(files map[string]string) { write(b.t, b.root, files) }

const local = "terraform {\n  backend \"local\" {}\n}\n"
