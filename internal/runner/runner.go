// SPDX-License-Identifier: Apache-2.0

// Package runner runs Terraform or OpenTofu on one target at a time and tells,
// as plain data, what it would do or did.
//
// It starts the programs itself, with an environment written from an allow-list
// and a CLI configuration of its own, so that neither the surrounding job nor
// the repository can steer them. It never leaves a plan file, plan JSON or data
// folder behind: they hold secrets, and live in a private temporary folder for
// the length of one run.
package runner

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/go-version"

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
	Timeout        time.Duration // per target, until an apply begins; 0: none
	Download       bool          // a version that PATH does not have may be installed from the network
	Local          bool          // a person's own machine: their CLI configuration (unless Rules list providers), TF_VAR_ and cloud variables count
	ProviderMirror string        // a filesystem mirror of providers, asked before the registry; "" is none
	ReleasesURL    string        // where versions are installed from; "" is https://releases.hashicorp.com
}

// A Job is one target to plan, apply, look after or unlock.
type Job struct {
	Target  layer.Target
	Head    string      // the commit in front of us; "" for a working directory
	Mode    report.Mode //
	Key     []byte      // keys the HMAC of sensitive leaves; empty: fingerprints compare within this Runner only
	Tool    string      // "terraform" or "tofu"; "" is "terraform"
	Version string      // exact; "" means what the target's RequiredVersion admits
	Deleted bool        // the layer is gone at the head

	Inputs   map[string]string // values of input variables; Terraform gets each as TF_VAR_<name>, at plan and at apply alike
	Volatile []string          // globs of "address.path" that are shown and not compared

	Rules     layer.Rules // what the layer may be made of; anything else is refused before it runs
	Pass      []string    // further variables of the job that Terraform gets, by name or "ARM_*"; never Layerbot's own
	Sensitive []string    // globs of "address.path", or of addresses, whose values, and all below them, are sensitive, whatever the provider says

	// Judge says what policies make of a plan, given as Terraform's JSON with all its values in clear; nil: there are none.
	// The result is never nil. It is asked by Plan and Apply, about each plan that ended well, also one that does nothing.
	Judge     func(ctx context.Context, plan []byte) *report.Policy
	Threshold report.Threshold // what Judge's word is measured by

	Review     *report.Review // Apply: what reviewers saw; nil: nobody saw a plan
	Accept     bool           // Apply: carry out whatever is planned (when_plan_changed, unreviewed = "apply")
	Keep       string         // Apply: folder for an encrypted state that could not be stored
	Recipients []string       // Apply: age recipients of that state; none: it cannot be kept
	LockID     string         // Unlock: the lock to release; "" asks only who holds it
}

// Progress says that a target entered a stage: "init", "plan", "read", "apply", "done".
type Progress struct {
	Target layer.Target
	Stage  string
}

// A Runner runs targets. It is safe for concurrent use.
type Runner struct {
	o      Options
	root   string // absolute, without symbolic links
	work   string // private folder, for as long as the Runner lives
	key    []byte // for jobs without one
	base   map[string]string
	tools  *tools
	store  *store
	places places

	progress sync.Mutex
	joined   func()          // says once that programs cannot be kept apart
	pauses   []time.Duration // before each further try to store a state

	maxJudged int // see maxJudged
}

// New returns a Runner, whose Close must be called.
func New(o Options) (*Runner, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Redactor == nil {
		o.Redactor = redact.New()
	}
	if o.LockTimeout == 0 {
		o.LockTimeout = 10 * time.Second
	}
	r := &Runner{o: o, key: make([]byte, 32), pauses: []time.Duration{2 * time.Second, 8 * time.Second, 20 * time.Second}, maxJudged: maxJudged}
	_, _ = rand.Read(r.key) // never fails
	r.joined = sync.OnceFunc(func() {
		o.Log.Info("this machine has no user namespaces: what runs in a plan can look into the other processes of this job")
	})
	if err := r.prepare(); err != nil {
		_ = r.Close()
		return nil, err
	}
	return r, nil
}

// prepare makes the folders and the CLI configuration.
func (r *Runner) prepare() (err error) {
	if r.root, err = realPath(r.o.Root); err != nil {
		return err
	}
	toolDir := filepath.Join(r.o.CacheDir, "tools")
	if err := os.MkdirAll(toolDir, 0o755); err != nil {
		return err
	}
	cache, err := realPath(r.o.CacheDir)
	if err != nil {
		return err
	}
	temp := r.o.Environ["RUNNER_TEMP"]
	if r.work, err = os.MkdirTemp(temp, "layerbot-"); err != nil { // mode 0700
		return err
	}
	if r.work, err = realPath(r.work); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(r.work, "home"), 0o700); err != nil {
		return err
	}
	r.base = r.environment()
	r.store = &store{dir: filepath.Join(cache, "providers")}
	r.tools = &tools{
		dir: filepath.Join(cache, "tools"), search: r.o.Environ["PATH"], env: pairs(r.base),
		download: r.o.Download, releases: r.o.ReleasesURL, known: map[string]*version.Version{},
	}
	return r.writeConfig(filepath.Join(r.work, "cli.tfrc"), nil)
}

func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

// Close removes what the Runner kept for all its runs.
func (r *Runner) Close() error {
	if r.work == "" {
		return nil
	}
	return os.RemoveAll(r.work)
}

func (r *Runner) redact(s string) string { return r.o.Redactor.String(s) }

func (r *Runner) tell(t layer.Target, stage string) {
	if r.o.Progress == nil {
		return
	}
	r.progress.Lock()
	defer r.progress.Unlock()
	r.o.Progress(Progress{t, stage})
}
