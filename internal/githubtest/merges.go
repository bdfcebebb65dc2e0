// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"fmt"
	"os"
)

// Merge merges it with a merge commit and returns that; a conflict is an error.
func (p *Pull) Merge(login string) (sha string, err error) { return p.MergeAs(login, "merge") }

// MergeAs merges it as GitHub's buttons do and returns what the base branch is then: a merge commit ("merge"), one
// commit with all changes ("squash"), or a copy of each commit ("rebase"). A conflict is an error.
func (p *Pull) MergeAs(login, method string) (sha string, err error) {
	s, r := p.repo.s, p.repo
	s.mu.Lock()
	defer s.mu.Unlock()
	r.follow()
	if p.state != "open" || p.draft {
		return "", fmt.Errorf("merge pull request %d: it is closed or a draft", p.Number)
	}
	switch method {
	case "merge":
		sha, err = r.merge(p.baseRef, p.head, fmt.Sprintf("Merge pull request #%d from %s/%s\n\n%s", p.Number, p.headOwner.Login, p.headRef, p.title))
	case "squash":
		sha, err = r.squash(p.baseRef, p.head, fmt.Sprintf("%s (#%d)", p.title, p.Number))
	case "rebase":
		sha, err = r.rebase(p.baseRef, p.head)
	default:
		err = fmt.Errorf("GitHub does not merge by %q", method)
	}
	if err == nil {
		_, err = r.runGit("update-ref", "refs/heads/"+p.baseRef, sha)
	}
	if err != nil {
		return "", fmt.Errorf("merge pull request %d: %w", p.Number, err)
	}
	p.state, p.closed, p.updated, p.mergedBy, p.mergeCommit = "closed", s.now(), s.now(), s.user(login), sha
	r.follow()
	return sha, nil
}

// merge makes a merge commit of head into the branch base without moving it.
func (r *Repo) merge(base, head, message string) (string, error) {
	return r.squash(base, head, message, "-p", head)
}

// squash makes a commit on the branch base with all that head changes, without moving it. Other parents come last.
func (r *Repo) squash(base, head, message string, parents ...string) (string, error) {
	tip := r.resolve("refs/heads/" + base)
	tree, err := r.runGit("merge-tree", "--write-tree", tip, head)
	if err != nil {
		return "", err
	}
	return r.runGit(append([]string{"commit-tree", tree, "-m", message, "-p", tip}, parents...)...)
}

// rebase copies the commits of head onto the branch base without moving it.
func (r *Repo) rebase(base, head string) (string, error) {
	dir, err := os.MkdirTemp(r.s.dir, "rebase-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }() // below a folder that Close removes
	for _, args := range [][]string{
		{"clone", "--quiet", "--shared", "--no-checkout", r.GitDir, "."}, {"checkout", "--quiet", "--detach", head},
		{"rebase", "--quiet", "--no-ff", r.resolve("refs/heads/" + base)}, {"push", "--quiet", "origin", "HEAD:refs/rebased/" + head},
	} {
		if _, err := r.s.runGit(dir, nil, args...); err != nil {
			return "", err
		}
	}
	return r.resolve("refs/rebased/" + head), nil
}
