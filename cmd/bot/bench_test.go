// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
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

// A usage is what a program took: time, and memory at its most in bytes.
type usage struct {
	time time.Duration
	peak int64
}

// timed runs a program and returns what it took.
func timed(b *testing.B, dir string, env []string, name string, args ...string) usage {
	b.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, env
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	u := usage{time: time.Since(start)}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.peak = r.Maxrss * 1024 // kilobytes on Linux
	}
	return u
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
		ours += timed(b, root, env, program, "plan").time
		theirs += timed(b, root, env, "sh", "-c", shell).time
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "ours-s")
	b.ReportMetric(theirs.Seconds()/float64(b.N), "bare-s")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
}

// A road is a pull request to a GitHub of its own, ready for gate, plan and report.
type road struct {
	server                *githubtest.Server
	pull                  *githubtest.Pull
	program               string
	clone, ticket, report string
	env, withApp          []string
}

// newRoad opens a pull request that touches every one of the layers. path comes first on PATH.
func newRoad(b *testing.B, layers int, path string) *road {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	server, err := githubtest.New(githubtest.Options{})
	must(err)
	b.Cleanup(func() { _ = server.Close() })
	repo := server.Repository("acme", "infra")
	before, after := map[string][]byte{}, map[string][]byte{}
	for i := range layers {
		name := fmt.Sprintf("%02d-layer/main.tf", i+1)
		before[name], after[name] = []byte(backend+resource), []byte(backend+resource+"# changed\n")
	}
	_, err = repo.Push("main", "", "first", before)
	must(err)
	_, err = repo.Push("feature", "main", "change", after)
	must(err)
	pull, err := repo.Open("alice", "A change", "", "feature", "main", nil)
	must(err)
	dir := b.TempDir()
	event := filepath.Join(dir, "event.json")
	must(os.WriteFile(event, pull.Event("opened"), 0o600))
	r := &road{
		server: server, pull: pull, program: built(b), env: bare(b),
		clone: filepath.Join(dir, "clone"), ticket: filepath.Join(dir, "ticket.json"), report: filepath.Join(dir, "reports"),
	}
	r.env[0] = "PATH=" + path + string(os.PathListSeparator) + os.Getenv("PATH")
	r.withApp = append(slices.Clone(r.env),
		"GITHUB_EVENT_NAME=pull_request", "GITHUB_EVENT_PATH="+event, "GITHUB_API_URL="+server.APIURL(), "GITHUB_SERVER_URL="+server.URL,
		"LAYERBOT_APP_ID="+strconv.FormatInt(server.AppID, 10), "LAYERBOT_APP_PRIVATE_KEY="+string(server.PrivateKey),
		"LAYERBOT_INSTALLATION_ID="+strconv.FormatInt(repo.InstallationID, 10))
	timed(b, dir, r.env, "git", "clone", "--quiet", "--branch", "feature", repo.GitDir, r.clone)
	return r
}

// walk runs the three phases and returns what plan and report took.
func (r *road) walk(b *testing.B) (plan, report usage) {
	r.server.ResetRequests()
	timed(b, r.clone, r.withApp, r.program, "gate", "--out", r.ticket)
	plan = timed(b, r.clone, r.env, r.program, "plan", "--ticket", r.ticket, "--out", r.report)
	return plan, timed(b, r.clone, r.withApp, r.program, "report", "--ticket", r.ticket, "--reports", r.report)
}

// BenchmarkPullRequest is the whole road of a pull request that touches 40 layers: gate, plan, report. api-calls is
// what GitHub was asked in all; the bound is 10.
func BenchmarkPullRequest(b *testing.B) {
	r := newRoad(b, 40, "")
	for b.Loop() {
		r.walk(b)
	}
	calls := 0
	for _, request := range r.server.Requests() {
		if request.Route != "git" {
			calls++
		}
	}
	b.ReportMetric(float64(calls), "api-calls")
	b.ReportMetric(float64(len(r.pull.Conversation())-1), "comments")
}

// BenchmarkBigPlan takes the JSON of one large plan to the comment; Terraform is a script that prints it. The bounds
// for 50 MB are 3 s and six times the input; one comment of at most 65,000 bytes. report waits a second between
// two writes, as GitHub asks, and that is not taken off.
func BenchmarkBigPlan(b *testing.B) {
	for _, size := range []int{5 << 20, 50 << 20} {
		b.Run(fmt.Sprintf("json=%dMB", size>>20), func(b *testing.B) {
			path := b.TempDir()
			if err := os.WriteFile(filepath.Join(path, "plan.json"), bigPlan(size), 0o600); err != nil {
				b.Fatal(err)
			}
			script := `#!/bin/sh
case "$1" in
version) echo '{"terraform_version":"1.11.4","platform":"linux_amd64","provider_selections":{}}' ;;
plan) echo '{"type":"change_summary","changes":{"add":1,"change":1,"remove":0,"operation":"plan"}}'; exit 2 ;;
show) cat ` + filepath.Join(path, "plan.json") + ` ;;
esac
`
			if err := os.WriteFile(filepath.Join(path, "terraform"), []byte(script), 0o700); err != nil {
				b.Fatal(err)
			}
			r := newRoad(b, 1, path)
			var plan, report usage
			for b.Loop() {
				plan, report = r.walk(b)
			}
			comments := r.pull.Conversation()[1:]
			b.ReportMetric(plan.time.Seconds(), "plan-s")
			b.ReportMetric(report.time.Seconds(), "report-s")
			b.ReportMetric(float64(max(plan.peak, report.peak))/float64(size), "peak/input")
			b.ReportMetric(float64(len(comments)), "comments")
			b.ReportMetric(float64(len(comments[0].Body)), "comment-B")
		})
	}
}

// bigPlan returns the JSON of a plan of about size bytes: what is planned stands in it twice, what was before once more.
func bigPlan(size int) []byte {
	var planned, changes, prior strings.Builder
	for i := 0; planned.Len()+changes.Len()+prior.Len() < size; i++ {
		comma := ","
		if i == 0 {
			comma = ""
		}
		address := fmt.Sprintf("module.m[%d].aws_security_group.this", i)
		values := func(version string) string {
			return fmt.Sprintf(`{"id":"sg-%d","name":"name-%d","policy":%q,"rules":%d,"tags":{"Name":"n%d","Version":"%s"}}`, i, i, strings.Repeat(`{"Effect": "Allow"} `, 40), len(version)*i, i, version)
		}
		fmt.Fprintf(&planned, `%s{"address":"%s","values":%s}`, comma, address, values("1.0.10"))
		fmt.Fprintf(&prior, `%s{"address":"%s","values":%s}`, comma, address, values("1.0.0"))
		fmt.Fprintf(&changes, `%s{"address":"%s","mode":"managed","type":"aws_security_group","change":{"actions":["update"],"before":%s,"after":%s,"after_unknown":{},"before_sensitive":{},"after_sensitive":{}}}`,
			comma, address, values("1.0.0"), values("1.0.10"))
	}
	return []byte(`{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{"resources":[` + planned.String() +
		`]}},"resource_changes":[` + changes.String() + `],"prior_state":{"values":[` + prior.String() +
		`]},"configuration":{"root_module":{}},"timestamp":"2026-11-22T13:44:52Z","errored":false}`)
}
