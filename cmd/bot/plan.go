package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
)

// planFlags are the flags of bot plan.
type planFlags struct {
	ticket, out, format  string
	targets, replace     []string
	refreshOnly, destroy bool
	detailed             bool
	run                  runFlags
}

func (b *bot) plan() *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan [LAYER…|all] [ENV…]",
		Short: "Plan layers of the checkout in front of you, or targets of a ticket (phase 2)",
		Long: `Plans what is named: layers by name, number or glob, environments by name, in any order; nothing means all.
With --ticket it is the second phase of a workflow: --target then names targets of the ticket, and one report for
each is left in --out.

Exit codes: 0 fine, 1 error, 2 changes present (with --detailed-exitcode), 5 state locked.`,
		Example: "  bot plan compute dev\n  bot plan 'data-*' prod --format=markdown\n  bot plan --ticket ticket.json --target 05-compute/prod --out reports",
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.ticket != "" {
				return b.planTicket(cmd.Context(), f, args)
			}
			return b.planHere(cmd.Context(), f, args)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.refreshOnly, "refresh-only", false, "plan only what changed outside Terraform")
	flags.BoolVar(&f.destroy, "destroy", false, "plan the destruction of everything")
	flags.StringArrayVar(&f.targets, "target", nil, "resource `address` to restrict the plan to; with --ticket: target of the ticket")
	flags.StringArrayVar(&f.replace, "replace", nil, "resource `address` to replace")
	flags.StringVar(&f.format, "format", "text", "text, markdown, html, or json (one report a line)")
	flags.BoolVar(&f.detailed, "detailed-exitcode", false, "exit 2 when changes are present and nothing failed")
	flags.StringVar(&f.ticket, "ticket", "", "`file` with the ticket written by gate (-: standard input)")
	flags.StringVar(&f.out, "out", "", "`folder` for the reports, with --ticket")
	f.run.bind(flags)
	return cmd
}

