// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

const (
	product = "layerbot/layerbot"
	// released is the commit that the callers here pin.
	released = "1234567890abcdef1234567890abcdef12345678"
)

// pinned is another action at a commit, as gitops.yml uses it.
var pinned = regexp.MustCompile(`uses: (actions/([a-z-]+)@[0-9a-f]{40})\b`)

// selfPin is where the workflow uses the action beside it.
var selfPin = regexp.MustCompile(`layerbot/layerbot@[0-9a-f]{40}\b`)

// install makes the copy of Layerbot that the runners of this world fetch, as of a release: with a record of the program, which
// is one that notes what it is started with. The actions of others are stood for.
func (w *world) install(t testing.TB) {
	t.Helper()
	program := w.script(t, "bot", w.folder(t, "release"), "@NOTES@", w.notes(), "@BOT@", w.kit.bot)
	w.serve(t, program)
	copied := w.folder(t, "layerbot")
	scripts, err := filepath.Glob("*.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range scripts {
		mustCopy(t, name, filepath.Join(copied, "action", name))
	}
	mustCopy(t, filepath.Join("..", "action.yml"), filepath.Join(copied, "action.yml"))
	record := fmt.Sprintf("v1.2.3 %s %s %x %s/bot\n", runtime.GOOS, runtime.GOARCH, sha256.Sum256(mustRead(t, program)), w.service.URL)
	mustWrite(t, filepath.Join(copied, "action", "release"), []byte(record), 0o600)

	source := mustRead(t, filepath.Join("..", ".github", "workflows", "gitops.yml"))
	w.called = readWorkflow(t, source)
	tolerable := forAct(t, source)
	mustWrite(t, filepath.Join(copied, ".github", "workflows", "gitops.yml"), tolerable, 0o600)
	w.actions[product+"@"+released] = copied
	for _, use := range pinned.FindAllSubmatch(source, -1) {
		w.actions[string(use[1])] = w.stub(t, string(use[2]))
	}
}

// forAct returns gitops.yml as act reads it: it pins this copy, and lacks the two keys that act does not know. Nothing else
// differs.
func forAct(t testing.TB, source []byte) []byte {
	t.Helper()
	text := selfPin.ReplaceAll(source, []byte(product+"@"+released))
	for _, unknown := range []string{", deployment: false", ", queue: max"} {
		if text = bytes.ReplaceAll(text, []byte(unknown), nil); !bytes.Contains(source, []byte(unknown)) {
			t.Fatalf("gitops.yml does not hold %q", unknown)
		}
	}
	was, is := readWorkflow(t, source), readWorkflow(t, text)
	for name, job := range was.Jobs {
		if queue := job.Concurrency["queue"]; job.Concurrency != nil && queue != "max" {
			t.Errorf("%s: of the applies that wait the older ones are cancelled: queue: %v", name, queue)
		}
		if deployment := fmt.Sprint(job.Environment["deployment"]); job.Environment != nil && deployment != "false" {
			t.Errorf("%s: GitHub would record a deployment: %s", name, deployment)
		}
		delete(job.Concurrency, "queue")
		delete(job.Environment, "deployment")
		for _, step := range job.Steps {
			if uses, ok := step["uses"].(string); ok {
				step["uses"] = selfPin.ReplaceAllString(uses, product+"@"+released)
			}
		}
	}
	if !reflect.DeepEqual(was, is) {
		t.Fatalf("what act runs differs from gitops.yml:\n%+v\n%+v", was, is)
	}
	return text
}

// stub makes the folder of an action that is stood for, and tells it where things are.
func (w *world) stub(t testing.TB, name string) string {
	t.Helper()
	dir := w.folder(t, name)
	files := os.DirFS(filepath.Join("testdata", name))
	err := fs.WalkDir(files, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		mustCopy(t, filepath.Join("testdata", name, file), filepath.Join(dir, file))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	where := fmt.Sprintf("runner=%s\nstate='%s'\nartifacts='%s'\n", w.service.URL, w.folder(t, "state"), w.artifacts)
	mustWrite(t, filepath.Join(dir, "runner"), []byte(where), 0o600)
	return dir
}

// script writes a program of testdata/bin into a folder, with words of it replaced.
func (w *world) script(t testing.TB, name, dir string, replaced ...string) string {
	t.Helper()
	text := strings.NewReplacer(replaced...).Replace(string(mustRead(t, filepath.Join("testdata", "bin", name))))
	mustWrite(t, filepath.Join(dir, name), []byte(text), 0o700)
	return filepath.Join(dir, name)
}
