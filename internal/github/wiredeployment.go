// SPDX-License-Identifier: Apache-2.0

package github

import "encoding/json"

// wireDeployment is a deployment as it is listed.
type wireDeployment struct {
	ID          int64           `json:"id"`
	SHA         string          `json:"sha"`
	Task        string          `json:"task"`
	Environment string          `json:"original_environment"` // "environment" is where a status moved it to
	Description string          `json:"description"`
	Payload     json.RawMessage `json:"payload"`
	CreatedAt   string          `json:"created_at"`
	Transient   bool            `json:"transient_environment"`
	Creator     wireUser        `json:"creator"`
	App         wireApp         `json:"performed_via_github_app"`
}

func (w wireDeployment) deployment() Deployment {
	return Deployment{
		ID: w.ID, SHA: w.SHA, Task: w.Task, Environment: w.Environment, Description: w.Description, Payload: payloadOf(w.Payload),
		Created: moment(w.CreatedAt), Transient: w.Transient,
	}
}

// payloadOf returns the object that was given, also if it comes back as a string that holds it. What is no object is nil.
func payloadOf(raw json.RawMessage) json.RawMessage {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	if !isObject(raw) {
		return nil
	}
	return raw
}

type wireStatus struct {
	ID          int64    `json:"id"`
	State       string   `json:"state"`
	Description string   `json:"description"`
	LogURL      string   `json:"log_url"`
	CreatedAt   string   `json:"created_at"`
	Creator     wireUser `json:"creator"`
	App         wireApp  `json:"performed_via_github_app"`
}

func (w wireStatus) state() DeploymentState {
	return DeploymentState{State: w.State, Description: w.Description, LogURL: w.LogURL, Created: moment(w.CreatedAt)}
}

// deploymentBody asks for a deployment of exactly one commit. By default GitHub would merge the default branch into it,
// and refuse as long as a check of the commit is not green.
type deploymentBody struct {
	Ref         string          `json:"ref"`
	Task        string          `json:"task"`
	AutoMerge   bool            `json:"auto_merge"`
	Contexts    []string        `json:"required_contexts"`
	Payload     json.RawMessage `json:"payload,omitempty"`
	Environment string          `json:"environment"`
	Description string          `json:"description"`
	Transient   bool            `json:"transient_environment"`
}

func (d Deployment) body() deploymentBody {
	return deploymentBody{
		Ref: d.SHA, Task: d.Task, Contexts: []string{}, Payload: d.Payload, Environment: d.Environment,
		Description: cut(d.Description, maxDescription), Transient: d.Transient,
	}
}

// statusBody leaves other deployments alone. By default GitHub would make those of the same environment inactive.
type statusBody struct {
	State        string `json:"state"`
	Description  string `json:"description"`
	LogURL       string `json:"log_url,omitempty"`
	AutoInactive bool   `json:"auto_inactive"`
}

func (s DeploymentState) body() statusBody {
	return statusBody{State: s.State, Description: cut(s.Description, maxDescription), LogURL: s.LogURL}
}
