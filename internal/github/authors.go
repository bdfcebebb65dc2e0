package github

import "context"

// ours reports whether this App itself made something, which by its author and by the App it was made through. What
// it says proves nothing, and neither does the second alone: a person may act through our App.
//
// GitHub leaves performed_via_github_app null on deployments, and on their statuses, that an App made as itself (its
// own examples show so: "deployment" of https://github.com/octokit/webhooks). The author is then our bot user or not:
// no person's login can hold brackets, and no other App has this one.
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
