package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/githubtest"
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
// bounds are 1.10 for one layer and 1.15 for forty, trivial ones: one terraform_data each.
func BenchmarkPlan(b *testing.B) {
	for _, layers := range []int{1, 40} {
		b.Run(fmt.Sprintf("layers=%d/trivial", layers), func(b *testing.B) { comparePlan(b, layers, resource) })
		b.Run(fmt.Sprintf("layers=%d/backend", layers), func(b *testing.B) { comparePlan(b, layers, backend+resource) })
	}
}

const (
	backend  = "terraform {\n  backend \"local\" {}\n}\n\n"
	resource = "resource \"terraform_data\" \"a\" {\n  input = \"x\"\n}\n"
)

// timed runs a program and returns how long it took.
func timed(b *testing.B, dir string, env []string, name string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, env
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return time.Since(start)
}

// bare is an environment with nothing of the developer's.
func bare(b *testing.B) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + b.TempDir(), "TMPDIR=" + b.TempDir(), "CHECKPOINT_DISABLE=1", "LAYERBOT_CACHE_DIR=" + b.TempDir()}
}

func comparePlan(b *testing.B, layers int, text string) {
	program, root, env := built(b), b.TempDir(), bare(b)
	for i := range layers {
		dir := filepath.Join(root, fmt.Sprintf("%02d-layer", i+1))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	shell := fmt.Sprintf(`ls -d */ | xargs -P %d -I{} sh -c 'cd {} && rm -rf .terraform && terraform init -input=false >/dev/null && terraform plan -input=false >/dev/null'`, runtime.GOMAXPROCS(0))
	timed(b, root, env, program, "plan") // both sides warm
	timed(b, root, env, "sh", "-c", shell)
	var ours, theirs time.Duration
	for b.Loop() {
		ours += timed(b, root, env, program, "plan")
		theirs += timed(b, root, env, "sh", "-c", shell)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "ours-s")
	b.ReportMetric(theirs.Seconds()/float64(b.N), "bare-s")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
}

// BenchmarkPullRequest is the whole road of a pull request that touches 40 layers: gate, plan, report. api-calls is
// what GitHub was asked in all; the bound is 10.
func BenchmarkPullRequest(b *testing.B) {
	program, env := built(b), bare(b)
	server, err := githubtest.New(githubtest.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	repo := server.Repository("acme", "infra")
	before, after := map[string][]byte{}, map[string][]byte{}
	for i := range 40 {
		name := fmt.Sprintf("%02d-layer/main.tf", i+1)
		before[name], after[name] = []byte(backend+resource), []byte(backend+resource+"# changed\n")
	}
	if _, err := repo.Push("main", "", "first", before); err != nil {
		b.Fatal(err)
	}
	if _, err := repo.Push("feature", "main", "change", after); err != nil {
		b.Fatal(err)
	}
	pull, err := repo.Open("alice", "A change", "", "feature", "main", nil)
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	event, ticket, reports, clone := filepath.Join(dir, "event.json"), filepath.Join(dir, "ticket.json"), filepath.Join(dir, "reports"), filepath.Join(dir, "clone")
	if err := os.WriteFile(event, pull.Event("opened"), 0o600); err != nil {
		b.Fatal(err)
	}
	withApp := append(slices.Clone(env), "GITHUB_EVENT_NAME=pull_request", "GITHUB_EVENT_PATH="+event, "GITHUB_API_URL="+server.APIURL(), "GITHUB_SERVER_URL="+server.URL,
		"LAYERBOT_APP_ID="+strconv.FormatInt(server.AppID, 10), "LAYERBOT_APP_PRIVATE_KEY="+string(server.PrivateKey), "LAYERBOT_INSTALLATION_ID="+strconv.FormatInt(repo.InstallationID, 10))
	timed(b, dir, env, "git", "clone", "--quiet", "--branch", "feature", repo.GitDir, clone)
	for b.Loop() {
		server.ResetRequests()
		timed(b, clone, withApp, program, "gate", "--out", ticket)
		timed(b, clone, env, program, "plan", "--ticket", ticket, "--out", reports)
		timed(b, clone, withApp, program, "report", "--ticket", ticket, "--reports", reports)
	}
	calls := 0
	for _, r := range server.Requests() {
		if r.Route != "git" {
			calls++
		}
	}
	b.ReportMetric(float64(calls), "api-calls")
	b.ReportMetric(float64(len(pull.Conversation())-1), "comments")
}
