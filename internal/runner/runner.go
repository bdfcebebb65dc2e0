// Package runner runs Terraform or OpenTofu on one target at a time and tells,
// as plain data, what it would do.
//
// It starts the programs itself, with an environment written from an allow-list
// and a CLI configuration of its own, so that neither the surrounding job nor
// the repository can steer them. It never leaves a plan file, plan JSON or data
// folder behind: they hold secrets, and live in a private temporary folder for
// the length of one run.
package runner

import (
	"context"
	"log/slog"
	"time"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/redact"
	"github.com/layerbot/layerbot/internal/report"
)

// Options are what all runs of one Runner share.
type Options struct {
	Root     string            // top of the checkout
	Environ  map[string]string // surrounding environment; only an allow-list of it reaches Terraform
	CacheDir string            // tools and providers are kept here between runs; created when missing
	Redactor *redact.Redactor  // nil: known shapes only
	Log      *slog.Logger      // nil: none
	Progress func(Progress)    // nil: none; called from one goroutine at a time

	LockTimeout    time.Duration // how long to wait for a held state lock; 0: 10 s
	Timeout        time.Duration // per target; 0: none
	Download       bool          // a version that PATH does not have may be installed from the network
	Local          bool          // a person's own machine: their CLI configuration, TF_VAR_ and cloud variables count
	ProviderMirror string        // a filesystem mirror of providers, asked before the registry; "" is none
}

// A Job is one target to plan.
type Job struct {
	Target  layer.Target
	Head    string      // the commit in front of us; "" for a working directory
	Mode    report.Mode //
	Key     []byte      // keys the HMAC of sensitive leaves; empty: they compare within this Runner only
	Tool    string      // "terraform" or "tofu"; "" is "terraform"
	Version string      // exact; "" means what the target's RequiredVersion admits
	Deleted bool        // the layer is gone at the head
}

// Progress says that a target entered a stage: "init", "plan", "read", "done".
type Progress struct {
	Target layer.Target
	Stage  string
}

// A Runner runs targets. It is safe for concurrent use.
type Runner struct{}

// New returns a Runner, whose Close must be called.
func New(o Options) (*Runner, error) { panic("being written") }

// Close removes what the Runner kept for all its runs.
func (r *Runner) Close() error { panic("being written") }

// Plan reports what applying job.Target would change. It cannot be called with credentials that can change anything.
//
// What goes wrong with the target is a report with status Failed, whose Failure says what to do; an error
// means that ctx was cancelled or that the fault is not the target's.
func (r *Runner) Plan(ctx context.Context, creds aws.ReadOnly, job Job) (*report.Report, error) {
	panic("being written")
}

// RunAll plans the jobs, at most parallel at a time (0: one for each core), and calls done with each report as
// it arrives, from one goroutine at a time. It returns the first error that Plan returned, after all have ended.
func RunAll(ctx context.Context, r *Runner, creds aws.ReadOnly, jobs []Job, parallel int, done func(*report.Report)) error {
	panic("being written")
}
