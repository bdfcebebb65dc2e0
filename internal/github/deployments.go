package github

import (
	"context"
	"encoding/json"
	"time"
)

// A Deployment is GitHub's record of one apply. Only those that this App made are ever returned.
// https://docs.github.com/rest/deployments/deployments
type Deployment struct {
	ID          int64
	SHA         string
	Task        string // "apply:05-compute"
	Environment string // "prod"
	Description string // at most 140 characters
	Payload     json.RawMessage
	Created     time.Time
	Transient   bool // the environment is none that anything runs in
}

// A DeploymentState is the newest status of a deployment that this App wrote; the zero value is none.
type DeploymentState struct {
	State       string // "queued", "in_progress", "success", "failure", "error", "inactive"
	Description string // at most 140 characters
	LogURL      string // the run
	Created     time.Time
}

// Deployments returns the newest deployments of an environment that this App made, newest first, at most pages of 100;
// task "" is all of them. more says that there are older ones.
func (c *Client) Deployments(ctx context.Context, environment, task string, pages int) (list []Deployment, more bool, err error) {
	panic("being written")
}

// DeploymentState returns the newest status that this App gave a deployment. Anyone who may write deployments can
// add one; those of others are passed over.
func (c *Client) DeploymentState(ctx context.Context, id int64) (DeploymentState, error) {
	panic("being written")
}

// CreateDeployment records an apply of d.SHA, and returns its id. Nothing is merged and no check is waited for. After
// a lost answer a deployment of the same task, environment, commit and payload is taken for this one.
func (c *Client) CreateDeployment(ctx context.Context, d Deployment) (id int64, err error) {
	panic("being written")
}

// SetDeployment gives a deployment a status. Other deployments of the environment stay as they are
// (auto_inactive is off: each layer has its own). The same status twice is harmless.
func (c *Client) SetDeployment(ctx context.Context, id int64, s DeploymentState) error {
	panic("being written")
}
