// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"fmt"
	"net/http"
)

// PullRequest returns a pull request as it is now.
func (c *Client) PullRequest(ctx context.Context, number int) (*PullRequest, error) {
	doing := fmt.Sprintf("read pull request #%d", number)
	var p wirePull
	if err := c.send(ctx, doing, http.MethodGet, fmt.Sprintf("pulls/%d", number), nil, &p); err != nil {
		return nil, err
	}
	if p.Number != number || p.missing() != "" {
		return nil, &UnavailableError{Doing: c.doing(doing), Err: errNonsense}
	}
	return p.pull(c.repo), nil
}

// AwaitPullRequest is PullRequest just after an event, when GitHub may not know yet what it told: a 404 is asked
// again a few times, seconds apart.
func (c *Client) AwaitPullRequest(ctx context.Context, number int) (*PullRequest, error) {
	for n := 0; ; n++ {
		pr, err := c.PullRequest(ctx, number)
		if !isNotFound(err) || n == attempts-1 {
			return pr, err
		}
		if err := c.o.Sleep(ctx, backoff(n)); err != nil {
			return nil, err
		}
	}
}

// PullRequestsOf returns the open pull requests whose head is sha (check_run payloads may omit them).
func (c *Client) PullRequestsOf(ctx context.Context, sha string) ([]*PullRequest, error) {
	if !validSHA(sha) {
		return nil, fmt.Errorf("%q is not a commit", sha)
	}
	var found []*PullRequest
	for page, err := range pages[[]wirePull](ctx, c, "list the pull requests of commit "+sha, "commits/"+sha+"/pulls") {
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			if p.State == "open" && p.Head.SHA == sha {
				found = append(found, p.pull(c.repo))
			}
		}
	}
	return found, nil
}
