// SPDX-License-Identifier: Apache-2.0

// Package github speaks to GitHub for Layerbot: it reads events, mints
// installation tokens narrowed to one repository and one phase's permissions, and
// reads and writes what a pull request shows.
//
// It never sends a credential to another host than the configured one, never
// believes a comment or check run that another author wrote, and never repeats a
// write that may have happened without looking first.
package github

import "time"

// A Repository names a repository and where it is.
type Repository struct {
	ID            int64  `json:"id"`
	Owner         string `json:"owner"`
	Name          string `json:"name"`
	CloneURL      string `json:"clone_url"`
	DefaultBranch string `json:"default_branch"`
}

// String returns "owner/name".
func (r Repository) String() string { return r.Owner + "/" + r.Name }

// A User is who did something. Type is "User", "Bot" or "Organization"; a deleted user is the zero value.
type User struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Type  string `json:"type"`
}

// An Event is what started the run, reduced to what Layerbot uses. Fields that the event does not have are zero.
type Event struct {
	Name           string // "pull_request", "issue_comment", "merge_group", "check_run", "workflow_dispatch", "push", "schedule"
	Action         string // "opened", "created" …
	Repository     Repository
	InstallationID int64
	Sender         User

	PullRequest   *PullRequest      // pull_request only
	BaseChanged   bool              // pull_request edited: the base branch changed
	Number        int               // pull request number of pull_request, issue_comment and check_run (0 there unless exactly one fits)
	OnPull        bool              // issue_comment: the issue is a pull request
	Comment       *Comment          // issue_comment only
	CheckRun      *CheckEvent       // check_run only
	MergeGroup    *MergeGroup       // merge_group only
	Inputs        map[string]string // workflow_dispatch only
	Ref           string            // push and workflow_dispatch: "refs/heads/prod"
	Before, After string            // push only; all zeros where there was no commit, or is none
	Forced        bool              // push: After does not stand on Before
	Deleted       bool              // push: the branch is gone
}

// A PullRequest is one pull request as it was when read.
type PullRequest struct {
	Number           int
	State            string // "open" or "closed"
	Merged, Draft    bool
	Title            string
	Author           User
	HeadSHA, HeadRef string
	HeadRepo         *Repository // nil when the fork is gone
	BaseSHA, BaseRef string
	BaseRepo         Repository
	MergeSHA         string    // the commit that the base branch got by the merge; "" unless merged
	MergedAt         time.Time // zero unless merged
	URL              string
}

// A Comment is one comment on a pull request.
type Comment struct {
	ID     int64
	Body   string
	Author User
	AppID  int64 // of the App that wrote it; 0 for people
	URL    string
	Issue  int // number of the pull request it is on

	Created time.Time
}

// A CheckEvent is a press on a check run's button, or a request to run it again.
type CheckEvent struct {
	ID         int64
	Name       string
	HeadSHA    string
	AppID      int64
	ExternalID string
	Identifier string // of the button; "" for rerequested
}

// A MergeGroup is a merge queue's candidate.
type MergeGroup struct{ HeadSHA, HeadRef, BaseSHA, BaseRef string }
