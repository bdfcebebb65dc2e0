// SPDX-License-Identifier: Apache-2.0

package git

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// depths are how far a shallow fetch reaches, in commits, one after the other.
// After the last one the whole history is fetched.
var depths = []int{50, 500, 5000}

var fullSHA = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// Fetch brings commits from url. token, when not empty, is sent as basic authentication to url's host only,
// through the environment of the git process. History is deepened until the merge base of the commits is known.
//
// A clone with its whole history stays one; only an empty or already shallow repository is fetched shallowly. The
// commits are kept under refs/layerbot/. One that the remote does not have (any more) is an *UnknownRevisionError, and
// nothing is fetched.
func (r *Repo) Fetch(ctx context.Context, url, token string, shas ...string) error {
	settings, err := credentials(url, token)
	if err != nil {
		return err
	}
	tail := []string{"--", url}
	for _, sha := range shas {
		if !fullSHA.MatchString(sha) {
			return &UnknownRevisionError{Rev: sha}
		}
		tail = append(tail, kept(sha))
	}
	fetch := func(options ...string) error {
		_, err := r.runWith(ctx, settings, slices.Concat(fetching, options, tail)...)
		return asUnknown(err)
	}
	if full, err := r.hasFullHistory(ctx); err != nil || full {
		if err != nil {
			return err
		}
		return fetch()
	}
	if len(shas) == 1 {
		return fetch("--depth=1")
	}
	for _, depth := range depths {
		if err := fetch("--depth=" + strconv.Itoa(depth)); err != nil {
			return err
		}
		if known, err := r.mergeBaseKnown(ctx, shas); err != nil || known {
			return err
		}
	}
	return fetch("--unshallow")
}

// Deepen brings the history of a commit from url, as Fetch does, at least so many commits of it, or all.
func (r *Repo) Deepen(ctx context.Context, url, token, sha string, commits int) error {
	if !fullSHA.MatchString(sha) {
		return &UnknownRevisionError{Rev: sha}
	}
	settings, err := credentials(url, token)
	if err != nil {
		return err
	}
	if full, err := r.hasFullHistory(ctx); err != nil || full {
		return err
	}
	_, err = r.runWith(ctx, settings, append(slices.Clone(fetching), "--depth="+strconv.Itoa(commits), "--", url, kept(sha))...)
	return asUnknown(err)
}

// fetching is how commits are fetched.
var fetching = []string{"fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"}

// kept returns the refspec that keeps a commit.
func kept(sha string) string { return "+" + sha + ":refs/layerbot/" + sha }

// refusedWant is how a remote answers a request for a commit that it does not have, or that no branch or tag of it
// reaches. https://github.com/git/git/blob/v2.47.0/upload-pack.c and fetch-pack.c
var refusedWant = regexp.MustCompile(`(?:not our ref|request for unadvertised object) ([0-9a-f]{40,64})`)

func asUnknown(err error) error {
	if failed := new(CommandError); errors.As(err, &failed) {
		if m := refusedWant.FindStringSubmatch(failed.Stderr); m != nil {
			return &UnknownRevisionError{Rev: m[1]}
		}
	}
	return err
}

// credentials returns the settings that send token to the host of url, and
// nowhere else. The whole url is the key, so that no setting of the repository
// itself is more specific.
func credentials(address, token string) ([]setting, error) {
	if filepath.IsAbs(address) && token == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, &RefusedURLError{Reason: "the address cannot be read"}
	case u.User != nil:
		return nil, &RefusedURLError{Reason: "the address holds a user name or password"}
	case u.Scheme == "file" && token == "":
		return nil, nil
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return nil, &RefusedURLError{Reason: "only https addresses are fetched from"}
	case token == "":
		return nil, nil
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, &RefusedURLError{Reason: "a token is never sent unencrypted"}
	case strings.ContainsAny(token, "\r\n\x00"):
		return nil, &RefusedURLError{Reason: "the token is malformed"}
	}
	basic := base64.StdEncoding.EncodeToString([]byte("x-access-token:" + token))
	key := "http." + u.Scheme + "://" + u.Host + u.EscapedPath()
	return []setting{
		{key + ".extraHeader", ""}, // forget what the repository's own configuration adds
		{key + ".extraHeader", "Authorization: Basic " + basic},
		{key + ".followRedirects", "false"},
		{key + ".sslVerify", "true"},
	}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// hasFullHistory reports whether r has commits and is not shallow.
func (r *Repo) hasFullHistory(ctx context.Context) (bool, error) {
	shallow, err := r.line(ctx, "rev-parse", "--is-shallow-repository")
	if err != nil || shallow == "true" {
		return false, err
	}
	ref, err := r.line(ctx, "for-each-ref", "--count=1", "--format=%(refname)")
	return ref != "", err
}

// mergeBaseKnown reports whether the merge base of every two neighbours in shas
// is known for certain: no history is cut off on the way to it. A cut-off
// elsewhere could hide a better one.
func (r *Repo) mergeBaseKnown(ctx context.Context, shas []string) (bool, error) {
	cut, err := r.shallowCommits(ctx)
	if err != nil || len(cut) == 0 {
		return err == nil, err
	}
	for i := 1; i < len(shas); i++ {
		base, err := r.MergeBase(ctx, shas[i-1], shas[i])
		if none := new(NoMergeBaseError); errors.As(err, &none) {
			return false, nil
		} else if err != nil {
			return false, err
		}
		between, err := r.run(ctx, "rev-list", shas[i-1], shas[i], "^"+base)
		if err != nil {
			return false, err
		}
		for _, sha := range strings.Fields(string(between)) {
			if cut[sha] {
				return false, nil
			}
		}
	}
	return true, nil
}

// shallowCommits returns the commits whose parents were not fetched.
func (r *Repo) shallowCommits(ctx context.Context) (map[string]bool, error) {
	name, err := r.gitPath(ctx, "shallow")
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	cut := map[string]bool{}
	for _, sha := range strings.Fields(string(content)) {
		cut[sha] = true
	}
	return cut, err
}

// gitPath returns where a file of the repository itself is, whatever its layout.
func (r *Repo) gitPath(ctx context.Context, name string) (string, error) {
	file, err := r.line(ctx, "rev-parse", "--git-path", name)
	if err == nil && !filepath.IsAbs(file) {
		file = filepath.Join(r.dir, file)
	}
	return file, err
}
