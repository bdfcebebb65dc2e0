// SPDX-License-Identifier: Apache-2.0

package github

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// An Issue is one issue that this App wrote.
type Issue struct {
	Number int    // 0: not there yet
	Title  string // at most 256 characters; what is more is cut off
	Body   string // begins with its marker
	State  string // "open" or "closed"
	Labels []string
	URL    string
}

const maxTitle = 256

// OpenIssues returns the open issues of the repository that carry label and that this App wrote, by number. Without a
// label it is all that this App wrote.
func (c *Client) OpenIssues(ctx context.Context, label string) ([]*Issue, error) {
	query := url.Values{"state": {"open"}, "sort": {"created"}, "direction": {"asc"}}
	if label != "" {
		query.Set("labels", label)
	}
	var own []*Issue
	for page, err := range pages[[]wireIssue](ctx, c, "list the open issues", "issues?"+query.Encode()) {
		if err != nil {
			return nil, err
		}
		for _, w := range page {
			ours, err := c.ours(ctx, w.User, w.App)
			if err != nil {
				return nil, err
			}
			if ours && w.State == "open" && !present(w.PullRequest) && (label == "" || w.labelled(label)) {
				own = append(own, w.issue())
			}
		}
	}
	slices.SortFunc(own, func(a, b *Issue) int { return cmp.Compare(a.Number, b.Number) })
	return own, nil
}

// PutIssue creates an issue (Number 0) or makes an existing one say what i says, its state included. It writes nothing
// if before, the issue as it was listed, says the same already. After a lost answer an open issue of this App with the
// same first line is taken for this one. It returns the number.
func (c *Client) PutIssue(ctx context.Context, i Issue, before *Issue) (number int, err error) {
	i.Title = cut(i.Title, maxTitle)
	switch {
	case i.Title == "" || i.marker() == "":
		return 0, errors.New("an issue needs a title, and a first line to know it by")
	case i.State != "open" && i.State != "closed":
		return 0, fmt.Errorf("%q is not the state of an issue", i.State)
	case i.Number != 0:
		return i.Number, c.updateIssue(ctx, i, before)
	case i.State == "closed":
		return 0, errors.New("an issue is not created to be closed")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var found *Issue
	post := func() (err error) {
		i.Number, err = c.sendIssue(ctx, "open an issue", http.MethodPost, "issues", i.body())
		return err
	}
	find := func() (bool, error) {
		found, err = c.findIssue(ctx, i)
		return found != nil, err
	}
	if err := c.create(ctx, post, find); err != nil {
		return 0, err
	}
	if found == nil {
		return i.Number, nil
	}
	i.Number = found.Number // it may be another run's, which says something else
	return i.Number, c.updateIssue(ctx, i, found)
}

// findIssue returns the open issue that has the marker of i; nil if there is none.
func (c *Client) findIssue(ctx context.Context, i Issue) (*Issue, error) {
	list, err := c.OpenIssues(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, there := range list {
		if there.marker() == i.marker() {
			return there, nil
		}
	}
	return nil, nil
}

func (c *Client) updateIssue(ctx context.Context, i Issue, before *Issue) error {
	if before != nil && before.Number == i.Number && i.says(*before) {
		return nil
	}
	body := i.body()
	body.State = i.State
	_, err := c.sendIssue(repeatable(ctx), fmt.Sprintf("edit issue #%d", i.Number), http.MethodPatch, fmt.Sprintf("issues/%d", i.Number), body)
	return err
}

func (c *Client) sendIssue(ctx context.Context, doing, method, path string, body issueBody) (number int, err error) {
	var w wireIssue
	if err := c.send(ctx, doing, method, path, body, &w); err != nil {
		return 0, err
	}
	if w.Number == 0 {
		return 0, &UnavailableError{Doing: c.doing(doing), Err: errNonsense}
	}
	return w.Number, nil
}

// marker is the first line of the body.
func (i Issue) marker() string {
	line, _, _ := strings.Cut(i.Body, "\n")
	return strings.TrimSpace(line)
}

// says reports whether two issues read the same. A label keeps the case it was made with.
func (i Issue) says(other Issue) bool {
	sorted := func(labels []string) []string {
		return slices.Sorted(strings.SplitSeq(strings.ToLower(strings.Join(labels, "\n")), "\n"))
	}
	return i.Title == other.Title && strings.TrimSpace(i.Body) == strings.TrimSpace(other.Body) && i.State == other.State &&
		slices.Equal(sorted(i.Labels), sorted(other.Labels))
}

type issueBody struct {
	Title  string   `json:"title"`
	Body   string   `json:"body"`
	State  string   `json:"state,omitempty"` // in updates only
	Labels []string `json:"labels"`
}

func (i Issue) body() issueBody {
	return issueBody{Title: i.Title, Body: i.Body, Labels: append([]string{}, i.Labels...)}
}

// wireIssue is an issue as it is listed; pull requests are listed among them.
type wireIssue struct {
	Number      int             `json:"number"`
	Title       string          `json:"title"`
	Body        string          `json:"body"`
	State       string          `json:"state"`
	Labels      []wireLabel     `json:"labels"`
	HTMLURL     string          `json:"html_url"`
	PullRequest json.RawMessage `json:"pull_request"`
	User        wireUser        `json:"user"`
	App         wireApp         `json:"performed_via_github_app"`
}

func (w wireIssue) labelled(label string) bool {
	return slices.ContainsFunc(w.Labels, func(l wireLabel) bool { return strings.EqualFold(string(l), label) })
}

func (w wireIssue) issue() *Issue {
	i := &Issue{Number: w.Number, Title: w.Title, Body: w.Body, State: w.State, URL: w.HTMLURL}
	for _, l := range w.Labels {
		i.Labels = append(i.Labels, string(l))
	}
	return i
}

// wireLabel is the name of a label, which GitHub gives by itself or in an object.
type wireLabel string

func (l *wireLabel) UnmarshalJSON(raw []byte) error {
	var object struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(raw, &object) == nil {
		*l = wireLabel(object.Name)
		return nil
	}
	return json.Unmarshal(raw, (*string)(l))
}
