package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

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
	parallel             int
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
	flags.IntVar(&f.parallel, "parallel", 0, "targets planned at once (0: one for each core)")
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
	t, err := phase.Local(ctx, files, cmd)
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
	if err := b.bench(ctx, f, t, t.Jobs, out, true); err != nil {
		return err
	}
	reports, err := report.ReadAll(os.DirFS(out), t.Targets())
	if err != nil {
		return err
	}
	if err := b.write("", []byte(show(phase.LocalPage(t, reports, version), reports, b.env.Colour))); err != nil {
		return err
	}
	return verdict(reports, f.detailed)
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
	switch {
	case f.out == "":
		return &usageError{message: "--ticket needs --out", next: "name a folder for the reports: `--out reports`"}
	case len(args) > 0 || f.refreshOnly || f.destroy || len(f.replace) > 0:
		return &usageError{message: "with --ticket, only --target chooses what is planned", next: "what a plan is made of is decided by gate and stands in the ticket"}
	case b.env.PrivateKey != "":
		return &usageError{message: "the App's private key is in the environment of a plan job, which runs code from the pull request", next: "give LAYERBOT_APP_PRIVATE_KEY to the jobs of gate and report only"}
	}
	t, err := b.ticket(f.ticket)
	if err != nil {
		return err
	}
	jobs, err := jobsOf(t, f.targets)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.out, 0o700); err != nil {
		return fmt.Errorf("make the folder for the reports: %w", err)
	}
	if err := b.bench(ctx, f, t, jobs, f.out, false); err != nil {
		return err
	}
	picked := *t
	picked.Jobs = jobs
	reports, err := report.ReadAll(os.DirFS(f.out), picked.Targets())
	if err != nil {
		return err
	}
	page := phase.LocalPage(&picked, reports, version)
	if err := b.summary(comment.Summary(page, 1<<20).Body); err != nil {
		return err
	}
	return verdict(reports, f.detailed)
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
