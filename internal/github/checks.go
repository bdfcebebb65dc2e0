// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// actionsSlug is the App that check runs of Actions' own token belong to.
const actionsSlug = "github-actions"

// PutCheck creates or updates the check run of that name on that commit that belongs to this App: never two.
// Annotations go in requests of 50, and only those that are not there yet: GitHub adds, it never removes. What
// GitHub would refuse is an error before anything is sent. The check runs of a commit are listed once a client.
func (c *Client) PutCheck(ctx context.Context, check Check) (id int64, err error) {
	if err := check.validate(); err != nil {
		return 0, fmt.Errorf("check %q: %w", check.Name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	runs := c.runs[check.HeadSHA]
	if runs == nil {
		if runs, err = c.listRuns(ctx, check.HeadSHA); err != nil {
			return 0, err
		}
	}
	run, there := runs[check.Name]
	left := check.annotations()
	if !there {
		first := left[:min(len(left), maxAnnotations)]
		if run, there, err = c.createRun(ctx, check, first); err != nil {
			return 0, err
		}
		if !there {
			left = left[len(first):]
		}
	}
	switch {
	case !there && len(left) == 0:
		return run.ID, nil
	case there && len(left) > 0 && run.Output.Annotations > 0:
		if left, err = c.without(ctx, run.ID, left); err != nil {
			return 0, err
		}
	}
	return run.ID, c.updateRun(ctx, check, run.ID, left)
}

// createRun makes the check run. found says that it was there after an answer was lost: it may be ours or
// another run's, and may say something else.
func (c *Client) createRun(ctx context.Context, check Check, first []wireAnnotation) (run wireRun, found bool, err error) {
	body := check.body(first)
	body.HeadSHA = check.HeadSHA
	post := func() (err error) {
		run, err = c.sendRun(ctx, "create", http.MethodPost, "check-runs", check.HeadSHA, body)
		return err
	}
	find := func() (bool, error) {
		runs, err := c.listRuns(ctx, check.HeadSHA)
		run, found = runs[check.Name]
		return found, err
	}
	err = c.create(ctx, post, find)
	return run, found, err
}

// updateRun sets everything and adds the annotations that are left, 50 a request.
func (c *Client) updateRun(ctx context.Context, check Check, id int64, left []wireAnnotation) error {
	for {
		some := left[:min(len(left), maxAnnotations)]
		patch := func() error {
			_, err := c.sendRun(ctx, "update", http.MethodPatch, fmt.Sprintf("check-runs/%d", id), check.HeadSHA, check.body(some))
			return err
		}
		find := func() (bool, error) {
			if len(some) == 0 {
				return false, nil
			}
			delete(c.runs, check.HeadSHA) // the number of annotations is no longer known
			lost, err := c.without(ctx, id, some)
			return len(lost) == 0, err
		}
		if err := c.create(ctx, patch, find); err != nil {
			return err
		}
		if left = left[len(some):]; len(left) == 0 {
			return nil
		}
	}
}

func (c *Client) sendRun(ctx context.Context, verb, method, path, sha string, body checkBody) (wireRun, error) {
	doing := fmt.Sprintf("%s check %q", verb, body.Name)
	var run wireRun
	if err := c.send(ctx, doing, method, path, body, &run); err != nil {
		return run, err
	}
	if run.ID == 0 {
		return run, &UnavailableError{Doing: c.doing(doing), Err: errNonsense}
	}
	if known := c.runs[sha]; known != nil {
		known[body.Name] = run
	}
	return run, nil
}

// without returns those of the annotations that the check run does not have.
func (c *Client) without(ctx context.Context, id int64, annotations []wireAnnotation) ([]wireAnnotation, error) {
	there := map[wireAnnotation]bool{}
	for page, err := range pages[[]wireAnnotation](ctx, c, "list annotations", fmt.Sprintf("check-runs/%d/annotations", id)) {
		if err != nil {
			return nil, err
		}
		for _, a := range page {
			there[a] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(annotations), func(a wireAnnotation) bool { return there[a] }), nil
}

// Checks returns this App's check runs of a commit, with their text, by name. Annotations and buttons are not read.
func (c *Client) Checks(ctx context.Context, sha string) ([]Check, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	runs, err := c.listRuns(ctx, sha)
	if err != nil {
		return nil, err
	}
	checks := make([]Check, 0, len(runs))
	for _, run := range runs {
		checks = append(checks, Check{
			Name: run.Name, HeadSHA: run.HeadSHA, Conclusion: run.Conclusion, ExternalID: run.ExternalID, DetailsURL: run.DetailsURL,
			Title: run.Output.Title, Summary: run.Output.Summary, Text: run.Output.Text,
		})
	}
	slices.SortFunc(checks, func(a, b Check) int { return strings.Compare(a.Name, b.Name) })
	return checks, nil
}

// listRuns returns our check runs of a commit by name and remembers them; of two with one name, the newer.
func (c *Client) listRuns(ctx context.Context, sha string) (map[string]wireRun, error) {
	if !validSHA(sha) {
		return nil, fmt.Errorf("%q is not a commit", sha)
	}
	doing := "list the checks of commit " + sha
	path := "commits/" + sha + "/check-runs?filter=latest"
	if !c.IsFallback() {
		path += fmt.Sprintf("&app_id=%d", c.o.AppID)
	}
	runs := map[string]wireRun{}
	type list struct {
		Runs []wireRun `json:"check_runs"`
	}
	for page, err := range pages[list](ctx, c, doing, path) {
		if err != nil {
			return nil, err
		}
		if page.Runs == nil {
			return nil, &UnavailableError{Doing: c.doing(doing), Err: errNonsense}
		}
		for _, run := range page.Runs {
			if c.made(run) && run.ID > runs[run.Name].ID {
				runs[run.Name] = run
			}
		}
	}
	c.runs[sha] = runs
	return runs, nil
}

// made reports whether the check run is ours. Its name proves nothing.
func (c *Client) made(run wireRun) bool {
	if c.IsFallback() {
		return run.App.Slug == actionsSlug
	}
	return run.App.ID == c.o.AppID
}
