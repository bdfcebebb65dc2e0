// SPDX-License-Identifier: Apache-2.0

package git

import (
	"context"
	"net/url"
	"strings"
)

// Checkout makes the (empty or clean, own) working directory that of sha, detached. Files that git would
// overwrite or that it does not know are a *DirtyError. No filter runs: large-file pointers stay pointers.
func (r *Repo) Checkout(ctx context.Context, sha string) error {
	commit, err := r.Resolve(ctx, sha)
	if err != nil {
		return err
	}
	settings, err := r.withoutFilters(ctx)
	if err != nil {
		return err
	}
	status, err := r.runWith(ctx, settings, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames")
	if err != nil {
		return err
	}
	if changed := splitNUL(status); len(changed) > 0 {
		return &DirtyError{Dir: r.dir, Paths: changed[:min(len(changed), 5)]}
	}
	_, err = r.runWith(ctx, settings, "checkout", "--quiet", "--detach", "--no-recurse-submodules", commit)
	return err
}

// withoutFilters returns settings that switch off every content filter of the
// repository's own configuration.
func (r *Repo) withoutFilters(ctx context.Context) ([]setting, error) {
	config, err := r.config(ctx)
	if err != nil {
		return nil, err
	}
	var off []setting
	for _, s := range config {
		name, ok := strings.CutPrefix(s.key, "filter.")
		if i := strings.LastIndexByte(name, '.'); ok && i > 0 {
			off = append(off, setting{s.key[:len("filter.")+i] + "." + name[i+1:], disabled(name[i+1:])})
		}
	}
	return off, nil
}

func disabled(key string) string {
	if key == "required" {
		return "false"
	}
	return ""
}

// config returns the repository's own configuration, files that it includes
// among it, without what this package adds.
func (r *Repo) config(ctx context.Context) ([]setting, error) {
	out, err := r.run(ctx, "config", "--list", "-z", "--includes", "--show-scope")
	if err != nil {
		return nil, err
	}
	var config []setting
	fields := splitNUL(out) // scope, "key\nvalue", scope, …
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] != "command" {
			key, value, _ := strings.Cut(fields[i+1], "\n")
			config = append(config, setting{key, value})
		}
	}
	return config, nil
}

// CredentialInConfig reports whether the repository's configuration holds a
// credential that code in the working directory could read, and under which key:
// an authorization header, a helper, an SSH key or an address with a password.
// actions/checkout leaves one there unless told persist-credentials: false.
// A configuration that cannot be read counts as holding one.
func (r *Repo) CredentialInConfig(ctx context.Context) (key string, found bool) {
	config, err := r.config(ctx)
	if err != nil {
		return ".git/config", true
	}
	for _, s := range config {
		if holdsCredential(s) {
			return s.key, true
		}
	}
	return "", false
}

// holdsCredential judges one line. Git prints section and last part of a key in
// lower case and leaves the middle, which may be an address, as it is.
func holdsCredential(s setting) bool {
	section, rest, _ := strings.Cut(s.key, ".")
	name, middle := rest, ""
	if i := strings.LastIndexByte(rest, '.'); i >= 0 {
		name, middle = rest[i+1:], rest[:i]
	}
	switch section + "." + name {
	case "http.extraheader", "http.cookiefile", "http.sslkey", "credential.helper":
		return s.value != ""
	case "core.sshcommand":
		return strings.Contains(s.value, "-i")
	case "remote.url", "remote.pushurl", "http.proxy":
		return hasUser(s.value)
	case "url.insteadof", "url.pushinsteadof":
		return hasUser(middle)
	}
	return false
}

// hasUser reports whether an http address carries a user or a password: either may be a token.
func hasUser(address string) bool {
	if !strings.Contains(address, "@") || !strings.Contains(address, "://") {
		return false
	}
	u, err := url.Parse(address)
	return err != nil || u.User != nil && (u.Scheme == "http" || u.Scheme == "https")
}
