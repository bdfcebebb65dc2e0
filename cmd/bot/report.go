// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/workflow"
)

// reportFlags are the flags of bot report.
type reportFlags struct{ ticket, reports, scans, artifacts, html string }

func (b *bot) report() *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Tell the pull request what became of a ticket (phase 3)",
		Long: `Reads what the other jobs left, writes the living comment and the checks, and adds the job summary. A target whose job left nothing is
reported as failed.
--artifacts is the folder into which the jobs' artifacts were downloaded, each into a folder of its name: what a job left about a target of
another job is not looked at. Where names are not those of gate's matrix, --reports has what plan jobs left, and --scans what the scan jobs
did; keep them apart, because plan jobs run code of the pull request.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return b.runReport(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.ticket, "ticket", "", "`file` with the ticket written by gate (-: standard input)")
	cmd.Flags().StringVar(&f.artifacts, "artifacts", "", "`folder` with the artifacts of the other jobs, each in a folder of its name")
	cmd.Flags().StringVar(&f.reports, "reports", "", "`folder` with the plan jobs' reports")
	cmd.Flags().StringVar(&f.scans, "scans", "", "`folder` with what the scan jobs left (default that of --reports)")
	cmd.Flags().StringVar(&f.html, "html", "", "`file` to write the full report to, as one page")
	return cmd
}

// left returns what the jobs of a ticket left: reports, and scans where they are elsewhere.
func (f reportFlags) left(t *phase.Ticket) (reports, scans fs.FS, err error) {
	if f.artifacts != "" {
		reports, err = artifacts(t, f.artifacts)
		return reports, nil, err
	}
	if f.scans != "" {
		scans = os.DirFS(filepath.Clean(f.scans))
	}
	return os.DirFS(filepath.Clean(f.reports)), scans, nil
}

// artifacts returns what jobs of a ticket left in the folder into which their artifacts were downloaded. A run without
// artifacts has no folder.
func artifacts(t *phase.Ticket, dir string) (fs.FS, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir) // open until the process ends
	if err != nil {
		return nil, err
	}
	return workflow.Artifacts(t, root.FS()), nil
}

func (b *bot) runReport(ctx context.Context, f reportFlags) error {
	if f.ticket == "" || (f.artifacts == "") == (f.reports == "") || f.artifacts != "" && f.scans != "" {
		return &usageError{message: "report needs --ticket and either --artifacts or --reports", next: "`bot report --ticket ticket.json --reports reports`"}
	}
	t, err := b.ticket(f.ticket)
	if err != nil {
		return err
	}
	reports, scans, err := f.left(t)
	if err != nil {
		return err
	}
	links := b.links(t)
	if links.Run != "" && f.html != "" {
		links.Report = links.Run + "#artifacts" // the page is one of them; it has no address of its own yet
	}
	desk := phase.Desk{
		Open: func(ctx context.Context, p github.Permissions) (phase.Thread, error) {
			return b.client(ctx, t.Repository, p)
		},
		Scans: scans, Redact: b.redactor, Links: links, Version: version, Log: b.log,
	}
	out, err := phase.Report(ctx, desk, t, reports)
	if err != nil {
		return err
	}
	if err := b.summary(out.Summary); err != nil {
		return err
	}
	if f.html != "" && out.Page != nil {
		if err := os.MkdirAll(filepath.Dir(f.html), 0o700); err != nil {
			return err
		}
		if err := b.write(f.html, []byte(b.redactor.String(comment.HTML(*out.Page)))); err != nil {
			return err
		}
	}
	results := map[string]string{"failed": fmt.Sprint(out.Failed)}
	if f.html != "" {
		results["report"] = filepath.Dir(f.html)
	}
	if out.Comment != 0 {
		results["comment-id"] = fmt.Sprint(out.Comment)
	}
	if err := b.outputs(results); err != nil {
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

// ticket reads a ticket, packed or as JSON, from a file or standard input.
func (b *bot) ticket(name string) (*phase.Ticket, error) {
	in := os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, &usageError{message: fmt.Sprintf("read the ticket: %v", err), next: "gate writes it: `bot gate --out ticket.json`"}
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxTicketFile))
	if name == "-" {
		_ = in.Close() // so that nothing that this program starts can read it again
	}
	if err != nil {
		return nil, fmt.Errorf("read the ticket: %w", err)
	}
	ticket, err := workflow.Unpack(text)
	if err != nil {
		return nil, err
	}
	return phase.ReadTicket(bytes.NewReader(ticket))
}

// maxTicketFile is more than any ticket has, as JSON or packed.
const maxTicketFile = 4 << 20
