// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/layerbot/layerbot/internal/github"
)

// maxTitle is GitHub's limit on a title, in characters.
const maxTitle = 256

type issue struct {
	id                       int64
	number                   int
	repo                     *Repo
	pull                     *Pull // what it is, if it is a pull request
	author                   *github.User
	app                      *app // nil for people
	title, body, state       string
	labels                   []string
	edits                    int
	created, updated, closed time.Time
}

// An Issue is an issue that is no pull request.
type Issue struct {
	Number int
	Author string // login
	Title  string
	Body   string
	State  string // "open" or "closed"
	Labels []string
	Edits  int // how often anything of it was changed
}

// Issues returns the issues of everybody, by number.
func (r *Repo) Issues() []Issue {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	var all []Issue
	for _, i := range r.issues {
		all = append(all, Issue{i.number, i.author.Login, i.title, i.body, i.state, slices.Clone(i.labels), i.edits})
	}
	return all
}

// ForgeIssue opens an issue as a person, or as another App if the login ends in "[bot]", to be mistaken for ours.
func (r *Repo) ForgeIssue(login, title, body string, labels ...string) (number int) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	var by *app
	if slug, bot := strings.CutSuffix(login, "[bot]"); bot {
		by = r.s.app(slug)
	}
	return r.addIssue(r.s.user(login), by, issueInput{Title: &title, Body: &body, Labels: &labels}).number
}

// CloseIssue closes an issue, as people do. It panics if there is none of that number.
func (r *Repo) CloseIssue(number int) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.issue(int64(number)).change(issueInput{State: "closed"}, r.s.now())
}

// addIssue opens an issue. The caller holds s.mu.
func (r *Repo) addIssue(author *github.User, by *app, in issueInput) *issue {
	r.number++
	i := &issue{id: r.s.id(), number: r.number, repo: r, author: author, app: by, state: "open", created: r.s.now()}
	i.change(in, i.created)
	i.edits = 0
	r.issues = append(r.issues, i)
	return i
}

// issue returns the issue of a number, which may be a pull request; nil if there is none.
func (r *Repo) issue(number int64) *issue {
	for _, i := range r.allIssues() {
		if int64(i.number) == number {
			return i
		}
	}
	return nil
}

// allIssues returns issues and pull requests, which GitHub lists together, by number.
func (r *Repo) allIssues() []*issue {
	all := slices.Clone(r.issues)
	for _, p := range r.pulls {
		all = append(all, p.issue())
	}
	slices.SortFunc(all, func(a, b *issue) int { return cmp.Compare(a.number, b.number) })
	return all
}

// issue returns the pull request as an issue.
func (p *Pull) issue() *issue {
	return &issue{
		id: p.id, number: p.Number, repo: p.repo, pull: p, author: p.author, title: p.title, body: p.body, state: p.state,
		created: p.created, updated: p.updated, closed: p.closed,
	}
}

type issueInput struct {
	Title  *string   `json:"title"`
	Body   *string   `json:"body"`
	State  string    `json:"state"`
	Labels *[]string `json:"labels"`
}

// refused says why GitHub would not take it, "" if it would.
func (in issueInput) refused() string {
	switch {
	case in.Title != nil && strings.TrimSpace(*in.Title) == "":
		return "Validation Failed: title is missing"
	case utf8.RuneCountInString(value(in.Title)) > maxTitle:
		return fmt.Sprintf("Validation Failed: title is too long (maximum is %d characters)", maxTitle)
	case utf8.RuneCountInString(value(in.Body)) > maxComment:
		return fmt.Sprintf("Validation Failed: body is too long (maximum is %d characters)", maxComment)
	case !slices.Contains([]string{"", "open", "closed"}, in.State):
		return "Validation Failed: state " + in.State
	}
	return ""
}

// change writes what was given. The labels that are given replace those there are.
func (i *issue) change(in issueInput, at time.Time) {
	if in.Title != nil {
		i.title = *in.Title
	}
	if in.Body != nil {
		i.body = *in.Body
	}
	if in.Labels != nil {
		i.labels = slices.Clone(*in.Labels)
	}
	switch {
	case in.State == "closed" && i.state == "open":
		i.closed = at
	case in.State == "open":
		i.closed = time.Time{}
	}
	i.state, i.updated = cmp.Or(in.State, i.state), at
	i.edits++
}
