// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/phase"
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
	return b.look(ctx, f.words(args), phase.Planning, lookFlags{format: f.format, detailed: f.detailed, run: f.run}, b.planning)
}

// planning plans.
func (b *bot) planning(ctx context.Context, bench phase.Bench, t *phase.Ticket, jobs []phase.Job) (err error) {
	readers := aws.NewReaders(b.cloud())
	defer func() { err = errors.Join(err, readers.Close()) }()
	return phase.Plan(ctx, bench, readers, t, jobs)
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

// planTicket is the plan phase of a workflow.
func (b *bot) planTicket(ctx context.Context, f planFlags, args []string) error {
	if len(args) > 0 || f.refreshOnly || f.destroy || len(f.replace) > 0 {
		return &usageError{message: "with --ticket, only --target chooses what is planned", next: "what a plan is made of is decided by gate and stands in the ticket"}
	}
	return b.there(ctx, ticketFlags{name: f.ticket, out: f.out, targets: f.targets, detailed: f.detailed, run: f.run}, phase.Planning, b.planning)
}
