// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
	"github.com/layerbot/layerbot/internal/secret"
)

// runFlags say how Terraform is run.
type runFlags struct {
	lockTimeout, timeout time.Duration
	mirror               string
	noInstall            bool
	parallel             int // targets at once
}

func (f *runFlags) bind(flags *pflag.FlagSet) {
	flags.DurationVar(&f.lockTimeout, "lock-timeout", 0, "how long to wait for a held state lock")
	flags.DurationVar(&f.timeout, "timeout", 0, "most time for one target (0: no limit)")
	flags.StringVar(&f.mirror, "provider-mirror", "", "`folder` with providers, asked before the registry")
	flags.IntVar(&f.parallel, "parallel", 0, "targets worked on at once (0: one for each core)")
	flags.BoolVar(&f.noInstall, "no-install", false, "fail rather than install a Terraform version that PATH does not have")
}

// bench returns what Terraform is run at: the checkout in front of it. Reports go to out. local is a person's own machine,
// whose Terraform settings count; a ticket that came from elsewhere never makes it so. The progress must be stopped.
func (b *bot) bench(ctx context.Context, f runFlags, jobs int, out string, local bool) (phase.Bench, *progress, error) {
	root := b.top()
	var checkout *git.Repo // of a ticket's commit; a person's working directory need not be one
	if !local {
		var err error
		if checkout, err = git.Open(ctx, root); err != nil {
			return phase.Bench{}, nil, err
		}
	}
	p := b.progress(jobs)
	return phase.Bench{
		Checkout: checkout, Root: root, Parallel: f.parallel, Out: out, Done: p.done,
		Values: func(ctx context.Context, v aws.Vault, s secret.Supply) (map[string]string, error) {
			return secret.Keeper{Environ: b.env.All, Dir: root, AWS: v.Secret, Learn: b.mask}.Values(ctx, s)
		},
		At: func(root string) (phase.Terraform, error) {
			return runner.New(runner.Options{
				Root: root, Environ: b.env.All, CacheDir: b.env.CacheDir, Redactor: b.redactor, Log: b.log,
				Progress: p.stage, LockTimeout: f.lockTimeout, Timeout: f.timeout,
				Download: !f.noInstall, Local: local, ProviderMirror: f.mirror,
			})
		},
	}, p, nil
}

// cloud is where credentials of AWS come from.
func (b *bot) cloud() aws.Options {
	return aws.Options{Environ: b.env.All, Learn: b.mask, Log: b.log}
}

// top is the root of the repository around the working directory, or the working directory itself.
func (b *bot) top() string {
	for dir := b.env.Dir; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return b.env.Dir
		}
	}
}

// verdict is the exit code of a run: locked before failed before refused before stopped before changed.
func verdict(t *phase.Ticket, reports []report.Report, detailed bool) error {
	code := exitOK
	worse := func(c int) {
		if slices.Index(severity, c) > slices.Index(severity, code) {
			code = c
		}
	}
	for i := range reports {
		r := &reports[i]
		switch {
		case r.Failure != nil && r.Failure.Kind == report.Locked:
			worse(exitLocked)
		case r.Failure != nil && r.Failure.Kind == report.Refused, t.Refuses(r):
			worse(exitRefused)
		case r.Status == report.Stopped:
			worse(exitStopped)
		case r.Status == report.Failed:
			worse(exitError)
		case r.Status == report.Changed && detailed:
			worse(exitChanges)
		}
	}
	if code == exitOK {
		return nil
	}
	return exit(code)
}

// severity orders the exit codes that targets can have.
var severity = []int{exitOK, exitChanges, exitStopped, exitRefused, exitError, exitLocked}
