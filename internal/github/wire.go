// SPDX-License-Identifier: Apache-2.0

package github

import (
	"path"
	"strconv"
	"time"
)

// The wire types are the part of GitHub's JSON that Layerbot reads. Webhook payloads and API answers share
// them. A null leaves the zero value. go-github's own types are not used for reading: its comment lacks
// performed_via_github_app, without which nobody can say who wrote it.

type wireUser struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Type  string `json:"type"`
}

func (u wireUser) user() User { return User(u) }

type wireRepo struct {
	ID            int64    `json:"id"`
	Name          string   `json:"name"`
	Owner         wireUser `json:"owner"`
	CloneURL      string   `json:"clone_url"`
	DefaultBranch string   `json:"default_branch"`
}

func (r wireRepo) repository() Repository {
	return Repository{ID: r.ID, Owner: r.Owner.Login, Name: r.Name, CloneURL: r.CloneURL, DefaultBranch: r.DefaultBranch}
}

type wireApp struct {
	ID   int64  `json:"id"`
	Slug string `json:"slug"`
}

type wireEnd struct {
	SHA  string    `json:"sha"`
	Ref  string    `json:"ref"`
	Repo *wireRepo `json:"repo"`
}

type wirePull struct {
	Number   int      `json:"number"`
	State    string   `json:"state"`
	Merged   bool     `json:"merged"`
	MergedAt string   `json:"merged_at"`        // lists have no "merged"
	MergeSHA string   `json:"merge_commit_sha"` // while open, of a merge made to try
	HTMLURL  string   `json:"html_url"`
	Draft    bool     `json:"draft"`
	Title    string   `json:"title"`
	User     wireUser `json:"user"`
	Head     wireEnd  `json:"head"`
	Base     wireEnd  `json:"base"`
}

// pull converts p. here is the repository p was read from: a pull request always lives in its base.
func (p wirePull) pull(here Repository) *PullRequest {
	pr := &PullRequest{
		Number: p.Number, State: p.State, Merged: p.Merged || p.MergedAt != "", Draft: p.Draft, Title: p.Title,
		Author: p.User.user(), HeadSHA: p.Head.SHA, HeadRef: p.Head.Ref, BaseSHA: p.Base.SHA, BaseRef: p.Base.Ref,
		BaseRepo: here, URL: p.HTMLURL,
	}
	if pr.Merged {
		pr.MergedAt = moment(p.MergedAt)
	}
	if pr.Merged && validSHA(p.MergeSHA) {
		pr.MergeSHA = p.MergeSHA
	}
	if p.Head.Repo != nil {
		head := p.Head.Repo.repository()
		pr.HeadRepo = &head
	}
	if p.Base.Repo != nil {
		pr.BaseRepo = p.Base.Repo.repository()
	}
	return pr
}

// missing names the first field that p cannot do without, or "".
func (p wirePull) missing() string {
	return missing(
		need{"number", p.Number > 0}, need{"state", p.State != ""},
		need{"head.sha", validSHA(p.Head.SHA)}, need{"head.ref", p.Head.Ref != ""},
		need{"base.sha", validSHA(p.Base.SHA)}, need{"base.ref", p.Base.Ref != ""},
	)
}

type wireComment struct {
	ID       int64    `json:"id"`
	Body     string   `json:"body"`
	User     wireUser `json:"user"`
	App      wireApp  `json:"performed_via_github_app"`
	HTMLURL  string   `json:"html_url"`
	IssueURL string   `json:"issue_url"`
	Created  string   `json:"created_at"`
}

func (c wireComment) comment() *Comment {
	issue, _ := strconv.Atoi(path.Base(c.IssueURL))
	return &Comment{ID: c.ID, Body: c.Body, Author: c.User.user(), AppID: c.App.ID, URL: c.HTMLURL, Issue: issue, Created: moment(c.Created)}
}

type wireRun struct {
	ID         int64   `json:"id"`
	Name       string  `json:"name"`
	HeadSHA    string  `json:"head_sha"`
	ExternalID string  `json:"external_id"`
	DetailsURL string  `json:"details_url"`
	Conclusion string  `json:"conclusion"`
	App        wireApp `json:"app"`
	Output     struct {
		Title       string `json:"title"`
		Summary     string `json:"summary"`
		Text        string `json:"text"`
		Annotations int    `json:"annotations_count"`
	} `json:"output"`
	PullRequests []wirePull `json:"pull_requests"`
}

// moment reads a time as GitHub writes it; what is none is the zero time.
func moment(s string) time.Time {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

type need struct {
	field string
	ok    bool
}

func missing(needs ...need) string {
	for _, n := range needs {
		if !n.ok {
			return n.field
		}
	}
	return ""
}
