package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/layerbot/layerbot/internal/github"
)

// actions plays GitHub Actions: for an event it runs gate, then every plan of the matrix at once, then report. Each
// is a process of its own with a fresh clone, a home of its own and the environment of its phase, nothing else.
type actions struct {
	stage *stage
	bot   string // the program
	line  *timeline
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
	Pull   int
	Gate   *job
	Plans  []*job
	Report *job           // nil when gate handed on nothing
	Calls  int            // requests to GitHub's API, by all jobs
	Checks []github.Check // on the head when it had ended
	Ticket ticket
}

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

// workflow runs the whole workflow for one event.
func (a *actions) workflow(ctx context.Context, number int, ev webhook) (*run, error) {
	r := &run{ID: len(a.runs) + 1, Event: ev.Name, Pull: number}
	a.runs = append(a.runs, r)
	before := len(a.stage.hub.Requests())
	defer func() { r.Calls = a.apiCalls(before) }()

	outputs, err := a.gate(ctx, r, ev)
	if err != nil {
		return r, err
	}
	source := outputs["ticket"]
	if err := json.Unmarshal([]byte(source), &r.Ticket); err != nil {
		return r, fmt.Errorf("gate wrote no ticket: %w\n%s", err, r.Gate.Output)
	}
	targets, err := matrix(outputs["matrix"])
	if err != nil {
		return r, err
	}
	r.Gate.Note = r.decision(targets)
	a.line.job(r.Gate)
	if r.Ticket.Ignored != "" {
		return r, nil
	}
	if err := a.plans(ctx, r, source, targets); err != nil {
		return r, err
	}
	return r, a.report(ctx, r, source)
}

// decision says in a few words what gate decided.
func (r *run) decision(targets []string) string {
	switch {
	case r.Ticket.Ignored != "":
		return "nothing to do: " + r.Ticket.Ignored
	case r.Ticket.Refusal != nil:
		return "refused: " + r.Ticket.Refusal.Message
	case len(targets) == 0:
		return "nothing to plan"
	}
	return "to plan: " + strings.Join(targets, ", ")
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

// plans runs the matrix: all of it at once, as runners would.
func (a *actions) plans(ctx context.Context, r *run, source string, targets []string) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, target := range targets {
		j := &job{Name: target}
		r.Plans = append(r.Plans, j)
		group.Go(func() error {
			home, checkout, err := a.runner(ctx, r, "plan-"+flat(target), r.Ticket.Head)
			if err != nil {
				return err
			}
			file := filepath.Join(home, "ticket.json")
			if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
				return err
			}
			p := process{Dir: checkout, Env: a.environment(r, home), Argv: []string{
				a.bot, "plan", "--ticket", file, "--target", target, "--out", filepath.Join(home, "reports"),
			}}
			if err = a.job(ctx, j, p); err != nil {
				return err
			}
			j.Note, err = a.upload(r, filepath.Join(home, "reports"))
			a.line.job(j)
			return err
		})
	}
	return group.Wait()
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
	reports := a.artifacts(r)
	if err := os.MkdirAll(reports, 0o700); err != nil {
		return err
	}
	env := a.environment(r, home)
	a.app(env)
	r.Report = &job{Name: "report"}
	p := process{Dir: checkout, Env: env, Argv: []string{a.bot, "report", "--ticket", file, "--reports", reports}}
	err = a.job(ctx, r.Report, p)
	a.line.job(r.Report)
	return err
}

// apiCalls counts the requests to the REST API since before.
func (a *actions) apiCalls(before int) int {
	calls := 0
	for _, request := range a.stage.hub.Requests()[before:] {
		if request.Route != "git" {
			calls++
		}
	}
	return calls
}

// flat makes a target's name one path segment.
func flat(target string) string { return strings.ReplaceAll(target, "/", "-") }
