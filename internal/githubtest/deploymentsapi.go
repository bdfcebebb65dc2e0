// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of deployments. The one on a description is documented for statuses.
const (
	maxEnvironment = 255
	maxDescription = 140
)

type deploymentInput struct {
	Ref         string          `json:"ref"`
	Task        string          `json:"task"`
	AutoMerge   *bool           `json:"auto_merge"`
	Contexts    *[]string       `json:"required_contexts"`
	Payload     json.RawMessage `json:"payload"`
	Environment string          `json:"environment"`
	Description *string         `json:"description"`
	Transient   bool            `json:"transient_environment"`
	Production  *bool           `json:"production_environment"`
}

type statusInput struct {
	State          string `json:"state"`
	TargetURL      string `json:"target_url"`
	LogURL         string `json:"log_url"`
	Description    string `json:"description"`
	Environment    string `json:"environment"`
	EnvironmentURL string `json:"environment_url"`
	AutoInactive   *bool  `json:"auto_inactive"`
}

var deploymentStates = []string{"error", "failure", "inactive", "in_progress", "queued", "pending", "success"}

// refusedNames says why GitHub would not take the name of an environment and a description, "" if it would.
func refusedNames(environment, description string) string {
	switch {
	case utf8.RuneCountInString(environment) > maxEnvironment:
		return fmt.Sprintf("Validation Failed: environment is too long (maximum is %d characters)", maxEnvironment)
	case utf8.RuneCountInString(description) > maxDescription:
		return fmt.Sprintf("Validation Failed: description is too long (maximum is %d characters)", maxDescription)
	}
	return ""
}

func conflict(text string) reply { return reply{status: http.StatusConflict, body: message(text)} }

// createDeployment does what a client forgets to turn off: it waits for checks, and merges.
// https://docs.github.com/rest/deployments/deployments#create-a-deployment
func createDeployment(c *call) reply {
	var in deploymentInput
	if rep, fine := c.decode(&in); !fine {
		return rep
	}
	if why := refusedNames(in.Environment, value(in.Description)); why != "" {
		return invalid(why)
	}
	if payload := bytes.TrimSpace(in.Payload); len(payload) > 0 && payload[0] != '{' && payload[0] != '"' {
		return invalid("Validation Failed: payload is neither an object nor a string")
	}
	sha := c.repo.resolve(in.Ref)
	if in.Ref == "" || sha == "" {
		return invalid("No ref found for: " + in.Ref)
	}
	if branch := c.repo.defaultBranch(); (in.AutoMerge == nil || *in.AutoMerge) && !c.repo.contains(sha, "refs/heads/"+branch) {
		return conflict(fmt.Sprintf("Conflict merging %s into %s.", branch, in.Ref))
	}
	if !c.repo.green(sha, in.Contexts) {
		return conflict(fmt.Sprintf("Conflict: Commit status checks failed for %s.", in.Ref))
	}
	return created(c.s.deploymentJSON(c.repo.deploy(c.bot(), in, sha)))
}

// green says whether the required contexts of a commit, all of them if none are named, have passed.
func (r *Repo) green(sha string, contexts *[]string) bool {
	last := map[string]string{}
	for _, k := range r.s.checks {
		if k.repo == r && k.head == sha {
			last[k.name] = k.conclusion
		}
	}
	if contexts != nil {
		return !slices.ContainsFunc(*contexts, func(name string) bool { return last[name] != "success" })
	}
	for _, conclusion := range last {
		if conclusion != "success" && conclusion != "neutral" && conclusion != "skipped" {
			return false
		}
	}
	return true
}

// listDeployments lists the newest first.
func listDeployments(c *call) reply {
	var found []*deployment
	for _, d := range slices.Backward(c.repo.deployments) {
		if c.filter("sha", d.sha) && c.filter("ref", d.ref) && c.filter("task", d.task) && c.filter("environment", d.environment) {
			found = append(found, d)
		}
	}
	return page(c, found, c.s.deploymentJSON, list)
}

// filter says whether the query lets a value through. The names of environments are not case sensitive.
func (c *call) filter(name, value string) bool {
	asked := c.query.Get(name)
	return !c.query.Has(name) || asked == value || name == "environment" && strings.EqualFold(asked, value)
}

func getDeployment(c *call) reply {
	d := c.repo.deployment(c.number("deployment_id"))
	if d == nil {
		return notFound("Not Found")
	}
	return ok(c.s.deploymentJSON(d))
}

func createStatus(c *call) reply {
	d := c.repo.deployment(c.number("deployment_id"))
	if d == nil {
		return notFound("Not Found")
	}
	var in statusInput
	if rep, fine := c.decode(&in); !fine {
		return rep
	}
	if !slices.Contains(deploymentStates, in.State) {
		return invalid("Validation Failed: state " + in.State)
	}
	if why := refusedNames(in.Environment, in.Description); why != "" {
		return invalid(why)
	}
	return created(c.s.statusJSON(d, d.set(c.bot(), in)))
}

// listStatuses lists the newest first.
func listStatuses(c *call) reply {
	d := c.repo.deployment(c.number("deployment_id"))
	if d == nil {
		return notFound("Not Found")
	}
	newest := slices.Clone(d.statuses)
	slices.Reverse(newest)
	return page(c, newest, func(v *status) object { return c.s.statusJSON(d, v) }, list)
}

// deploymentJSON has a null performed_via_github_app, as GitHub shows it of deployments that an App or Actions made as
// itself.
func (s *Server) deploymentJSON(d *deployment) object {
	repo := s.repoURL(d.repo)
	url := fmt.Sprintf("%s/deployments/%d", repo, d.id)
	return object{
		"url": url, "id": d.id, "node_id": nodeID("DE", d.id), "sha": d.sha, "ref": d.ref, "task": d.task, "payload": d.payload,
		"original_environment": d.original, "environment": d.environment, "description": textOr(d.description), "creator": s.userOrNull(d.creator),
		"created_at": stamp(d.created), "updated_at": stamp(d.updated), "statuses_url": url + "/statuses", "repository_url": repo,
		"transient_environment": d.transient, "production_environment": d.production, "performed_via_github_app": nil,
	}
}

func (s *Server) statusJSON(d *deployment, v *status) object {
	repo := s.repoURL(d.repo)
	url := fmt.Sprintf("%s/deployments/%d", repo, d.id)
	return object{
		"url": fmt.Sprintf("%s/statuses/%d", url, v.id), "id": v.id, "node_id": nodeID("DES", v.id), "state": v.state, "creator": s.userOrNull(v.creator),
		"description": v.description, "environment": v.environment, "target_url": v.logURL, "log_url": v.logURL, "environment_url": v.url,
		"created_at": stamp(v.created), "updated_at": stamp(v.created), "deployment_url": url, "repository_url": repo, "performed_via_github_app": nil,
	}
}
