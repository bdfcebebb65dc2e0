// SPDX-License-Identifier: Apache-2.0

// Package phase ties the stations together: gate decides what an event asks for,
// plan runs Terraform on it, report tells the pull request. Each phase can run
// alone, in a job with only its own powers; what passes between them is JSON.
package phase

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/policy"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/secret"
)

// TicketVersion is the version of the JSON form. ReadTicket refuses any other.
const TicketVersion = 1

// maxTicket is what, compressed, still fits into the outputs and the variables that hand a ticket on (package workflow), even
// if it were nothing but digests.
const maxTicket = 640 << 10

// A Ticket is what gate decided: trusted data that travels in job outputs. It holds no credential, only the
// fingerprint keys of its own targets.
type Ticket struct {
	Version     int               `json:"version"`
	Event       string            `json:"event"`             // "pull_request"; "local" for the command line
	Attempt     string            `json:"attempt,omitempty"` // run and attempt that made it, "4711/1"; applies are for no other
	Ref         string            `json:"ref,omitempty"`     // the branch that the run is of; a comment's is the default branch, whatever it is about
	Repository  github.Repository `json:"repository"`
	PullRequest int               `json:"pull_request,omitempty"` // 0: no pull request to report to
	Head        string            `json:"head"`                   // the commit to plan; "" for a working directory
	Base        string            `json:"base,omitempty"`         // the commit that the configuration came from
	BaseRef     string            `json:"base_ref,omitempty"`     // "prod"
	MergeBase   string            `json:"merge_base,omitempty"`   // where head left the base branch

	Config config.Source `json:"config,omitzero"` // where the configuration is, and what counts where it says nothing
	Work   Work          `json:"work,omitempty"`  // what the jobs do

	Command   *comment.Command `json:"command,omitempty"`    // nil for an autoplan
	CommentID int64            `json:"comment_id,omitempty"` // the comment that asked; 0 is none

	// What its plans are judged by: the policies of the commits that jobs have as Terms.
	Policies map[string]policy.Bundle `json:"policies,omitempty"`

	Jobs     []Job               `json:"jobs,omitempty"`     // in wave order
	Expected []layer.Target      `json:"expected,omitempty"` // every affected target of the base branch's environments, planned now or before
	Checks   []string            `json:"checks,omitempty"`   // environments whose check is to be reported, also those without a job
	Partial  bool                `json:"partial,omitempty"`  // drift: only targets that were named
	Done     []Done              `json:"done,omitempty"`     // targets of the pull requests of the jobs that were applied before
	Left     []layer.Target      `json:"left,omitempty"`     // pending too, and not named by the command
	Previous map[string]string   `json:"previous,omitempty"` // environment → the one that it is promoted from
	Layers   []layer.Target      `json:"layers,omitempty"`   // the answer to /layers
	Owners   map[string][]string `json:"owners,omitempty"`   // directory → code owners, beside Layers
	Skipped  []comment.Skipped   `json:"skipped,omitempty"`
	Notices  []comment.Notice    `json:"notices,omitempty"`

	NoCodeScanning bool `json:"no_code_scanning,omitempty"` // findings are not uploaded to GitHub's code scanning

	Ignored string   `json:"ignored,omitempty"` // nothing is to be done, and why
	Refusal *Refusal `json:"refusal,omitempty"` // nothing is done although it was asked for, and why
	Closed  bool     `json:"closed,omitempty"`  // the pull request was closed unmerged
}

// Work is what the jobs of a ticket do.
type Work string

// The kinds of work.
const (
	Planning  Work = ""       // plan the pull request's head
	Scanning  Work = "scan"   // only look at its files with scanners
	Applying  Work = "apply"  // apply what is pending at the head of an environment branch
	Drifting  Work = "drift"  // look for changes made outside Terraform
	Unlocking Work = "unlock" // release a state lock, or say who holds it
)

// yields reports whether work that went well can have that outcome.
func (w Work) yields(s report.Status) bool {
	switch s {
	case report.Unchanged:
		return true
	case report.Changed:
		return w == Planning || w == Drifting
	case report.Applied, report.Stopped:
		return w == Applying
	default:
		return false
	}
}

