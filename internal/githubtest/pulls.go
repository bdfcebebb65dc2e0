// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

// A Pull is one pull request.
type Pull struct {
	Number int

	id                       int64
	repo, headRepo           *Repo // headRepo is nil once the fork is gone
	headOwner                *github.User
	author, mergedBy         *github.User
	title, body              string
	headRef, baseRef         string
	head, base, before       string // commits; before is the head before the last push
	onto                     string // the tip of the base branch that refs/pull/N/merge was made on
	mergeCommit              string // what refs/pull/N/merge is, or the merge itself; "" if there is a conflict
	state                    string
	draft                    bool
	created, updated, closed time.Time // closed is zero while open
	comments                 []*comment
	reviews                  []*review
}

type review struct {
	id     int64
	author *github.User
	state  string
	commit string
	at     time.Time
}

// Open opens a pull request from a branch. If fork is not nil, head is a branch of it.
func (r *Repo) Open(author, title, body, head, base string, fork *Repo) (*Pull, error) {
	s := r.s
	s.mu.Lock()
	defer s.mu.Unlock()
	from := r
	if fork != nil {
		from = fork
	}
	p := &Pull{
		id: s.id(), repo: r, headRepo: from, headOwner: from.owner, author: s.user(author), title: title, body: body,
		headRef: head, baseRef: base, state: "open", created: s.now(), updated: s.now(),
		head: from.resolve("refs/heads/" + head), base: r.resolve("refs/heads/" + base),
	}
	if p.head == "" || p.base == "" || p.head == p.base {
		return nil, fmt.Errorf("open a pull request from %s:%s into %s: no such branches, or no commits between them", from.Owner, head, base)
	}
	p.before = p.head
	r.number++
	p.Number = r.number
	r.pulls = append(r.pulls, p)
	return p, p.moveRefs()
}

// follow lets the open pull requests of a repository, and of the repository it was forked from, see new commits.
func (r *Repo) follow() {
	pulls := r.pulls
	if r.parent != nil {
		pulls = slices.Concat(pulls, r.parent.pulls)
	}
	branches := map[*Repo]map[string]string{}
	tip := func(of *Repo, branch, otherwise string) string {
		if of == nil {
			return otherwise
		}
		if branches[of] == nil {
			branches[of] = of.branches()
		}
		return cmp.Or(branches[of][branch], otherwise)
	}
	for _, p := range pulls {
		if p.state != "open" {
			continue
		}
		head, onto := tip(p.headRepo, p.headRef, p.head), tip(p.repo, p.baseRef, p.onto)
		if head != p.head {
			p.before, p.head, p.base, p.updated = p.head, head, onto, r.s.now()
		} else if onto == p.onto {
			continue
		}
		r.s.must(p.moveRefs())
	}
}

// branches returns the commit of each branch.
func (r *Repo) branches() map[string]string {
	tips := map[string]string{}
	for _, line := range strings.Split(r.mustGit("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads"), "\n") {
		sha, branch, _ := strings.Cut(line, " ")
		tips[branch] = sha
	}
	return tips
}

// moveRefs sets refs/pull/N/head, and refs/pull/N/merge to a merge of it with the base branch as it is now.
func (p *Pull) moveRefs() error {
	r, ref := p.repo, fmt.Sprintf("refs/pull/%d/", p.Number)
	if p.headRepo != nil && p.headRepo != r {
		if _, err := r.runGit("fetch", "--quiet", p.headRepo.GitDir, p.head); err != nil {
			return err
		}
	}
	if _, err := r.runGit("update-ref", ref+"head", p.head); err != nil {
		return err
	}
	p.onto = r.resolve("refs/heads/" + p.baseRef)
	merge, err := r.merge(p.baseRef, p.head, fmt.Sprintf("Merge %s into %s", p.head, p.base))
	if err != nil { // a conflict: GitHub leaves the ref where it was
		p.mergeCommit = ""
		return nil //nolint:nilerr // the conflict is the answer
	}
	p.mergeCommit = merge
	_, err = r.runGit("update-ref", ref+"merge", merge)
	return err
}

// Head returns the commit the pull request is at, Base the commit of its base branch it was last compared with.
func (p *Pull) Head() string {
	p.repo.s.mu.Lock()
	defer p.repo.s.mu.Unlock()
	p.repo.follow()
	return p.head
}

// Base returns the commit of the base branch as of the last push to the pull request.
func (p *Pull) Base() string {
	p.repo.s.mu.Lock()
	defer p.repo.s.mu.Unlock()
	return p.base
}

// Push commits to the branch of the pull request and returns the payload of "synchronize".
func (p *Pull) Push(files map[string][]byte) ([]byte, error) {
	if p.headRepo == nil {
		return nil, errors.New("push to a pull request: its fork is gone")
	}
	if _, err := p.headRepo.Push(p.headRef, "", "More work", files); err != nil {
		return nil, err
	}
	return p.Event("synchronize"), nil
}

// Review records a review of the head: "APPROVED", "CHANGES_REQUESTED" or "COMMENTED". "DISMISSED" dismisses the last
// review of that person that said more than a comment: it keeps its place, its commit and its time.
func (p *Pull) Review(login, state string) {
	s := p.repo.s
	s.mu.Lock()
	defer s.mu.Unlock()
	p.repo.follow()
	state, author := strings.ToUpper(state), s.user(login)
	p.updated = s.now()
	for _, v := range slices.Backward(p.reviews) {
		if state == "DISMISSED" && v.author == author && v.state != "COMMENTED" {
			v.state = state
			return
		}
	}
	p.reviews = append(p.reviews, &review{s.id(), author, state, p.head, s.now()})
}

// Close closes it unmerged.
func (p *Pull) Close() {
	p.repo.s.mu.Lock()
	defer p.repo.s.mu.Unlock()
	p.state, p.closed, p.updated = "closed", p.repo.s.now(), p.repo.s.now()
}

// Reopen opens it again.
func (p *Pull) Reopen() {
	p.repo.s.mu.Lock()
	defer p.repo.s.mu.Unlock()
	p.state, p.closed, p.updated = "open", time.Time{}, p.repo.s.now()
	p.repo.follow()
}
