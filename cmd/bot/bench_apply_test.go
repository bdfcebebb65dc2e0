// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/phase"
)

// BenchmarkApply is `bot apply --ticket` of 40 trivial layers in 4 waves beside the same by terraform in a shell, wave by
// wave, in turns; ratio is ours to theirs. The bound is 1.20.
func BenchmarkApply(b *testing.B) {
	program, root, env := built(b), b.TempDir(), bare(b)
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	config := strings.Builder{}
	const waves, width = 4, 10
	for i := range waves * width {
		name := fmt.Sprintf("w%d-layer%d", i/width, i%width)
		must(os.MkdirAll(filepath.Join(root, name), 0o755))
		must(os.WriteFile(filepath.Join(root, name, "main.tf"), []byte(backend+resource), 0o600))
		if i >= width {
			fmt.Fprintf(&config, "layer %q {\n  depends_on = [%q]\n}\n", name, fmt.Sprintf("w%d-layer%d", i/width-1, i%width))
		}
	}
	must(os.Mkdir(filepath.Join(root, ".github"), 0o755))
	must(os.WriteFile(filepath.Join(root, ".github", "layerbot.hcl"), []byte(config.String()), 0o600))
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "."}, {"-c", "user.name=b", "-c", "user.email=b@example.invalid", "commit", "--quiet", "-m", "first"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = root
		must(cmd.Run())
	}
	ticket := filepath.Join(b.TempDir(), "ticket.json")
	must(os.WriteFile(ticket, applyTicket(b, root), 0o600))

	forget := func() {
		states, err := filepath.Glob(filepath.Join(root, "*", "terraform.tfstate"))
		must(err)
		for _, name := range states {
			must(os.Remove(name))
		}
	}
	ours := func() time.Duration {
		forget()
		return timed(b, root, env, program, "apply", "--ticket", ticket, "--out", b.TempDir()).time
	}
	theirs := func() time.Duration {
		forget()
		var sum time.Duration
		for wave := range waves {
			shell := fmt.Sprintf(`ls -d w%d-*/ | xargs -P %d -I{} sh -c 'cd {} && rm -rf .terraform && terraform init -input=false >/dev/null && terraform plan -input=false -out=plan >/dev/null && terraform apply -input=false plan >/dev/null && rm plan'`, wave, runtime.GOMAXPROCS(0))
			sum += timed(b, root, env, "sh", "-c", shell).time
		}
		return sum
	}
	ours() // both sides warm
	theirs()
	var a, t time.Duration
	for b.Loop() {
		a += ours()
		t += theirs()
	}
	b.ReportMetric(a.Seconds()/float64(b.N), "ours-s")
	b.ReportMetric(t.Seconds()/float64(b.N), "bare-s")
	b.ReportMetric(a.Seconds()/t.Seconds(), "ratio")
}

// applyTicket is a ticket of all layers of a folder that accepts any plan.
func applyTicket(b *testing.B, root string) []byte {
	b.Helper()
	repo, err := git.Open(b.Context(), root)
	if err != nil {
		b.Fatal(err)
	}
	head, err := repo.Head(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	files, err := git.WorkTree(root)
	if err != nil {
		b.Fatal(err)
	}
	t, err := phase.Local(b.Context(), files, config.Source{}, comment.Command{Verb: comment.Apply}, phase.Applying)
	if err != nil {
		b.Fatal(err)
	}
	t.Head = head
	for _, j := range t.Jobs {
		j.Apply.Accept = true
	}
	if n := len(phase.Waves(t.Jobs)); n != 4 || len(t.Jobs) != 40 {
		b.Fatalf("%d jobs in %d waves", len(t.Jobs), n)
	}
	text, err := t.JSON()
	if err != nil {
		b.Fatal(err)
	}
	return text
}
