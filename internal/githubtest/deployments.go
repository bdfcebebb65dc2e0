// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

type deployment struct {
	id                    int64
	repo                  *Repo
	sha, ref, task        string
	environment, original string // a status can change the first
	description           *string
	payload               json.RawMessage
	transient, production bool
	creator               *github.User
	created, updated      time.Time
	statuses              []*status // oldest first
}

type status struct {
	id                 int64
	state, description string
	environment        string
	logURL, url        string // of the run, of the environment
	creator            *github.User
	created            time.Time
}

// A Deployment is a deployment with what GitHub knows of it beside what was asked for.
type Deployment struct {
	github.Deployment
	Creator  string             // login
	Statuses []DeploymentStatus // oldest first
}

// A DeploymentStatus is one status of a deployment.
type DeploymentStatus struct {
	github.DeploymentState
	Creator string // login
}

// State returns the state of the last status that anybody gave; "" if there is none.
func (d Deployment) State() string {
	if len(d.Statuses) == 0 {
		return ""
	}
	return d.Statuses[len(d.Statuses)-1].State
}

// Deployments returns the deployments of everybody, oldest first.
func (r *Repo) Deployments() []Deployment {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	var all []Deployment
	for _, d := range r.deployments {
		shown := Deployment{Creator: d.creator.Login, Deployment: github.Deployment{
			ID: d.id, SHA: d.sha, Task: d.task, Environment: d.environment, Description: value(d.description), Payload: slices.Clone(d.payload),
			Created: d.created, Transient: d.transient,
		}}
		for _, v := range d.statuses {
			state := github.DeploymentState{State: v.state, Description: v.description, LogURL: v.logURL, Created: v.created}
			shown.Statuses = append(shown.Statuses, DeploymentStatus{state, v.creator.Login})
		}
		all = append(all, shown)
	}
	return all
}

// ForgeDeployment makes a deployment as someone else, to be mistaken for ours: a person, or an App's bot if the login
// ends in "[bot]". It takes the SHA, the task, the environment and the payload of d.
func (r *Repo) ForgeDeployment(login string, d github.Deployment) int64 {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	in := deploymentInput{Ref: d.SHA, Task: d.Task, Environment: d.Environment, Payload: d.Payload}
	return r.deploy(r.s.user(login), in, d.SHA).id
}

// ForgeStatus gives a deployment a status as someone else. It panics if there is no such deployment.
func (r *Repo) ForgeStatus(login string, deployment int64, state github.DeploymentState) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	in := statusInput{State: state.State, Description: state.Description, LogURL: state.LogURL}
	r.deployment(deployment).set(r.s.user(login), in)
}

// deploy adds a deployment with GitHub's defaults. The caller holds s.mu.
func (r *Repo) deploy(by *github.User, in deploymentInput, sha string) *deployment {
	d := &deployment{
		id: r.s.id(), repo: r, sha: sha, ref: in.Ref, task: cmp.Or(in.Task, "deploy"), environment: cmp.Or(in.Environment, "production"),
		description: in.Description, payload: in.Payload, transient: in.Transient, creator: by, created: r.s.now(), updated: r.s.now(),
	}
	d.original = d.environment
	d.production = d.environment == "production"
	if in.Production != nil {
		d.production = *in.Production
	}
	if len(d.payload) == 0 {
		d.payload = json.RawMessage("{}")
	}
	r.deployments = append(r.deployments, d)
	return d
}

// set adds a status, and what follows from it. The caller holds s.mu.
//
// A success makes the earlier deployments to the environment inactive, unless auto_inactive is off: those whose state
// is success, and which are neither transient nor production.
// https://docs.github.com/rest/deployments/statuses#create-a-deployment-status
func (d *deployment) set(by *github.User, in statusInput) *status {
	d.environment = cmp.Or(in.Environment, d.environment)
	v := d.add(by, in.State)
	v.description, v.logURL, v.url = in.Description, cmp.Or(in.LogURL, in.TargetURL), in.EnvironmentURL
	if in.State != "success" || in.AutoInactive != nil && !*in.AutoInactive {
		return v
	}
	for _, other := range d.repo.deployments {
		if other.id < d.id && strings.EqualFold(other.environment, d.environment) && other.state() == "success" && !other.transient && !other.production {
			other.add(by, "inactive")
		}
	}
	return v
}

func (d *deployment) add(by *github.User, state string) *status {
	s := d.repo.s
	v := &status{id: s.id(), state: state, environment: d.environment, creator: by, created: s.now()}
	d.statuses, d.updated = append(d.statuses, v), v.created
	return v
}

// state returns the last state, "" if there is none.
func (d *deployment) state() string {
	if len(d.statuses) == 0 {
		return ""
	}
	return d.statuses[len(d.statuses)-1].state
}

// deployment returns the deployment of an id, nil if it is not in this repository.
func (r *Repo) deployment(id int64) *deployment {
	for _, d := range r.deployments {
		if d.id == id {
			return d
		}
	}
	return nil
}
