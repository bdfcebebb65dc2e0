// SPDX-License-Identifier: Apache-2.0

package trust

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A table is being filled.
type table struct {
	r           Repository
	env, branch string
	other       string // another environment
	elsewhere   string // job_workflow_ref of the reusable workflow at a ref that can be moved
	form        Form
	all         []Subject
}

// A run is what a job's token tells about its run. What is empty is as it is where everything is right.
type run struct {
	event, ref, environment string
	workflow                string // job_workflow_ref
	sub                     string // what sub ends in, where there is no environment; "": its ref
	repository              *Repository
	audience                string
}

// add adds a subject, unless there is one of its name: where an environment is applied from the default branch, a few
// are the same.
func (t *table) add(s Subject, r run) {
	repository := r.repository
	if repository == nil {
		repository = &t.r
	}
	name := repository.Owner + "/" + repository.Name
	s.Form = t.form
	if slices.ContainsFunc(t.all, func(o Subject) bool { return o.Name == s.Name && o.Form == s.Form }) {
		return
	}
	subject := "repo:" + name
	if s.Form == IDs {
		subject = fmt.Sprintf("repo:%s@%s/%s@%s", repository.Owner, repository.OwnerID, repository.Name, repository.ID)
	}
	s.Claims = Claims{
		"iss": "https://" + public, "aud": or(r.audience, "sts.amazonaws.com"),
		"repository": name, "repository_id": repository.ID, "repository_owner": repository.Owner, "repository_owner_id": repository.OwnerID,
		"event_name": r.event, "ref": r.ref, "job_workflow_ref": or(r.workflow, t.r.Workflow),
	}
	switch {
	case r.environment != "":
		s.Claims["environment"] = r.environment
		subject += ":environment:" + r.environment
	case r.sub != "":
		subject += ":" + r.sub
	default:
		subject += ":ref:" + r.ref
	}
	s.Claims["sub"] = subject
	t.all = append(t.all, s)
}

func or(value, otherwise string) string {
	if value != "" {
		return value
	}
	return otherwise
}

const (
	pull    = "refs/pull/12/merge"
	feature = "refs/heads/feature-of-somebody"
)

func (t *table) main() string  { return "refs/heads/" + t.r.Default }
func (t *table) head() string  { return "refs/heads/" + t.branch }
func (t *table) queue() string { return "refs/heads/gh-readonly-queue/" + t.branch + "/pr-12-1a2b3c" }

// own returns the job_workflow_ref of a workflow of the repository itself, at ref.
func (t *table) own(ref string) string {
	return t.r.Owner + "/" + t.r.Name + "/.github/workflows/own.yml@" + ref
}

// pinned matches a job_workflow_ref that cannot come to mean something else.
var pinned = regexp.MustCompile(`@([0-9a-f]{40}|` + someCommit + `)$`)

const someCommit = "<commit>"

// pin makes sure that the workflow is at a commit, and keeps the ref that it is at elsewhere.
func (t *table) pin() {
	file, ref, _ := strings.Cut(t.r.Workflow, "@")
	t.elsewhere = file + "@refs/heads/main"
	if !pinned.MatchString(t.r.Workflow) {
		t.elsewhere, t.r.Workflow = file+"@"+or(ref, "refs/heads/main"), file+"@"+someCommit
	}
}
