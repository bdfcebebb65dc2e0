// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/layerbot/layerbot/internal/github"
)

// maxComment is GitHub's limit on a comment, in characters; its message says so.
const maxComment = 65536

type comment struct {
	id               int64
	pull             *Pull
	author           *github.User
	app              *app // nil for people
	body             string
	edits            int
	created, updated time.Time
	reactions        []reaction
}

type reaction struct {
	id      int64
	user    *github.User
	content string
	created time.Time
}

// write adds a comment. The caller holds s.mu.
func (p *Pull) write(author *github.User, by *app, body string) *comment {
	s := p.repo.s
	m := &comment{id: s.id(), pull: p, author: author, app: by, body: body, created: s.now(), updated: s.now()}
	p.comments, p.updated = append(p.comments, m), m.created
	s.comments[m.id] = m
	return m
}

// Comment writes a comment as a person and returns its issue_comment payload.
func (p *Pull) Comment(login, body string) (id int64, event []byte) {
	s := p.repo.s
	s.mu.Lock()
	defer s.mu.Unlock()
	m := p.write(s.user(login), nil, body)
	return m.id, s.commentEvent(m, "created", m.author, nil)
}

// EditComment changes a comment as a person and returns its issue_comment payload. It panics if there is none.
func (p *Pull) EditComment(login string, id int64, body string) []byte {
	s := p.repo.s
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.comments[id]
	before := m.body
	m.edit(body, s.now())
	return s.commentEvent(m, "edited", s.user(login), object{"body": object{"from": before}})
}

// DeleteComment removes a comment as a person and returns its issue_comment payload. It panics if there is none.
func (p *Pull) DeleteComment(login string, id int64) []byte {
	s := p.repo.s
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.comments[id]
	m.remove()
	return s.commentEvent(m, "deleted", s.user(login), nil)
}

// ForgeComment writes a comment as another App, to be mistaken for ours.
func (p *Pull) ForgeComment(appSlug, body string) int64 {
	s := p.repo.s
	s.mu.Lock()
	defer s.mu.Unlock()
	return p.write(s.user(appSlug+"[bot]"), s.app(appSlug), body).id
}

func (m *comment) edit(body string, at time.Time) {
	m.body, m.updated = body, at
	m.edits++
}

func (m *comment) remove() {
	m.pull.comments = slices.DeleteFunc(m.pull.comments, func(o *comment) bool { return o == m })
	delete(m.pull.repo.s.comments, m.id)
}

// Conversation returns the description and the comments.
func (p *Pull) Conversation() []Item {
	p.repo.s.mu.Lock()
	defer p.repo.s.mu.Unlock()
	items := []Item{{Author: *p.author, Body: p.body, Created: p.created, Reactions: map[string]int{}}}
	for _, m := range p.comments {
		counts := map[string]int{}
		for _, r := range m.reactions {
			counts[r.content]++
		}
		items = append(items, Item{m.id, *m.author, m.body, m.created, m.edits, counts})
	}
	return items
}

// comment returns the comment of the path, nil if it is not in this repository.
func (c *call) comment() *comment {
	if m := c.s.comments[c.number("comment_id")]; m != nil && m.pull.repo == c.repo {
		return m
	}
	return nil
}

func getComment(c *call) reply {
	m := c.comment()
	if m == nil {
		return notFound("Not Found")
	}
	return ok(c.s.commentJSON(m))
}

// text reads the body of a comment and holds it to GitHub's limits.
func (c *call) text() (string, reply, bool) {
	var in struct{ Body string }
	if rep, fine := c.decode(&in); !fine {
		return "", rep, false
	}
	if strings.TrimSpace(in.Body) == "" {
		return "", invalid("Validation Failed: Body cannot be blank"), false
	}
	if n := utf8.RuneCountInString(in.Body); n > maxComment {
		return "", invalid(fmt.Sprintf("Validation Failed: Body is too long (maximum is %d characters): %d", maxComment, n)), false
	}
	return in.Body, reply{}, true
}

func createComment(c *call) reply {
	p := c.repo.pull(c.number("issue_number"))
	if p == nil {
		return notFound("Not Found")
	}
	body, rep, fine := c.text()
	if !fine {
		return rep
	}
	return created(c.s.commentJSON(p.write(c.bot(), c.token.app, body)))
}

// updateComment edits any comment: an App that may write is not held to its own, and must hold itself to them.
func updateComment(c *call) reply {
	m := c.comment()
	if m == nil {
		return notFound("Not Found")
	}
	body, rep, fine := c.text()
	if !fine {
		return rep
	}
	m.edit(body, c.s.now())
	return ok(c.s.commentJSON(m))
}

func deleteComment(c *call) reply {
	m := c.comment()
	if m == nil {
		return notFound("Not Found")
	}
	m.remove()
	return gone()
}

func listComments(c *call) reply {
	p := c.repo.pull(c.number("issue_number"))
	if p == nil {
		return notFound("Not Found")
	}
	return c.commentPage(p.comments)
}

// listRepoComments sorts as asked; direction counts only with sort, as GitHub has it.
func listRepoComments(c *call) reply {
	var all []*comment
	for _, id := range slices.Sorted(maps.Keys(c.s.comments)) {
		if m := c.s.comments[id]; m.pull.repo == c.repo {
			all = append(all, m)
		}
	}
	if c.query.Get("sort") == "updated" {
		slices.SortStableFunc(all, func(a, b *comment) int { return cmp.Or(a.updated.Compare(b.updated), cmp.Compare(a.id, b.id)) })
	}
	if c.query.Has("sort") && c.query.Get("direction") == "desc" {
		slices.Reverse(all)
	}
	return c.commentPage(all)
}

func (c *call) commentPage(all []*comment) reply {
	if c.query.Has("since") {
		since, err := time.Parse(time.RFC3339, c.query.Get("since"))
		if err != nil {
			return invalid("since: " + err.Error())
		}
		all = slices.DeleteFunc(slices.Clone(all), func(m *comment) bool { return m.updated.Before(since) })
	}
	return page(c, all, c.s.commentJSON, list)
}
