package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
)

func (b *bot) report() *cobra.Command {
	var ticket, reports, scans, html string
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Tell the pull request what became of a ticket (phase 3)",
		Long: `Reads what the plan jobs left in --reports, writes the living comment and the checks, and adds the job summary.
A target whose job left nothing is reported as failed.
Scans are read from --scans. Keep them apart from the reports: plan jobs run code of the pull request, which could leave a
scan beside its report.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return b.runReport(cmd.Context(), ticket, reports, scans, html)
		},
	}
	cmd.Flags().StringVar(&ticket, "ticket", "", "`file` with the ticket written by gate (-: standard input)")
	cmd.Flags().StringVar(&reports, "reports", "", "`folder` with the plan jobs' reports")
	cmd.Flags().StringVar(&scans, "scans", "", "`folder` with what the scan job left (default that of --reports)")
	cmd.Flags().StringVar(&html, "html", "", "`file` to write the full report to, as one page")
	return cmd
}

func (b *bot) runReport(ctx context.Context, ticket, reports, scans, html string) error {
	if ticket == "" || reports == "" {
		return &usageError{message: "report needs --ticket and --reports", next: "`bot report --ticket ticket.json --reports reports`"}
	}
	t, err := b.ticket(ticket)
	if err != nil {
		return err
	}
	desk := phase.Desk{
		Open: func(ctx context.Context, p github.Permissions) (phase.Thread, error) {
			return b.client(ctx, t.Repository, p)
		},
		Redact: b.redactor, Links: b.links(t), Version: version, Log: b.log,
	}
	if scans != "" {
		desk.Scans = os.DirFS(filepath.Clean(scans))
	}
	out, err := phase.Report(ctx, desk, t, os.DirFS(filepath.Clean(reports)))
	if err != nil {
		return err
	}
	if err := b.summary(out.Summary); err != nil {
		return err
	}
	if html != "" && out.Page != nil {
		if err := b.write(html, []byte(b.redactor.String(comment.HTML(*out.Page)))); err != nil {
			return err
		}
	}
	if err := b.outputs(map[string]string{"failed": fmt.Sprint(out.Failed), "comment-id": fmt.Sprint(out.Comment)}); err != nil {
		return err
	}
	if t.Work == phase.Applying && out.Failed {
		for i := range out.Page.Reports {
			switch r := &out.Page.Reports[i]; {
			case r.Status == report.Failed && r.Failure.Kind == report.Blocked: // by one of the others
				b.log.Info(r.Target.String() + ": " + outcome(r))
			case r.Status == report.Failed, r.Status == report.Stopped:
				b.log.Error(r.Target.String() + ": " + outcome(r))
			}
		}
		return exit(exitError) // a merge that is not applied must not end green
	}
	return nil
}

// ticket reads a ticket from a file or standard input.
func (b *bot) ticket(name string) (*phase.Ticket, error) {
	if name == "-" {
		return phase.ReadTicket(os.Stdin)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, &usageError{message: fmt.Sprintf("read the ticket: %v", err), next: "gate writes it: `bot gate --out ticket.json`"}
	}
	defer f.Close()
	return phase.ReadTicket(f)
}
