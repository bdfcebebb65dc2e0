package github

import "context"

// A Review is a person's latest word on a pull request that approves it or not.
type Review struct {
	User    User
	State   string // "APPROVED", "CHANGES_REQUESTED" or "DISMISSED"
	HeadSHA string // the commit that was reviewed
}

// Reviews returns the latest review of each person that approves, asks for changes or was dismissed, in the order of
// their logins. Plain comments do not change what somebody said before.
func (c *Client) Reviews(ctx context.Context, number int) ([]Review, error) { panic("being written") }

// MergedPullRequests returns pull requests that were merged into the branch base: those among the 100 closed ones that
// were updated last, the last merged first. One request.
func (c *Client) MergedPullRequests(ctx context.Context, base string) ([]*PullRequest, error) {
	panic("being written")
}
