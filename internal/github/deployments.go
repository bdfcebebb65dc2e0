// SPDX-License-Identifier: Apache-2.0

package github

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A Deployment is GitHub's record of one apply. Only those that this App made are ever returned.
// https://docs.github.com/rest/deployments/deployments
type Deployment struct {
	ID          int64
	SHA         string
	Task        string          // "apply:05-compute"
	Environment string          // "prod": at most 255 characters
	Description string          // at most 140 characters; what is more is cut off
	Payload     json.RawMessage // an object; nil for none
	Created     time.Time
	Transient   bool // the environment is none that anything runs in
}

// A DeploymentState is the newest status of a deployment that this App wrote; the zero value is none.
type DeploymentState struct {
	State       string // "queued", "in_progress", "success", "failure", "error", "inactive"
	Description string // at most 140 characters; what is more is cut off
	LogURL      string // the run
	Created     time.Time
}

const (
	maxEnvironment = 255
	maxDescription = 140
)

var deploymentStates = []string{"queued", "in_progress", "success", "failure", "error", "inactive"}

// Deployments returns the newest deployments of an environment that this App made, newest first, at most pages of 100;
// task "" is all of them. more says that there are older ones.
//
// Whoever may write deployments can move one to another environment with a status, or delete it. Those that were made
// for another environment are not returned. The names of environments are not case sensitive.
func (c *Client) Deployments(ctx context.Context, environment, task string, pages int) (list []Deployment, more bool, err error) {
	if environment == "" {
		return nil, false, errors.New("deployments are listed by environment")
	}
	query := url.Values{"environment": {environment}}
	if task != "" {
		query.Set("task", task)
	}
	doing, path := "list the deployments to "+environment, "deployments?"+query.Encode()
	next := 1
	for read := 0; next != 0 && read < min(pages, maxPages); read++ {
		var page []wireDeployment
		if page, next, err = onePage[[]wireDeployment](ctx, c, doing, path, next); err != nil {
			return nil, false, err
		}
		for _, w := range page {
			d := w.deployment()
			own, err := c.ours(ctx, w.Creator, w.App)
			if err != nil {
				return nil, false, err
			}
			if own && strings.EqualFold(d.Environment, environment) && (task == "" || d.Task == task) && validSHA(d.SHA) {
				list = append(list, d)
			}
		}
	}
	// One made while the pages are read pushes others to the next page, where they are seen again.
	slices.SortFunc(list, func(a, b Deployment) int { return cmp.Compare(b.ID, a.ID) })
	list = slices.CompactFunc(list, func(a, b Deployment) bool { return a.ID == b.ID })
	return list, next != 0, nil
}

// DeploymentState returns the newest status that this App gave a deployment. Anyone who may write deployments can
// add one; those of others are passed over.
func (c *Client) DeploymentState(ctx context.Context, id int64) (DeploymentState, error) {
	var newest wireStatus
	doing := fmt.Sprintf("list the statuses of deployment %d", id)
	for page, err := range pages[[]wireStatus](ctx, c, doing, fmt.Sprintf("deployments/%d/statuses", id)) {
		if err != nil {
			return DeploymentState{}, err
		}
		for _, w := range page {
			own, err := c.ours(ctx, w.Creator, w.App)
			if err != nil {
				return DeploymentState{}, err
			}
			if own && w.ID > newest.ID {
				newest = w
			}
		}
	}
	return newest.state(), nil
}

// CreateDeployment records an apply of d.SHA, and returns its id. Nothing is merged and no check is waited for. After
// a lost answer a deployment of the same task, environment, commit and payload that has no status yet is taken for
// this one. d.ID and d.Created do not matter.
func (c *Client) CreateDeployment(ctx context.Context, d Deployment) (id int64, err error) {
	if err := d.validate(); err != nil {
		return 0, fmt.Errorf("deployment of %s to %s: %w", d.Task, d.Environment, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	post := func() (err error) {
		id, err = c.post(ctx, fmt.Sprintf("record the deployment of %s to %s", d.Task, d.Environment), "deployments", d.body())
		return err
	}
	find := func() (bool, error) {
		id, err = c.findDeployment(ctx, d)
		return id != 0, err
	}
	err = c.create(ctx, post, find)
	return id, err
}

// findDeployment returns the newest deployment that is as d and has no status; 0 if there is none.
func (c *Client) findDeployment(ctx context.Context, d Deployment) (id int64, err error) {
	list, _, err := c.Deployments(ctx, d.Environment, d.Task, 1)
	if err != nil {
		return 0, err
	}
	for _, there := range list {
		if there.SHA != d.SHA || !sameJSON(there.Payload, d.Payload) {
			continue
		}
		state, err := c.DeploymentState(ctx, there.ID)
		if err != nil {
			return 0, err
		}
		if state == (DeploymentState{}) {
			return there.ID, nil
		}
	}
	return 0, nil
}

// SetDeployment gives a deployment a status. Other deployments of the environment stay as they are
// (auto_inactive is off: each layer has its own). The same status twice is harmless.
func (c *Client) SetDeployment(ctx context.Context, id int64, s DeploymentState) error {
	if !slices.Contains(deploymentStates, s.State) {
		return fmt.Errorf("deployment %d: %q is not a state", id, s.State)
	}
	_, err := c.post(repeatable(ctx), fmt.Sprintf("set the status of deployment %d to %s", id, s.State),
		fmt.Sprintf("deployments/%d/statuses", id), s.body())
	return err
}

// post creates something that GitHub gives an id.
func (c *Client) post(ctx context.Context, doing, path string, body any) (id int64, err error) {
	var answer struct {
		ID int64 `json:"id"`
	}
	if err := c.send(ctx, doing, http.MethodPost, path, body, &answer); err != nil {
		return 0, err
	}
	if answer.ID == 0 {
		return 0, &UnavailableError{Doing: c.doing(doing), Err: errNonsense}
	}
	return answer.ID, nil
}

func (d Deployment) validate() error {
	switch {
	case !validSHA(d.SHA):
		return fmt.Errorf("%q is not a commit", d.SHA)
	case d.Task == "":
		return errors.New("a deployment needs a task")
	case !within(d.Environment, maxEnvironment):
		return fmt.Errorf("the name of an environment has 1 to %d characters", maxEnvironment)
	case len(d.Payload) > 0 && !isObject(d.Payload):
		return errors.New("a payload is a JSON object")
	}
	return nil
}

func isObject(raw json.RawMessage) bool {
	return json.Valid(raw) && bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{"))
}

// sameJSON reports whether two payloads say the same, however they are written; none is an empty object.
func sameJSON(a, b json.RawMessage) bool {
	decode := func(raw json.RawMessage) (v any) {
		if len(raw) == 0 {
			return map[string]any{}
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if d.Decode(&v) != nil {
			return raw
		}
		return v
	}
	return reflect.DeepEqual(decode(a), decode(b))
}

// cut shortens text to so many characters, the last of them a sign that there was more.
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
