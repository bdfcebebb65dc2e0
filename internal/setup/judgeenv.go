// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/layerbot/layerbot/internal/github"
)

// A pull request's jobs are held against this, not against its branch.
// Source: https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments
const pullRef = "refs/pull/1/merge"

// environments judges the deployment environments of the layers: of each the two that plan and apply.
func (j *judge) environments() {
	for _, e := range j.Want {
		plan := "plan-" + e.Name
		j.open(plan, "pull requests are not planned", "every plan waits for somebody")
		j.keyless(plan)
		j.closed(e)
		j.keyless(e.Name)
		if e.Secrets {
			j.variables(plan)
			j.variables(e.Name)
		}
	}
}

func environmentPart(name string) string { return "environment " + name }

// environment returns the environment of a name, or judges that it is not there, or not known.
func (j *judge) environment(name, fix string) *github.Environment {
	if i := slices.IndexFunc(j.Environments, func(e github.Environment) bool { return strings.EqualFold(e.Name, name) }); i >= 0 {
		return &j.Environments[i]
	}
	if !j.unknown(environmentPart(name), "environments") {
		j.add(Missing, environmentPart(name), fix, "there is none")
	}
	return nil
}

// open judges an environment whose jobs come from pull requests, comments, pushes and the schedule alike.
func (j *judge) open(name, refused, waits string) {
	part, create := environmentPart(name), "gh api -X PUT "+j.environmentAPI(name, "")
	e := j.environment(name, create)
	switch {
	case e == nil:
	case e.Protected || e.Branches != nil && !slices.ContainsFunc(e.Branches, func(pattern string) bool { return matches(pattern, pullRef) }):
		j.add(Wrong, part, j.unlessReviewed(e, create+" -F deployment_branch_policy=null", "let any branch deploy"), "only some branches may use it, so %s", refused)
	case e.Reviewers > 0:
		j.add(Advice, part, "take the reviewers away: "+j.settings("environments"), "it has reviewers, so %s", waits)
	default:
		j.add(OK, part, "", "there, without rules")
	}
}

// closed judges an environment that is applied: only from its branch.
func (j *judge) closed(want Environment) {
	part := environmentPart(want.Name)
	add := fmt.Sprintf("gh api %s -f name=%s", j.environmentAPI(want.Name, "/deployment-branch-policies"), quote(want.Branch))
	restrict := fmt.Sprintf("gh api -X PUT %s -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true' && %s",
		j.environmentAPI(want.Name, ""), add)
	e := j.environment(want.Name, restrict)
	if e == nil {
		return
	}
	trunk := j.Repository.DefaultBranch
	others := slices.DeleteFunc(slices.Clone(e.Branches), func(p string) bool { return p == want.Branch })
	alone := fmt.Sprintf("let only %s deploy", want.Branch)
	page, restrict := alone+": "+j.settings("environments"), j.unlessReviewed(e, restrict, alone)
	switch {
	case e.Protected:
		j.add(Wrong, part, restrict, "every protected branch may deploy, not only %s", want.Branch)
	case e.Branches == nil:
		j.add(Wrong, part, restrict, "any branch may deploy: who may push a branch can have its apply role")
	case !slices.ContainsFunc(e.Branches, func(p string) bool { return matches(p, want.Branch) }):
		j.add(Wrong, part, add, "%s may not deploy, from which it is applied", want.Branch)
	case len(e.Tags) > 0:
		j.add(Wrong, part, page, "tags may deploy as well (%s): who may push one can have its secrets", list(e.Tags))
	case len(others) == 1 && others[0] == trunk:
		j.add(Advice, part, page, "%s may deploy, and %s, which /apply in comments needs: who merges there can have its apply role", want.Branch, trunk)
	case len(others) > 0:
		j.add(Wrong, part, page, "%s may deploy as well", list(others))
	default:
		j.add(OK, part, "", "only %s may deploy", want.Branch)
	}
}

// unlessReviewed returns the command that sets up an environment anew, unless that could take its reviewers away: it names none.
func (j *judge) unlessReviewed(e *github.Environment, command, what string) string {
	if e.Reviewers > 0 {
		return what + ": " + j.settings("environments")
	}
	return command
}

// matches holds a ref against a pattern as environments have them: fnmatch, in which * does not cross a slash.
func matches(pattern, ref string) bool {
	ok, err := doublestar.Match(pattern, ref)
	return ok && err == nil
}

// keyless judges that an environment of jobs with Terraform does not hold the App's key.
func (j *judge) keyless(name string) {
	if slices.Contains(j.Secrets[name], SecretPrivateKey) {
		j.add(Wrong, "secret "+SecretPrivateKey, fmt.Sprintf("gh secret delete %s --repo %s --env %s", SecretPrivateKey, j.Repository, word(name)),
			"in the environment %s, whose jobs run Terraform", name)
	}
}

// variables judges that an environment's jobs have the variables that the configuration names.
func (j *judge) variables(name string) {
	part := "secret " + SecretTerraform + " of " + name
	switch {
	case slices.Contains(j.Secrets[name], SecretTerraform), slices.Contains(j.Secrets[""], SecretTerraform):
		j.add(OK, part, "", "there")
	case j.unknown(part, "secrets/"+name, "secrets", "environments"):
	default:
		j.add(Missing, part, fmt.Sprintf("gh secret set %s --repo %s --env %s < FILE (one NAME=value a line)", SecretTerraform, j.Repository, word(name)),
			"not there, and the configuration names variables of the job")
	}
}
