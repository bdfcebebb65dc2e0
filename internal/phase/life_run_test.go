// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/redact"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
)

// A play is one run of the workflow.
type play struct {
	w      *world
	ticket *Ticket
	dir    string          // of the reports
	good   map[string]bool // targets that are as they are to be when their job ended, and said so
	prints map[string]*report.Fingerprint
}

var person = github.User{ID: 1, Login: "alice", Type: "User"}

// push is the event of what happened to a branch since the last one, or its repetition.
func (w *world) push(branch string) *github.Event {
	head := w.git.branches[branch]
	before := w.pushed[branch]
	if before == "" {
		before = strings.Repeat("0", 40)
	}
	w.pushed[branch] = head
	return &github.Event{Name: "push", Repository: appRepository, Sender: person, Ref: "refs/heads/" + branch, Before: before, After: head}
}

// says is the event of a comment on a merged pull request, or of a dispatch where there is none.
func (w *world) says(pull int, branch, words string) *github.Event {
	if pull == 0 {
		return &github.Event{
			Name: "workflow_dispatch", Repository: appRepository, Sender: person, Ref: "refs/heads/" + branch,
			Inputs: map[string]string{"command": "apply", "targets": words},
		}
	}
	return &github.Event{
		Name: "issue_comment", Action: "created", Repository: appRepository, Sender: person, OnPull: true, Number: pull,
		Comment: &github.Comment{ID: 1, Created: w.hub.now(), Body: strings.TrimSpace("/apply " + words), Author: person, Issue: pull},
	}
}

// gate lets the gate decide. It is nil if it could not, or if nothing is to be done.
func (w *world) gate(ev *github.Event) *play {
	w.t.Helper()
	w.count.runs++
	defer func() { w.asked[ev] = true }()
	before := len(w.hub.deployments)
	decided, err := Gate(context.Background(), Door{
		Open: func(context.Context, github.Permissions) (Pulls, error) { return w.hub, nil },
		Git:  w.git, Run: fmt.Sprintf("https://github.example/runs/%d", w.count.runs), AppID: 1, Secret: func(context.Context) ([]byte, error) { return []byte("key"), nil }, Repeated: w.asked[ev],
		Log: slog.New(slog.DiscardHandler),
	}, ev)
	for _, d := range w.hub.deployments[before:] {
		id := strings.TrimPrefix(d.Task, taskPrefix) + "/" + d.Environment
		if was := w.settled[id]; ev.Name == "push" && was != "" && was == digestOf(flat(w.git.wants(d.SHA, id))...) {
			w.t.Fatalf("%s was reported to be as it is to be, and is to be applied once more", id)
		}
		delete(w.settled, id)
		w.newest[id] = d.ID
	}
	if err != nil {
		if w.hub.fails != 0 && w.hub.writes >= w.hub.fails {
			w.t.Logf("run %d: gate died", w.count.runs)
			return nil
		}
		if _, forPeople := Hint(err); forPeople && ev.Name == "workflow_dispatch" { // names a layer that is gone since
			w.t.Logf("run %d: refused: %v", w.count.runs, err)
			return nil
		}
		w.t.Fatalf("gate: %v", err)
	}
	if decided.Refusal != nil {
		w.t.Logf("run %d: refused: %s", w.count.runs, decided.Refusal.Message)
	}
	if decided.Ignored != "" || decided.Refusal != nil || len(decided.Jobs) == 0 {
		return nil
	}
	src, err := decided.JSON()
	w.must(err)
	t, err := ReadTicket(strings.NewReader(string(src)))
	w.must(err)
	w.t.Logf("run %d: %s at %.7s: %s", w.count.runs, ev.Name, t.Head, described(t))
	dir := filepath.Join(w.dir, fmt.Sprint(w.count.runs))
	return &play{w: w, ticket: t, dir: dir, good: map[string]bool{}, prints: map[string]*report.Fingerprint{}}
}

