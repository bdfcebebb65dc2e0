// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
	"github.com/layerbot/layerbot/internal/secret"
)

// Terraform is what the phases need of a runner over one tree of files.
type Terraform interface {
	Plan(ctx context.Context, creds aws.ReadOnly, job runner.Job) (*report.Report, error)
	Drift(ctx context.Context, creds aws.ReadOnly, job runner.Job) (*report.Report, error)
	Apply(ctx context.Context, creds aws.ReadWrite, job runner.Job) (*report.Report, error)
	Unlock(ctx context.Context, creds aws.ReadWrite, job runner.Job) (*report.Report, error)
	Close() error
}

// A Bench is what the phases that run Terraform work at.
type Bench struct {
	Checkout *git.Repo                            // nil for a working directory that is no repository
	Root     string                               // top of the checked out files
	At       func(root string) (Terraform, error) // Terraform over the files below root
	Parallel int                                  // targets at once; 0 is one a core
	Out      string                               // folder that the reports are written to
	Done     func(*report.Report)                 // told of each report, one at a time; nil is nobody
	Scanned  func(Job, *report.Scan)              // likewise of each scan

	// Values returns the values of input variables; what AWS keeps is read with the credentials of the target.
	Values func(context.Context, aws.Vault, secret.Supply) (map[string]string, error)
}

// Readers give out credentials for planning, as *aws.Readers does: those that a grant names, for nil those of the job.
type Readers interface {
	Credentials(ctx context.Context, g *aws.Grant) (aws.ReadOnly, error)
}

// Writers give out credentials for applying, as *aws.Writers does.
type Writers interface {
	Credentials(ctx context.Context, g *aws.Grant) (aws.ReadWrite, error)
}

// A workshop is a bench at work on a ticket: it opens each tree of files once and keeps the reports.
type workshop struct {
	Bench
	ticket *Ticket

	mu    sync.Mutex
	tools map[string]Terraform // by commit; "" is the checkout
	jury  jury
	dirs  []string // to be removed
}

// enter makes sure that what is at hand is what gate decided on, and that no credential lies beside it.
func (b Bench) enter(ctx context.Context, t *Ticket) (*workshop, error) {
	w := &workshop{Bench: b, ticket: t, tools: map[string]Terraform{}, jury: jury{ticket: t}}
	if t.Head == "" {
		return w, nil // a person's own working directory
	}
	head, err := b.Checkout.Head(ctx)
	if err != nil {
		return nil, err
	}
	if head != t.Head {
		return nil, &UserError{
			Message: fmt.Sprintf("the checkout is at %.12s, the ticket is for %.12s", head, t.Head),
			Next:    "check out exactly the ticket's head: `ref: ${{ fromJSON(needs.gate.outputs.ticket).head }}`",
		}
	}
	if key, found := b.Checkout.CredentialInConfig(ctx); found {
		return nil, &UserError{
			Message: fmt.Sprintf("the checkout's git configuration holds a credential (%s) that code from the pull request could read", key),
			Next:    "set `persist-credentials: false` on actions/checkout in the plan job",
		}
	}
	return w, nil
}

// leave closes what was opened.
func (w *workshop) leave() error {
	var errs []error
	for _, tf := range w.tools {
		errs = append(errs, tf.Close())
	}
	for _, dir := range w.dirs {
		errs = append(errs, os.RemoveAll(dir))
	}
	return errors.Join(errs...)
}

// at returns Terraform over the files of a commit; "" and the ticket's head are the checkout.
func (w *workshop) at(ctx context.Context, commit string) (Terraform, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if commit == w.ticket.Head {
		commit = ""
	}
	if tf := w.tools[commit]; tf != nil {
		return tf, nil
	}
	root := w.Root
	if commit != "" {
		// Beside the checkout, so that paths that lead out of the repository lead to the same places.
		dir, err := os.MkdirTemp(filepath.Dir(w.Root), "layerbot-files-")
		if err != nil {
			return nil, fmt.Errorf("make a folder beside the checkout: %w", err)
		}
		w.dirs = append(w.dirs, dir)
		if _, err := w.Checkout.Export(ctx, commit, dir); err != nil {
			return nil, fmt.Errorf("bring the files of %.12s: %w", commit, err)
		}
		root = dir
	}
	tf, err := w.At(root)
	if err != nil {
		return nil, err
	}
	w.tools[commit] = tf
	return tf, nil
}

