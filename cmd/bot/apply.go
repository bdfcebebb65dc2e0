// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/phase"
)

// applyFlags are the flags of bot apply.
type applyFlags struct {
	ticket, out, reports, artifacts string

	targets []string
	approve bool
	run     runFlags
}

func (b *bot) apply() *cobra.Command {
	var f applyFlags
	cmd := &cobra.Command{
		Use:   "apply [LAYER…|all] [ENV…]",
		Short: "Apply layers of the checkout in front of you, or targets of a ticket (phase 4)",
		Long: `Plans what is named, wave by wave, shows each wave and applies it when you say yes: exactly the plan you saw.
With --ticket it is the apply phase of a workflow: --target names targets of the ticket, whose plans are compared with
the reviewed ones; a plan that is not the reviewed one is not applied. One report for each target is left in --out. The reports
of earlier waves are looked for in --reports: what builds on a target that was not applied is not begun.

Exit codes: 0 fine, 1 error, 4 the plan is not the reviewed one, 5 state locked.`,
		Example: "  bot apply compute dev\n  bot apply --ticket ticket.json --target 05-compute/prod --out reports",
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.ticket != "" {
				return b.applyTicket(cmd.Context(), f, args)
			}
			return b.applyHere(cmd.Context(), f, args, cmd.InOrStdin())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.ticket, "ticket", "", "`file` with the ticket written by gate (-: standard input)")
	flags.StringArrayVar(&f.targets, "target", nil, "with --ticket: `target` of the ticket")
	flags.StringVar(&f.out, "out", "", "`folder` for the reports, with --ticket")
	flags.StringVar(&f.reports, "reports", "", "`folder` with the reports of earlier waves, with --ticket (default: --out)")
	flags.StringVar(&f.artifacts, "artifacts", "", "the same, where each artifact is in a `folder` of its name")
	flags.BoolVar(&f.approve, "auto-approve", false, "apply without asking")
	f.run.bind(flags)
	return cmd
}

// applyTicket is the apply phase of a workflow.
func (b *bot) applyTicket(ctx context.Context, f applyFlags, args []string) error {
	if len(args) > 0 || f.approve {
		return &usageError{message: "with --ticket, only --target chooses what is applied", next: "what may be applied is decided by gate and stands in the ticket"}
	}
	return b.there(ctx, ticketFlags{name: f.ticket, out: f.out, targets: f.targets, run: f.run}, phase.Applying,
		b.applying(f))
}

// before returns what earlier waves left, where that is elsewhere than what this one leaves; nil is nothing.
func (f applyFlags) before(t *phase.Ticket) (fs.FS, error) {
	switch {
	case f.artifacts != "":
		return artifacts(t, f.artifacts)
	case f.reports != "":
		return os.DirFS(f.reports), nil
	default:
		return nil, nil
	}
}

// applying applies what builds on nothing that is not applied.
func (b *bot) applying(f applyFlags) phaseFunc {
	return func(ctx context.Context, bench phase.Bench, t *phase.Ticket, jobs []phase.Job) error {
		before, err := f.before(t)
		if err != nil {
			return err
		}
		writers := aws.NewWriters(b.cloud())
		err = phase.Apply(ctx, bench, writers, t, jobs, before)
		err = errors.Join(err, writers.Close())
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return &usageError{
				message: "interrupted during an apply",
				next:    "the report of each target says how far it came; run the same again to go on: what was carried out is not done twice",
			}
		}
		return err
	}
}

// applyHere applies in the working directory, wave by wave, what somebody saw and said yes to.
func (b *bot) applyHere(ctx context.Context, f applyFlags, args []string, in io.Reader) error {
	if len(f.targets) > 0 || f.out != "" || f.reports != "" || f.artifacts != "" {
		return &usageError{message: "--target, --out, --reports and --artifacts belong to --ticket", next: "name layers and environments: `bot apply compute dev`"}
	}
	t, out, err := b.prepare(ctx, comment.Apply, args, phase.Applying)
	if err != nil {
		return err
	}
	defer os.RemoveAll(out)
	answers := bufio.NewReader(in)
	waves := phase.Waves(t.Jobs)
	for i, wave := range waves {
		if err := b.applyWave(ctx, f, t, wave, out, answers); err != nil {
			for _, later := range phase.Targets(slices.Concat(waves[i+1:]...)) {
				b.log.Info("not begun: " + later.String())
			}
			return err
		}
	}
	return nil
}

// applyWave plans the jobs of one wave, asks, and applies those plans.
func (b *bot) applyWave(ctx context.Context, f applyFlags, t *phase.Ticket, wave []phase.Job, out string, answers *bufio.Reader) error {
	planning := *t
	planning.Work, planning.Jobs = phase.Planning, wave
	plans, err := b.here(ctx, f.run, &planning, wave, out, b.planning)
	if err != nil {
		return err
	}
	if err := b.write("", []byte(comment.Terminal(phase.LocalPage(&planning, plans, version), b.env.Colour))); err != nil {
		return err
	}
	if err := verdict(t, plans, true); err != exit(exitChanges) { //nolint:errorlint // ours, unwrapped
		return err // nothing to do, or no plan
	}
	if err := b.ask(ctx, f.approve, answers); err != nil {
		return err
	}
	applying := *t
	applying.Jobs = phase.Approve(wave, plans)
	reports, err := b.here(ctx, f.run, t, applying.Jobs, out, b.applying(applyFlags{}))
	if len(reports) > 0 {
		err = errors.Join(b.write("", []byte(comment.Terminal(phase.LocalPage(&applying, reports, version), b.env.Colour))), err)
	}
	if err != nil {
		return err
	}
	return verdict(t, reports, false)
}

// ask asks whether to go on. An interrupt is an answer, too.
func (b *bot) ask(ctx context.Context, approved bool, answers *bufio.Reader) error {
	if approved {
		return nil
	}
	if b.env.Actions {
		return &usageError{message: "nobody is there to be asked in a workflow", next: "apply with a ticket of gate, or with --auto-approve if nothing is to be reviewed"}
	}
	fmt.Fprint(b.err, "\nApply exactly this? Only \"yes\" goes on: ")
	typed := make(chan string, 1)
	go func() {
		line, _ := answers.ReadString('\n') // what cannot be read is no yes
		typed <- line
	}()
	answer := ""
	select {
	case answer = <-typed:
	case <-ctx.Done():
		fmt.Fprintln(b.err)
	}
	if strings.TrimSpace(answer) != "yes" {
		return &usageError{message: "not confirmed: nothing more was applied", next: "answer yes, or pass --auto-approve"}
	}
	return nil
}
