// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/layerbot/layerbot/internal/github"
)

// The payloads are what Actions stores at GITHUB_EVENT_PATH. Unlike a webhook sent to the App itself, that file
// does not name the installation.

const zeroSHA = "0000000000000000000000000000000000000000"

// event adds to a payload what every one has, and its sender unless nobody sent it. The caller holds s.mu.
func (r *Repo) event(sender *github.User, payload object) []byte {
	s := r.s
	payload["repository"] = s.repoJSON(r)
	if sender != nil {
		payload["sender"] = s.userOrNull(sender)
	}
	if o := r.owner; o.Type == "Organization" {
		url := s.APIURL() + "/orgs/" + o.Login
		payload["organization"] = urls(object{
			"login": o.Login, "id": o.ID, "node_id": nodeID("O", o.ID), "url": url, "description": "", "avatar_url": fmt.Sprintf("%s/avatars/u/%d", s.URL, o.ID),
		}, url, "repos=/repos events=/events hooks=/hooks issues=/issues members=/members{/member} public_members=/public_members{/member}")
	}
	text, err := json.MarshalIndent(payload, "", "  ")
	s.must(err)
	return text
}

// Event returns the webhook payload of the pull request for an action: "opened", "synchronize", "closed" …
func (p *Pull) Event(action string) []byte {
	p.repo.s.mu.Lock()
	defer p.repo.s.mu.Unlock()
	p.repo.follow()
	return p.event(action, nil)
}

func (p *Pull) event(action string, changes object) []byte {
	payload := object{"action": action, "number": p.Number, "pull_request": p.repo.s.pullJSON(p)}
	if action == "synchronize" {
		payload["before"], payload["after"] = p.before, p.head
	}
	if action == "edited" {
		if changes == nil {
			changes = object{"title": object{"from": p.title}}
		}
		payload["changes"] = changes
	}
	sender := p.author
	if action == "closed" && p.mergedBy != nil {
		sender = p.mergedBy
	}
	return p.repo.event(sender, payload)
}

// Retarget gives it another base branch and returns the payload of "edited".
func (p *Pull) Retarget(base string) ([]byte, error) {
	p.repo.s.mu.Lock()
	defer p.repo.s.mu.Unlock()
	sha := p.repo.resolve("refs/heads/" + base)
	if sha == "" {
		return nil, fmt.Errorf("retarget pull request %d: no branch %s", p.Number, base)
	}
	from := object{"ref": object{"from": p.baseRef}, "sha": object{"from": p.base}}
	p.baseRef, p.base, p.updated = base, sha, p.repo.s.now()
	if err := p.moveRefs(); err != nil {
		return nil, err
	}
	return p.event("edited", object{"base": from}), nil
}

// SetDraft makes it a draft or ready and returns the payload: "converted_to_draft" or "ready_for_review".
func (p *Pull) SetDraft(draft bool) []byte {
	p.repo.s.mu.Lock()
	defer p.repo.s.mu.Unlock()
	p.draft, p.updated = draft, p.repo.s.now()
	if draft {
		return p.event("converted_to_draft", nil)
	}
	return p.event("ready_for_review", nil)
}

func (s *Server) commentEvent(m *comment, action string, sender *github.User, changes object) []byte {
	payload := object{"action": action, "issue": s.issueJSON(m.pull.issue()), "comment": s.commentJSON(m)}
	if changes != nil {
		payload["changes"] = changes
	}
	return m.pull.repo.event(sender, payload)
}

// CheckEvent returns the payload of a press on a check run's button, or of "Re-run" if identifier is "".
func (p *Pull) CheckEvent(login string, checkID int64, identifier string) []byte {
	return p.repo.CheckEvent(login, checkID, identifier)
}

// CheckEvent returns the payload of a press on a check run's button, or of "Re-run" if identifier is "". It
// panics if there is no such check run.
func (r *Repo) CheckEvent(login string, checkID int64, identifier string) []byte {
	s := r.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c := call{s: s, repo: r, vars: map[string]string{"check_run_id": fmt.Sprint(checkID)}}
	k := c.check()
	if k == nil {
		panic(fmt.Sprintf("githubtest: no check run %d in %s/%s", checkID, r.Owner, r.Name))
	}
	run := s.checkJSON(k)
	var branch any
	for _, p := range r.pulls {
		if p.head == k.head && p.headRepo == r {
			branch = p.headRef
		}
	}
	run["check_suite"] = object{
		"id": k.suite, "node_id": nodeID("CS", k.suite), "head_branch": branch, "head_sha": k.head, "status": k.status, "conclusion": run["conclusion"],
		"url": fmt.Sprintf("%s/check-suites/%d", s.repoURL(r), k.suite), "before": zeroSHA, "after": k.head, "pull_requests": run["pull_requests"],
		"app": run["app"], "created_at": run["started_at"], "updated_at": run["started_at"],
	}
	payload := object{"action": "rerequested", "check_run": run}
	if identifier != "" {
		payload["action"], payload["requested_action"] = "requested_action", object{"identifier": identifier}
	}
	return r.event(s.user(login), payload)
}

