// SPDX-License-Identifier: Apache-2.0

package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Review is a person's latest word on a pull request that approves it or not.
type Review struct {
	User    User
	State   string // "APPROVED", "CHANGES_REQUESTED" or "DISMISSED"
	HeadSHA string // the commit that was reviewed; "" if GitHub no longer knows
}

type wireReview struct {
	User        wireUser `json:"user"`
	State       string   `json:"state"`
	CommitID    string   `json:"commit_id"`
	SubmittedAt string   `json:"submitted_at"`
}

var opinions = []string{"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}

// Reviews returns the latest review of each person that approves, asks for changes or was dismissed, in the order of
// their logins. Plain comments do not change what somebody said before. Reviews of people who are gone do not count.
func (c *Client) Reviews(ctx context.Context, number int) ([]Review, error) {
	type said struct {
		Review
		at time.Time
	}
	latest := map[int64]said{}
	doing := fmt.Sprintf("list the reviews of #%d", number)
	for page, err := range pages[[]wireReview](ctx, c, doing, fmt.Sprintf("pulls/%d/reviews", number)) {
		if err != nil {
			return nil, err
		}
		for _, w := range page {
			at := moment(w.SubmittedAt)
			if w.User.ID == 0 || !slices.Contains(opinions, w.State) || at.Before(latest[w.User.ID].at) {
				continue
			}
			latest[w.User.ID] = said{Review{w.User.user(), w.State, w.CommitID}, at}
		}
	}
	reviews := make([]Review, 0, len(latest))
	for _, last := range latest {
		reviews = append(reviews, last.Review)
	}
	slices.SortFunc(reviews, func(a, b Review) int { return strings.Compare(a.User.Login, b.User.Login) })
	return reviews, nil
}

// MergedPullRequests returns pull requests that were merged into the branch base: those among the 100 closed ones that
// were updated last, the last merged first. One request.
func (c *Client) MergedPullRequests(ctx context.Context, base string) ([]*PullRequest, error) {
	query := url.Values{"state": {"closed"}, "base": {base}, "sort": {"updated"}, "direction": {"desc"}, "per_page": {"100"}}
	var page []wirePull
	doing := "list the pull requests merged into " + base
	if err := c.send(ctx, doing, http.MethodGet, "pulls?"+query.Encode(), nil, &page); err != nil {
		return nil, err
	}
	var merged []*PullRequest
	for _, w := range page {
		if w.MergedAt == "" || w.Base.Ref != base {
			continue
		}
		if w.missing() != "" {
			return nil, &UnavailableError{Doing: c.doing(doing), Err: errNonsense}
		}
		merged = append(merged, w.pull(c.repo))
	}
	slices.SortStableFunc(merged, func(a, b *PullRequest) int {
		return cmp.Or(b.MergedAt.Compare(a.MergedAt), cmp.Compare(b.Number, a.Number))
	})
	return merged, nil
}
