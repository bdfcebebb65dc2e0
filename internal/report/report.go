// SPDX-License-Identifier: Apache-2.0

// Package report is what one run of Terraform on one target leaves behind: plain
// data, JSON between jobs.
//
// A report never holds a sensitive value, a plan file or state. What a plan job
// wrote is untrusted: Read parses it strictly and caps its size.
package report

import (
	"encoding/json"

	"github.com/layerbot/layerbot/internal/layer"
)

// Version is the version of the JSON form. Read refuses any other.
const Version = 1

// Status is the outcome for one target.
type Status string

// The outcomes. A target whose job left nothing has Failed.
const (
	Unchanged Status = "unchanged" // a plan that would do nothing
	Changed   Status = "changed"   // a plan that would do something
	Failed    Status = "failed"    // no usable plan, or one that was not carried out to its end; Failure says why
	Applied   Status = "applied"   // the plan was carried out
	Stopped   Status = "stopped"   // there is a plan, and it may not be carried out; Failure says why, Fingerprint what it is
)

// A Report is the outcome of planning or applying one target.
type Report struct {
	Version int          `json:"version"`
	Target  layer.Target `json:"target"`
	Head    string       `json:"head"`              // commit that was planned; "" for a local working directory
	Status  Status       `json:"status"`            //
	Mode    Mode         `json:"mode"`              // how it was planned
	Tool    Tool         `json:"tool"`              // what planned it
	Seconds float64      `json:"seconds"`           // wall time of the run
	Deleted bool         `json:"deleted,omitempty"` // the layer is gone at the head; its destroy was planned

	Changes  []Change     `json:"changes"`   // resources, in the order of their addresses; no no-ops unless moved or imported
	Outputs  []Change     `json:"outputs"`   // output values that change; Address is the name
	Drift    []Change     `json:"drift"`     // changes made outside Terraform
	RunsCode []Code       `json:"runs_code"` // what executes code at plan or apply
	Warnings []Diagnostic `json:"warnings"`
	Checks   []Diagnostic `json:"checks,omitempty"` // failed check{} blocks

	Policy *Policy `json:"policy,omitempty"` // what policies say of the plan; nil when there are none, or there is no plan

	Omitted int `json:"omitted,omitempty"` // changes whose Attrs Write left out

	Fingerprint *Fingerprint `json:"fingerprint,omitempty"` // nil when Failed before there was a plan
	Failure     *Failure     `json:"failure,omitempty"`     // nil unless Failed or Stopped

	Verdict     Verdict      `json:"verdict,omitempty"`     // how the plan stands to the reviewed one; "" when it was not compared
	Differences []Difference `json:"differences,omitempty"` // beside Different: what changed since review, by address
	Apply       *Apply       `json:"apply,omitempty"`       // what was carried out; nil when nothing was begun
}

// An Apply is what carrying out a plan did, be it to the end or not.
type Apply struct {
	Done    []string `json:"done"`              // addresses of the changes that were carried out, sorted
	Outputs []Output `json:"outputs,omitempty"` // by name; only after a complete apply
	State   string   `json:"state,omitempty"`   // file beside the report: the encrypted state that could not be stored
}

// An Output is an output value of a layer after an apply.
type Output struct {
	Name      string          `json:"name"`
	Value     json.RawMessage `json:"value,omitempty"` // redacted; nil when sensitive or too large to show
	Sensitive bool            `json:"sensitive,omitempty"`
}

// Mode is how a plan was asked for. A plan whose mode is not the zero value grants nothing.
type Mode struct {
	RefreshOnly bool     `json:"refresh_only,omitempty"`
	Destroy     bool     `json:"destroy,omitempty"`
	Targets     []string `json:"targets,omitempty"` // resource addresses
	Replace     []string `json:"replace,omitempty"` // resource addresses
}

// Zero reports whether m is an ordinary plan.
func (m Mode) Zero() bool {
	return !m.RefreshOnly && !m.Destroy && len(m.Targets) == 0 && len(m.Replace) == 0
}

