package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
)

// runFlags say how Terraform is run.
type runFlags struct {
	lockTimeout, timeout time.Duration
	mirror               string
	noInstall            bool
}

func (f *runFlags) bind(flags *pflag.FlagSet) {
	flags.DurationVar(&f.lockTimeout, "lock-timeout", 0, "how long to wait for a held state lock")
	flags.DurationVar(&f.timeout, "timeout", 0, "most time for one target (0: no limit)")
	flags.StringVar(&f.mirror, "provider-mirror", "", "`folder` with providers, asked before the registry")
	flags.BoolVar(&f.noInstall, "no-install", false, "fail rather than install a Terraform version that PATH does not have")
}

// bench plans jobs over the checkout in front of it and leaves their reports in out. local is a person's own machine,
// whose Terraform settings count; a ticket that came from elsewhere never makes it so.
func (b *bot) bench(ctx context.Context, f planFlags, t *phase.Ticket, jobs []phase.Job, out string, local bool) error {
	root := b.top()
	p := b.progress(len(jobs))
	defer p.stop()
	var checkout *git.Repo // of a ticket's commit; a person's working directory need not be one
	if !local {
		var err error
		if checkout, err = git.Open(ctx, root); err != nil {
			return err
		}
	}
	return phase.Plan(ctx, phase.Bench{
		Checkout: checkout, Root: root, Creds: aws.Ambient(b.env.All), Parallel: f.parallel, Out: out, Done: p.done,
		At: func(root string) (*runner.Runner, error) {
			return runner.New(runner.Options{
				Root: root, Environ: b.env.All, CacheDir: b.env.CacheDir, Redactor: b.redactor, Log: b.log,
				Progress: p.stage, LockTimeout: f.run.lockTimeout, Timeout: f.run.timeout,
				Download: !f.run.noInstall, Local: local, ProviderMirror: f.run.mirror,
			})
		},
	}, t, jobs)
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

// verdict is the exit code of a run: locked before failed before changed.
func verdict(reports []report.Report, detailed bool) error {
	code := exitOK
	for _, r := range reports {
		switch {
		case r.Failure != nil && r.Failure.Kind == report.Locked:
			return exit(exitLocked)
		case r.Status == report.Failed:
			code = exitError
		case r.Status == report.Changed && detailed && code == exitOK:
			code = exitChanges
		}
	}
	if code == exitOK {
		return nil
	}
	return exit(code)
}
