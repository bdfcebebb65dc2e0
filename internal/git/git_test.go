// SPDX-License-Identifier: Apache-2.0

package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// person runs git as a person would, to set a scene.
func person(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func commit(t *testing.T, dir, message string) string {
	t.Helper()
	person(t, dir, "add", "-A")
	person(t, dir, "commit", "-q", "--allow-empty", "-m", message)
	return person(t, dir, "rev-parse", "HEAD")
}

// load adds the commits of a stream, as git fast-import reads it.
func load(t testing.TB, dir, stream string) {
	t.Helper()
	cmd := exec.Command("git", "fast-import", "--quiet")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(stream)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func scene(t *testing.T) (dir string, repo *Repo) {
	t.Helper()
	dir = t.TempDir()
	person(t, dir, "init", "-q", "-b", "main")
	repo, err := Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, repo
}

func TestResolve(t *testing.T) {
	ctx := context.Background()
	dir, repo := scene(t)
	write(t, dir, "a.tf", "1")
	first := commit(t, dir, "first")
	person(t, dir, "update-ref", "refs/remotes/origin/prod", first)
	person(t, dir, "tag", "v1")
	for _, rev := range []string{"HEAD", "main", "v1", "prod", first, first[:8]} {
		if sha, err := repo.Resolve(ctx, rev); err != nil || sha != first {
			t.Errorf("Resolve(%q) = %q, %v", rev, sha, err)
		}
	}
	for _, rev := range []string{"", "nope", "--all", "-h", "HEAD\n", "HEAD:a.tf", "\x00"} {
		unknown := new(UnknownRevisionError)
		if sha, err := repo.Resolve(ctx, rev); !errors.As(err, &unknown) {
			t.Errorf("Resolve(%q) = %q, %v, want UnknownRevisionError", rev, sha, err)
		}
	}
}

func TestOpenOutsideARepository(t *testing.T) {
	not := new(NotRepositoryError)
	if _, err := Open(context.Background(), t.TempDir()); !errors.As(err, &not) {
		t.Errorf("Open = %v, want NotRepositoryError", err)
	}
	if _, err := Open(context.Background(), filepath.Join(t.TempDir(), "none")); !errors.As(err, &not) {
		t.Errorf("Open of no folder = %v, want NotRepositoryError", err)
	}
}

func TestChangedListsBothSidesOfARename(t *testing.T) {
	ctx := context.Background()
	dir, repo := scene(t)
	write(t, dir, "old name/main.tf", "resource \"x\" \"y\" {}\n")
	write(t, dir, "gone.tf", "1")
	from := commit(t, dir, "from")
	person(t, dir, "mv", "old name", "né w")
	person(t, dir, "rm", "-q", "gone.tf")
	write(t, dir, "new.tf", "2")
	to := commit(t, dir, "to")
	got, err := repo.Changed(ctx, from, to)
	if want := []string{"gone.tf", "new.tf", "né w/main.tf", "old name/main.tf"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("Changed = %q, %v, want %q", got, err, want)
	}
	if none, err := repo.Changed(ctx, to, to); err != nil || len(none) != 0 {
		t.Errorf("Changed of one commit = %q, %v", none, err)
	}
}

func TestMergeBase(t *testing.T) {
	ctx := context.Background()
	dir, repo := scene(t)
	base := commit(t, dir, "base")
	person(t, dir, "checkout", "-q", "-b", "side")
	side := commit(t, dir, "side")
	person(t, dir, "checkout", "-q", "main")
	top := commit(t, dir, "top")
	if got, err := repo.MergeBase(ctx, side, top); err != nil || got != base {
		t.Errorf("MergeBase = %q, %v, want %q", got, err, base)
	}
	person(t, dir, "checkout", "-q", "--orphan", "alone")
	alone := commit(t, dir, "alone")
	none := new(NoMergeBaseError)
	if _, err := repo.MergeBase(ctx, alone, top); !errors.As(err, &none) {
		t.Errorf("MergeBase of strangers = %v", err)
	}
}

func TestTreeReadsFilesConcurrently(t *testing.T) {
	ctx := context.Background()
	dir, repo := scene(t)
	want := map[string]string{}
	for i := range 200 {
		name := fmt.Sprintf("dir %d/file\t%d.tf", i%7, i)
		want[name] = strings.Repeat("x\n", i)
		write(t, dir, name, want[name])
	}
	write(t, dir, "big.tf", strings.Repeat("b", MaxFile+1))
	if err := os.Symlink("../dir 0", filepath.Join(dir, "dir 1", "link")); err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Tree(ctx, commit(t, dir, "all"))
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	if got := len(tree.Paths()); got != 202 || !slices.IsSorted(tree.Paths()) {
		t.Errorf("%d paths", got)
	}
	large := new(TooLargeError)
	if _, err := tree.ReadFile("big.tf"); !errors.As(err, &large) {
		t.Errorf("big.tf: %v", err)
	}
	var wg sync.WaitGroup
	for name, content := range want {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if got, err := tree.ReadFile(name); err != nil || string(got) != content {
				t.Errorf("%q: %d bytes, %v", name, len(got), err)
			}
		}()
	}
	wg.Wait()
	if target, ok := tree.Link("dir 1/link"); !ok || target != "../dir 0" {
		t.Errorf("Link = %q, %v", target, ok)
	}
	if _, err := tree.ReadFile("dir 1/link"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading a link: %v", err)
	}
	if _, err := tree.ReadFile("../etc/passwd"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading outside: %v", err)
	}
	if err := tree.Close(); err != nil {
		t.Error(err)
	}
	if _, err := tree.ReadFile("dir 0/file\t0.tf"); err == nil {
		t.Error("a closed tree still reads")
	}
}

func TestWorkTree(t *testing.T) {
	outside := t.TempDir()
	write(t, outside, "secret", "s")
	dir := t.TempDir()
	for _, name := range []string{"01-a/main.tf", ".git/config", "01-a/.terraform/x", "node_modules/y", "ignored.tfvars", ".gitignore"} {
		write(t, dir, name, "content")
	}
	for name, target := range map[string]string{"out": filepath.Join(outside, "secret"), "up": "../../etc/passwd", "in.tf": "01-a/main.tf", "folder": "01-a"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := WorkTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{".gitignore", "01-a/main.tf", "folder", "ignored.tfvars", "in.tf", "out", "up"}
	if got := tree.Paths(); !slices.Equal(got, want) {
		t.Errorf("Paths = %q, want %q", got, want)
	}
	for name, readable := range map[string]bool{
		"01-a/main.tf": true, "in.tf": true, "folder/main.tf": true,
		"out": false, "up": false, "../" + filepath.Base(outside) + "/secret": false, "/etc/passwd": false, "01-a": false, "": false,
	} {
		if _, err := tree.ReadFile(name); (err == nil) != readable {
			t.Errorf("ReadFile(%q): %v", name, err)
		}
	}
	if target, ok := tree.Link("folder"); !ok || target != "01-a" {
		t.Errorf("Link = %q, %v", target, ok)
	}
	if _, err := WorkTree(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder that does not exist has files")
	}
}

// serve serves the repositories under dir as git's own http-backend does and
// records the Authorization header of every request.
func serve(t *testing.T, dir string) (url string, headers func() []string) {
	t.Helper()
	var mu sync.Mutex
	var seen []string
	backend := &cgi.Handler{
		Path: filepath.Join(person(t, dir, "--exec-path"), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, strings.Join(r.Header.Values("Authorization"), "|"))
		mu.Unlock()
		if strings.HasPrefix(r.URL.Path, "/moved/") {
			http.Redirect(w, r, "http://localhost:1/elsewhere", http.StatusFound)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string { mu.Lock(); defer mu.Unlock(); return slices.Compact(slices.Clone(seen)) }
}

func TestFetchDeepensUntilTheMergeBaseIsKnown(t *testing.T) {
	ctx := context.Background()
	root := t.TempDir()
	origin := filepath.Join(root, "origin")
	person(t, root, "init", "-q", "-b", "main", "origin")
	base := commit(t, origin, "base")
	person(t, origin, "checkout", "-q", "-b", "side")
	write(t, origin, "a.tf", "side")
	side := commit(t, origin, "side")
	person(t, origin, "checkout", "-q", "main")
	var history strings.Builder // 120 commits in one go: a loop of git commit takes seconds
	for i := range 120 {
		fmt.Fprintf(&history, "commit refs/heads/main\ncommitter a <a@example.com> %d +0000\ndata 1\nx\n", 1700000000+i)
		if i == 0 {
			fmt.Fprintf(&history, "from %s\n", base)
		}
	}
	load(t, origin, history.String())
	top := person(t, origin, "rev-parse", "main")
	url, headers := serve(t, root)

	repo, err := Init(ctx, filepath.Join(t.TempDir(), "clone"))
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.Fetch(ctx, url+"/origin/.git", "ghs_secret", top, side); err != nil {
		t.Fatal(err)
	}
	if got, err := repo.MergeBase(ctx, top, side); err != nil || got != base {
		t.Errorf("MergeBase = %q, %v, want %q", got, err, base)
	}
	if got := headers(); len(got) != 1 || got[0] != "Basic eC1hY2Nlc3MtdG9rZW46Z2hzX3NlY3JldA==" {
		t.Errorf("Authorization = %q", got)
	}
	if err := repo.Checkout(ctx, side); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(filepath.Join(repo.Dir(), "a.tf")); err != nil || string(content) != "side" {
		t.Errorf("a.tf = %q, %v", content, err)
	}
	_ = filepath.WalkDir(repo.Dir(), func(name string, e fs.DirEntry, _ error) error {
		if !e.IsDir() {
			if content, _ := os.ReadFile(name); bytes.Contains(content, []byte("ghs_secret")) || bytes.Contains(content, []byte("eC1hY2Nlc3M")) {
				t.Errorf("the token is on disk in %s", name)
			}
		}
		return nil
	})
}

func TestFetchKeepsAFullCloneFull(t *testing.T) {
	ctx := context.Background()
	root := t.TempDir()
	origin := filepath.Join(root, "origin")
	person(t, root, "init", "-q", "-b", "main", "origin")
	for range 3 {
		commit(t, origin, "old")
	}
	person(t, root, "clone", "-q", "origin", "clone")
	head := commit(t, origin, "new")
	repo, err := Open(ctx, filepath.Join(root, "clone"))
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.Fetch(ctx, origin, "", head); err != nil {
		t.Fatal(err)
	}
	if got := person(t, repo.Dir(), "rev-list", "--count", head); got != "4" {
		t.Errorf("%s commits after the fetch, want 4", got)
	}
}

func TestFetchRefusals(t *testing.T) {
	ctx := context.Background()
	root := t.TempDir()
	url, headers := serve(t, root)
	repo, err := Init(ctx, filepath.Join(root, "clone"))
	if err != nil {
		t.Fatal(err)
	}
	sha := strings.Repeat("a", 40)
	for name, c := range map[string]struct{ url, token, sha string }{
		"a token over plain http":  {"http://example.com/x", "t", sha},
		"a user in the address":    {"https://me:pw@example.com/x", "", sha},
		"another program":          {"ext::sh -c id", "", sha},
		"ssh":                      {"ssh://git@example.com/x", "t", sha},
		"a flag as address":        {"--upload-pack=id", "", sha},
		"a token to a local path":  {root, "t", sha},
		"a header inside a token":  {"https://example.com/x", "t\r\nX: y", sha},
		"a flag as commit":         {url + "/x", "", "--all"},
		"a redirect to a new host": {url + "/moved/x", "secret", sha},
	} {
		if err := repo.Fetch(ctx, c.url, c.token, c.sha); err == nil {
			t.Errorf("%s was fetched", name)
		} else if strings.Contains(err.Error(), "pw") {
			t.Errorf("%s: the error holds the password: %v", name, err)
		}
	}
	if got := headers(); len(got) != 1 {
		t.Errorf("requests with %q, want only the one that was redirected", got)
	}
}

func TestCheckoutRefusesADirtyTreeAndRunsNothing(t *testing.T) {
	ctx := context.Background()
	dir, repo := scene(t)
	ran := filepath.Join(t.TempDir(), "ran")
	write(t, dir, ".gitattributes", "*.bin filter=evil\n")
	write(t, dir, "x.bin", "one")
	first := commit(t, dir, "first")
	write(t, dir, "x.bin", "two")
	second := commit(t, dir, "second")
	for _, line := range [][2]string{
		{"filter.evil.smudge", "touch " + ran + ".smudge; cat"},
		{"filter.evil.clean", "touch " + ran + ".clean; cat"},
		{"filter.evil.process", "touch " + ran + ".process"},
		{"filter.evil.required", "true"},
		{"core.fsmonitor", "touch " + ran + ".fsmonitor"},
		{"diff.external", "touch " + ran + ".diff"},
	} {
		person(t, dir, "config", line[0], line[1])
	}
	write(t, dir, ".git/hooks/post-checkout", "#!/bin/sh\ntouch "+ran+".hook\n")
	if err := os.Chmod(filepath.Join(dir, ".git/hooks/post-checkout"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := repo.Checkout(ctx, first); err != nil {
		t.Fatal(err)
	}
	if content, _ := os.ReadFile(filepath.Join(dir, "x.bin")); string(content) != "one" {
		t.Errorf("x.bin = %q", content)
	}
	if _, err := repo.Changed(ctx, first, second); err != nil {
		t.Error(err)
	}
	write(t, dir, "mine.txt", "precious")
	dirty := new(DirtyError)
	if err := repo.Checkout(ctx, second); !errors.As(err, &dirty) || dirty.Paths[0] != "?? mine.txt" {
		t.Errorf("Checkout over an untracked file = %v", err)
	}
	if left, _ := filepath.Glob(ran + ".*"); len(left) > 0 {
		t.Errorf("programs of the repository ran: %v", left)
	}
}

func TestCredentialInConfig(t *testing.T) {
	included := filepath.Join(t.TempDir(), "included")
	if err := os.WriteFile(included, []byte("[http \"https://github.com/\"]\n\textraheader = AUTHORIZATION: basic x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key, value string
		found      bool
	}{
		"nothing":                    {"user.name", "a", false},
		"a plain remote":             {"remote.origin.url", "https://github.com/acme/infra", false},
		"an ssh remote":              {"remote.origin.url", "git@github.com:acme/infra", false},
		"an emptied header":          {"http.https://github.com/.extraheader", "", false},
		"the header of checkout":     {"http.https://github.com/.extraheader", "AUTHORIZATION: basic x", true},
		"a header for all":           {"http.extraheader", "X: y", true},
		"a helper":                   {"credential.helper", "store", true},
		"a helper for one host":      {"credential.https://github.com.helper", "store", true},
		"a token in the remote":      {"remote.origin.url", "https://x-access-token:t@github.com/acme/infra", true},
		"a token as user":            {"remote.origin.pushurl", "https://ghp_x@github.com/acme/infra", true},
		"a token in a rewritten url": {"url.https://t:x@github.com/.insteadOf", "https://github.com/", true},
		"an ssh key":                 {"core.sshCommand", "ssh -i key", true},
		"an included file":           {"include.path", included, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir, repo := scene(t)
			person(t, dir, "config", c.key, c.value)
			if key, found := repo.CredentialInConfig(context.Background()); found != c.found {
				t.Errorf("CredentialInConfig = %q, %v", key, found)
			}
		})
	}
}
