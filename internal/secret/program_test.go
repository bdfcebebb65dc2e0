// SPDX-License-Identifier: Apache-2.0

package secret

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAProgramIsKilledWithAllItStarted(t *testing.T) {
	pid := filepath.Join(t.TempDir(), "pid")
	p := program{path: "/bin/sh", args: []string{"-c", "sleep 300 & echo $! >" + pid + "; wait"}, limit: 300 * time.Millisecond}
	start := time.Now()
	if _, _, err := p.run(t.Context()); !errors.Is(err, errTime) {
		t.Errorf("err = %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	text, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for range 100 { // whoever adopts it takes a moment
		if state, err := os.ReadFile("/proc/" + strconv.Itoa(child) + "/stat"); err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	_ = syscall.Kill(child, syscall.SIGKILL)
	t.Error("the child goes on")
}

func TestWhatAProgramLeavesBehindIsNotWaitedFor(t *testing.T) {
	p := program{path: "/bin/sh", args: []string{"-c", "sleep 8 & echo value"}, limit: time.Minute}
	start := time.Now()
	out, _, err := p.run(t.Context())
	if err != nil || out != "value\n" || time.Since(start) > 6*time.Second {
		t.Errorf("%q, %v after %v", out, err, time.Since(start))
	}
}

func TestTooMuchIsNoAnswerWhateverIsLeftBehind(t *testing.T) {
	script := "trap '' PIPE; sleep 8 >/dev/null & echo value; head -c 100000 /dev/zero; exit 0"
	_, _, err := program{path: "/bin/sh", args: []string{"-c", script}, limit: time.Minute}.run(t.Context())
	if !errors.Is(err, errOutput) {
		t.Errorf("err = %v", err)
	}
}

func TestAProgramThatCannotStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, []byte("no program"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, _, err := program{path: file, limit: time.Minute}.run(t.Context())
	if err == nil || !strings.HasPrefix(err.Error(), "it did not start: ") || strings.Contains(err.Error(), file) {
		t.Errorf("err = %v", err)
	}
}

func TestTheTailIsTheLastBytes(t *testing.T) {
	tail := &tail{max: 4}
	for _, s := range []string{"ab", "", "cde", "f"} {
		if n, err := tail.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if string(tail.data) != "cdef" {
		t.Errorf("%q", tail.data)
	}
}

func FuzzLastLine(f *testing.F) {
	f.Add("fatal: no tag\n")
	f.Add("\x1b[31m\r\n\xff")
	f.Fuzz(func(t *testing.T, text string) {
		got := lastLine(text)
		if strings.ContainsAny(got, "\n\r\x1b\x00") || len([]rune(got)) > 300 {
			t.Errorf("%q", got)
		}
	})
}
