// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/phase"
)

// driftFlags are the flags of bot drift.
type driftFlags struct {
	ticket, out, format string
	targets             []string
	detailed            bool
	budget              time.Duration
	run                 runFlags
}

func (b *bot) drift() *cobra.Command {
	var f driftFlags
	cmd := &cobra.Command{
		Use:   "drift [LAYER…|all] [ENV…]",
		Short: "Look for what is not as the configuration says",
		Long: `Plans what is named twice: refresh-only, for what was changed outside Terraform, and as it is, for what an apply would do.
With --ticket it is a phase of a workflow: the jobs are taken in the ticket's order, and what is not begun when --budget is used
up comes first next time.

Exit codes: 0 fine, 1 error, 2 drift found (with --detailed-exitcode), 5 state locked.`,
		Example: "  bot drift prod\n  bot drift --ticket ticket.json --budget 45m --out reports",
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.ticket != "" {
				return b.driftTicket(cmd.Context(), f, args)
			}
			return b.driftHere(cmd.Context(), f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.ticket, "ticket", "", "`file` with the ticket written by gate (-: standard input)")
	flags.StringArrayVar(&f.targets, "target", nil, "with --ticket: `target` of the ticket")
	flags.StringVar(&f.out, "out", "", "`folder` for the reports, with --ticket")
	flags.StringVar(&f.format, "format", "text", "text, markdown, html, or json (one report a line)")
	flags.BoolVar(&f.detailed, "detailed-exitcode", false, "exit 2 when there is drift and nothing failed")
	flags.DurationVar(&f.budget, "budget", 0, "begin no further target after this time (0: no limit)")
	f.run.bind(flags)
	return cmd
}

// drifting looks for drift within the budget.
func (b *bot) drifting(budget time.Duration) phaseFunc {
	return func(ctx context.Context, bench phase.Bench, t *phase.Ticket, jobs []phase.Job) (err error) {
		readers := aws.NewReaders(b.cloud())
		defer func() { err = errors.Join(err, readers.Close()) }()
		return phase.Drift(ctx, bench, readers, t, jobs, budget)
	}
}

func (b *bot) driftTicket(ctx context.Context, f driftFlags, args []string) error {
	if len(args) > 0 {
		return &usageError{message: "with --ticket, only --target chooses what is looked at", next: "the targets stand in the ticket"}
	}
	return b.there(ctx, ticketFlags{name: f.ticket, out: f.out, targets: f.targets, detailed: f.detailed, run: f.run}, phase.Drifting, b.drifting(f.budget))
}

func (b *bot) driftHere(ctx context.Context, f driftFlags, args []string) error {
	return b.look(ctx, args, phase.Drifting, lookFlags{format: f.format, detailed: f.detailed, run: f.run}, b.drifting(f.budget))
}
