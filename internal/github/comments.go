// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// React adds a reaction ("eyes", "rocket", "confused") to a comment. Repeating it is harmless.
func (c *Client) React(ctx context.Context, commentID int64, content string) error {
	in := map[string]string{"content": content}
	var out struct{}
	return c.send(repeatable(ctx), "react to a comment", http.MethodPost,
		fmt.Sprintf("issues/comments/%d/reactions", commentID), in, &out)
}

// Living returns the comment on a pull request that this App wrote and that begins with marker; nil if there is
// none. If two runs raced and there are several, it is the oldest, for everyone the same.
func (c *Client) Living(ctx context.Context, number int, marker string) (*Comment, error) {
	if marker == "" {
		return nil, errors.New("a comment cannot be found without its marker")
	}
	doing := fmt.Sprintf("list the comments of #%d", number)
	for page, err := range pages[[]wireComment](ctx, c, doing, fmt.Sprintf("issues/%d/comments", number)) {
		if err != nil {
			return nil, err
		}
		for _, w := range page { // oldest first: https://docs.github.com/rest/issues/comments#list-issue-comments
			if c.wrote(w) && strings.HasPrefix(w.Body, marker) {
				return w.comment(), nil
			}
		}
	}
	return nil, nil
}

// PutComment creates the comment that begins with marker or edits it in place. Body must begin with marker. It
// writes nothing if the text is already there. Two comments never come from one call, whatever GitHub answers.
func (c *Client) PutComment(ctx context.Context, number int, marker, body string) (*Comment, error) {
	if !strings.HasPrefix(body, marker) {
		return nil, errors.New("a comment must begin with its marker")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	living, err := c.Living(ctx, number, marker)
	if err != nil {
		return nil, err
	}
	if living != nil {
		return c.editComment(ctx, living, body)
	}
	post := func() error {
		living, err = c.writeComment(ctx, fmt.Sprintf("comment on #%d", number), http.MethodPost,
			fmt.Sprintf("issues/%d/comments", number), body)
		return err
	}
	find := func() (bool, error) {
		living, err = c.Living(ctx, number, marker)
		return living != nil, err
	}
	if err := c.create(ctx, post, find); err != nil {
		return nil, err
	}
	return c.editComment(ctx, living, body) // nothing to do, unless another run's was found
}

func (c *Client) editComment(ctx context.Context, old *Comment, body string) (*Comment, error) {
	if strings.TrimSpace(old.Body) == strings.TrimSpace(body) {
		return old, nil
	}
	return c.writeComment(repeatable(ctx), fmt.Sprintf("edit the comment on #%d", old.Issue), http.MethodPatch,
		fmt.Sprintf("issues/comments/%d", old.ID), body)
}

func (c *Client) writeComment(ctx context.Context, doing, method, path, body string) (*Comment, error) {
	var w wireComment
	if err := c.send(ctx, doing, method, path, map[string]string{"body": body}, &w); err != nil {
		return nil, err
	}
	if w.ID == 0 {
		return nil, &UnavailableError{Doing: c.doing(doing), Err: errNonsense}
	}
	w.Body = body
	return w.comment(), nil
}

// RecentComments returns the newest comments of the whole repository that this App wrote: those among the 100 that
// were written or edited last, newest first. One request.
func (c *Client) RecentComments(ctx context.Context) ([]*Comment, error) {
	var page []wireComment
	path := "issues/comments?sort=updated&direction=desc&per_page=100"
	if err := c.send(ctx, "list the newest comments", http.MethodGet, path, nil, &page); err != nil {
		return nil, err
	}
	var own []*Comment
	for _, w := range page {
		if c.wrote(w) {
			own = append(own, w.comment())
		}
	}
	return own, nil
}

// wrote reports whether w is ours. Text proves nothing: anyone can write our marker.
func (c *Client) wrote(w wireComment) bool {
	if w.User.Type != "Bot" {
		return false
	}
	if c.IsFallback() {
		return w.User.Login == actionsLogin
	}
	return w.App.ID == c.o.AppID
}
