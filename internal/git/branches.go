// SPDX-License-Identifier: Apache-2.0

package git

import (
	"context"
	"strings"
)

// Branches returns the branches of the repository at url and the commit each is at: one request, nothing is
// fetched. token is sent as in Fetch.
func (r *Repo) Branches(ctx context.Context, url, token string) (map[string]string, error) {
	settings, err := credentials(url, token)
	if err != nil {
		return nil, err
	}
	out, err := r.runWith(ctx, settings, "ls-remote", "--quiet", "--heads", "--", url)
	if err != nil {
		return nil, err
	}
	branches := map[string]string{}
	for line := range strings.Lines(string(out)) {
		sha, ref, ok := strings.Cut(strings.TrimSpace(line), "\t")
		name, head := strings.CutPrefix(ref, "refs/heads/")
		if ok && head && fullSHA.MatchString(sha) {
			branches[name] = sha
		}
	}
	return branches, nil
}

// Trunk returns the name of the default branch of the repository at url, as Branches asks.
func (r *Repo) Trunk(ctx context.Context, url, token string) (string, error) {
	settings, err := credentials(url, token)
	if err != nil {
		return "", err
	}
	out, err := r.runWith(ctx, settings, "ls-remote", "--quiet", "--symref", "--", url, "HEAD")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(out)) {
		if ref, ok := strings.CutPrefix(line, "ref: refs/heads/"); ok {
			name, _, _ := strings.Cut(ref, "\t")
			return name, nil
		}
	}
	return "", &UnknownRevisionError{Rev: "HEAD"}
}

// DefaultBranch returns the revision that a change is compared with when none is named: the remote's default
// branch, else the local branch main or master.
func (r *Repo) DefaultBranch(ctx context.Context) (string, error) {
	for _, rev := range []string{"refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"} {
		if _, err := r.Resolve(ctx, rev); err == nil {
			return rev, nil
		} else if ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
	return "", &UnknownRevisionError{Rev: "main"}
}
