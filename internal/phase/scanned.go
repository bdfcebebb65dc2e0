// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"io/fs"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
)

// scans reports what scanners found, where nothing was planned: in a reply to the comment that asked, and in the checks,
// which keep what was said of the plans.
func (d Desk) scans(ctx context.Context, t *Ticket, fsys fs.FS) (*Outcome, error) {
	s := newStanding(d, t, nil)
	if err := s.examine(ctx, fsys); err != nil {
		return nil, err
	}
	if t.PullRequest == 0 {
		return s.scanned(), nil
	}
	gh, err := d.Open(ctx, github.Permissions{"metadata": "read", "pull_requests": "write", "issues": "write", "checks": "write"})
	if err != nil {
		return nil, err
	}
	defer d.close(ctx, gh)
	pull, err := gh.PullRequest(ctx, t.PullRequest)
	if err != nil {
		return nil, err
	}
	s.moved(pull)
	checks, err := gh.Checks(ctx, t.Head)
	if err != nil {
		return nil, err
	}
	s.remember(checks)
	out := s.scanned()
	if _, err := gh.PutComment(ctx, t.PullRequest, comment.ReplyMarker(replyKey(t)), d.Redact.String(answer(t, comment.ScanReply(s.page).Body))); err != nil {
		return nil, err
	}
	if s.page.State == comment.Scanned {
		if err := s.putChecks(ctx, gh, s.checkedEnvironments(checks)); err != nil {
			return nil, err
		}
	}
	d.upload(ctx, s)
	d.react(ctx, gh, t, out.reaction())
	return out, nil
}

// scanned is the outcome of a run that planned nothing.
func (s *standing) scanned() *Outcome {
	o := s.outcome()
	o.Summary = comment.Summary(s.page, 1<<20).Body
	return o
}