// Tool is what made a plan.
type Tool struct {
	Name      string            `json:"name"`                // "terraform" or "tofu"
	Version   string            `json:"version"`             // "1.11.4"
	Providers map[string]string `json:"providers,omitempty"` // "registry.terraform.io/hashicorp/aws" → "5.100.0"
}

// Action is what happens to one resource or output.
type Action string

// The actions. Replace covers both orders: a create-before-destroy replacement is one replace.
const (
	NoOp    Action = "no-op"
	Create  Action = "create"
	Read    Action = "read"
	Update  Action = "update"
	Replace Action = "replace"
	Delete  Action = "delete"
	Forget  Action = "forget"
)

// A Change is what a plan does to one resource or output.
type Change struct {
	Address     string `json:"address"`                // "module.eks.aws_eks_cluster.this[0]"
	Action      Action `json:"action"`                 //
	CreateFirst bool   `json:"create_first,omitempty"` // a Replace that creates before it destroys
	Reason      string `json:"reason,omitempty"`       // Terraform's action_reason, "replace_because_cannot_update"
	MovedFrom   string `json:"moved_from,omitempty"`   // previous address
	ImportID    string `json:"import_id,omitempty"`    // "(sensitive)" or "(known after apply)" when it must not or cannot be shown
	Imported    bool   `json:"imported,omitempty"`     //
	Deferred    string `json:"deferred,omitempty"`     // why Terraform deferred it
	Attrs       []Attr `json:"attrs,omitempty"`        // in the order of their paths
}

// An Attr is one leaf that differs between before and after (for a create or delete: every leaf that is set).
type Attr struct {
	Path      string          `json:"path"`                // `tags["Name"]`, `ingress[0].cidr_blocks[1]`; of an output "" is the value itself
	Before    json.RawMessage `json:"before,omitempty"`    // canonical JSON of a scalar or an empty collection; nil when absent or not to be shown
	After     json.RawMessage `json:"after,omitempty"`     // likewise
	Unknown   bool            `json:"unknown,omitempty"`   // known after apply
	Sensitive bool            `json:"sensitive,omitempty"` // Before and After are withheld
	Forces    bool            `json:"forces,omitempty"`    // forces the replacement
}

// Counts are exact numbers of what a plan does. Each change is in one of the first five columns at most;
// Moved and Imported count beside them.
type Counts struct {
	Add      int `json:"add"`
	Change   int `json:"change"`
	Destroy  int `json:"destroy"`
	Replace  int `json:"replace"`
	Forget   int `json:"forget"`
	Read     int `json:"read"`
	Moved    int `json:"moved"`
	Imported int `json:"imported"`
	Deferred int `json:"deferred"`
	Outputs  int `json:"outputs"`
}

// Count returns the counts of r. A deferred change counts as deferred only.
func (r *Report) Count() Counts {
	c := Counts{Outputs: len(r.Outputs)}
	for _, ch := range r.Changes {
		if ch.MovedFrom != "" {
			c.Moved++
		}
		if ch.Imported {
			c.Imported++
		}
		if ch.Deferred != "" {
			c.Deferred++
			continue
		}
		switch ch.Action {
		case Create:
			c.Add++
		case Update:
			c.Change++
		case Delete:
			c.Destroy++
		case Replace:
			c.Replace++
		case Forget:
			c.Forget++
		case Read:
			c.Read++
		case NoOp:
		}
	}
	return c
}

// Code is something that executes code when the target is planned or applied.
type Code struct {
	Kind    string `json:"kind"`             // "provisioner", "external data", "provider", "module"
	Address string `json:"address"`          // resource, provider source or module address
	Detail  string `json:"detail,omitempty"` // "local-exec", a version, a module source
	New     bool   `json:"new,omitempty"`    // not in the base of the pull request
}

