// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/workflow"
)

// actions plays GitHub Actions: for an event it runs gate, then what gate's matrix says, then report. The jobs of a
// matrix run at once; the waves of an apply are one matrix after the other. Each job is a process of its own with a fresh
// clone, a home of its own and the environment of its phase, nothing else.
type actions struct {
	stage *stage
	bot   string // the program
	line  *timeline
	meter *meter
	mu    sync.Mutex
	runs  []*run
}

// A webhook is what GitHub tells Actions.
type webhook struct {
	Name     string // "issue_comment"
	Payload  []byte
	Checkout string // the commit that gate runs on: the base of a pull request, else the default branch
}

// A run is one run of the workflow.
type run struct {
	ID     int
	Event  string
	Work   string // "plan", "apply"
	Gate   *job
	Waves  [][]*job       // the jobs with Terraform: those of one wave run at once
	Scans  []*job         // beside them
	Report *job           // nil when gate handed on nothing
	Calls  int            // requests to GitHub's API, by all jobs
	Checks []github.Check // on the head when it had ended
	Ticket ticket
	line   *timeline
}

// jobs returns all jobs of the run, in the order they began.
func (r *run) jobs() []*job {
	jobs := slices.Concat([]*job{r.Gate}, slices.Concat(r.Waves...), r.Scans, []*job{r.Report})
	return slices.DeleteFunc(jobs, func(j *job) bool { return j == nil })
}

// applies reports whether the run is about what was merged, and may go on with it.
func (r *run) applies() bool { return r.Work == "apply" && r.Ticket.Refusal == nil }

// A job is one process of a run.
type job struct {
	Name    string
	Began   time.Duration // since the story began
	Took    time.Duration
	Exit    int
	Note    string
	Output  string // what it printed
	Summary string // of the job, Markdown
}

// ticket is what the demo itself reads of gate's ticket.
type ticket struct {
	Head    string `json:"head"`
	Ignored string `json:"ignored"`
	Refusal *struct {
		Message string `json:"message"`
	} `json:"refusal"`
}

// workflow runs the whole workflow for one event and tells of it on line.
func (a *actions) workflow(ctx context.Context, ev webhook, line *timeline) (*run, error) {
	r := a.begin(ev, line)
	defer func() { r.Calls = a.meter.of(r.ID) }()
	outputs, err := a.gate(ctx, r, ev)
	if err != nil {
		return r, err
	}
	source := outputs["ticket"] + outputs["ticket2"] + outputs["ticket3"] + outputs["ticket4"]
	text, err := workflow.Unpack([]byte(source))
	if err == nil {
		err = json.Unmarshal(text, &r.Ticket)
	}
	if err != nil {
		return r, fmt.Errorf("gate wrote no ticket: %w\n%s", err, r.Gate.Output)
	}
	r.Work = outputs["work"]
	waves, err := matrices(outputs)
	if err != nil {
		return r, err
	}
	r.Gate.Note = r.decision(waves)
	line.job(r.Gate)
	if r.Ticket.Ignored != "" {
		return r, nil
	}
	group, beside := errgroup.WithContext(ctx)
	scans, err := matrix(outputs["scans"])
	if err != nil {
		return r, err
	}
	for _, leg := range scans {
		j := &job{Name: "scan"}
		r.Scans = append(r.Scans, j)
		group.Go(func() error { return a.worker(beside, r, j, "scan", source, leg) })
	}
	for _, legs := range waves {
		if err := a.wave(ctx, r, source, legs); err != nil {
			return r, errors.Join(err, group.Wait())
		}
	}
	if err := group.Wait(); err != nil {
		return r, err
	}
	return r, a.report(ctx, r, source)
}

// begin makes a new run.
func (a *actions) begin(ev webhook, line *timeline) *run {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := &run{ID: len(a.runs) + 1, Event: ev.Name, line: line}
	a.runs = append(a.runs, r)
	return r
}

