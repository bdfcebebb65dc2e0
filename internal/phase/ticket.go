// Package phase ties the stations together: gate decides what an event asks for,
// plan runs one target, report tells the pull request. Each phase can run alone
// in a job with only its own powers; what passes between them is JSON.
package phase

import (
	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// A Ticket is what gate decided: trusted data that travels in job outputs. It holds no credential but the
// fingerprint keys of its own targets.
type Ticket struct {
	Version      int               `json:"version"`
	Repository   github.Repository `json:"repository"`
	PullRequest  int               `json:"pull_request,omitempty"`
	Head         string            `json:"head"`     // the commit to plan
	Base         string            `json:"base"`     // the commit that configuration came from
	BaseRef      string            `json:"base_ref"` // "prod"
	Event        string            `json:"event"`
	Command      *comment.Command  `json:"command,omitempty"`    // nil for an autoplan
	CommentID    int64             `json:"comment_id,omitempty"` // the comment that asked, to react to
	Jobs         []Job             `json:"jobs"`
	Skipped      []comment.Skipped `json:"skipped,omitempty"`
	Notices      []comment.Notice  `json:"notices,omitempty"`
	WhatIf       string            `json:"what_if,omitempty"`      // why the plans grant nothing; "" when they do
	Refusal      *Refusal          `json:"refusal,omitempty"`      // nothing was done, and why
	Environments []string          `json:"environments,omitempty"` // whose checks are to be reported, also those with no job
	Closed       bool              `json:"closed,omitempty"`       // the pull request was closed unmerged
}

// A Job is one target to plan.
type Job struct {
	Target  layer.Target `json:"target"`
	Mode    report.Mode  `json:"mode"`
	Why     []string     `json:"why,omitempty"`
	Key     string       `json:"key"`                    // base64, keys the HMAC of sensitive leaves
	Tool    string       `json:"tool"`                   // "terraform" or "tofu"
	Version string       `json:"tool_version,omitempty"` // exact; "" means what the layer admits
	Deleted bool         `json:"deleted,omitempty"`
}

// A Refusal is a decision not to act, fit to be shown.
type Refusal struct {
	Message string `json:"message"`
	Hint    string `json:"hint"`
	Reply   bool   `json:"reply"` // false: log and summary only, because nobody asked in a comment
}
