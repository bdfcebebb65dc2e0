// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A note is what a program was started with.
type note struct {
	program string // "bot" or "terraform"
	of      string // the job, or the layer
	args    []string
	env     map[string]string
}

// notes is where programs leave notes, run by run. It is the same for all worlds, so that one program serves all of them.
func (w *world) notes() string { return filepath.Join(w.kit.dir, "notes") }

// tools puts into the run's PATH the terraform that leaves notes.
func (r *run) tools(t testing.TB) {
	t.Helper()
	id := fmt.Sprint(r.id)
	if err := os.MkdirAll(filepath.Join(r.notes(), id), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, layer := range r.deadly {
		mustWrite(t, filepath.Join(r.notes(), id, "kill", layer), nil, 0o600)
	}
	r.script(t, "terraform", filepath.Join(r.dir, r.name(), "bin"), "@NOTES@", r.notes(), "@RUN@", id, "@TERRAFORM@", r.kit.terraform)
}

// started returns how a program was started in this run: bot for every job, terraform for every layer.
func (r *run) started(t testing.TB, program string) (notes []note) {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(r.notes(), fmt.Sprint(r.id), program+".*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range folders {
		name := strings.Split(filepath.Base(dir), ".")
		n := note{program: program, of: name[1], args: fields(t, dir, "arguments"), env: map[string]string{}}
		for _, kv := range fields(t, dir, "environ") {
			key, value, _ := strings.Cut(kv, "=")
			n.env[key] = value
		}
		notes = append(notes, n)
	}
	return notes
}

// fields reads a file of values that end in NUL.
func fields(t testing.TB, dir, name string) []string {
	t.Helper()
	text := strings.TrimSuffix(string(mustRead(t, filepath.Join(dir, name))), "\x00")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\x00")
}

// files returns what stands in a folder.
func (r *run) files(t testing.TB, dir string) map[string]string {
	t.Helper()
	var files map[string]string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		if files == nil {
			files = map[string]string{}
		}
		files[strings.TrimPrefix(path, dir+"/")] = string(mustRead(t, path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// bot returns how bot was started in the one job of a name.
func (r *run) bot(t testing.TB, job string) note {
	t.Helper()
	var found []note
	for _, n := range r.started(t, "bot") {
		if n.of == job {
			found = append(found, n)
		}
	}
	if len(found) != 1 {
		t.Fatalf("bot was started %d times in %s", len(found), job)
	}
	return found[0]
}
