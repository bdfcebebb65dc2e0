// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
)

// A phaseFunc does one phase of a ticket's jobs at a bench.
type phaseFunc func(ctx context.Context, bench phase.Bench, t *phase.Ticket, jobs []phase.Job) error

// prepare returns the ticket of what words name in the working directory, and a folder for reports, to be removed.
func (b *bot) prepare(ctx context.Context, verb comment.Verb, words []string, work phase.Work) (t *phase.Ticket, out string, err error) {
	cmd, err := comment.ParseArgs(verb, words)
	if err != nil {
		return nil, "", err
	}
	files, err := git.WorkTree(b.top())
	if err != nil {
		return nil, "", err
	}
	if t, err = phase.Local(ctx, files, b.env.Config, cmd, work); err != nil {
		return nil, "", err
	}
	if len(t.Jobs) == 0 {
		return nil, "", b.nothing(t)
	}
	out, err = os.MkdirTemp("", "layerbot-reports-")
	return t, out, err
}

// nothing says that there is nothing to plan, and why.
func (b *bot) nothing(t *phase.Ticket) error {
	e := &usageError{message: "there is no Terraform layer here", next: "run it in a checkout with root modules, or set layers { include } in .github/layerbot.hcl"}
	for _, s := range t.Skipped {
		b.log.Info("skipped "+s.Name, "why", s.Reason)
	}
	return e
}

// lookFlags say how what is found in the working directory is shown.
type lookFlags struct {
	format   string
	detailed bool
	run      runFlags
}

// look does a phase that changes nothing in the working directory, and shows what it reported.
func (b *bot) look(ctx context.Context, words []string, work phase.Work, f lookFlags, do phaseFunc) error {
	show, err := printer(f.format)
	if err != nil {
		return err
	}
	if b.env.Role != "" || len(b.env.Given) > 0 || b.env.GivenErr != nil {
		return &usageError{
			message: "a role and variables are handed only to what a ticket names (LAYERBOT_ROLE, LAYERBOT_ENV; the action's role-to-assume and env)",
			next:    "without a ticket the job's own credentials and variables count: set them in a step before, or with env: of the step",
		}
	}
	t, out, err := b.prepare(ctx, comment.Plan, words, work)
	if err != nil {
		return err
	}
	defer os.RemoveAll(out)
	reports, err := b.here(ctx, f.run, t, t.Jobs, out, do)
	if err != nil {
		return err
	}
	if err := b.outputs(tallied(reports, "")); err != nil {
		return err
	}
	b.tellFailures(about(reports, work))
	page := phase.LocalPage(t, reports, version)
	page.Together = phase.Together(ctx, t, reports)
	if err := b.write("", []byte(show(page, reports, b.env.Colour))); err != nil {
		return err
	}
	if t.Refused(page.Together) {
		return exit(exitRefused)
	}
	return verdict(t, about(reports, work), f.detailed)
}

// here does a phase of jobs in the working directory, and returns what it reported in the folder out, also where ctx ended it.
func (b *bot) here(ctx context.Context, f runFlags, t *phase.Ticket, jobs []phase.Job, out string, do phaseFunc) ([]report.Report, error) {
	bench, progress, err := b.bench(ctx, f, len(jobs), out, true)
	if err != nil {
		return nil, err
	}
	defer progress.stop()
	err = do(ctx, bench, t, jobs)
	if err != nil && ctx.Err() == nil {
		return nil, err
	}
	reports, rerr := report.ReadAll(os.DirFS(out), phase.Targets(jobs))
	return reports, errors.Join(err, rerr)
}

// about returns the reports that the exit code is about: a search for drift leaves out what it says nothing of.
func about(reports []report.Report, work phase.Work) []report.Report {
	if work != phase.Drifting {
		return reports
	}
	return slices.DeleteFunc(slices.Clone(reports), func(r report.Report) bool { return phase.Unknown(&r) })
}
