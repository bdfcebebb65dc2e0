package phase

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
)

// A Bench is what plan works at: a checkout, Terraform, and credentials that cannot change anything.
type Bench struct {
	Checkout *git.Repo                                 // nil for a working directory that is no repository
	Root     string                                    // top of the files to plan
	At       func(root string) (*runner.Runner, error) // Terraform over the files below root
	Creds    aws.ReadOnly                              //
	Parallel int                                       // targets at once; 0 is one a core
	Out      string                                    // folder that the reports are written to
	Done     func(*report.Report)                      // told of each report, one at a time; nil is nobody
}

// Plan plans the jobs of a ticket and leaves one report for each in b.Out. What goes wrong with one target is in
// its report; the error is one that concerns them all.
func Plan(ctx context.Context, b Bench, t *Ticket, jobs []Job) error {
	if err := b.verify(ctx, t); err != nil {
		return err
	}
	var live, gone []Job
	for _, j := range jobs {
		if j.Deleted {
			gone = append(gone, j)
		} else {
			live = append(live, j)
		}
	}
	if err := b.run(ctx, t, b.Root, live); err != nil {
		return err
	}
	return b.destroy(ctx, t, gone)
}

// verify makes sure that what is planned is what gate decided on, and that no credential lies beside it.
func (b Bench) verify(ctx context.Context, t *Ticket) error {
	if t.Head == "" {
		return nil // a person's own working directory
	}
	head, err := b.Checkout.Head(ctx)
	if err != nil {
		return err
	}
	if head != t.Head {
		return &UserError{
			Message: fmt.Sprintf("the checkout is at %.12s, the ticket is for %.12s", head, t.Head),
			Next:    "check out exactly the ticket's head: `ref: ${{ fromJSON(needs.gate.outputs.ticket).head }}`",
		}
	}
	if key, found := b.Checkout.CredentialInConfig(ctx); found {
		return &UserError{
			Message: fmt.Sprintf("the checkout's git configuration holds a credential (%s) that code from the pull request could read", key),
			Next:    "set `persist-credentials: false` on actions/checkout in the plan job",
		}
	}
	return nil
}

// run plans jobs over the files below root.
func (b Bench) run(ctx context.Context, t *Ticket, root string, jobs []Job) (err error) {
	if len(jobs) == 0 {
		return nil
	}
	tf, err := b.At(root)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tf.Close()) }()
	work, asked := make([]runner.Job, len(jobs)), map[string]Job{}
	for i, j := range jobs {
		asked[j.Target.ID()] = j
		work[i] = runner.Job{Target: j.Target, Head: t.Head, Mode: j.Mode, Key: j.Key, Tool: j.Tool, Version: j.Release}
		work[i].Mode.Destroy = j.Mode.Destroy || j.Deleted
	}
	var failed error
	err = runner.RunAll(ctx, tf, b.Creds, work, b.Parallel, func(r *report.Report) {
		j := asked[r.Target.ID()]
		r.Deleted, r.Mode = j.Deleted, j.Mode
		if err := report.Write(b.Out, r); err != nil {
			failed = errors.Join(failed, fmt.Errorf("keep the report of %s: %w", r.Target, err))
		}
		if b.Done != nil {
			b.Done(r)
		}
	})
	return errors.Join(err, failed)
}

// destroy plans the end of layers that the head no longer has, over the files as they were where the head left
// the base branch.
func (b Bench) destroy(ctx context.Context, t *Ticket, jobs []Job) error {
	if len(jobs) == 0 {
		return nil
	}
	dir, err := os.MkdirTemp("", "layerbot-before-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	before, err := git.Init(ctx, dir)
	if err != nil {
		return err
	}
	if err := before.Fetch(ctx, "file://"+b.Checkout.Dir(), "", t.MergeBase); err != nil {
		return fmt.Errorf("bring the files of the deleted layers: %w", err)
	}
	if err := before.Checkout(ctx, t.MergeBase); err != nil {
		return err
	}
	return b.run(ctx, t, dir, jobs)
}
