// SPDX-License-Identifier: Apache-2.0

package action

import (
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// serves makes the runner's server send content.
func (s *stage) serves(path, content string) (url string) {
	s.serve[path] = func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, content) }
	return s.server.URL + path
}

func TestBotIsFetchedOnceAndVerifiedEachTime(t *testing.T) {
	s := newStage(t)
	s.records(line(recorder, s.serves("/bot", recorder)))
	for i, how := range []string{"v1.2.3 fetched from", "v1.2.3 from the cache, verified"} {
		got := s.run("install.sh", nil)
		if got.code != 0 || got.stdout != s.cached(recorder)+"\n" {
			t.Fatalf("run %d: exit %d, printed %q\n%s", i, got.code, got.stdout, got.stderr)
		}
		wants(t, got.stderr, how)
	}
	if s.requests.Load() != 1 || read(t, s.cached(recorder)) != recorder || len(s.litter()) > 0 {
		t.Errorf("%d requests, litter %q", s.requests.Load(), s.litter())
	}
}

func TestBotThatWasChangedInTheCacheIsFetchedAnew(t *testing.T) {
	s := newStage(t)
	s.records(line(recorder, s.serves("/bot", recorder)))
	hostile := "#!/bin/sh\ntouch \"$RECORD/stolen\"\n"
	s.put(s.cached(recorder), hostile, 0o755)
	got := s.run("run.sh", map[string]string{"INPUT_COMMAND": "gate"})
	if got.code != 0 || s.arguments() == nil {
		t.Fatalf("exit %d\n%s", got.code, got.stderr)
	}
	wants(t, got.stderr, "::warning::the cached bot had the SHA-256 "+sum(hostile)+", not "+sum(recorder))
	if _, err := os.Stat(filepath.Join(s.record, "stolen")); err == nil {
		t.Error("the binary in the cache was run")
	}
}

func TestNothingIsRunThatWasNotReleased(t *testing.T) {
	other := strings.Replace(recorder, "arguments", "stolen", 1)
	tests := []struct {
		name  string
		serve func(s *stage) (url string)
		says  []string
	}{
		{"another binary", func(s *stage) string { return s.serves("/bot", other) },
			[]string{"has the SHA-256 " + sum(other), "is " + sum(recorder) + ": it was not run", "tampered with"}},
		{"half of it", func(s *stage) string {
			s.serve["/bot"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", fmt.Sprint(len(recorder)))
				fmt.Fprint(w, recorder[:len(recorder)/2])
			}
			return s.server.URL + "/bot"
		}, []string{"could not be fetched"}},
		{"a page that says that there is none", func(s *stage) string { return s.server.URL + "/gone" }, []string{"404", "could not be fetched"}},
		{"an address that is not https", func(*stage) string { return "http://layerbot.example/bot" }, []string{"not https"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.records(line(recorder, tt.serve(s)))
			got := s.run("run.sh", map[string]string{"INPUT_COMMAND": "gate"})
			if got.code != 1 || s.arguments() != nil {
				t.Errorf("exit %d, ran %q", got.code, s.arguments())
			}
			wants(t, got.stderr, append(tt.says, "::error::", "%0Ahint: ")...)
			wants(t, read(t, s.outputs), "exitcode=1\n", "failure-reason=")
			if _, err := os.Stat(s.cached(recorder)); err == nil || len(s.litter()) > 0 {
				t.Errorf("left in the cache: %v, %q", err, s.litter())
			}
		})
	}
}

func TestDownloadGoesOnAfterARedirectAndAFailure(t *testing.T) {
	s := newStage(t)
	bot := s.serves("/bot", recorder)
	var failed atomic.Bool
	s.serve["/release"] = func(w http.ResponseWriter, r *http.Request) {
		if failed.CompareAndSwap(false, true) {
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		http.Redirect(w, r, bot, http.StatusFound)
	}
	s.records(line(recorder, s.server.URL+"/release"))
	if got := s.run("install.sh", nil); got.code != 0 || read(t, s.cached(recorder)) != recorder {
		t.Errorf("exit %d\n%s", got.code, got.stderr)
	}
}

func TestDownloadNeverLeavesHTTPS(t *testing.T) {
	s := newStage(t)
	plain := s.serves("/bot", recorder)
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			http.Redirect(w, r, plain, http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, recorder)
	}))
	t.Cleanup(secure.Close)
	authority := filepath.Join(s.temp, "authority.pem")
	s.put(authority, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})), 0o644)
	s.env["CURL_CA_BUNDLE"] = authority

	s.records(line(recorder, secure.URL+"/elsewhere"))
	if got := s.run("install.sh", nil); got.code != 1 || s.requests.Load() > 0 {
		t.Errorf("sent on to http: exit %d, %d requests", got.code, s.requests.Load())
	}
	s.records(line(recorder, secure.URL+"/bot"))
	if got := s.run("install.sh", nil); got.code != 0 || got.stdout != s.cached(recorder)+"\n" {
		t.Errorf("https: exit %d\n%s", got.code, got.stderr)
	}
}

