// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/layerbot/layerbot/examples"
	"github.com/layerbot/layerbot/internal/githubtest"
)

const (
	owner, project = "acme", "landing-zone"
	slug           = owner + "/" + project
	caller         = ".github/workflows/layerbot.yml"
)

// A world is one GitHub with one repository on it, and its runners.
type world struct {
	kit       *kit
	dir       string
	hub       *githubtest.Server
	repo      *githubtest.Repo
	service   *httptest.Server // what the services of GitHub are to a runner
	called    workflow         // the reusable workflow
	actions   map[string]string
	secrets   map[string]string // of the repository and its environments
	artifacts string
	pulls     []*githubtest.Pull
	deadly    []string // layers whose plan kills the program
	mu        sync.Mutex
	tokens    map[string]map[string]string // token of a job → its permissions
}

// newWorld makes a repository of files, on branches main, dev and prod, and sets up Layerbot there with `bot init`. alice may
// write, dana may read.
func newWorld(t testing.TB, files map[string][]byte) *world {
	t.Helper()
	kit, err := theKit()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{kit: kit, dir: t.TempDir(), actions: map[string]string{}, tokens: map[string]map[string]string{}}
	w.artifacts = w.folder(t, "artifacts")
	w.hub, err = githubtest.New(githubtest.Options{Dir: w.folder(t, "github"), Validate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.hub.Close() })
	w.repo = w.hub.Repository(owner, project)
	for login, permission := range map[string]string{"alice": "write", "dana": "read"} {
		w.hub.User(login)
		w.repo.Collaborator(login, permission)
	}
	w.secrets = map[string]string{
		"APP_ID": fmt.Sprint(w.hub.AppID), "APP_PRIVATE_KEY": string(w.hub.PrivateKey), "INSTALLATION_ID": fmt.Sprint(w.repo.InstallationID),
		"TERRAFORM_ENV": "DB_PASSWORD=" + canaries["DB_PASSWORD"] + "\nNOBODY_ASKS=" + canaries["NOBODY_ASKS"] + "\n",
		"UNRELATED":     canaries["UNRELATED"],
	}
	w.install(t)
	if err := os.CopyFS(w.folder(t, "state"), os.DirFS(filepath.Join(kit.dir, "seed", "state"))); err != nil {
		t.Fatal(err)
	}
	w.push(t, "main", "", w.begun(t, files))
	w.push(t, "dev", "main", nil)
	w.push(t, "prod", "main", nil)
	t.Cleanup(func() {
		for _, v := range w.hub.Violations() {
			t.Errorf("GitHub would have refused: %v", v)
		}
	})
	return w
}

// sample is the sample repository in dev and prod: of its layers those that are named, and with more files over it.
func sample(t testing.TB, layers string, more map[string]string) map[string][]byte {
	t.Helper()
	files, err := examples.Sample()
	if err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(files, func(name string, _ []byte) bool {
		top, _, nested := strings.Cut(name, "/")
		return nested && top != "modules" && !slices.Contains(strings.Fields(layers), top) || strings.Contains(name, "/environments/test/")
	})
	for name, text := range more {
		files[name] = []byte(text)
	}
	return files
}

// begun returns the files of a repository and those that `bot init` writes for it, as it writes them.
func (w *world) begun(t testing.TB, files map[string][]byte) map[string][]byte {
	t.Helper()
	dir := w.folder(t, "new")
	for name, text := range files {
		mustWrite(t, filepath.Join(dir, filepath.FromSlash(name)), text, 0o600)
	}
	git(t, "-C", dir, "init", "--quiet", "--initial-branch=main")
	git(t, "-C", dir, "remote", "add", "origin", w.repo.CloneURL)
	git(t, "-C", dir, "add", "--all")
	git(t, "-C", dir, "-c", "user.name=Alice", "-c", "user.email=alice@example.invalid", "commit", "--quiet", "--message=Layers")
	git(t, "-C", dir, "branch", "dev")
	git(t, "-C", dir, "branch", "prod")
	cmd := exec.CommandContext(t.Context(), w.kit.bot, "-C", dir, "init", "--yes", "--ref", released, "--repository", slug)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(w.kit.dir, "home")}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("bot init: %v\n%s", err, out)
	}
	all := maps.Clone(files)
	for name := range strings.Lines(git(t, "-C", dir, "ls-files", "--others", "--modified", "--exclude-standard")) {
		name = strings.TrimSpace(name)
		all[name] = mustRead(t, filepath.Join(dir, name))
	}
	return all
}

// push commits to a branch, made from another if it is new, and returns the commit. Without files it is a file that names the branch.
func (w *world) push(t testing.TB, branch, from string, files map[string][]byte) string {
	t.Helper()
	if files == nil {
		files = map[string][]byte{".branch": []byte(branch)}
	}
	sha, err := w.repo.Push(branch, from, "A change", files)
	if err != nil {
		t.Fatal(err)
	}
	return sha
}

// edit returns files of a branch with one text replaced by another; each file must hold it once.
func (w *world) edit(t testing.TB, branch string, edits ...[3]string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, e := range edits {
		was := git(t, "--git-dir", w.repo.GitDir, "show", branch+":"+e[0])
		if strings.Count(was, e[1]) != 1 {
			t.Fatalf("%s holds %q not once:\n%s", e[0], e[1], was)
		}
		files[e[0]] = []byte(strings.Replace(was, e[1], e[2], 1))
	}
	return files
}

func (w *world) folder(t testing.TB, name string) string {
	t.Helper()
	dir := filepath.Join(w.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// serve answers what runners ask of GitHub beside its API: the program of a release, and what a job of the workflow gets.
func (w *world) serve(t testing.TB, program string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /bot", func(rw http.ResponseWriter, r *http.Request) { http.ServeFile(rw, r, program) })
	mux.HandleFunc("POST /job", w.give)
	w.service = httptest.NewServer(mux)
	t.Cleanup(w.service.Close)
}

// give gives a job its token and, if it may have one, what it takes to get an OIDC token.
func (w *world) give(rw http.ResponseWriter, r *http.Request) {
	job, ok := w.called.Jobs[r.FormValue("job")]
	if !ok || len(job.Permissions) == 0 {
		http.Error(rw, "no job that may check anything out", http.StatusForbidden)
		return
	}
	token := w.hub.WorkflowToken(w.repo, job.Permissions)
	w.mu.Lock()
	w.tokens[token] = job.Permissions
	w.mu.Unlock()
	fmt.Fprintln(rw, token)
	if job.Permissions["id-token"] == "write" {
		fmt.Fprintf(rw, "ACTIONS_ID_TOKEN_REQUEST_URL=%s/oidc?api-version=2.0\nACTIONS_ID_TOKEN_REQUEST_TOKEN=%s\n", w.service.URL, canaries["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
	}
}
