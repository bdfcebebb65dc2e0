// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
)

// Deployments is what the phases need of GitHub's deployments.
type Deployments interface {
	Deployments(ctx context.Context, environment, task string, pages int) ([]github.Deployment, bool, error)
	DeploymentState(ctx context.Context, id int64) (github.DeploymentState, error)
	CreateDeployment(ctx context.Context, d github.Deployment) (int64, error)
	SetDeployment(ctx context.Context, id int64, s github.DeploymentState) error
}

// taskPrefix begins the task of a deployment: "apply:05-compute".
const taskPrefix = "apply:"

// A payload is what a deployment says of the apply it records.
type payload struct {
	Version int    `json:"layerbot"`
	Target  string `json:"target"`            // ID
	Digest  string `json:"digest"`            // of all inputs
	Shared  string `json:"shared"`            // of those that the layer's environments have in common
	Pull    int    `json:"pull,omitempty"`    // on which the plan was reviewed
	Run     string `json:"run,omitempty"`     // address of the run
	Branch  string `json:"branch,omitempty"`  // whose head was applied
	Deleted bool   `json:"deleted,omitempty"` // the layer was destroyed
	At      string `json:"at,omitempty"`      // the commit whose files were used, where it is not the deployment's
}

// An attempt is one apply of a target, as its deployment records it.
type attempt struct {
	payload
	id    int64
	sha   string
	state github.DeploymentState
}

// interrupted begins the description of a deployment whose end is not known.
const interrupted = "interrupted"

// unfinished reports whether the attempt has no end: it is still running, or was killed.
func (a *attempt) unfinished() bool {
	switch a.state.State {
	case "success", "failure", "inactive":
		return false
	case "error":
		return strings.HasPrefix(a.state.Description, interrupted)
	}
	return true
}

// A history is what is known of the applies of one target.
type history struct {
	last    *attempt // nil: never tried
	success *attempt // the last that succeeded; nil: none
}

// stands reports whether a target is as inputs of that digest say: they were applied, and nothing was tried since. An
// apply that failed may have changed something, also where its inputs were taken back.
func (h history) stands(digest string) bool {
	return h.concluded() && !h.success.Deleted && h.success.Digest == digest
}

// concluded reports whether the last apply that was begun is the last that succeeded.
func (h history) concluded() bool { return h.success != nil && h.last.id == h.success.id }

// destroyed reports whether nothing of the target is left.
func (h history) destroyed() bool { return h.concluded() && h.success.Deleted }

// commits returns the commits whose files the applies used, the last first.
func (h history) commits() []string {
	var out []string
	for _, a := range []*attempt{h.last, h.success} {
		if a != nil {
			out = append(out, cmp.Or(a.At, a.sha))
		}
	}
	return out
}

// A ledger holds the history of each target by its ID.
type ledger map[string]history

// What is looked through of deployments before a target counts as never applied.
const (
	ledgerPages    = 3  // of 100, of all layers of an environment
	ledgerAttempts = 20 // of one target
	ledgerAtOnce   = 8  // requests
)

// read adds the histories of targets of one environment. Besides those asked for, it learns of layers that were
// applied in the environment and are not among them.
func (l ledger) read(ctx context.Context, gh Deployments, env string, targets []layer.Target) error {
	list, more, err := gh.Deployments(ctx, env, "", ledgerPages)
	if err != nil {
		return err
	}
	byTask := map[string][]github.Deployment{}
	for _, d := range list {
		if strings.HasPrefix(d.Task, taskPrefix) {
			byTask[d.Task] = append(byTask[d.Task], d)
		}
	}
	for _, t := range targets {
		if task := taskPrefix + t.Layer; byTask[task] == nil {
			byTask[task] = []github.Deployment{}
		}
	}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(ledgerAtOnce)
	for task, records := range byTask {
		group.Go(func() error {
			h, err := follow(ctx, gh, env, task, records, more)
			mu.Lock()
			defer mu.Unlock()
			l[strings.TrimPrefix(task, taskPrefix)+"/"+env] = h
			return err
		})
	}
	return group.Wait()
}

// follow walks from the newest record of a target to the last successful one. more says that older ones than records may exist.
func follow(ctx context.Context, gh Deployments, env, task string, records []github.Deployment, more bool) (h history, err error) {
	for n, d := range records {
		if n == ledgerAttempts {
			return h, nil
		}
		a := &attempt{id: d.ID, sha: d.SHA}
		if json.Unmarshal(d.Payload, &a.payload) != nil || a.Version != 1 || a.Target != strings.TrimPrefix(task, taskPrefix)+"/"+env {
			continue // another version's, or of an environment that GitHub takes for this one: Prod for prod
		}
		if a.state, err = gh.DeploymentState(ctx, d.ID); err != nil {
			return h, err
		}
		if h.last == nil {
			h.last = a
		}
		if a.state.State == "success" {
			h.success = a
			return h, nil
		}
	}
	if !more {
		return h, nil
	}
	older, _, err := gh.Deployments(ctx, env, task, 1)
	if err != nil || len(older) <= len(records) {
		return h, err
	}
	rest, err := follow(ctx, gh, env, task, older[len(records):], false)
	if h.last == nil {
		h.last = rest.last
	}
	h.success = rest.success
	return h, err
}
