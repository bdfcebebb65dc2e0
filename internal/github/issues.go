package github

import "context"

// An Issue is one issue that this App wrote.
type Issue struct {
	Number int // 0: not there yet
	Title  string
	Body   string // begins with its marker
	State  string // "open" or "closed"
	Labels []string
	URL    string
}

// OpenIssues returns the open issues of the repository that carry label and that this App wrote, by number.
func (c *Client) OpenIssues(ctx context.Context, label string) ([]*Issue, error) {
	panic("being written")
}

// PutIssue creates an issue (Number 0) or makes an existing one say what i says, its state included. It writes nothing
// if before, the issue as it was listed, says the same already. After a lost answer an open issue of this App with the same first
// line is taken for this one. It returns the number.
func (c *Client) PutIssue(ctx context.Context, i Issue, before *Issue) (number int, err error) {
	panic("being written")
}
