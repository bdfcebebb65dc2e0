// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/report"
)

// applyPrefix begins the name of the check run on a commit that was applied: "layerbot apply / dev".
const applyPrefix = "layerbot apply / "

// A memory looks up what was reviewed and tried before, each thing once.
type memory struct {
	gh     Pulls
	door   Door
	branch string // the environment branch
	head   string // its head

	approvals map[int]string        // what is missing for a pull request to count as approved
	merges    []*github.PullRequest // into the branch, the last first
	listed    bool
	checks    map[string]map[string]entry // commit and prefix → what its check runs remember, by target ID
	ranges    map[string]map[string]bool  // commit → those that came after it
}

// review returns what the plan of a target is compared with: the fingerprint that was reviewed on the pull request
// that was last merged, of those since the last apply; else that which the last apply was compared with. pull is the
// pull request, 0 if nobody reviewed anything. last is what the check run of the last apply remembers of the target.
func (m *memory) review(ctx context.Context, c candidate) (review *report.Review, pull int, last entry, err error) {
	if c.last != nil {
		tried, err := m.remembered(ctx, c.last.sha, applyPrefix)
		if err != nil {
			return nil, 0, entry{}, err
		}
		last = tried[c.ID()]
	}
	since := ""
	switch {
	case last.Status != "":
		since = c.last.sha
	case c.success != nil:
		since = c.success.sha
	}
	merges, err := m.since(ctx, since)
	if err != nil {
		return nil, 0, last, err
	}
	for _, pull := range merges {
		seen, err := m.remembered(ctx, pull.HeadSHA, checkPrefix)
		if err != nil {
			return nil, 0, last, err
		}
		e := seen[c.ID()]
		if e.Fingerprint == nil || e.Pull != pull.Number {
			continue
		}
		review := &report.Review{Fingerprint: e.Fingerprint, Partial: e.Partial}
		if last.Review != nil && last.Review.Digest == e.Fingerprint.Digest {
			review.Applied = last.Applied
		}
		return review, pull.Number, last, nil
	}
	if last.Review != nil {
		return &report.Review{Fingerprint: last.Review, Partial: last.Partial, Applied: last.Applied}, last.Pull, last, nil
	}
	return nil, 0, last, nil
}

// since returns the pull requests that were merged after a commit, the last first; all that the head has where nothing
// was ever applied ("").
func (m *memory) since(ctx context.Context, sha string) ([]*github.PullRequest, error) {
	merges, err := m.list(ctx)
	if err != nil {
		return nil, err
	}
	after, err := m.after(ctx, sha)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(merges), func(p *github.PullRequest) bool { return !after[p.MergeSHA] }), nil
}

// list returns the pull requests that were merged into the branch lately, the last first.
func (m *memory) list(ctx context.Context) (_ []*github.PullRequest, err error) {
	if !m.listed {
		m.merges, err = m.gh.MergedPullRequests(ctx, m.branch)
		m.listed = err == nil
	}
	return m.merges, err
}

// maxCommits bounds how far back merges are looked for.
const maxCommits = 5000

// reach sees that what the head has and the commit sha has not is in the clone; "" is no commit. It is false if the repository
// no longer has sha.
func (m *memory) reach(ctx context.Context, sha string) (bool, error) {
	if sha == "" {
		return true, m.door.Git.Deepen(ctx, m.door.CloneURL, m.gh.Token(), m.head, maxCommits)
	}
	return m.door.bring(ctx, m.gh.Token(), sha, m.head)
}

// after returns the commits that the head has and the commit sha has not; the head alone where sha is unknown.
func (m *memory) after(ctx context.Context, sha string) (map[string]bool, error) {
	if known, ok := m.ranges[sha]; ok {
		return known, nil
	}
	there, err := m.reach(ctx, sha)
	commits := []string{m.head}
	if err == nil && there {
		commits, err = m.door.Git.Commits(ctx, sha, m.head, maxCommits)
	}
	if err != nil {
		return nil, err
	}
	set := map[string]bool{}
	for _, c := range commits {
		set[c] = true
	}
	if m.ranges == nil {
		m.ranges = map[string]map[string]bool{}
	}
	m.ranges[sha] = set
	return set, nil
}

// remembered returns what the App's check runs of one kind on a commit remember, by target ID.
func (m *memory) remembered(ctx context.Context, sha, prefix string) (map[string]entry, error) {
	if known, ok := m.checks[sha+prefix]; ok {
		return known, nil
	}
	checks, err := m.gh.Checks(ctx, sha)
	if err != nil {
		return nil, err
	}
	checks = slices.DeleteFunc(checks, func(c github.Check) bool { return !strings.HasPrefix(c.Name, prefix) })
	if m.checks == nil {
		m.checks = map[string]map[string]entry{}
	}
	m.checks[sha+prefix] = remembered(checks, sha)
	return m.checks[sha+prefix], nil
}