// A craft is the work of jobs with one kind of credentials.
type craft[C interface{ Vault() aws.Vault }] struct {
	shop  *workshop
	creds func(context.Context, *aws.Grant) (C, error)
	do    func(ctx context.Context, tf Terraform, creds C, work runner.Job, j Job) (*report.Report, error)
	late  func() string // why it is too late to begin; nil: it never is
}

// each does the work of all jobs, some at once, and leaves a report of each, also when ctx ends. What goes wrong with
// one target is in its report; the error is one that concerns them all.
func (c craft[C]) each(ctx context.Context, jobs []Job) error {
	parallel := c.shop.Parallel
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	var group errgroup.Group
	group.SetLimit(parallel)
	for _, j := range jobs {
		group.Go(func() error { return c.one(ctx, j) })
	}
	return group.Wait()
}

// one does the work of one job.
func (c craft[C]) one(ctx context.Context, j Job) error {
	begun := time.Now()
	r, err := c.run(ctx, j)
	if r == nil {
		return err
	}
	if r.Seconds == 0 {
		r.Seconds = time.Since(begun).Seconds()
	}
	r.Deleted, r.Mode, r.Head = j.Deleted, j.Mode, c.shop.ticket.Head
	return errors.Join(err, c.shop.keep(r))
}

// run begins the work if nothing is in its way: first what was decided, then what it takes.
func (c craft[C]) run(ctx context.Context, j Job) (*report.Report, error) {
	w := c.shop
	if d := j.Denied; d != nil {
		return failed(w.ticket, j, d.Kind, d.Message, d.Hint), nil
	}
	if c.late != nil {
		if why := c.late(); why != "" {
			return failed(w.ticket, j, report.Unreached, why, "it comes first next time; raise --budget if that happens often"), nil
		}
	}
	tf, err := w.at(ctx, j.At)
	if err != nil {
		return nil, err
	}
	creds, err := c.creds(ctx, j.Grant)
	if err != nil {
		return w.unable(ctx, j, err)
	}
	work := runner.Job{
		Target: j.Target, Head: w.ticket.Head, Mode: j.Mode, Key: j.Key, Tool: j.Tool, Version: j.Release,
		Volatile: j.Volatile, Sensitive: j.Sensitive, Rules: j.Rules, Pass: j.Pass, Keep: w.Out,
		Judge: w.judge(j), Threshold: j.Threshold,
	}
	work.Mode.Destroy = j.Mode.Destroy || j.Deleted
	if !j.Supply.Zero() {
		if work.Inputs, err = w.Values(ctx, creds.Vault(), j.Supply); err != nil {
			return w.unable(ctx, j, err)
		}
	}
	return c.do(ctx, tf, creds, work, j)
}

// unable returns the report of a job that lacks what it takes.
func (w *workshop) unable(ctx context.Context, j Job, err error) (*report.Report, error) {
	if ctx.Err() != nil {
		return failed(w.ticket, j, report.Interrupted, "the run was cancelled", ""), context.Cause(ctx)
	}
	hint, _ := Hint(err)
	r := failed(w.ticket, j, report.Broken, err.Error(), hint)
	var role *aws.RoleError
	if errors.As(err, &role) && role.Condition() != "" {
		r.Failure.Diagnostics = []report.Diagnostic{{Severity: "error", Summary: "no statement of the trust policy admits this job; this condition would", Detail: role.Condition()}}
	}
	return r, nil
}

// keep writes a report and tells of it.
func (w *workshop) keep(r *report.Report) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := report.Write(w.Out, r); err != nil {
		return fmt.Errorf("keep the report of %s: %w", r.Target, err)
	}
	if w.Done != nil {
		w.Done(r)
	}
	return nil
}

// failed returns the report of a job that was not begun.
func failed(t *Ticket, j Job, kind report.FailureKind, message, hint string) *report.Report {
	return &report.Report{
		Version: report.Version, Target: j.Target, Head: t.Head, Status: report.Failed, Mode: j.Mode, Deleted: j.Deleted,
		Failure: &report.Failure{Kind: kind, Message: message, Hint: hint},
	}
}
