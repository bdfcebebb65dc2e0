// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// runGit runs git in a folder with an environment of its own and returns what it printed, trimmed.
func (s *Server) runGit(dir string, stdin io.Reader, args ...string) (string, error) {
	cmd := s.gitCommand(context.Background(), dir, args...)
	var out, complaint bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &complaint
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(complaint.String()))
	}
	return strings.TrimSpace(out.String()), nil
}

// gitCommand prepares git: nobody's configuration, and a person who commits.
func (s *Server) gitCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.git, args...) //nolint:gosec // the arguments are the simulator's own
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + filepath.Dir(s.git), "HOME=" + s.dir, "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C",
		"GIT_AUTHOR_NAME=Simulated GitHub", "GIT_AUTHOR_EMAIL=noreply@example.invalid",
		"GIT_COMMITTER_NAME=Simulated GitHub", "GIT_COMMITTER_EMAIL=noreply@example.invalid",
	}
	return cmd
}

func (r *Repo) runGit(args ...string) (string, error) { return r.s.runGit(r.GitDir, nil, args...) }

func (r *Repo) mustGit(args ...string) string {
	out, err := r.runGit(args...)
	r.s.must(err)
	return out
}

var gitPath = regexp.MustCompile(`^/([\w.-]+)/([\w.-]+?)(?:\.git)?/(info/refs|git-upload-pack|git-receive-pack)$`)

// serveGit speaks git's smart HTTP for one repository: reading only. It records the request before it answers, so
// that a client that has its answer finds it recorded. m is what gitPath matched.
// https://git-scm.com/docs/http-protocol
func (s *Server) serveGit(w http.ResponseWriter, r *http.Request, m []string, end func(Request)) {
	done := Request{Method: r.Method, Route: "git", Path: r.URL.Path}
	repo, refusal := s.enterGit(r, m[1], m[2], m[3], &done)
	end(done)
	if done.Status == http.StatusOK {
		if err := s.uploadPack(w, r, repo, m[3] == "info/refs"); err != nil {
			done.Status = http.StatusInternalServerError
			end(done)
		}
		return
	}
	if done.Token != "" && repo != nil {
		s.violate(fmt.Errorf("%s %s: %s", r.Method, r.URL.Path, refusal))
	}
	if done.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
	}
	http.Error(w, refusal, done.Status)
}

// enterGit checks the token of a git request, which comes as the password of basic authentication. It notes in
// done how that ended, and returns the repository if there is one, and GitHub's words if the request is refused.
func (s *Server) enterGit(r *http.Request, owner, name, service string, done *Request) (repo *Repo, refusal string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, text, _ := r.BasicAuth()
	t := s.tokens[text]
	if t == nil || !s.options.Now().Before(t.expires) {
		done.Status = http.StatusUnauthorized
		return nil, "Invalid username or token."
	}
	done.Token, done.Granted = t.id, t.permissions
	repo = s.repos[repoKey(owner, name)]
	if repo == nil || !t.sees(repo) {
		done.Status = http.StatusNotFound
		return repo, "Repository not found."
	}
	if service == "git-receive-pack" || r.URL.Query().Get("service") == "git-receive-pack" {
		done.Status = http.StatusForbidden
		return repo, "Write access to repository not granted."
	}
	if !contents[0].metBy(t.permissions) {
		done.Status = http.StatusForbidden
		return repo, "Resource not accessible by integration"
	}
	done.Status, done.Needed = http.StatusOK, map[string]string{contents[0].permission: contents[0].level}
	repo.follow() // somebody may have pushed to the folder
	return repo, ""
}

// uploadPack lets the git program answer: what refs there are, or the objects asked for.
func (s *Server) uploadPack(w http.ResponseWriter, r *http.Request, repo *Repo, advertise bool) error {
	args, kind := []string{"upload-pack", "--stateless-rpc"}, "result"
	if advertise {
		args, kind = append(args, "--advertise-refs"), "advertisement"
	}
	cmd := s.gitCommand(r.Context(), repo.GitDir, append(args, ".")...)
	protocol := r.Header.Get("Git-Protocol")
	cmd.Env = append(cmd.Env, "GIT_PROTOCOL="+protocol)
	w.Header().Set("Content-Type", "application/x-git-upload-pack-"+kind)
	w.Header().Set("Cache-Control", "no-cache")
	if advertise {
		if !strings.Contains(protocol, "version=2") {
			_, _ = io.WriteString(w, "001e# service=git-upload-pack\n0000")
		}
	} else {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			unzipped, err := gzip.NewReader(r.Body)
			if err != nil {
				return err
			}
			body = unzipped
		}
		cmd.Stdin = body
	}
	cmd.Stdout = w
	return cmd.Run()
}