// planHere plans the working directory: gate, plan and report in one process, through the same data.
func (b *bot) planHere(ctx context.Context, f planFlags, args []string) error {
	if f.out != "" {
		return &usageError{message: "--out belongs to --ticket", next: "for a file, redirect the output: `bot plan --format=html > plan.html`"}
	}
	show, err := printer(f.format)
	if err != nil {
		return err
	}
	cmd, err := comment.ParseArgs(comment.Plan, f.words(args))
	if err != nil {
		return err
	}
	files, err := git.WorkTree(b.top())
	if err != nil {
		return err
	}
	t, err := phase.Local(ctx, files, cmd, phase.Planning)
	if err != nil {
		return err
	}
	if len(t.Jobs) == 0 {
		return b.nothing(t)
	}
	out, err := os.MkdirTemp("", "layerbot-reports-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(out)
	reports, err := b.here(ctx, f.run, t, t.Jobs, out, b.planning)
	if err != nil {
		return err
	}
	if err := b.write("", []byte(show(phase.LocalPage(t, reports, version), reports, b.env.Colour))); err != nil {
		return err
	}
	return verdict(reports, f.detailed)
}

// A phaseFunc does one phase of a ticket's jobs at a bench.
type phaseFunc func(ctx context.Context, bench phase.Bench, t *phase.Ticket, jobs []phase.Job) error

// planning plans.
func (b *bot) planning(ctx context.Context, bench phase.Bench, t *phase.Ticket, jobs []phase.Job) error {
	return phase.Plan(ctx, bench, aws.Ambient(b.env.All), t, jobs)
}

// here does a phase of jobs in the working directory, and returns what it reported in the folder out.
func (b *bot) here(ctx context.Context, f runFlags, t *phase.Ticket, jobs []phase.Job, out string, do phaseFunc) ([]report.Report, error) {
	bench, progress, err := b.bench(ctx, f, len(jobs), out, true)
	if err != nil {
		return nil, err
	}
	defer progress.stop()
	if err := do(ctx, bench, t, jobs); err != nil {
		return nil, err
	}
	return report.ReadAll(os.DirFS(out), phase.Targets(jobs))
}

// words are the command line as a comment has it, so that one grammar judges both.
func (f planFlags) words(args []string) []string {
	words := slices.Clone(args)
	if f.refreshOnly {
		words = append(words, "--refresh-only")
	}
	if f.destroy {
		words = append(words, "--destroy")
	}
	for _, address := range f.targets {
		words = append(words, "--target", address)
	}
	for _, address := range f.replace {
		words = append(words, "--replace", address)
	}
	return words
}

// nothing says that there is nothing to plan, and why.
func (b *bot) nothing(t *phase.Ticket) error {
	e := &usageError{message: "there is no Terraform layer here", next: "run it in a checkout with root modules, or set layers { include } in .github/layerbot.hcl"}
	for _, s := range t.Skipped {
		b.log.Info("skipped "+s.Name, "why", s.Reason)
	}
	return e
}

// planTicket is the plan phase of a workflow.
func (b *bot) planTicket(ctx context.Context, f planFlags, args []string) error {
	if len(args) > 0 || f.refreshOnly || f.destroy || len(f.replace) > 0 {
		return &usageError{message: "with --ticket, only --target chooses what is planned", next: "what a plan is made of is decided by gate and stands in the ticket"}
	}
	return b.there(ctx, ticketFlags{name: f.ticket, out: f.out, targets: f.targets, detailed: f.detailed, run: f.run}, phase.Planning, b.planning)
}

// ticketFlags say which jobs of a ticket are done, and how.
type ticketFlags struct {
	name, out string
	targets   []string
	detailed  bool
	run       runFlags
}

// there does a phase of a ticket: the jobs that --target names.
func (b *bot) there(ctx context.Context, f ticketFlags, work phase.Work, do phaseFunc) error {
	switch {
	case f.out == "":
		return &usageError{message: "--ticket needs --out", next: "name a folder for the reports: `--out reports`"}
	case b.env.PrivateKey != "":
		return &usageError{message: "the App's private key is in the environment of a job that runs Terraform", next: "give LAYERBOT_APP_PRIVATE_KEY to the jobs of gate and report only"}
	}
	t, err := b.ticket(f.name)
	if err != nil {
		return err
	}
	if t.Work != work && !(work == phase.Applying && t.Work == phase.Unlocking) {
		return &usageError{message: fmt.Sprintf("the ticket is for %q", cmp.Or(t.Work, "plan")), next: fmt.Sprintf("run `bot %s --ticket` with it", verbOf(t.Work))}
	}
	jobs, err := jobsOf(t, f.targets)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.out, 0o700); err != nil {
		return fmt.Errorf("make the folder for the reports: %w", err)
	}
	bench, progress, err := b.bench(ctx, f.run, len(jobs), f.out, false)
	if err != nil {
		return err
	}
	defer progress.stop()
	if err := do(ctx, bench, t, jobs); err != nil {
		return err
	}
	picked := *t
	picked.Jobs = jobs
	reports, err := report.ReadAll(os.DirFS(f.out), phase.Targets(jobs))
	if err != nil {
		return err
	}
	page := phase.LocalPage(&picked, reports, version)
	if err := b.summary(comment.Summary(page, 1<<20).Body); err != nil {
		return err
	}
	if work == phase.Drifting {
		reports = looked(reports)
	}
	return verdict(reports, f.detailed)
}

// verbOf returns the command that does the work of a ticket.
func verbOf(w phase.Work) string {
	switch w {
	case phase.Applying, phase.Unlocking:
		return "apply"
	case phase.Drifting:
		return "drift"
	default:
		return "plan"
	}
}

// jobsOf returns the jobs that --target names (several may stand in one value, one a line); none named is all.
func jobsOf(t *phase.Ticket, names []string) ([]phase.Job, error) {
	var jobs []phase.Job
	for _, name := range names {
		for _, id := range strings.Split(strings.TrimSpace(name), "\n") {
			j, err := t.Job(strings.TrimSpace(id))
			if err != nil {
				return nil, err
			}
			jobs = append(jobs, j)
		}
	}
	if len(names) == 0 {
		return t.Jobs, nil
	}
	return jobs, nil
}
