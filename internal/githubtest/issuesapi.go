// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

func createIssue(c *call) reply {
	var in issueInput
	if rep, fine := c.decode(&in); !fine {
		return rep
	}
	if why := in.refused(); why != "" {
		return invalid(why)
	}
	if in.Title == nil || in.State != "" {
		return invalid("Validation Failed: a new issue has a title and no state")
	}
	return created(c.s.issueJSON(c.repo.addIssue(c.bot(), c.token.app, in)))
}

func getIssue(c *call) reply {
	i := c.repo.issue(c.number("issue_number"))
	if i == nil {
		return notFound("Not Found")
	}
	return ok(c.s.issueJSON(i))
}

// updateIssue edits any issue: an App that may write is not held to its own, and must hold itself to them.
func updateIssue(c *call) reply {
	i := c.repo.issue(c.number("issue_number"))
	switch {
	case i == nil:
		return notFound("Not Found")
	case i.pull != nil:
		return invalid("the simulator edits no pull request by way of its issue")
	}
	var in issueInput
	if rep, fine := c.decode(&in); !fine {
		return rep
	}
	if why := in.refused(); why != "" {
		return invalid(why)
	}
	i.change(in, c.s.now())
	return ok(c.s.issueJSON(i))
}

// listIssues lists pull requests among the issues, as GitHub does: the open ones unless asked otherwise, the newest
// first, and only those that have all labels.
// https://docs.github.com/rest/issues/issues#list-repository-issues
func listIssues(c *call) reply {
	state := c.query.Get("state")
	all := slices.DeleteFunc(c.repo.allIssues(), func(i *issue) bool {
		return state != "all" && i.state != cmp.Or(state, "open")
	})
	for label := range strings.SplitSeq(c.query.Get("labels"), ",") {
		all = slices.DeleteFunc(all, func(i *issue) bool {
			return label != "" && !slices.ContainsFunc(i.labels, func(has string) bool { return strings.EqualFold(has, label) })
		})
	}
	switch c.query.Get("sort") {
	case "", "created":
	case "updated":
		slices.SortStableFunc(all, func(a, b *issue) int { return a.updated.Compare(b.updated) })
	default:
		return invalid("the simulator sorts no issues by " + c.query.Get("sort"))
	}
	if c.query.Get("direction") != "asc" {
		slices.Reverse(all)
	}
	return page(c, all, c.s.issueJSON, list)
}

func (s *Server) issueJSON(i *issue) object {
	r := i.repo
	url := fmt.Sprintf("%s/issues/%d", s.repoURL(r), i.number)
	html := fmt.Sprintf("%s/%s/%s/issues/%d", s.URL, r.Owner, r.Name, i.number)
	o := object{
		"url": url, "repository_url": s.repoURL(r), "labels_url": url + "/labels{/name}", "comments_url": url + "/comments", "events_url": url + "/events",
		"html_url": html, "id": i.id, "node_id": nodeID("I", i.id), "number": i.number, "title": i.title, "user": s.userOrNull(i.author),
		"labels": each(i.labels, func(name string) object { return s.labelJSON(r, name) }),
		"state":  i.state, "locked": false, "assignee": nil, "assignees": []any{}, "milestone": nil, "comments": 0, "created_at": stamp(i.created),
		"updated_at": stamp(i.updated), "closed_at": stampOr(i.closed), "author_association": association(r, i.author), "active_lock_reason": nil,
		"body": i.body, "reactions": rollup(url, nil), "performed_via_github_app": s.appOrNull(i.app),
	}
	if p := i.pull; p != nil {
		o["node_id"], o["html_url"], o["comments"], o["draft"] = nodeID("PR", p.id), p.htmlURL(), len(p.comments), p.draft
		o["pull_request"] = object{
			"url": fmt.Sprintf("%s/pulls/%d", s.repoURL(r), p.Number), "html_url": p.htmlURL(), "diff_url": p.htmlURL() + ".diff",
			"patch_url": p.htmlURL() + ".patch", "merged_at": p.mergedAt(),
		}
	}
	return o
}

func (s *Server) labelJSON(r *Repo, name string) object {
	return object{
		"id": int64(len(name)), "node_id": nodeID("LA", int64(len(name))), "url": s.repoURL(r) + "/labels/" + name, "name": name,
		"description": nil, "color": "ededed", "default": false,
	}
}
