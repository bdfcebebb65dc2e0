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
	Scan   *job           // beside them; nil where nothing is scanned
	Report *job           // nil when gate handed on nothing
	Calls  int            // requests to GitHub's API, by all jobs
	Checks []github.Check // on the head when it had ended
	Ticket ticket
	line   *timeline
}

// jobs returns all jobs of the run, in the order they began.
func (r *run) jobs() []*job {
	jobs := slices.Concat([]*job{r.Gate}, slices.Concat(r.Waves...), []*job{r.Scan, r.Report})
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
	source := outputs["ticket"]
	if err := json.Unmarshal([]byte(source), &r.Ticket); err != nil {
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
	if outputs["scan"] == "true" {
		r.Scan = &job{Name: "scan"}
		group.Go(func() error { return a.scan(beside, r, source) })
	}
	for _, targets := range waves {
		if err := a.wave(ctx, r, source, targets); err != nil {
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
func (r *run) decision(waves [][]string) string {
	var parts []string
	for _, targets := range waves {
		parts = append(parts, strings.Join(targets, ", "))
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
func (a *actions) wave(ctx context.Context, r *run, source string, targets []string) error {
	group, ctx := errgroup.WithContext(ctx)
	jobs := make([]*job, len(targets))
	r.Waves = append(r.Waves, jobs)
	before, err := a.artifacts(r)
	if err != nil {
		return err
	}
	for i, target := range targets {
		j := &job{Name: target}
		jobs[i] = j
		group.Go(func() error {
			home, checkout, err := a.runner(ctx, r, r.Work+"-"+flat(target), r.Ticket.Head)
			if err != nil {
				return err
			}
			file := filepath.Join(home, "ticket.json")
			if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
				return err
			}
			out := filepath.Join(home, "reports")
			p := process{Dir: checkout, Env: a.environment(r, home), Argv: []string{a.bot, r.Work, "--ticket", file, "--target", target, "--out", out}}
			if r.Work == "apply" {
				p.Argv = append(p.Argv, "--reports", before)
			}
			if err = a.job(ctx, j, p); err != nil {
				return err
			}
			j.Note, err = a.upload(r, out)
			r.line.job(j)
			return err
		})
	}
	return group.Wait()
}

// scans follows the name of a run's artifacts where the job that scans leaves its own: apart from what plan jobs leave, beside
// which code of the pull request runs.
const scans = "-scans"

// scan runs the scanners, on a runner that has the whole history and no credential of any kind.
func (a *actions) scan(ctx context.Context, r *run, source string) error {
	home, checkout, err := a.runner(ctx, r, "scan", r.Ticket.Head)
	if err != nil {
		return err
	}
	file, out := filepath.Join(home, "ticket.json"), filepath.Join(home, "reports")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		return err
	}
	p := process{Dir: checkout, Env: a.environment(r, home), Argv: []string{a.bot, "scan", "--ticket", file, "--out", out}}
	if err := a.job(ctx, r.Scan, p); err != nil {
		return err
	}
	kept, err := a.artifacts(r)
	if err != nil {
		return err
	}
	err = os.Rename(out, kept+scans)
	r.Scan.Note = "gitleaks and tflint, with no credential"
	r.line.job(r.Scan)
	return err
}

func (a *actions) report(ctx context.Context, r *run, source string) error {
	home, checkout, err := a.runner(ctx, r, "report", "main")
	if err != nil {
		return err
	}
	file := filepath.Join(home, "ticket.json")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		return err
	}
	reports, err := a.artifacts(r)
	if err != nil {
		return err
	}
	env := a.environment(r, home)
	a.app(env)
	r.Report = &job{Name: "report"}
	p := process{Dir: checkout, Env: env, Argv: []string{a.bot, "report", "--ticket", file, "--reports", reports}}
	if r.Scan != nil {
		p.Argv = append(p.Argv, "--scans", reports+scans)
	}
	err = a.job(ctx, r.Report, p)
	r.line.job(r.Report)
	return err
}

// flat makes a target's name one path segment.
func flat(target string) string { return strings.ReplaceAll(target, "/", "-") }
