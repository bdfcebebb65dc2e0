// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
)

// A world is where a history is played: a repository, GitHub and what Terraform made, with what must hold of them.
type world struct {
	t      fataler
	git    *gitHistory
	hub    *hub
	estate estate
	layout layout
	tools  func(sha string) Terraform
	dir    string // for reports

	blurred bool // a check run may tell of earlier: a branch was taken back, a report came late, a command named what is not pending
	asked   map[*github.Event]bool
	version int              // of what was written last
	open    []pullPatch      // pull requests not yet merged
	faults  map[string]fault // of the run that is at work, by target ID
	late    []*play          // runs whose report phase comes later
	pushed  map[string]string

	granted map[string][]*report.Fingerprint // plans that somebody said yes to, by target ID
	shown   map[string]shown                 // plans that stopped an apply, as they were shown
	newest  map[string]int64                 // deployment of a target
	settled map[string]string                // what a target was reported to be
	once    map[string]string                // what a target was last applied as
	been    map[string]bool                  // what the code of a target ever was in its state
	count   counts
	last    string // what the last job reported
	wrong   string // what a job did that it must not do
}

// complain says what a job did wrong. Its goroutine cannot end the test.
func (w *world) complain(format string, args ...any) { w.wrong = fmt.Sprintf(format, args...) }

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// counts are figures of histories.
type counts struct{ histories, targets, runs, jobs, applies, carried, stopped, failed, silent, blocked, held int }

func (c *counts) add(o counts) {
	c.histories += o.histories
	c.targets += o.targets
	c.runs += o.runs
	c.jobs += o.jobs
	c.applies += o.applies
	c.carried += o.carried
	c.stopped += o.stopped
	c.failed += o.failed
	c.silent += o.silent
	c.blocked += o.blocked
	c.held += o.held
}

// A shown is a plan that stopped an apply, and the pull request whose comment shows it; 0 is the run's summary.
type shown struct {
	print *report.Fingerprint
	pull  int
}

// A pullPatch is an open pull request: what it writes, and what it deletes ("").
type pullPatch struct {
	number int
	patch  files
	plans  map[string]*report.Fingerprint // as reviewers saw them
}

var appRepository = github.Repository{ID: 7, Owner: "acme", Name: "infra", DefaultBranch: "main"}

func newWorld(t fataler, l layout, dir string) *world {
	w := &world{
		t: t, git: newGitHistory(), hub: newHub(), layout: l, dir: dir, pushed: map[string]string{},
		estate:  estate{states: map[string]resources{}, locked: map[string]bool{}, weather: map[string]int{}},
		granted: map[string][]*report.Fingerprint{}, shown: map[string]shown{}, newest: map[string]int64{},
		settled: map[string]string{}, asked: map[*github.Event]bool{}, once: map[string]string{}, been: map[string]bool{},
	}
	w.tools = func(sha string) Terraform { return &terraform{w: w, sha: sha} }
	first := w.git.commit(l.files())
	for _, branch := range l.branches() {
		w.git.branches[branch] = first
	}
	return w
}

// openPull opens a pull request that writes patch, with the plans that reviewers see. planned false: nobody planned it.
func (w *world) openPull(base string, patch files, planned bool) {
	head := w.git.commit(patched(w.git.commits[w.git.branches[base]].files, patch), w.git.branches[base])
	number := len(w.hub.pulls) + 1
	w.hub.pulls = append(w.hub.pulls, &github.PullRequest{
		Number: number, State: "open", HeadSHA: head, HeadRef: "feature", BaseRef: base,
		HeadRepo: &appRepository, BaseRepo: appRepository, Author: github.User{ID: 2, Login: "bob", Type: "User"},
	})
	p := pullPatch{number: number, patch: patch, plans: map[string]*report.Fingerprint{}}
	if planned {
		w.planPull(number, base, head, p.plans)
	}
	w.open = append(w.open, p)
}

// planPull writes the check runs of what a pull request touches.
func (w *world) planPull(number int, base, head string, plans map[string]*report.Fingerprint) {
	records := map[string]*record{}
	for _, at := range []string{head, w.git.branches[base]} { // what is there, and what is deleted
		for _, t := range w.git.layers(at).Targets {
			id, to := t.ID(), w.git.wants(head, t.ID())
			if w.layout.branch[t.Env] != base || maps.Equal(to, w.git.wants(w.git.branches[base], id)) || records[t.Env] != nil && records[t.Env].Targets[id].Status != "" {
				continue
			}
			if records[t.Env] == nil {
				records[t.Env] = &record{Head: head, Targets: map[string]entry{}}
			}
			job := runner.Job{Target: t, Head: head}
			job.Mode.Destroy = len(to) == 0
			r, err := w.tools(at).Plan(context.Background(), aws.ReadOnly{}, job)
			w.must(err)
			e := enter(r, "run")
			e.Pull = number
			records[t.Env].Targets[id] = e
			plans[id] = r.Fingerprint
		}
	}
	for env, r := range records {
		text, err := r.attach("planned")
		w.must(err)
		w.hub.checks[head] = append(w.hub.checks[head], github.Check{Name: checkPrefix + env, HeadSHA: head, Text: text})
	}
}

// mergePull merges an open pull request.
func (w *world) mergePull(i int, squash bool) (branch string) {
	p := w.open[i]
	w.open = slices.Delete(w.open, i, i+1)
	pull := w.hub.pulls[p.number-1]
	head := w.git.branches[pull.BaseRef]
	if pull.BaseRef == "main" { // what was deleted meanwhile does not come back
		maps.DeleteFunc(p.patch, func(name, _ string) bool { return w.git.commits[head].files[name] == "" })
	}
	parents := []string{head, pull.HeadSHA}
	if squash {
		parents = parents[:1]
	}
	pull.MergeSHA = w.git.commit(patched(w.git.commits[head].files, p.patch), parents...)
	pull.Merged, pull.State, pull.MergedAt = true, "closed", time.Unix(int64(len(w.git.commits)), 0)
	w.git.branches[pull.BaseRef] = pull.MergeSHA
	for id, print := range p.plans {
		w.granted[id] = append(w.granted[id], print)
	}
	return pull.BaseRef
}

// patched returns a tree with a patch on it.
func patched(tree, patch files) files {
	out := maps.Clone(tree)
	maps.Copy(out, patch)
	maps.DeleteFunc(out, func(_, text string) bool { return text == "" })
	return out
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v", err)
	}
}
