// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

func listEnvironments(c *call) reply {
	return page(c, c.repo.settings.environments, c.environmentJSON, named("environments"))
}

func listBranchPolicies(c *call) reply {
	e := c.repo.environment(c.vars["environment_name"])
	if e == nil {
		return notFound("Not Found")
	}
	var policies []object
	add := func(kind string, patterns []string) {
		for _, pattern := range patterns {
			policies = append(policies, object{"id": e.id, "node_id": nodeID("GBP", e.id), "name": pattern, "type": kind})
		}
	}
	add("branch", e.Branches)
	add("tag", e.Tags)
	return page(c, policies, func(policy object) object { return policy }, named("branch_policies"))
}

func listEnvironmentSecrets(c *call) reply {
	e := c.repo.environment(c.vars["environment_name"])
	if e == nil {
		return notFound("Not Found")
	}
	return page(c, e.secrets, secretJSON, named("secrets"))
}

func listSecrets(c *call) reply {
	return page(c, c.repo.settings.secrets, secretJSON, named("secrets"))
}

func listSharedSecrets(c *call) reply {
	return page(c, c.repo.settings.shared, secretJSON, named("secrets"))
}

// listRules answers the rules of all rulesets that match a branch: here one ruleset, which forbids to delete it too.
func listRules(c *call) reply {
	checks, has := c.repo.settings.rules[c.vars["branch"]]
	if !has {
		return ok([]object{})
	}
	rules := []object{{"type": "deletion"}, {"type": "required_status_checks", "parameters": object{
		"strict_required_status_checks_policy": false, "required_status_checks": each(checks, ruleJSON),
	}}}
	show := func(rule object) object {
		rule["ruleset_source_type"], rule["ruleset_source"], rule["ruleset_id"] = "Repository", c.repo.Owner+"/"+c.repo.Name, 7
		return rule
	}
	return page(c, rules, show, list)
}

// getRequiredChecks answers what branch protection requires. Who is no administrator is told that there is nothing,
// in words that are not those for a branch without protection.
func getRequiredChecks(c *call) reply {
	branch := c.vars["branch"]
	checks, protected := c.repo.settings.classic[branch]
	switch p := c.token.person; {
	case p != nil && c.repo.collaborators[strings.ToLower(p.Login)] != "admin":
		return notFound("Not Found")
	case c.repo.resolve("refs/heads/"+branch) == "":
		return notFound("Branch not found")
	case !protected:
		return notFound("Branch not protected")
	case len(checks) == 0:
		return notFound("Required status checks not enabled")
	}
	var names []string
	for _, check := range checks {
		names = append(names, check.Name)
	}
	at := c.s.APIURL() + c.escaped()
	return ok(object{"url": at, "contexts_url": at + "/contexts", "strict": false, "contexts": names, "checks": each(checks, protectionJSON)})
}

// named wraps a page of a listing that says how long all of it is.
func named(name string) func([]object, int) any {
	return func(shown []object, total int) any { return object{"total_count": total, name: shown} }
}

func (c *call) environmentJSON(e *environment) object {
	at := stamp(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	rules := []object{}
	if e.Reviewers > 0 {
		asked := make([]object, e.Reviewers)
		for i := range asked {
			asked[i] = object{"type": "User", "reviewer": c.s.userJSON(c.s.user(fmt.Sprintf("reviewer-%d", i+1)))}
		}
		rules = append(rules, object{"id": e.id, "node_id": nodeID("GATE", e.id), "type": "required_reviewers", "prevent_self_review": false, "reviewers": asked})
	}
	o := object{
		"id": e.id, "node_id": nodeID("EN", e.id), "name": e.Name, "url": c.s.repoURL(c.repo) + "/environments/" + url.PathEscape(e.Name),
		"html_url":   fmt.Sprintf("%s/%s/%s/deployments/activity_log?environments_filter=%s", c.s.URL, c.repo.Owner, c.repo.Name, url.QueryEscape(e.Name)),
		"created_at": at, "updated_at": at, "deployment_branch_policy": nil,
	}
	if e.Protected || e.Branches != nil {
		rules = append(rules, object{"id": e.id, "node_id": nodeID("GATE", e.id), "type": "branch_policy"})
		o["deployment_branch_policy"] = object{"protected_branches": e.Protected, "custom_branch_policies": !e.Protected}
	}
	o["protection_rules"] = rules
	return o
}

func secretJSON(name string) object {
	at := stamp(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	return object{"name": name, "created_at": at, "updated_at": at}
}

func ruleJSON(check github.RequiredCheck) object {
	o := object{"context": check.Name}
	if check.AppID != 0 {
		o["integration_id"] = check.AppID
	}
	return o
}

func protectionJSON(check github.RequiredCheck) object {
	o := object{"context": check.Name, "app_id": nil}
	if check.AppID != 0 {
		o["app_id"] = check.AppID
	}
	return o
}