// described tells of the jobs of a ticket.
func described(t *Ticket) string {
	var out []string
	for _, j := range t.Jobs {
		o := j.Apply
		text := fmt.Sprintf("%d:%s", o.Wave, j.Target.ID())
		if j.Deleted {
			text += " deleted"
		}
		if o.Review != nil {
			text += fmt.Sprintf(" reviewed on #%d", o.Pull)
		}
		if o.Accepted != "" {
			text += " accepted"
		}
		if o.Accept {
			text += " any"
		}
		if o.Hold != nil {
			text += " held: " + o.Hold.Message
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

// waves returns the jobs that get a runner, wave by wave.
func (p *play) waves() [][]Job {
	return Waves(slices.DeleteFunc(slices.Clone(p.ticket.Jobs), func(j Job) bool { return j.Apply.Idle() }))
}

// job runs one job on a runner of its own.
func (p *play) job(ctx context.Context, j Job, f fault) {
	w, id := p.w, j.Target.ID()
	w.t.Helper()
	w.faults = map[string]fault{id: f}
	w.count.jobs++
	shop := &workshop{
		Bench:  Bench{Out: p.dir, Parallel: 1, Done: func(r *report.Report) { p.told(j, r) }},
		ticket: p.ticket, tools: map[string]Terraform{"": w.tools(p.ticket.Head)},
	}
	if j.At != "" {
		shop.tools[j.At] = w.tools(j.At)
	}
	if err := shop.apply(ctx, penniless{}, []Job{j}, nil); !errors.Is(err, context.Canceled) {
		w.must(err)
	}
	w.t.Logf("  %s: %s (fault %d)", id, w.last, f)
	if w.wrong != "" {
		w.t.Fatalf("%s", w.wrong)
	}
	if f.silent() {
		w.count.silent++
		delete(p.good, id)
		delete(p.prints, id)
		w.must(os.Remove(filepath.Join(p.dir, report.FileName(j.Target))))
	}
}

// penniless gives out credentials for nothing.
type penniless struct{}

func (penniless) Credentials(context.Context, *aws.Grant) (aws.ReadWrite, error) {
	return aws.ReadWrite{}, nil
}

// told looks at a report.
func (p *play) told(j Job, r *report.Report) {
	id := j.Target.ID()
	p.w.last = fmt.Sprintf("%s %s", r.Status, r.Verdict)
	if r.Failure != nil {
		p.w.last += ": " + r.Failure.Message
	}
	switch {
	case good(r):
		p.good[id] = true
		if want := p.wants(j); !maps.Equal(p.w.estate.states[id], want) {
			p.w.complain("%s is %s, and is %v instead of %v", id, r.Status, p.w.estate.states[id], want)
		}
	case r.Status == report.Stopped:
		p.w.count.stopped++
		p.prints[id] = r.Fingerprint
	case r.Failure.Kind == report.Blocked:
		p.w.count.blocked++
	default:
		p.w.count.failed++
	}
}

func (p *play) wants(j Job) resources {
	if j.Deleted {
		return resources{}
	}
	return p.w.git.wants(p.ticket.Head, j.Target.ID())
}

// begins is told of each plan that Terraform is about to carry out, with the files of the commit at.
func (w *world) begins(job runner.Job, r *report.Report, at string) {
	id := job.Target.ID()
	if !job.Accept && !w.wasGranted(id, r) {
		w.complain("%s: a plan is applied that nobody said yes to", id)
	}
	if job.Accept && !w.layout.unreviewed[job.Target.Env] && !w.layout.changed[job.Target.Env] {
		w.complain("%s: any plan is accepted, against the configuration", id)
	}
	head, sha := w.git.layers(job.Head), job.Head
	if !job.Mode.Destroy {
		for _, up := range head.Upstreams(id) {
			if w.here(job.Target, up) && !maps.Equal(w.estate.states[up], w.git.wants(sha, up)) {
				w.complain("%s is applied before %s", id, up)
			}
		}
		first := layer.Target{Layer: job.Target.Layer, Env: "dev"}.ID()
		want := w.git.wants(sha, first)
		if w.layout.previous && job.Target.Env == "prod" && len(want) > 0 && !w.been[first+want["x.a"]] {
			w.complain("%s is applied before %s", id, first)
		}
		return
	}
	from := w.git.layers(at)
	for _, other := range head.Targets {
		if w.here(job.Target, other.ID()) && slices.Contains(from.Upstreams(other.ID()), id) && !maps.Equal(w.estate.states[other.ID()], w.git.wants(sha, other.ID())) {
			w.complain("%s is destroyed before %s, which was built on it, is applied", id, other.ID())
		}
	}
}

// here reports whether another target is applied from the same branch.
func (w *world) here(t layer.Target, other string) bool {
	return w.layout.branch[t.Env] == w.layout.branch[path.Base(other)]
}

// wasGranted reports whether somebody said yes to a plan, or to one of which it is the rest.
func (w *world) wasGranted(id string, r *report.Report) bool {
	return slices.ContainsFunc(w.granted[id], func(yes *report.Fingerprint) bool {
		for address, p := range r.Fingerprint.Resources {
			if yes.Resources[address].Digest != p.Digest {
				return false
			}
		}
		return true
	})
}

// report lets the report phase conclude. It is false if it died.
func (p *play) report() bool {
	w := p.w
	w.t.Helper()
	before := maps.Clone(w.hub.told)
	out, err := Report(context.Background(), Desk{
		Open:   func(context.Context, github.Permissions) (Thread, error) { return w.hub, nil },
		Redact: redact.New(), Log: slog.New(slog.DiscardHandler),
	}, p.ticket, os.DirFS(p.dir).(fs.ReadDirFS))
	for _, j := range p.ticket.Jobs {
		id, pull := j.Target.ID(), cmp.Or(p.ticket.PullRequest, j.Apply.Pull)
		if p.prints[id] != nil && w.hub.told[pull] > before[pull] {
			w.shown[id] = shown{p.prints[id], pull}
		}
	}
	if err != nil {
		if w.hub.fails != 0 && w.hub.writes >= w.hub.fails {
			w.t.Logf("  report died")
			return false
		}
		w.t.Fatalf("report: %v", err)
	}
	w.t.Logf("  reported at %.7s", p.ticket.Head)
	all := true
	for _, j := range p.ticket.Jobs {
		id := j.Target.ID()
		all = all && p.good[id]
		if j.Apply.Idle() {
			w.count.held++
			continue
		}
		states := w.hub.deployments[j.Apply.Deployment-1].states
		if success := states[len(states)-1].State == "success"; success != p.good[id] {
			w.t.Fatalf("the deployment of %s says success: %v; what is true: %v", id, success, p.good[id])
		}
		if p.good[id] && w.newest[id] == j.Apply.Deployment {
			w.settled[id] = digestOf(flat(p.wants(j))...)
		}
	}
	if out.Failed == all {
		w.t.Fatalf("report failed: %v; all is good: %v", out.Failed, all)
	}
	p.green()
	return true
}

// green fails the test if a check run on the applied commit is green although a job of its environment was not good.
func (p *play) green() {
	for _, c := range p.w.hub.checks[p.ticket.Head] {
		env, ok := strings.CutPrefix(c.Name, applyPrefix)
		for _, j := range p.ticket.Jobs {
			if ok && j.Target.Env == env && !p.good[j.Target.ID()] && c.Conclusion == "success" {
				p.w.t.Fatalf("%s is green, %s is not applied", c.Name, j.Target)
			}
		}
	}
}
