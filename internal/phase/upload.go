// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"errors"
	"slices"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/scan"
)

var uploadPermissions = github.Permissions{"metadata": "read", "security_events": "write"}

// upload hands the findings of a run to code scanning, a category for each target. Many repositories have no code
// scanning, and many Apps no permission for it: that is said in the log, and nothing fails for it.
func (d Desk) upload(ctx context.Context, s *standing) {
	scans := s.uploaded()
	if len(scans) == 0 {
		return
	}
	err := d.uploadAll(ctx, s.ticket, scans)
	if err == nil {
		d.Log.Info("the findings are in code scanning")
		return
	}
	hint, _ := Hint(err)
	d.Log.Warn("the findings are not in code scanning: "+err.Error(), "hint", hint)
}

// uploaded returns the scans that code scanning is given.
func (s *standing) uploaded() []report.Scan {
	if s.ticket.NoCodeScanning || s.ticket.PullRequest == 0 || s.page.State != comment.Planned && s.page.State != comment.Scanned || s.ticket.Event == "merge_group" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.page.Scans), func(c report.Scan) bool {
		if len(c.Tools) == 0 {
			return true
		}
		silent := func(t report.Scanned) bool { return t.State != report.Ran }
		return slices.ContainsFunc(c.Tools, silent) // what it did not look for would be closed as fixed
	})
}

func (d Desk) uploadAll(ctx context.Context, t *Ticket, scans []report.Scan) error {
	gh, err := d.Open(ctx, uploadPermissions)
	if err != nil {
		return err
	}
	defer d.close(ctx, gh)
	var errs []error
	for some := range slices.Chunk(scans, scan.MaxRuns) {
		sarif, err := scan.SARIF(some, d.Version)
		if err != nil {
			return err
		}
		errs = append(errs, gh.UploadSARIF(ctx, t.PullRequest, t.Head, []byte(d.Redact.String(string(sarif)))))
	}
	return errors.Join(errs...)
}