// A Diagnostic is a warning or error of Terraform.
type Diagnostic struct {
	Severity string `json:"severity"` // "error" or "warning"
	Summary  string `json:"summary"`
	Detail   string `json:"detail,omitempty"`
	Address  string `json:"address,omitempty"`
	File     string `json:"file,omitempty"` // from the root of the repository
	Line     int    `json:"line,omitempty"` // from 1
}

// FailureKind classes failures whose next step differs.
type FailureKind string

// The kinds of failure.
const (
	Broken      FailureKind = "error"       // Terraform said no
	Locked      FailureKind = "locked"      // the state is locked; exit code 5
	Upstream    FailureKind = "upstream"    // an upstream layer was not applied yet
	Stale       FailureKind = "stale"       // there is a plan, and it is not the reviewed one
	Missing     FailureKind = "missing"     // the job left no report
	Invalid     FailureKind = "invalid"     // the job left something that is not a report
	Interrupted FailureKind = "interrupted" // cancelled
	Internal    FailureKind = "internal"    // a fault of ours
	Unreviewed  FailureKind = "unreviewed"  // there is a plan, and nobody reviewed any
	Unapproved  FailureKind = "unapproved"  // the approval that the environment requires is missing
	Unpromoted  FailureKind = "unpromoted"  // not applied in the previous environment yet
	Blocked     FailureKind = "blocked"     // something it builds on was not applied in this run
	Unreached   FailureKind = "unreached"   // the time budget ended first
	Denied      FailureKind = "denied"      // what the layer is made of may not be run; nothing of it was
	Refused     FailureKind = "refused"     // there is a plan, and a policy denies it; exit code 3
)

// A Failure says why there is no plan and what to do next.
type Failure struct {
	Kind        FailureKind  `json:"kind"`
	Message     string       `json:"message"`
	Hint        string       `json:"hint,omitempty"`
	Lock        *Lock        `json:"lock,omitempty"` // who holds the state, when Locked
	Diagnostics []Diagnostic `json:"diagnostics,omitempty"`
	Log         string       `json:"log,omitempty"` // redacted tail of the output, at most 16 KiB
}

// A Lock is a state lock as the backend describes it. Fields that it does not tell are empty.
type Lock struct {
	ID        string `json:"id"`
	Who       string `json:"who,omitempty"`       // "runner@host"
	Operation string `json:"operation,omitempty"` // "OperationTypeApply"
	Created   string `json:"created,omitempty"`   // as Terraform prints it, "2026-11-22 13:44:52.25 +0000 UTC"
	Path      string `json:"path,omitempty"`
}

// A Fingerprint is a digest of everything a plan would do: what reviewers approve. Two plans that do the same
// have the same digest, whatever the machine, the order of maps or the degree of parallelism.
type Fingerprint struct {
	Digest    string           `json:"digest"`             // "sha256:…" over the tool, its providers and their settings, and the resources
	Resources map[string]Print `json:"resources"`          // by address; outputs as "output.<name>"
	Tool      Tool             `json:"tool,omitzero"`      // what planned it
	Volatile  []string         `json:"volatile,omitempty"` // "address.path" of what may differ from run to run and is not compared, sorted

	// Settings are short keyed digests of how providers are configured – region, account, endpoints –, by their key in the
	// plan ("aws.eu", "module.m:aws"). What providers do not act by is not in them: default_tags, default_labels and
	// ignore_tags, which show in the leaves of resources. nil without resources.
	Settings map[string]string `json:"settings,omitempty"`
}

// A Print is the digest of one resource or output change. Two prints are equal if both digest and unknown paths are;
// one is a refinement of another if what it makes known is, or lies below, a path of Unknown, and all else is equal.
type Print struct {
	Action  Action   `json:"action,omitempty"`
	Digest  string   `json:"digest"`            // over the action, every known leaf that changes, and what unknown scalars were before; sensitive ones as keyed HMAC
	Unknown []string `json:"unknown,omitempty"` // paths known only after apply, sorted
	Runs    string   `json:"runs,omitempty"`    // digest of what the change is made with, as it is configured: provisioners, the provider's alias; "" when it has none
}
