// SPDX-License-Identifier: Apache-2.0

package secret_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary stand in for the 1Password CLI when it is called op.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "op" {
		os.Exit(standIn())
	}
	os.Exit(m.Run())
}

// An act is what the stand-in does. It lies beside it, in act.json.
type act struct {
	Stdout, Stderr string
	Repeat         int  // of Stdout, once more each
	Sleep          bool // for longer than a test takes
	Code           int
}

// A record is how the stand-in was called. It leaves one in each file calls-*.json.
type record struct {
	Args, Env []string
	Dir       string
	Input     bool // there was any
}

func standIn() int {
	beside := filepath.Dir(os.Args[0])
	var a act
	if text, err := os.ReadFile(filepath.Join(beside, "act.json")); err != nil || json.Unmarshal(text, &a) != nil {
		return 99
	}
	dir, _ := os.Getwd()
	n, _ := os.Stdin.Read(make([]byte, 1))
	text, _ := json.Marshal(record{Args: os.Args[1:], Env: os.Environ(), Dir: dir, Input: n > 0})
	f, err := os.CreateTemp(beside, "calls-*.json")
	if err != nil {
		return 98
	}
	_, _ = f.Write(text)
	_ = f.Close()
	if a.Sleep {
		time.Sleep(5 * time.Minute)
	}
	_, _ = os.Stdout.WriteString(strings.Repeat(a.Stdout, a.Repeat+1))
	_, _ = os.Stderr.WriteString(a.Stderr)
	return a.Code
}

// An op is a folder with a stand-in for the 1Password CLI.
type op struct{ dir string }

func newOp(t *testing.T, a act) op {
	t.Helper()
	o := op{dir: t.TempDir()}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(o.dir, "op")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(o.dir, "act.json"), string(text))
	return o
}

// calls returns how it was called.
func (o op) calls(t *testing.T) []record {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(o.dir, "calls-*.json"))
	if err != nil {
		t.Fatal(err)
	}
	all := make([]record, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}
