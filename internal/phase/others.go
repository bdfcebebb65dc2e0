// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"slices"

	"github.com/layerbot/layerbot/internal/comment"
)

// others notes which other open pull requests plan the same targets.
func (s *standing) others(ctx context.Context, gh Thread) error {
	if len(s.ticket.Jobs) == 0 {
		return nil
	}
	recent, err := gh.RecentComments(ctx)
	if err != nil {
		return err
	}
	const most = 5 // pull requests looked at, so that a busy repository costs no more
	s.page.Others = map[string][]int{}
	looked := map[int]bool{s.ticket.PullRequest: true}
	for _, c := range recent {
		marker, ok := comment.ReadMarker(c.Body)
		shared := s.shared(marker)
		if !ok || looked[c.Issue] || len(shared) == 0 || len(looked) > most {
			continue
		}
		looked[c.Issue] = true
		pull, err := gh.PullRequest(ctx, c.Issue)
		if err != nil {
			return err
		}
		if pull.State != "open" || pull.HeadSHA != marker.Head {
			continue
		}
		for _, id := range shared {
			s.page.Others[id] = append(s.page.Others[id], c.Issue)
		}
	}
	return nil
}

// shared returns the IDs of the targets that a marker and this run have in common.
func (s *standing) shared(m comment.Marker) []string {
	var out []string
	for _, j := range s.ticket.Jobs {
		if slices.Contains(m.Targets, j.Target.ID()) {
			out = append(out, j.Target.ID())
		}
	}
	return out
}
