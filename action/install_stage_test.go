// SPDX-License-Identifier: Apache-2.0

package action

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// recorder stands for the bot: it leaves its arguments, its environment and its standard input in the folder RECORD.
const recorder = `#!/usr/bin/env bash
printf '%s\0' "$@" >"$RECORD/arguments"
env -0 >"$RECORD/environment"
cat >"$RECORD/input"
echo "said by the bot"
exit "${RECORD_EXIT:-0}"
`

// A stage is a runner with the action on it: a copy of its scripts, with the records that a test gives it.
type stage struct {
	t                          testing.TB
	root, cache, temp, workDir string
	record                     string
	outputs, summary           string
	env                        map[string]string
	server                     *httptest.Server
	requests                   atomic.Int32
	serve                      map[string]http.HandlerFunc // by path; a path that is missing is not found
}

// newStage sets up a runner whose action has no record.
func newStage(t testing.TB) *stage {
	t.Helper()
	dir := t.TempDir()
	s := &stage{
		t: t, root: filepath.Join(dir, "action root"), cache: filepath.Join(dir, "tool cache"), temp: filepath.Join(dir, "temp"),
		workDir: filepath.Join(dir, "work"), record: filepath.Join(dir, "record"),
		outputs: filepath.Join(dir, "outputs"), summary: filepath.Join(dir, "summary"),
		serve: map[string]http.HandlerFunc{},
	}
	for _, d := range []string{filepath.Join(s.root, "action"), s.cache, s.temp, s.workDir, s.record} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"run.sh", "install.sh", "common.sh"} {
		s.file("action/"+name, read(t, name), 0o755)
	}
	s.records()
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		if h, ok := s.serve[r.URL.Path]; ok {
			h(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.server.Close)
	s.env = map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": dir, "RECORD": s.record, "RUNNER_TEMP": s.temp, "RUNNER_TOOL_CACHE": s.cache,
		"GITHUB_OUTPUT": s.outputs, "GITHUB_STEP_SUMMARY": s.summary,
	}
	return s
}

// released sets up a runner whose action records the recorder as its bot, and has it in its cache.
func released(t testing.TB) *stage {
	t.Helper()
	s := newStage(t)
	s.records(line(recorder, "http://127.0.0.1:1/not-asked"))
	s.put(s.cached(recorder), recorder, 0o755)
	return s
}

// line is a record of content as this platform's bot.
func line(content, url string) string {
	return fmt.Sprintf("v1.2.3 %s %s %s %s", runtime.GOOS, runtime.GOARCH, sum(content), url)
}

func sum(content string) string {
	digest := sha256.Sum256([]byte(content))
	return hex.EncodeToString(digest[:])
}

func (s *stage) records(lines ...string) {
	s.file("action/release", "# what was released\n\n"+strings.Join(lines, "\n"), 0o644)
}

// cached is where the bot with content is kept.
func (s *stage) cached(content string) string {
	return filepath.Join(s.cache, "layerbot", "bot-"+sum(content), "bot")
}

// file writes a file of the action.
func (s *stage) file(name, content string, mode os.FileMode) {
	s.t.Helper()
	s.put(filepath.Join(s.root, name), content, mode)
}

func (s *stage) put(name, content string, mode os.FileMode) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), mode); err != nil {
		s.t.Fatal(err)
	}
}

// A result is how a script ended.
type result struct {
	code           int
	stdout, stderr string
}

// run runs a script of the action with more variables than the runner's own.
func (s *stage) run(script string, more map[string]string) result {
	s.t.Helper()
	env := maps.Clone(s.env)
	maps.Copy(env, more)
	cmd := exec.CommandContext(context.Background(), "bash", "--noprofile", "--norc", "-eo", "pipefail", filepath.Join(s.root, "action", script))
	cmd.Dir = s.workDir
	for _, name := range slices.Sorted(maps.Keys(env)) {
		cmd.Env = append(cmd.Env, name+"="+env[name])
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// arguments returns what the bot was started with; nil if it was not.
func (s *stage) arguments() []string { return s.recorded("arguments") }

// input returns what the bot was given to read.
func (s *stage) input() string { return read(s.t, filepath.Join(s.record, "input")) }

// environment returns the environment that the bot was started in.
func (s *stage) environment() map[string]string {
	env := map[string]string{}
	for _, kv := range s.recorded("environment") {
		name, value, _ := strings.Cut(kv, "=")
		env[name] = value
	}
	return env
}

func (s *stage) recorded(what string) []string {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.record, what))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
}

// litter returns what lies in the cache beside finished binaries.
func (s *stage) litter() []string {
	s.t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.cache, "layerbot"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "bot-") {
			names = append(names, e.Name())
		}
	}
	return names
}

func read(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// wants fails where text lacks one of parts.
func wants(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("lacks %q:\n%s", part, text)
		}
	}
}
