// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/layerbot/layerbot/internal/githubtest"
)

// An act is something a person does on GitHub. It returns the pull request and what GitHub tells Actions.
type act interface {
	about() string // key of the pull request
	do(ctx context.Context, s *stage) (*pull, webhook, error)
	// telling says who did what on the pull request of that number, and in which words.
	telling(number int) (who, what, words string)
}

// opening opens a pull request. Without edits, its branch is there already.
type opening struct {
	PR, By, Head, Base   string
	Title, Body, Message string
	Edits                []edit
	Fork                 bool
}

func (o opening) about() string { return o.PR }

func (o opening) do(ctx context.Context, s *stage) (*pull, webhook, error) {
	repo, fork := s.repo, (*githubtest.Repo)(nil)
	if o.Fork {
		s.hub.User(o.By)
		fork = s.repo.Fork(o.By)
		repo = fork
	}
	if len(o.Edits) > 0 {
		if err := s.commit(repo, o.Head, o.Base, o.Message, o.Edits); err != nil {
			return nil, webhook{}, err
		}
	}
	opened, err := s.repo.Open(o.By, o.Title, o.Body, o.Head, o.Base, fork)
	if err != nil {
		return nil, webhook{}, err
	}
	p := &pull{Pull: opened, Key: o.PR, Title: o.Title, Author: o.By, Head: o.Head, Base: o.Base, Fork: o.Fork, Repo: repo}
	s.pulls = append(s.pulls, p)
	ev, err := s.onPull(ctx, p, "opened")
	return p, ev, err
}

func (o opening) telling(number int) (who, what, words string) {
	from := o.Head
	if o.Fork {
		from = o.By + ":" + from
	}
	return o.By, fmt.Sprintf("opens #%d “%s” (%s → %s)", number, o.Title, from, o.Base), ""
}

// pushing adds a commit to the branch of a pull request.
type pushing struct {
	PR, By, Message string
	Edits           []edit
}

func (u pushing) about() string { return u.PR }

func (u pushing) do(ctx context.Context, s *stage) (*pull, webhook, error) {
	p := s.pull(u.PR)
	if err := s.commit(p.Repo, p.Head, p.Base, u.Message, u.Edits); err != nil {
		return p, webhook{}, err
	}
	sha, err := s.tip(ctx, p.Repo, p.Head)
	if err != nil {
		return p, webhook{}, err
	}
	p.Log = append(p.Log, entry{Note: &note{Who: u.By, What: "pushed", Message: u.Message, SHA: sha}})
	ev, err := s.onPull(ctx, p, "synchronize")
	return p, ev, err
}

func (u pushing) telling(number int) (who, what, words string) {
	return u.By, fmt.Sprintf("pushes “%s” to #%d", u.Message, number), ""
}

// saying comments on a pull request.
type saying struct{ PR, By, Text string }

func (c saying) about() string { return c.PR }

func (c saying) do(ctx context.Context, s *stage) (*pull, webhook, error) {
	p := s.pull(c.PR)
	id, payload := p.Comment(c.By, c.Text)
	p.Asked = id
	sha, err := s.tip(ctx, s.repo, "main")
	return p, webhook{Name: "issue_comment", Payload: payload, Checkout: sha}, err
}

func (c saying) telling(number int) (who, what, words string) {
	return c.By, fmt.Sprintf("comments on #%d:", number), c.Text
}

// merging merges a pull request, which pushes to its base branch.
type merging struct{ PR, By string }

func (m merging) about() string { return m.PR }

func (m merging) do(ctx context.Context, s *stage) (*pull, webhook, error) {
	p := s.pull(m.PR)
	before, err := s.tip(ctx, s.repo, p.Base)
	if err != nil {
		return p, webhook{}, err
	}
	sha, err := p.Merge(m.By)
	if err != nil {
		return p, webhook{}, err
	}
	p.Asked, p.Merged = 0, sha
	p.Log = append(p.Log, entry{Note: &note{Who: m.By, What: "merged this into", Message: p.Base, SHA: sha}})
	return p, webhook{Name: "push", Payload: s.repo.PushEvent(m.By, p.Base, before), Checkout: sha}, nil
}

func (m merging) telling(number int) (who, what, words string) {
	return m.By, fmt.Sprintf("merges #%d", number), ""
}

// onPull returns the pull_request event of an action.
func (s *stage) onPull(ctx context.Context, p *pull, action string) (webhook, error) {
	p.Asked = 0
	sha, err := s.tip(ctx, s.repo, p.Base)
	return webhook{Name: "pull_request", Payload: p.Event(action), Checkout: sha}, err
}

// tip returns the commit a branch stands at.
func (s *stage) tip(ctx context.Context, repo *githubtest.Repo, branch string) (string, error) {
	git := process{Env: map[string]string{"PATH": os.Getenv("PATH")}, Argv: []string{"git", "--git-dir", repo.GitDir, "rev-parse", "refs/heads/" + branch}}
	r, err := git.must(ctx)
	if err != nil {
		return "", fmt.Errorf("find branch %s: %w", branch, err)
	}
	return strings.TrimSpace(r.Output), nil
}