func TestEachPlatformGetsItsBot(t *testing.T) {
	s := newStage(t)
	var lines []string
	for _, p := range []string{"linux amd64", "linux arm64", "darwin amd64", "darwin arm64"} {
		lines = append(lines, fmt.Sprintf("v1.2.3 %s %s %s", p, sum(p), s.serves("/"+strings.ReplaceAll(p, " ", "/"), p)))
	}
	s.records(lines...)
	for runner, want := range map[[2]string]string{
		{"Linux", "X64"}: "linux amd64", {"Linux", "ARM64"}: "linux arm64", {"macOS", "X64"}: "darwin amd64", {"macOS", "ARM64"}: "darwin arm64",
	} {
		got := s.run("install.sh", map[string]string{"RUNNER_OS": runner[0], "RUNNER_ARCH": runner[1]})
		if got.stdout != s.cached(want)+"\n" {
			t.Errorf("%v: printed %q\n%s", runner, got.stdout, got.stderr)
		}
	}
	for _, runner := range [][2]string{{"Windows", "X64"}, {"Linux", "ARM"}} {
		got := s.run("install.sh", map[string]string{"RUNNER_OS": runner[0], "RUNNER_ARCH": runner[1]})
		if got.code != 1 || got.stdout != "" {
			t.Errorf("%v: exit %d, printed %q", runner, got.code, got.stdout)
		}
		wants(t, got.stderr, "there is no layerbot for ", "linux/amd64 linux/arm64 darwin/amd64 darwin/arm64")
	}
}

// fakeGo stands for the go command: what it builds is a recorder that names the flags it was built with.
const fakeGo = `#!/usr/bin/env bash
[ "$1" = build ] || { echo "go version go1.26.8"; exit; }
echo "$PWD $CGO_ENABLED [$GOOS] $*" >>"$RECORD/builds"
while [ "$1" != -o ]; do shift; done
cat >"$2" <<'END'
` + recorder + `END
`

func TestWithoutAReleaseTheBotIsBuiltOncePerSource(t *testing.T) {
	s := newStage(t)
	for _, name := range []string{"go.mod", "go.sum", "cmd/bot/main.go", "internal/a b.go", "examples/sample"} {
		s.file(name, "source", 0o644)
	}
	tools := filepath.Join(s.temp, "tools")
	s.put(filepath.Join(tools, "go"), fakeGo, 0o755)
	s.env["PATH"] = tools + ":" + s.env["PATH"]
	s.env["GOOS"] = "plan9" // a job's own, for what it builds itself
	var paths []string
	for _, change := range []string{"source", "source", "changed"} {
		s.file("internal/a b.go", change, 0o644)
		got := s.run("install.sh", nil)
		if got.code != 0 {
			t.Fatal(got.stderr)
		}
		paths = append(paths, got.stdout)
	}
	if paths[0] != paths[1] || paths[1] == paths[2] {
		t.Errorf("paths %q", paths)
	}
	builds := read(t, filepath.Join(s.record, "builds"))
	if strings.Count(builds, "\n") != 2 {
		t.Errorf("builds:\n%s", builds)
	}
	wants(t, builds, s.root+" 0 [] build -trimpath -buildvcs=false -ldflags -s -w -X main.version=source-")
}

func TestWithoutAReleaseAndWithoutGoItSaysWhatToDo(t *testing.T) {
	s := newStage(t)
	tools := filepath.Join(s.temp, "tools")
	for _, name := range []string{"bash", "cut", "dirname", "mkdir", "uname"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(tools, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(tools, name)); err != nil {
			t.Fatal(err)
		}
	}
	got := s.run("install.sh", map[string]string{"PATH": tools})
	if got.code != 1 {
		t.Errorf("exit %d", got.code)
	}
	wants(t, got.stderr, "::error::this commit of the action names no released binary", "actions/setup-go")
}