// MergeGroup puts the pull request into the merge queue: it makes the queue's branch in the repository and returns
// the payload of "checks_requested".
func (p *Pull) MergeGroup() ([]byte, error) {
	r := p.repo
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	base := r.resolve("refs/heads/" + p.baseRef)
	sha, err := r.merge(p.baseRef, p.head, fmt.Sprintf("Merge pull request #%d from %s/%s", p.Number, p.headOwner.Login, p.headRef))
	if err != nil {
		return nil, fmt.Errorf("queue pull request %d: %w", p.Number, err)
	}
	ref := fmt.Sprintf("refs/heads/gh-readonly-queue/%s/pr-%d-%s", p.baseRef, p.Number, base)
	if _, err := r.runGit("update-ref", ref, sha); err != nil {
		return nil, err
	}
	c := r.s.commitJSON(r, sha)["commit"].(object)
	who := c["author"].(object)
	person := object{"name": who["name"], "email": who["email"]}
	return r.event(p.author, object{"action": "checks_requested", "merge_group": object{
		"head_sha": sha, "head_ref": ref, "base_sha": base, "base_ref": "refs/heads/" + p.baseRef,
		"head_commit": object{
			"id": sha, "tree_id": c["tree"].(object)["sha"], "message": c["message"], "timestamp": who["date"], "author": person, "committer": person,
		},
	}}), nil
}

// maxCommits is how many commits the payload of a push names.
// https://docs.github.com/webhooks/webhook-events-and-payloads#push
const maxCommits = 2048

// PushEvent returns the payload of a push that moved branch from before ("" if it is new) to where it is: gone, a few
// commits further, or elsewhere (forced).
func (r *Repo) PushEvent(login, branch, before string) []byte {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	after := r.resolve("refs/heads/" + branch)
	payload := object{
		"ref": "refs/heads/" + branch, "before": cmp.Or(before, zeroSHA), "after": cmp.Or(after, zeroSHA), "created": before == "", "deleted": after == "",
		"forced":   before != "" && after != "" && !r.contains(after, before),
		"base_ref": nil, "compare": fmt.Sprintf("%s/%s/%s/compare/%s", r.s.URL, r.Owner, r.Name, branch), "commits": []object{}, "head_commit": nil,
		"pusher": object{"name": login, "email": login + "@example.invalid"},
	}
	if after != "" {
		pushed := []string{after}
		if before != "" {
			pushed = strings.Fields(r.mustGit("rev-list", "--reverse", fmt.Sprintf("--max-count=%d", maxCommits), after, "^"+before))
		}
		payload["commits"], payload["head_commit"] = each(pushed, r.pushedCommit), r.pushedCommit(after)
	}
	return r.event(r.s.user(login), payload)
}

func (r *Repo) pushedCommit(sha string) object {
	c := r.s.commitJSON(r, sha)["commit"].(object)
	who := c["author"].(object)
	person := object{"name": who["name"], "email": who["email"]}
	changed := object{"A": []string{}, "D": []string{}, "M": []string{}}
	for _, line := range strings.Split(r.mustGit("diff-tree", "--root", "--no-commit-id", "--no-renames", "-r", "--name-status", sha), "\n") {
		if kind, path, has := strings.Cut(line, "\t"); has {
			if kind == "T" {
				kind = "M"
			}
			changed[kind] = append(changed[kind].([]string), path)
		}
	}
	return object{
		"id": sha, "tree_id": c["tree"].(object)["sha"], "distinct": true, "message": c["message"], "timestamp": who["date"],
		"url": fmt.Sprintf("%s/%s/%s/commit/%s", r.s.URL, r.Owner, r.Name, sha), "author": person, "committer": person,
		"added": changed["A"], "removed": changed["D"], "modified": changed["M"],
	}
}

// DispatchEvent returns the payload of a workflow_dispatch on a branch.
func (r *Repo) DispatchEvent(login, branch string, inputs map[string]string) []byte {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	return r.event(r.s.user(login), object{"ref": "refs/heads/" + branch, "workflow": ".github/workflows/layerbot.yml", "inputs": inputs})
}

// ScheduleEvent returns what Actions stores for a run that a cron line started. Nobody sent it.
// https://github.blog/changelog/2022-09-27-github-actions-additional-information-available-in-github-event-payload-for-scheduled-workflow-runs/
func (r *Repo) ScheduleEvent(cron string) []byte {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	return r.event(nil, object{"schedule": cron, "workflow": ".github/workflows/layerbot.yml"})
}