// again returns the command that does the work on a target once more.
func (w Work) again(t layer.Target) string {
	verb := comment.Plan
	if w == Applying {
		verb = comment.Apply
	}
	return "/" + string(verb) + " " + layer.Short(t.Layer) + " " + t.Env
}

// A Job is one target to plan, or whatever the ticket's Work is.
type Job struct {
	Target  layer.Target `json:"target"`
	Mode    report.Mode  `json:"mode"`
	Why     []string     `json:"why,omitempty"`          // changed files that pulled the target in
	WhatIf  string       `json:"what_if,omitempty"`      // why the plan grants nothing; "" when it does
	Deleted bool         `json:"deleted,omitempty"`      // the layer is gone at the head: its destroy is planned
	Key     []byte       `json:"key"`                    // keys the HMAC of sensitive leaves
	Tool    string       `json:"tool"`                   // "terraform" or "tofu"
	Release string       `json:"tool_version,omitempty"` // exact; "" means what the layer admits

	At       string        `json:"at,omitempty"`       // the commit whose files are used; "" is the ticket's Head
	Supply   secret.Supply `json:"supply,omitzero"`    // where the values of input variables come from
	Volatile []string      `json:"volatile,omitempty"` // globs that are shown and not compared

	Grant     *aws.Grant  `json:"grant,omitempty"`     // the role it is given; nil: the job's own credentials
	Rules     layer.Rules `json:"rules,omitzero"`      // what its configuration may use
	Pass      []string    `json:"pass,omitempty"`      // variables of the job that Terraform gets too
	Sensitive []string    `json:"sensitive,omitempty"` // globs of values that are never shown
	Denied    *Hold       `json:"denied,omitempty"`    // nothing of it is run at all

	Threshold report.Threshold `json:"threshold,omitzero"` // what its findings and decisions are measured by
	Terms     string           `json:"terms,omitempty"`    // the commit whose policies, and settings of scanners, hold; "" is the working directory

	Apply *Order `json:"apply,omitempty"` // only where the work is to apply
}

// allows reports whether the job can have that outcome: what is held is not applied.
func (j Job) allows(s report.Status) bool {
	return s != report.Applied || j.Apply == nil || j.Apply.Hold == nil
}

// An Order is what gate decided on one apply.
type Order struct {
	Wave       int            `json:"wave"`                 // from 1; later ones wait for earlier ones
	Upstream   []string       `json:"upstream,omitempty"`   // IDs of jobs of earlier waves without which this one must not be applied
	Pull       int            `json:"pull,omitempty"`       // the pull request on which the plan was reviewed; 0 is none
	Review     *report.Review `json:"review,omitempty"`     // what was reviewed, or shown and accepted
	Accepted   string         `json:"accepted,omitempty"`   // who accepted the plan that was shown; "" is nobody
	Accept     bool           `json:"accept,omitempty"`     // the configuration lets any plan be applied
	Hold       *Hold          `json:"hold,omitempty"`       // it is not to be applied
	Digest     string         `json:"digest"`               // of all inputs
	Shared     string         `json:"shared"`               // of the inputs that the layer's environments have in common
	Deployment int64          `json:"deployment,omitempty"` // the record that report concludes
	Unfinished string         `json:"unfinished,omitempty"` // an earlier apply of this target has no end: the address of its run, or "an earlier run"
	Abandoned  int64          `json:"abandoned,omitempty"`  // the record of that apply, to be concluded
	Recipients []string       `json:"recipients,omitempty"` // who may read a state that cannot be stored
}

// Idle reports whether the job is not begun at all. One that is held for another reason is planned: a plan that
// does nothing needs nobody's leave.
func (o *Order) Idle() bool { return o.Hold != nil && o.Hold.Kind == report.Blocked }

// A Hold is why a target is not applied, decided before Terraform runs.
type Hold struct {
	Kind    report.FailureKind `json:"kind"` // Blocked, Unapproved or Unpromoted; Denied of a Job
	Message string             `json:"message"`
	Hint    string             `json:"hint"`
}

