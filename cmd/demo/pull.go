// SPDX-License-Identifier: Apache-2.0

package main

import "github.com/layerbot/layerbot/internal/githubtest"

// A pull is a pull request with what the page needs beside the conversation.
type pull struct {
	*githubtest.Pull
	Key, Title, Author string
	Head, Base         string
	Fork               bool
	Merged             string           // the commit that its base branch became; "" while it is open
	Repo               *githubtest.Repo // that Head is in
	Asked              int64            // the comment that the scene began with; 0 is none
	Log                []entry          // the conversation, in the order it came about
}

// An entry of the conversation is exactly one of these.
type entry struct {
	Comment *remark
	Note    *note
	Run     *run
}

// A remark is a comment as it stands, with every text it had before.
type remark struct {
	githubtest.Item
	Earlier []string
}

// A note is what GitHub writes between the comments: "ben approved these changes", with the commit.
type note struct{ Who, What, Message, SHA string }

// listen takes over what was said since it was last called, and returns the comments of the bot that are new or
// were edited.
func (p *pull) listen(bot string) []*remark {
	known := map[int64]*remark{}
	for _, e := range p.Log {
		if e.Comment != nil {
			known[e.Comment.ID] = e.Comment
		}
	}
	var changed []*remark
	for _, item := range p.Conversation() {
		r := known[item.ID]
		news := r == nil || r.Body != item.Body
		switch {
		case r == nil:
			r = &remark{}
			p.Log = append(p.Log, entry{Comment: r})
		case news:
			r.Earlier = append(r.Earlier, r.Body)
		}
		r.Item = item
		if news && item.Author.Login == bot {
			changed = append(changed, r)
		}
	}
	return changed
}

// pull returns the pull request of that key.
func (s *stage) pull(key string) *pull {
	for _, p := range s.pulls {
		if p.Key == key {
			return p
		}
	}
	panic("the story speaks of a pull request that was not opened: " + key)
}