// decision says in a few words what gate decided.
func (r *run) decision(waves [][]workflow.Leg) string {
	var parts []string
	for _, legs := range waves {
		var names []string
		for _, leg := range legs {
			names = append(names, leg.Target)
		}
		parts = append(parts, strings.Join(names, ", "))
	}
	switch {
	case r.Ticket.Ignored != "":
		return "nothing to do: " + r.Ticket.Ignored
	case r.Ticket.Refusal != nil:
		return "refused: " + r.Ticket.Refusal.Message
	case len(parts) == 0:
		return "nothing to begin"
	}
	return "to " + r.Work + ": " + strings.Join(parts, "; then ")
}

func (a *actions) gate(ctx context.Context, r *run, ev webhook) (map[string]string, error) {
	home, checkout, err := a.runner(ctx, r, "gate", ev.Checkout)
	if err != nil {
		return nil, err
	}
	payload := filepath.Join(home, "event.json")
	if err := os.WriteFile(payload, ev.Payload, 0o600); err != nil {
		return nil, err
	}
	env := a.environment(r, home)
	a.app(env)
	env["GITHUB_EVENT_NAME"], env["GITHUB_EVENT_PATH"] = ev.Name, payload
	r.Gate = &job{Name: "gate"}
	if err := a.job(ctx, r.Gate, process{Dir: checkout, Env: env, Argv: []string{a.bot, "gate"}}); err != nil {
		return nil, err
	}
	file, err := os.ReadFile(env["GITHUB_OUTPUT"])
	if err != nil {
		return nil, err
	}
	return readOutputs(string(file))
}

// wave runs one matrix: all of it at once, as runners would.
func (a *actions) wave(ctx context.Context, r *run, source string, legs []workflow.Leg) error {
	group, ctx := errgroup.WithContext(ctx)
	jobs := make([]*job, len(legs))
	r.Waves = append(r.Waves, jobs)
	for i, leg := range legs {
		j := &job{Name: leg.Target}
		jobs[i] = j
		group.Go(func() error { return a.worker(ctx, r, j, r.Work, source, leg) })
	}
	return group.Wait()
}

// worker runs a job of a matrix, which looks at what the change says and leaves an artifact.
func (a *actions) worker(ctx context.Context, r *run, j *job, verb, source string, leg workflow.Leg) error {
	home, checkout, err := a.runner(ctx, r, verb+"-"+flat(leg.Target), r.Ticket.Head)
	if err != nil {
		return err
	}
	file, out := filepath.Join(home, "ticket"), filepath.Join(home, "reports")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		return err
	}
	p := process{Dir: checkout, Env: a.environment(r, home), Argv: []string{a.bot, verb, "--ticket", file, "--target", leg.Target, "--out", out}}
	if verb == "apply" {
		p.Argv = append(p.Argv, "--artifacts", a.artifacts(r))
	}
	if err = a.job(ctx, j, p); err != nil {
		return err
	}
	j.Note, err = a.upload(r, leg.Artifact, out)
	if verb == "scan" {
		j.Note = "gitleaks and tflint, with no credential"
	}
	r.line.job(j)
	return err
}

func (a *actions) report(ctx context.Context, r *run, source string) error {
	home, checkout, err := a.runner(ctx, r, "report", "main")
	if err != nil {
		return err
	}
	file := filepath.Join(home, "ticket")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		return err
	}
	env := a.environment(r, home)
	a.app(env)
	r.Report = &job{Name: "report"}
	err = a.job(ctx, r.Report, process{Dir: checkout, Env: env, Argv: []string{a.bot, "report", "--ticket", file, "--artifacts", a.artifacts(r)}})
	r.line.job(r.Report)
	return err
}

// flat makes the names of targets one path segment.
func flat(targets string) string {
	return strings.NewReplacer("/", "-", "\n", "-").Replace(targets)[:min(len(targets), 60)]
}
