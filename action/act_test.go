// SPDX-License-Identifier: Apache-2.0

//go:build realtools

// What users install, run for real: the workflow that they call, the action and the program, on a runner (act, in host mode)
// and against a GitHub on loopback. act enforces neither permissions nor environments nor triggers; the harness plays those
// that matter here. What nobody plays is said in docs/architecture.md.
package action_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/githubtest"
)

// An event starts a run of the workflow.
type event struct {
	name    string
	payload []byte
	ref     string // that GitHub reads the caller from
	file    string // of the workflow; "" is that of the caller
	secrets bool   // whether GitHub gives the run any: not for pull requests from forks
	again   *run   // all jobs of which run again; nil is a new run
}

// A run is one run of the workflow.
type run struct {
	*world
	id       int
	attempt  int
	jobs     map[string]*job // by name: "gate", "plan compute/dev"; none if the event starts no run
	failed   bool
	requests []githubtest.Request
}

// A job is one job of it.
type job struct {
	result  string // "success" or "failure"
	log     strings.Builder
	summary string
	outputs map[string]string // of its steps
	took    time.Duration     // all steps
	action  time.Duration     // the step of Layerbot
}

// runs counts the runs of this process: each has an ID of its own.
var runs atomic.Int32

// flags are act's, for one run. Everything that it would ask the network for is local.
func (r *run) flags(ev event, dir string) []string {
	flags := []string{
		ev.name, "-C", dir, "-W", cmp.Or(ev.file, caller), "-e", filepath.Join(filepath.Dir(dir), "event.json"),
		"-P", "ubuntu-latest=-self-hosted", "--action-cache-path", filepath.Join(r.kit.dir, "runners"),
		"--no-skip-checkout", "--action-offline-mode", "--no-cache-server", "--json",
		"--insecure-secrets", // nothing is masked: what a log must not show it must not be given
		"--actor", "alice", "-s", "GITHUB_TOKEN=" + canaries["GITHUB_TOKEN"],
	}
	for name, value := range map[string]string{
		"GITHUB_RUN_ID": fmt.Sprint(r.id), "GITHUB_RUN_ATTEMPT": fmt.Sprint(r.attempt), "GITHUB_REPOSITORY": slug, "GITHUB_REPOSITORY_ID": fmt.Sprint(r.repo.ID),
		"GITHUB_SERVER_URL": r.hub.URL, "GITHUB_API_URL": r.hub.APIURL(), "GITHUB_GRAPHQL_URL": r.hub.URL + "/api/graphql",
	} {
		flags = append(flags, "--env", name+"="+value)
	}
	for action, folder := range r.actions {
		flags = append(flags, "--local-repository", action+"="+folder)
	}
	if ev.secrets {
		for name, value := range r.secrets {
			flags = append(flags, "-s", name+"="+value)
		}
	}
	return flags
}

// run does what GitHub does for an event: it reads the caller, and if that names the event, runs it.
func (w *world) run(t testing.TB, ev event) *run {
	t.Helper()
	r := &run{world: w, jobs: map[string]*job{}}
	if was := ev.again; was != nil {
		r.id, r.attempt = was.id, was.attempt+1
	} else {
		r.id, r.attempt = int(runs.Add(1)), 1
	}
	dir := filepath.Join(r.folder(t, r.name()), "caller")
	git(t, "clone", "--quiet", "--no-checkout", w.repo.GitDir, dir)
	git(t, "-C", dir, "fetch", "--quiet", "origin", ev.ref)
	git(t, "-C", dir, "checkout", "--quiet", "--detach", "FETCH_HEAD")
	if !w.starts(t, filepath.Join(dir, cmp.Or(ev.file, caller)), ev) {
		return r
	}
	mustWrite(t, filepath.Join(filepath.Dir(dir), "event.json"), ev.payload, 0o600)
	r.tools(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, w.kit.act, r.flags(ev, dir)...)
	cmd.Env = []string{
		"PATH=" + filepath.Join(filepath.Dir(dir), "bin") + string(filepath.ListSeparator) + os.Getenv("PATH"),
		"HOME=" + filepath.Join(w.kit.dir, "home"), "TMPDIR=" + filepath.Join(w.kit.dir, "tmp"),
		"TERM=dumb", // act gives steps a terminal, GitHub none
		"RUNNER_HOST_SECRET=" + canaries["RUNNER_HOST_SECRET"],
	}
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	served := len(w.hub.Requests())
	err := cmd.Run()
	r.failed = err != nil
	r.read(t, &out)
	if len(r.jobs) == 0 && err != nil {
		t.Fatalf("act: %v\n%s", err, &complaint)
	}
	r.requests = w.hub.Requests()[served:]
	r.leaksNothing(t)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("run %d, %s\n%s", r.id, ev.name, r.story())
		}
	})
	return r
}

// name is that of the run's folder.
func (r *run) name() string { return fmt.Sprintf("run-%d-%d", r.id, r.attempt) }

// A line is what act says of a run, one JSON object a line.
type line struct {
	JobID, Level, Msg, Raw, Command, Name, Arg, Content, Stage, Step, StepResult string
	StepID                                                                       []string
	Matrix                                                                       map[string]any
	Printed                                                                      bool `json:"raw_output"`
	ExecutionTime                                                                time.Duration
}

// read takes act's words apart, job by job.
func (r *run) read(t testing.TB, out *bytes.Buffer) {
	t.Helper()
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 16<<20)
	for scanner.Scan() {
		var l line
		if err := json.Unmarshal(scanner.Bytes(), &l); err != nil {
			t.Fatalf("act said %q: %v", scanner.Text(), err)
		}
		if l.JobID != "" && l.JobID != "layerbot" { // the caller's own job has no steps
			r.job(l).hear(l)
		}
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
}

// job returns the job that a line is of.
func (r *run) job(l line) *job {
	name := l.JobID
	if target, has := l.Matrix["name"]; has {
		name += " " + fmt.Sprint(target)
	}
	if r.jobs[name] == nil {
		r.jobs[name] = &job{result: "success", outputs: map[string]string{}}
	}
	return r.jobs[name]
}

func (j *job) hear(l line) {
	whole := len(l.StepID) == 1 // of a step of the workflow, not of one inside an action
	switch {
	case l.Printed:
		j.log.WriteString(l.Msg)
	case l.Command == "error" || l.Command == "warning" || l.Command == "notice":
		j.log.WriteString(l.Raw)
	case l.Command == "summary" && whole:
		j.summary += l.Content
	case l.Command == "set-output" && whole:
		j.outputs[l.Name] = l.Arg
	case l.StepResult != "" && (whole || l.Stage == ""):
		if l.StepResult == "failure" { // act gives all legs of a matrix one result
			j.result = l.StepResult
		}
		if l.Stage == "Main" {
			j.took += l.ExecutionTime
		}
		if l.Stage == "Main" && strings.HasPrefix(l.Step, product+"@") {
			j.action = l.ExecutionTime
		}
	case l.Level == "error" || l.Level == "fatal":
		j.log.WriteString("act: " + l.Msg + "\n")
	}
}

// story is the run as a person reads it.
func (r *run) story() string {
	var text strings.Builder
	for _, name := range sortedKeys(r.jobs) {
		fmt.Fprintf(&text, "=== %s: %s\n%s", name, r.jobs[name].result, r.jobs[name].log.String())
	}
	return text.String()
}
