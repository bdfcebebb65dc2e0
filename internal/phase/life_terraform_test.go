// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
)

// A fault is what happens to one job of a run.
type fault int

const (
	fine       fault = iota
	refused          // Terraform says no before anything is done
	half             // it fails after the first change
	cancelled        // it is interrupted after the first change, and says so
	killed           // the runner dies before anything is done; no report, and the lock stays
	killedHalf       // the same after the first change
	killedLate       // the same when everything is done
	vanished         // everything is done, but the report is lost
	anyFault
)

// silent reports whether no report is left.
func (f fault) silent() bool { return f >= killed }

// resources are the values in a state by address.
type resources map[string]string

// An estate is what all states hold, in place of Terraform's backends.
type estate struct {
	states  map[string]resources // by target ID
	locked  map[string]bool
	weather map[string]int // what else a plan depends on, by target ID
}

// A terraform stands for Terraform over the files of one commit.
type terraform struct {
	w   *world
	sha string
}

// wants returns what a target's resources are to be at a commit: "x.a" follows the code, "x.b" the environment's values.
func (g *gitHistory) wants(sha, id string) resources {
	tree := g.commits[sha].files
	name, env := path.Dir(id), path.Base(id)
	values, ok := tree[valuesOf(name, env)]
	if !ok {
		return resources{}
	}
	return resources{"x.a": strings.Fields(tree[codeOf(name)])[1], "x.b": strings.Fields(values)[2]}
}

// changes returns what leads from one state to another, in the order of their addresses.
func changes(from, to resources) []report.Change {
	out := []report.Change{}
	both := resources{}
	maps.Copy(both, from)
	maps.Copy(both, to)
	for _, address := range slices.Sorted(maps.Keys(both)) {
		c := report.Change{Address: address, Action: report.Update}
		before, was := from[address]
		after, will := to[address]
		switch {
		case before == after:
			continue
		case !was:
			c.Action = report.Create
		case !will:
			c.Action = report.Delete
		}
		if was {
			before = strconv.Quote(before)
		}
		if will {
			after = strconv.Quote(after)
		}
		c.Attrs = []report.Attr{{Path: "value", Before: []byte(before), After: []byte(after)}}
		out = append(out, c)
	}
	return out
}

// plan returns a report that is Changed or Unchanged, and how its plan stands to a review.
func (w *world) plan(t layer.Target, to resources, review *report.Review) *report.Report {
	r := &report.Report{
		Version: report.Version, Target: t, Status: report.Unchanged, Tool: report.Tool{Name: "terraform", Version: "1.11.4"},
		Changes: changes(w.estate.states[t.ID()], to),
	}
	f := report.NewFingerprinter([]byte("key"), r.Tool)
	f.Against(review)
	for i, c := range r.Changes {
		r.Status = report.Changed
		weather := []byte(strconv.Itoa(w.estate.weather[t.ID()]))
		r.Changes[i].Attrs = append(r.Changes[i].Attrs, report.Attr{Path: "weather", After: weather})
		var leaves []report.Leaf
		for _, a := range r.Changes[i].Attrs {
			leaves = append(leaves, report.Leaf{Path: a.Path, Before: a.Before, After: a.After})
		}
		f.Add(c.Address, c, leaves)
	}
	r.Fingerprint = f.Sum("")
	r.Verdict, r.Differences = f.Compare()
	return r
}

func (s *terraform) Apply(_ context.Context, _ aws.ReadWrite, job runner.Job) (*report.Report, error) {
	w, id := s.w, job.Target.ID()
	if w.estate.locked[id] {
		return &report.Report{Version: report.Version, Target: job.Target, Status: report.Failed, Failure: &report.Failure{
			Kind: report.Locked, Message: "locked", Hint: "unlock", Lock: &report.Lock{ID: "1"},
		}}, nil
	}
	to := s.to(job)
	r := w.plan(job.Target, to, job.Review)
	switch {
	case r.Status == report.Unchanged:
	case !job.Accept && r.Verdict == report.Different:
		r.Status, r.Failure = report.Stopped, &report.Failure{Kind: report.Stale, Message: "stale", Hint: "accept it"}
	default:
		w.begins(job, r, s.sha)
		w.carryOut(r, to)
	}
	return r, nil
}

// to returns what a job is to lead to.
func (s *terraform) to(job runner.Job) resources {
	if job.Mode.Destroy {
		return resources{}
	}
	return s.w.git.wants(s.sha, job.Target.ID())
}

// carryOut does what is planned, as far as the fault of the target lets it.
func (w *world) carryOut(r *report.Report, to resources) {
	id, f := r.Target.ID(), w.faults[r.Target.ID()]
	done := len(r.Changes)
	switch f {
	case refused, killed:
		done = 0
	case half, cancelled, killedHalf:
		done = 1
	}
	state := maps.Clone(w.estate.states[id])
	if state == nil {
		state = resources{}
	}
	r.Apply = &report.Apply{Done: []string{}}
	for _, c := range r.Changes[:done] {
		r.Apply.Done = append(r.Apply.Done, c.Address)
		if value, ok := to[c.Address]; ok {
			state[c.Address] = value
		} else {
			delete(state, c.Address)
		}
	}
	w.estate.states[id] = state
	w.estate.locked[id] = f == killed || f == killedHalf || f == killedLate
	w.count.carried += done
	w.changed(id, to, done == len(r.Changes), done > 0)
	switch f {
	case fine, killedLate, vanished:
		r.Status = report.Applied
	case refused:
		r.Apply = nil
		fallthrough
	default:
		r.Status, r.Failure = report.Failed, &report.Failure{Kind: report.Broken, Message: "failed", Hint: "see the log"}
		if f == cancelled {
			r.Failure.Kind = report.Interrupted
		}
	}
}

// changed notes that a target was changed, or that it was brought to what it is to be.
func (w *world) changed(id string, to resources, whole, partly bool) {
	switch {
	case whole && w.once[id] == digestOf(flat(to)...):
		w.complain("%s is applied twice", id)
	case whole:
		w.count.applies++
		w.been[id+to["x.a"]], w.once[id] = true, digestOf(flat(to)...)
	case partly:
		delete(w.once, id)
	}
}

// flat returns resources as a list.
func flat(r resources) []string {
	var out []string
	for _, address := range slices.Sorted(maps.Keys(r)) {
		out = append(out, address, r[address])
	}
	return out
}

func (s *terraform) Close() error { return nil }

func (s *terraform) Plan(_ context.Context, _ aws.ReadOnly, job runner.Job) (*report.Report, error) {
	return s.w.plan(job.Target, s.to(job), nil), nil
}

func (s *terraform) Drift(context.Context, aws.ReadOnly, runner.Job) (*report.Report, error) {
	panic("not played")
}

func (s *terraform) Unlock(context.Context, aws.ReadWrite, runner.Job) (*report.Report, error) {
	panic("not played")
}
