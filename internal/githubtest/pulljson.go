// SPDX-License-Identifier: Apache-2.0

package githubtest

import "fmt"

// simplePullJSON is a pull request in a list.
func (s *Server) simplePullJSON(p *Pull) object {
	r := p.repo
	base := s.repoURL(r)
	url, html, issue := fmt.Sprintf("%s/pulls/%d", base, p.Number), p.htmlURL(), fmt.Sprintf("%s/issues/%d", base, p.Number)
	statuses := base + "/statuses/" + p.head
	href := func(to string) object { return object{"href": to} }
	o := object{
		"url": url, "id": p.id, "node_id": nodeID("PR", p.id), "html_url": html, "diff_url": html + ".diff", "patch_url": html + ".patch", "issue_url": issue,
		"number": p.Number, "state": p.state, "locked": false, "title": p.title, "user": s.userOrNull(p.author), "body": p.body,
		"created_at": stamp(p.created), "updated_at": stamp(p.updated), "closed_at": stampOr(p.closed), "merged_at": p.mergedAt(), "merge_commit_sha": nil,
		"assignee": nil, "assignees": []any{}, "requested_reviewers": []any{}, "requested_teams": []any{}, "labels": []any{}, "milestone": nil,
		"commits_url": url + "/commits", "review_comments_url": url + "/comments", "review_comment_url": base + "/pulls/comments{/number}",
		"comments_url": issue + "/comments", "statuses_url": statuses, "author_association": association(r, p.author), "auto_merge": nil,
		"active_lock_reason": nil, "draft": p.draft,
		"head": object{"label": p.headOwner.Login + ":" + p.headRef, "ref": p.headRef, "sha": p.head, "user": s.userOrNull(p.headOwner), "repo": s.repoOrNull(p.headRepo)},
		"base": object{"label": r.Owner + ":" + p.baseRef, "ref": p.baseRef, "sha": p.base, "user": s.userJSON(r.owner), "repo": s.repoJSON(r)},
		"_links": object{
			"self": href(url), "html": href(html), "issue": href(issue), "comments": href(issue + "/comments"), "review_comments": href(url + "/comments"),
			"review_comment": href(base + "/pulls/comments{/number}"), "commits": href(url + "/commits"), "statuses": href(statuses),
		},
	}
	if p.mergeCommit != "" {
		o["merge_commit_sha"] = p.mergeCommit
	}
	return o
}

// mergedAt is null unless it was merged.
func (p *Pull) mergedAt() any {
	if p.mergedBy == nil {
		return nil
	}
	return stamp(p.closed)
}

// pullJSON is a pull request by itself.
func (s *Server) pullJSON(p *Pull) object {
	o := s.simplePullJSON(p)
	o["merged"], o["merged_by"] = p.mergedBy != nil, s.userOrNull(p.mergedBy)
	o["mergeable"], o["rebaseable"], o["mergeable_state"] = nil, nil, "unknown"
	if p.state == "open" {
		clean := p.mergeCommit != ""
		o["mergeable"], o["rebaseable"] = clean, clean
		o["mergeable_state"] = map[bool]string{true: "clean", false: "dirty"}[clean]
	}
	o["comments"], o["review_comments"], o["maintainer_can_modify"] = len(p.comments), 0, false
	o["commits"], o["additions"], o["deletions"], o["changed_files"] = 1, 1, 0, 1
	return o
}

func (p *Pull) htmlURL() string {
	return fmt.Sprintf("%s/%s/%s/pull/%d", p.repo.s.URL, p.repo.Owner, p.repo.Name, p.Number)
}

func (s *Server) repoOrNull(r *Repo) any {
	if r == nil {
		return nil
	}
	return s.repoJSON(r)
}

func (s *Server) reviewJSON(p *Pull, v *review) object {
	url := fmt.Sprintf("%s/pulls/%d", s.repoURL(p.repo), p.Number)
	html := fmt.Sprintf("%s#pullrequestreview-%d", p.htmlURL(), v.id)
	return object{
		"id": v.id, "node_id": nodeID("PRR", v.id), "user": s.userOrNull(v.author), "body": "", "state": v.state, "html_url": html, "pull_request_url": url,
		"author_association": association(p.repo, v.author), "submitted_at": stamp(v.at), "commit_id": v.commit,
		"_links": object{"html": object{"href": html}, "pull_request": object{"href": url}},
	}
}

func (k *check) htmlURL() string {
	return fmt.Sprintf("%s/%s/%s/runs/%d", k.repo.s.URL, k.repo.Owner, k.repo.Name, k.id)
}

func (s *Server) checkJSON(k *check) object {
	url := fmt.Sprintf("%s/check-runs/%d", s.repoURL(k.repo), k.id)
	var conclusion any
	if k.conclusion != "" {
		conclusion = k.conclusion
	}
	return object{
		"id": k.id, "node_id": nodeID("CR", k.id), "head_sha": k.head, "external_id": k.externalID, "url": url, "html_url": k.htmlURL(), "details_url": k.detailsURL,
		"status": k.status, "conclusion": conclusion, "started_at": stamp(k.started), "completed_at": stampOr(k.completed), "name": k.name,
		"check_suite": object{"id": k.suite}, "app": s.appJSON(k.app), "pull_requests": s.pullsAt(k.repo, k.head),
		"output": object{
			"title": textOr(k.title), "summary": textOr(k.summary), "text": textOr(k.text), "annotations_count": len(k.annotations), "annotations_url": url + "/annotations",
		},
	}
}

// pullsAt lists the open pull requests of a head. Those from forks are left out, as GitHub leaves them out.
// https://docs.github.com/rest/checks/runs
func (s *Server) pullsAt(r *Repo, head string) []object {
	shown := []object{}
	for _, p := range r.pulls {
		if p.head != head || p.state != "open" || p.headRepo != r {
			continue
		}
		repo := object{"id": r.ID, "url": s.repoURL(r), "name": r.Name}
		shown = append(shown, object{
			"id": p.id, "number": p.Number, "url": fmt.Sprintf("%s/pulls/%d", s.repoURL(r), p.Number),
			"head": object{"ref": p.headRef, "sha": p.head, "repo": repo}, "base": object{"ref": p.baseRef, "sha": p.base, "repo": repo},
		})
	}
	return shown
}

func (s *Server) annotationJSON(k *check, a annotation) object {
	return object{
		"path": a.Path, "blob_href": fmt.Sprintf("%s/%s/%s/blob/%s/%s", s.URL, k.repo.Owner, k.repo.Name, k.head, a.Path), "start_line": a.StartLine, "end_line": a.EndLine,
		"start_column": a.StartColumn, "end_column": a.EndColumn, "annotation_level": a.Level, "title": a.Title, "message": a.Message, "raw_details": a.RawDetails,
	}
}
