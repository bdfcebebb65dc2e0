// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/report"
)

// queue reports on a merge queue's candidate: its plans are compared with those that reviewers saw on the pull
// request's own head, before the merge. No comment is written; the checks on the candidate say it.
func (s *standing) queue(ctx context.Context, gh Thread, pull *github.PullRequest) (*Outcome, error) {
	checks, err := gh.Checks(ctx, pull.HeadSHA)
	if err != nil {
		return nil, err
	}
	reviewed := plannedOn(remembered(checks, pull.HeadSHA), pull.Number)
	for i := range s.page.Reports {
		r := &s.page.Reports[i]
		if why := differs(r, reviewed[r.Target.ID()]); why != "" {
			s.disagree(r, pull.Number, why)
		}
	}
	if err := s.putChecks(ctx, gh, s.ticket.Checks); err != nil {
		return nil, err
	}
	return s.outcome(), nil
}

// differs says how a candidate's plan differs from the reviewed one; "" when it does not. A plan that changes
// nothing needs no review.
func differs(r *report.Report, reviewed entry) string {
	switch {
	case r.Status != report.Changed:
		return ""
	case reviewed.Fingerprint == nil:
		return "no plan of this target was reviewed on the pull request"
	case r.Fingerprint == nil || r.Fingerprint.Digest != reviewed.Fingerprint.Digest:
		return "the plan of the merge result differs from the reviewed one" + changedAddresses(r.Fingerprint, reviewed)
	default:
		return ""
	}
}

// changedAddresses names the resources whose plan differs, as far as the record kept them.
func changedAddresses(now *report.Fingerprint, reviewed entry) string {
	if now == nil || reviewed.Partial {
		return ""
	}
	var differ []string
	for address, p := range now.Resources {
		if before, ok := reviewed.Fingerprint.Resources[address]; !ok || before.Digest != p.Digest {
			differ = append(differ, address)
		}
	}
	for address := range reviewed.Fingerprint.Resources {
		if _, ok := now.Resources[address]; !ok {
			differ = append(differ, address)
		}
	}
	if len(differ) == 0 {
		return ": the tool, or a provider's version or configuration"
	}
	slices.Sort(differ)
	const most = 10
	more := ""
	if len(differ) > most {
		more = fmt.Sprintf(" and %d more", len(differ)-most)
	}
	return ": " + strings.Join(differ[:min(len(differ), most)], ", ") + more
}

// disagree turns a report into a failure of the queue's check.
func (s *standing) disagree(r *report.Report, number int, why string) {
	s.desk.Log.Warn(r.Target.String() + ": " + why)
	r.Status = report.Failed
	r.Failure = &report.Failure{
		Kind: report.Stale, Message: why,
		Hint: fmt.Sprintf("update the branch of #%d, let it be planned and reviewed again, then queue it once more", number),
	}
	s.page.Notices = append(s.page.Notices, comment.Notice{Message: r.Target.String() + ": " + why})
	if rec := s.records[r.Target.Env]; rec != nil {
		rec.Targets[r.Target.ID()] = entry{Status: report.Failed}
	}
}
