// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"fmt"
	"slices"
)

// An occasion is an event that must start the workflow.
type occasion struct {
	event string
	types []string
	lack  string // what does not happen without it
	soft  bool   // Layerbot can be used without
}

// Events that run the workflow of the default branch, whatever they are about, and those that run that of a branch.
// Source: https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
var (
	onDefault = []occasion{
		{"issue_comment", []string{"created"}, "comments command nothing", false},
		{"check_run", []string{"requested_action", "rerequested"}, "the buttons of checks do nothing", true},
		{"workflow_dispatch", nil, "nothing can be started by hand", true},
		{"schedule", nil, "nobody looks for drift", true},
	}
	onBranch = []occasion{
		{"pull_request", []string{"opened", "synchronize", "reopened"}, "pull requests are not planned", false},
		{"pull_request", []string{"ready_for_review", "edited", "closed"}, "drafts that become ready, new base branches and closed pull requests are not answered", true},
		{"push", nil, "what is merged is not applied", false},
		{"merge_group", []string{"checks_requested"}, "a merge queue would wait for its check without end", true},
	}
)

// callers judges the workflow of the default branch, and those of the branches whose pushes must start it.
func (j *judge) callers() {
	trunk := j.Repository.DefaultBranch
	part := "workflow on " + trunk
	switch {
	case j.Workflow != nil:
		j.caller(part, trunk, j.Workflow)
	case !j.unknown(part, "workflow"):
		j.add(Missing, part, "bot init --yes, commit it and merge it to "+trunk, "there is no %s: comments, buttons and the schedule start nothing", Caller)
	}
	for _, branch := range j.branches() {
		text, part := j.WorkflowsOn[branch], "workflow on "+branch
		switch {
		case branch == trunk:
		case text == nil && j.unknown(part, "workflow/"+branch):
		case text == nil:
			j.add(Missing, part, j.bring(branch), "there is no %s: pull requests to it and pushes start nothing", Caller)
		case j.Workflow != nil && bytes.Equal(text, j.Workflow):
			j.sameCaller(part, branch, trunk, text)
		default:
			j.caller(part, branch, text)
		}
	}
}

// bring returns the command that brings the default branch's workflow to a branch, and nothing else: a merge may be a release.
func (j *judge) bring(branch string) string {
	return fmt.Sprintf("git switch %s && git pull && git checkout %s -- %s && git commit -m Layerbot && git push",
		word(branch), word("origin/"+j.Repository.DefaultBranch), Caller)
}

// caller judges a workflow by itself.
func (j *judge) caller(part, branch string, text []byte) {
	c, err := parseCaller(text)
	if err != nil {
		j.add(Wrong, part, "bot init shows what it should be", "%s: %v", Caller, err)
		return
	}
	before := len(j.found)
	j.pinned(part, branch, c)
	j.powers(part, c)
	j.handed(part, c)
	j.starts(part, branch, c)
	if len(j.found) == before {
		j.add(OK, part, "", "%s", c.uses)
	}
}

// sameCaller judges what the default branch's workflow, which was judged there, does on another branch.
func (j *judge) sameCaller(part, branch, trunk string, text []byte) {
	c, err := parseCaller(text)
	before := len(j.found)
	if err == nil {
		j.starts(part, branch, c)
	}
	if len(j.found) == before {
		j.add(OK, part, "", "the same as on %s", trunk)
	}
}

func (j *judge) pinned(part, branch string, c *caller) {
	if ref := c.ref(); ref != "" && !fullSHA.MatchString(ref) {
		j.add(Wrong, part, "bot init --yes, which pins the commit of a release",
			"the reusable workflow is at %s, which can be moved; trust policies hold it at a commit", ref)
	}
	if branch == j.Repository.DefaultBranch || j.Workflow == nil {
		return
	}
	if trunk, err := parseCaller(j.Workflow); err == nil && trunk.uses != c.uses {
		j.add(Advice, part, j.bring(branch), "another version than on %s: %s", j.Repository.DefaultBranch, c.uses)
	}
}

// powers judges the permissions of the job that calls: GitHub refuses a workflow whose jobs ask for more.
func (j *judge) powers(part string, c *caller) {
	needs := map[string]string{"contents": "read", "id-token": "write"}
	for _, name := range []string{"contents", "id-token"} {
		if !covers(c.permissions[name], needs[name]) && !covers(c.permissions["*"], needs[name]) {
			j.add(Wrong, part, "permissions: {contents: read, id-token: write} of its job", "its job lacks %s: %s", name, needs[name])
			return
		}
	}
	for name, level := range c.permissions {
		if !covers(needs[name], level) {
			j.add(Advice, part, "permissions: {contents: read, id-token: write} of its job", "its job may do more than it needs")
			return
		}
	}
}

// handed judges that the secrets reach the reusable workflow.
func (j *judge) handed(part string, c *caller) {
	names := []string{SecretAppID, SecretPrivateKey}
	if usesKMS(j.Workflow) {
		names = names[:1]
	}
	if slices.ContainsFunc(j.Want, func(e Environment) bool { return e.Secrets }) {
		names = append(names, SecretTerraform)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return c.inherit || slices.Contains(c.secrets, name) })
	if len(names) > 0 {
		j.add(Wrong, part, fmt.Sprintf("%s: ${{ secrets.%[1]s }} below `secrets:` of its job", names[0]), "it does not hand over %s", list(names))
	}
}

// starts judges that what must start the workflow does.
func (j *judge) starts(part, branch string, c *caller) {
	if branch == j.Repository.DefaultBranch {
		for _, o := range onDefault {
			j.occasion(part, "", c, o)
		}
	}
	if slices.Contains(j.branches(), branch) {
		for _, o := range onBranch {
			j.occasion(part, branch, c, o)
		}
	}
}

// defaultTypes are those of an event for which a workflow names none.
var defaultTypes = map[string][]string{"pull_request": {"opened", "synchronize", "reopened"}}

// occasion judges one event; branch is what it is about, "" where that does not matter.
func (j *judge) occasion(part, branch string, c *caller, o occasion) {
	state := map[bool]State{true: Advice, false: Wrong}[o.soft]
	f, ok := c.on[o.event]
	types := []string(f.Types)
	if len(types) == 0 {
		types = defaultTypes[o.event]
	}
	missing := slices.DeleteFunc(slices.Clone(o.types), func(t string) bool { return len(types) == 0 || slices.Contains(types, t) })
	switch {
	case !ok:
		j.add(state, part, "bot init shows what to add", "it does not start on %s: %s", o.event, o.lack)
	case len(missing) > 0:
		j.add(state, part, "bot init shows what to add", "it does not start on %s %s: %s", o.event, list(missing), o.lack)
	case o.soft || branch == "":
	case !f.admits(branch):
		j.add(Wrong, part, fmt.Sprintf("add %s to the branches of %s", quote(branch), o.event), "%s is not for %s: %s", o.event, branch, o.lack)
	case f.Paths != nil || f.PathsIgnore != nil:
		j.add(Wrong, part, "remove the paths: Layerbot knows what a change touches", "%s is narrowed by paths: where it does not start, %s, and a required check waits without end", o.event, o.lack)
	}
}
