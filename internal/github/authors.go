// SPDX-License-Identifier: Apache-2.0

package github

import "context"

// ours reports whether this App itself made something, by its author and by the App that it came through. The text
// proves nothing, and the App alone does not either: a person may act through ours.
//
// Of deployments and their statuses that an App made as itself, performed_via_github_app is null (so in GitHub's own
// examples of these webhooks, https://github.com/octokit/webhooks). Then the author must be our bot: a person's login
// has no brackets, and the bot of another App has another one.
func (c *Client) ours(ctx context.Context, author wireUser, through wireApp) (bool, error) {
	switch {
	case author.Type != "Bot":
		return false, nil
	case through.ID != 0 && !c.IsFallback():
		return through.ID == c.o.AppID, nil
	}
	self, err := c.self(ctx)
	return author.Login == self, err
}
