// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/github"
)

// A Repo is one repository.
type Repo struct {
	Owner, Name    string
	ID             int64
	InstallationID int64  // 0 for a fork: the App is not installed there
	GitDir         string // the bare repository on disk, to push to
	CloneURL       string // over HTTP, with smart git and token authentication

	s             *Server
	owner         *github.User
	parent        *Repo // of a fork
	collaborators map[string]string
	pulls         []*Pull // by number
	issues        []*issue
	number        int // the last issue or pull request
	deployments   []*deployment

	sarifs         []SARIF
	noCodeScanning bool

	settings settings
}

// Repository adds a repository with an empty bare git repository, with the App installed on it. It is private,
// and its owner is an organization. The one of that name is returned if there is one.
func (s *Server) Repository(owner, name string) *Repo {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.repos[repoKey(owner, name)]; r != nil {
		return r
	}
	r := s.addRepo(owner, name)
	r.owner.Type = "Organization"
	r.InstallationID = s.installOn(s.apps[s.AppSlug], r.owner).id
	for _, a := range s.apps {
		for _, it := range a.installations {
			if it.account == r.owner && !it.selected {
				it.repos = append(it.repos, r)
			}
		}
	}
	s.must(os.MkdirAll(r.GitDir, 0o755))
	r.mustGit("init", "--quiet", "--bare", "--initial-branch=main")
	r.configure()
	return r
}

func (s *Server) addRepo(owner, name string) *Repo {
	r := &Repo{
		Owner: owner, Name: name, ID: s.id(), GitDir: s.folder(owner, name), CloneURL: s.URL + "/" + owner + "/" + name + ".git",
		s: s, owner: s.user(owner), collaborators: map[string]string{}, settings: newSettings(),
	}
	r.collaborators[strings.ToLower(owner)] = "admin"
	s.repos[repoKey(owner, name)] = r
	return r
}

// configure lets any commit be fetched, as GitHub does, and keeps refs where Push expects them.
func (r *Repo) configure() {
	for _, kv := range [][2]string{
		{"uploadpack.allowAnySHA1InWant", "true"}, {"uploadpack.allowFilter", "true"}, {"gc.auto", "0"},
		{"receive.autogc", "false"}, {"receive.denyDeleteCurrent", "ignore"},
	} {
		r.mustGit("config", kv[0], kv[1])
	}
}

// Fork makes a fork of r, owned by a person. It shares the objects of r.
func (r *Repo) Fork(owner string) *Repo {
	s := r.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.repos[repoKey(owner, r.Name)]; f != nil {
		return f
	}
	f := s.addRepo(owner, r.Name)
	f.parent = r
	_, err := s.runGit(s.dir, nil, "clone", "--quiet", "--bare", "--shared", r.GitDir, f.GitDir)
	s.must(err)
	f.configure()
	return f
}

// DeleteFork removes a fork: pull requests from it have no head repository any more.
func (r *Repo) DeleteFork() error {
	s := r.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.parent == nil {
		return fmt.Errorf("%s/%s is no fork", r.Owner, r.Name)
	}
	for _, p := range r.parent.pulls {
		if p.headRepo == r {
			p.headRepo = nil
		}
	}
	delete(s.repos, repoKey(r.Owner, r.Name))
	return os.RemoveAll(r.GitDir)
}

// must reports what can only go wrong when the machine does (no disk, no git).
func (s *Server) must(err error) {
	if err != nil {
		panic("githubtest: " + err.Error())
	}
}

// Push commits files (nil content deletes; "-> x" makes a link) on top of branch, made from the branch or commit
// from if it is new, and returns the SHA. With no branch to stand on the commit has no parent. Open pull requests
// of the branch follow.
func (r *Repo) Push(branch, from, message string, files map[string][]byte) (string, error) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	if r.resolve("refs/heads/"+branch) != "" {
		from = "refs/heads/" + branch
	}
	return r.commit(branch, from, message, files)
}

// ForcePush replaces what branch was by one commit on top of the branch or commit from.
func (r *Repo) ForcePush(branch, from, message string, files map[string][]byte) (string, error) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	return r.commit(branch, from, message, files)
}

// commit makes a commit with git fast-import and lets pull requests know.
func (r *Repo) commit(branch, from, message string, files map[string][]byte) (string, error) {
	parent := ""
	if from != "" {
		if parent = r.resolve(from); parent == "" {
			return "", fmt.Errorf("push to %s of %s/%s: no commit %q to start from", branch, r.Owner, r.Name, from)
		}
	}
	first := r.resolve("HEAD") == ""
	var in strings.Builder
	who := fmt.Sprintf("Simulated Person <person@example.invalid> %d +0000", r.s.now().Unix())
	fmt.Fprintf(&in, "feature done\nreset refs/heads/%[1]s\ncommit refs/heads/%[1]s\nauthor %[2]s\ncommitter %[2]s\ndata %[3]d\n%[4]s\n", branch, who, len(message), message)
	if parent != "" {
		fmt.Fprintf(&in, "from %s\n", parent)
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if !fs.ValidPath(path) || slices.ContainsFunc(strings.Split(path, "/"), func(e string) bool { return strings.EqualFold(e, ".git") }) {
			return "", fmt.Errorf("push to %s of %s/%s: GitHub takes no path %q", branch, r.Owner, r.Name, path)
		}
		content, mode := files[path], "100644"
		if content == nil {
			fmt.Fprintf(&in, "D %s\n", quotePath(path))
			continue
		}
		if target, is := strings.CutPrefix(string(content), "-> "); is {
			content, mode = []byte(target), "120000"
		}
		fmt.Fprintf(&in, "M %s inline %s\ndata %d\n%s\n", mode, quotePath(path), len(content), content)
	}
	in.WriteString("done\n")
	if _, err := r.s.runGit(r.GitDir, strings.NewReader(in.String()), "fast-import", "--quiet", "--force", "--date-format=raw"); err != nil {
		return "", fmt.Errorf("push to %s of %s/%s: %w", branch, r.Owner, r.Name, err)
	}
	if first {
		r.mustGit("symbolic-ref", "HEAD", "refs/heads/"+branch) // as GitHub does at the first push
	}
	r.follow()
	return r.resolve("refs/heads/" + branch), nil
}

// Tag gives a commit or branch a tag and returns the SHA of the commit. An annotated tag is an object of its own.
func (r *Repo) Tag(name, rev string, annotated bool) (string, error) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	sha := r.resolve(rev)
	if sha == "" {
		return "", fmt.Errorf("tag %s of %s/%s: no commit %q", name, r.Owner, r.Name, rev)
	}
	args := []string{"tag", "--force", name, sha}
	if annotated {
		args = append(args, "--annotate", "--message", name)
	}
	_, err := r.runGit(args...)
	return sha, err
}

// quotePath writes a path as fast-import reads it.
func quotePath(path string) string {
	if !strings.ContainsAny(path, "\"\n\\") {
		return path
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(path) + `"`
}

// defaultBranch returns the branch HEAD names.
func (r *Repo) defaultBranch() string {
	out, err := r.runGit("symbolic-ref", "--short", "HEAD")
	if err != nil {
		return "main"
	}
	return out
}

// resolve returns the commit of a revision, "" if there is none.
func (r *Repo) resolve(rev string) string {
	if strings.HasPrefix(rev, "-") {
		return ""
	}
	sha, err := r.runGit("rev-parse", "--quiet", "--verify", rev+"^{commit}")
	if err != nil {
		return ""
	}
	return sha
}
