// SPDX-License-Identifier: Apache-2.0

package githubtest

import "slices"

var reactionContents = []string{"+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"}

// createReaction answers 201, and 200 if the same user reacted so before.
// https://docs.github.com/rest/reactions/reactions#create-reaction-for-an-issue-comment
func createReaction(c *call) reply {
	m := c.comment()
	if m == nil {
		return notFound("Not Found")
	}
	var in struct{ Content string }
	if rep, fine := c.decode(&in); !fine {
		return rep
	}
	if !slices.Contains(reactionContents, in.Content) {
		return invalid("Validation Failed: content " + in.Content)
	}
	user := c.bot()
	for _, r := range m.reactions {
		if r.user == user && r.content == in.Content {
			return ok(c.s.reactionJSON(r))
		}
	}
	r := reaction{c.s.id(), user, in.Content, c.s.now()}
	m.reactions = append(m.reactions, r)
	return created(c.s.reactionJSON(r))
}

func listReactions(c *call) reply {
	m := c.comment()
	if m == nil {
		return notFound("Not Found")
	}
	only := c.query.Get("content")
	all := slices.DeleteFunc(slices.Clone(m.reactions), func(r reaction) bool { return only != "" && r.content != only })
	return page(c, all, c.s.reactionJSON, list)
}
