// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"cmp"
	"slices"
	"strings"
)

// pull returns the pull request of a number, nil if there is none.
func (r *Repo) pull(number int64) *Pull {
	for _, p := range r.pulls {
		if int64(p.Number) == number {
			return p
		}
	}
	return nil
}

func getPull(c *call) reply {
	p := c.repo.pull(c.number("pull_number"))
	if p == nil {
		return notFound("Not Found")
	}
	c.repo.follow()
	return ok(c.s.pullJSON(p))
}

// listPulls filters by head only if it is given as "owner:branch": as GitHub, it ignores the filter otherwise.
func listPulls(c *call) reply {
	c.repo.follow()
	state, head, base := c.query.Get("state"), c.query.Get("head"), c.query.Get("base")
	if state == "" {
		state = "open"
	}
	pulls := slices.DeleteFunc(slices.Clone(c.repo.pulls), func(p *Pull) bool {
		return state != "all" && p.state != state || base != "" && p.baseRef != base ||
			strings.Contains(head, ":") && head != p.headOwner.Login+":"+p.headRef
	})
	by := cmp.Or(c.query.Get("sort"), "created")
	switch by {
	case "created":
	case "updated":
		slices.SortStableFunc(pulls, func(a, b *Pull) int { return a.updated.Compare(b.updated) })
	default:
		return invalid("the simulator sorts no pull requests by " + by)
	}
	if direction := c.query.Get("direction"); direction == "desc" || direction == "" && by == "created" {
		slices.Reverse(pulls)
	}
	return page(c, pulls, c.s.simplePullJSON, list)
}

// listPullsOfCommit lists the merged pull requests that a commit came with, and the open ones that it is in unless it
// is on the default branch already.
// https://docs.github.com/rest/commits/commits#list-pull-requests-associated-with-a-commit
func listPullsOfCommit(c *call) reply {
	c.repo.follow()
	sha := c.repo.resolve(c.vars["commit_sha"])
	if sha == "" {
		return reply{status: 422, body: message("No commit found for SHA: " + c.vars["commit_sha"])}
	}
	arrived := c.repo.contains("HEAD", sha)
	pulls := slices.DeleteFunc(slices.Clone(c.repo.pulls), func(p *Pull) bool {
		merged := p.mergedBy != nil
		brought := c.repo.contains(p.head, sha) && !c.repo.contains(p.base, sha) || merged && p.mergeCommit == sha
		return !brought || !merged && (arrived || p.state != "open")
	})
	return page(c, pulls, c.s.simplePullJSON, list)
}

// contains says whether commit is in the history of tip.
func (r *Repo) contains(tip, commit string) bool {
	_, err := r.runGit("merge-base", "--is-ancestor", commit, tip)
	return err == nil
}

func listReviews(c *call) reply {
	p := c.repo.pull(c.number("pull_number"))
	if p == nil {
		return notFound("Not Found")
	}
	return page(c, p.reviews, func(v *review) object { return c.s.reviewJSON(p, v) }, list)
}
