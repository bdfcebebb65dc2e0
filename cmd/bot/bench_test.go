package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// built is the program as it is shipped.
func built(b *testing.B) string {
	b.Helper()
	name := filepath.Join(b.TempDir(), "bot")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", name, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return name
}

// BenchmarkStartUp is `bot version`; the bounds are 30 ms and 40 MB.
func BenchmarkStartUp(b *testing.B) {
	program := built(b)
	info, err := os.Stat(program)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := exec.Command(program, "version").Run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB")
}

// BenchmarkPlan is `bot plan` beside the same layers by terraform in a shell, in turns; ratio is ours to theirs. The
// bounds are 1.10 for one layer and 1.15 for forty.
func BenchmarkPlan(b *testing.B) {
	for _, layers := range []int{1, 40} {
		b.Run(fmt.Sprintf("layers=%d", layers), func(b *testing.B) { comparePlan(b, layers) })
	}
}

func comparePlan(b *testing.B, layers int) {
	program, root := built(b), b.TempDir()
	const text = "terraform {\n  backend \"local\" {}\n}\n\nresource \"terraform_data\" \"a\" {\n  input = \"x\"\n}\n"
	for i := range layers {
		dir := filepath.Join(root, fmt.Sprintf("%02d-layer", i+1))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + b.TempDir(), "TMPDIR=" + b.TempDir(), "CHECKPOINT_DISABLE=1", "LAYERBOT_CACHE_DIR=" + b.TempDir()}
	timed := func(name string, args ...string) time.Duration {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = root, env
		start := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%s: %v\n%s", name, err, out)
		}
		return time.Since(start)
	}
	shell := fmt.Sprintf(`ls -d */ | xargs -P %d -I{} sh -c 'cd {} && rm -rf .terraform && terraform init -input=false >/dev/null && terraform plan -input=false >/dev/null'`, runtime.GOMAXPROCS(0))
	timed(program, "plan") // both sides warm
	timed("sh", "-c", shell)
	var ours, theirs time.Duration
	for b.Loop() {
		ours += timed(program, "plan")
		theirs += timed("sh", "-c", shell)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "ours-s")
	b.ReportMetric(theirs.Seconds()/float64(b.N), "bare-s")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
}
