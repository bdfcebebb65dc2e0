// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/workflow"
)

func (b *bot) gate() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "gate",
		Short: "Decide what an event asks for, and write the ticket (phase 1)",
		Long: `Reads the event of a GitHub Actions run and decides what is to be planned, applied or looked at. Runs nothing from the pull request.
Writes the ticket to --out, and what the workflow's jobs come from to GITHUB_OUTPUT: ticket (in parts), head, work, jobs, report, matrix,
scans and, for applies, waves and wave-1 to wave-8.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return b.runGate(cmd.Context(), out) },
	}
	cmd.Flags().StringVar(&out, "out", "", "`file` to write the ticket to (-: standard output)")
	return cmd
}

func (b *bot) runGate(ctx context.Context, out string) error {
	ev, err := b.event()
	if err != nil {
		return err
	}
	repo, done, err := b.clone(ctx)
	if err != nil {
		return err
	}
	defer done()
	t, err := phase.Gate(ctx, phase.Door{
		Open: func(ctx context.Context, p github.Permissions) (phase.Pulls, error) {
			return b.client(ctx, ev.Repository, p)
		},
		Git:      phase.CloneOf(repo.WithNetwork(b.env.All)),
		CloneURL: strings.TrimSuffix(b.env.ServerURL, "/") + "/" + ev.Repository.String() + ".git",
		Run:      b.runURL(ev.Repository),
		Config:   b.env.Config,
		Commit:   b.env.Commit,
		Ref:      b.env.All["GITHUB_REF"],
		Repeated: b.env.Repeated,
		AppID:    b.env.AppID, Secret: b.seed(), Log: b.log,
	}, ev)
	if err != nil {
		return err
	}
	t.Attempt = b.env.Attempt
	if err := b.hand(t, out); err != nil {
		return err
	}
	b.tell(t)
	if t.Silent() { // no other job says so
		out, err := phase.Report(ctx, phase.Desk{Log: b.log}, t, nil)
		if err != nil {
			return err
		}
		if err := b.summary(out.Summary); err != nil {
			return err
		}
	}
	if t.Refusal != nil && t.Refusal.Blocks {
		return exit(exitError)
	}
	return nil
}

// clone returns what commits are fetched into. In a workflow that is an empty repository of its own: a checkout may be one that
// an earlier job left on the runner, and what gate reads is little.
func (b *bot) clone(ctx context.Context) (repo *git.Repo, done func(), err error) {
	if b.env.RunID == "" {
		repo, err = git.Open(ctx, b.env.Dir)
		return repo, func() {}, err
	}
	dir, err := os.MkdirTemp("", "layerbot-clone-")
	if err != nil {
		return nil, nil, err
	}
	done = func() { _ = os.RemoveAll(dir) } // the runner is cleared, too
	if repo, err = git.Init(ctx, dir); err != nil {
		done()
	}
	return repo, done, err
}

// tell says in the log what was decided.
func (b *bot) tell(t *phase.Ticket) {
	switch {
	case t.Ignored != "":
		b.log.Info("nothing to do: " + t.Ignored)
	case t.Refusal != nil && !t.Refusal.Blocks:
		b.log.Warn("refused: "+t.Refusal.Message, "hint", t.Refusal.Hint)
	case len(t.Jobs) == 0 && t.Refusal == nil:
		b.log.Info("no target is to be " + map[string]string{"plan": "planned", "apply": "applied", "drift": "looked at", "scan": "scanned"}[workflow.Verb(t.Work)])
	}
	for _, j := range t.Jobs {
		if j.Apply != nil && j.Apply.Hold != nil {
			b.log.Warn(j.Target.String()+": "+j.Apply.Hold.Message, "hint", j.Apply.Hold.Hint)
			continue
		}
		b.log.Info(workflow.Verb(t.Work) + " " + j.Target.String())
	}
}

// hand passes the ticket on: to a file, to the job's outputs, or, where there is neither, to standard output.
func (b *bot) hand(t *phase.Ticket, out string) error {
	outputs, err := workflow.Outputs(t)
	if err != nil {
		return err
	}
	if out != "" || b.env.OutputPath == "" {
		ticket, err := t.JSON()
		if err != nil {
			return err
		}
		if err := b.write(out, append(tameJSON(ticket), '\n')); err != nil {
			return err
		}
	}
	return b.outputs(outputs)
}