// A Done is a target of a pull request that an earlier run applied.
type Done struct {
	Target layer.Target `json:"target"`
	Pull   int          `json:"pull"`
	Run    string       `json:"run,omitempty"` // address of the run
}

// A Refusal is a decision not to act, fit to be shown to a person.
type Refusal struct {
	Message string `json:"message"`
	Hint    string `json:"hint"`             // what to do next
	Reply   bool   `json:"reply,omitempty"`  // a person asked in a comment and is answered there
	Blocks  bool   `json:"blocks,omitempty"` // planning was due and could not begin: the check fails
}

// Targets returns the targets of the jobs, in order.
func (t *Ticket) Targets() []layer.Target { return Targets(t.Jobs) }

// Targets returns the targets of jobs, in order.
func Targets(jobs []Job) []layer.Target {
	out := make([]layer.Target, len(jobs))
	for i, j := range jobs {
		out[i] = j.Target
	}
	return out
}

// asksForAffected reports whether the ticket is about what the change affects: nothing was named.
func (t *Ticket) asksForAffected() bool {
	return t.Command == nil || len(t.Command.Words) == 0 && !t.Command.All
}

// Job returns the job of a target by its ID, or by its short name if no other job has that.
func (t *Ticket) Job(name string) (Job, error) {
	var short []Job
	for _, j := range t.Jobs {
		switch name {
		case j.Target.ID():
			return j, nil
		case j.Target.String():
			short = append(short, j)
		}
	}
	if len(short) == 1 {
		return short[0], nil
	}
	return Job{}, &UserError{
		Message: fmt.Sprintf("the ticket has no target %q", name),
		Next:    "use one of the names in the ticket's jobs, as gate wrote them to the matrix",
	}
}

// ReadTicket parses a ticket strictly.
func ReadTicket(r io.Reader) (*Ticket, error) {
	src, err := io.ReadAll(io.LimitReader(r, maxTicket+1))
	if err != nil {
		return nil, fmt.Errorf("read ticket: %w", err)
	}
	bad := func(why string) error {
		return &UserError{Message: "the ticket cannot be used: " + why, Next: "hand on the `ticket` output of gate unchanged, from a run of the same version of bot"}
	}
	if len(src) > maxTicket {
		return nil, bad("it is larger than 640 KiB")
	}
	var t Ticket
	if err := strictJSON(src, &t); err != nil {
		return nil, bad(err.Error())
	}
	if t.Version != TicketVersion {
		return nil, bad(fmt.Sprintf("it has version %d, this bot reads %d", t.Version, TicketVersion))
	}
	return &t, nil
}

// JSON returns the ticket as it travels. Where it would be too large, reviews lose their resources, the largest first,
// and keep the digest of the whole.
func (t *Ticket) JSON() ([]byte, error) {
	t.Version = TicketVersion
	out, err := json.Marshal(t)
	for err == nil && len(out) > maxTicket && t.slim() {
		out, err = json.Marshal(t)
	}
	if err != nil {
		return nil, fmt.Errorf("write ticket: %w", err)
	}
	if len(out) > maxTicket {
		return nil, &UserError{
			Message: fmt.Sprintf("the ticket of %d targets is %d bytes; jobs can be handed 640 KiB", len(t.Jobs), len(out)),
			Next:    "name fewer targets (`/plan compute prod`) or narrow layers { include } in the configuration",
		}
	}
	return out, nil
}

// slim takes the resources out of the largest review; false if there is none left.
func (t *Ticket) slim() bool {
	var largest *report.Review
	for _, j := range t.Jobs {
		if j.Apply == nil || j.Apply.Review == nil || j.Apply.Review.Fingerprint == nil {
			continue
		}
		if r := j.Apply.Review; largest == nil || len(r.Fingerprint.Resources) > len(largest.Fingerprint.Resources) {
			largest = r
		}
	}
	if largest == nil || len(largest.Fingerprint.Resources) == 0 {
		return false
	}
	largest.Fingerprint, largest.Partial, largest.Applied = bare(largest.Fingerprint), true, nil
	return true
}
