// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// A world is an Engine whose scanners are shell scripts, and what it logs.
type world struct {
	*Engine
	t   *testing.T
	dir string // of the scripts
	log *bytes.Buffer
}

// newWorld returns a world with a script for each tool of the map. A script that is asked for its version tells the
// pinned one, unless it is "none".
func newWorld(t *testing.T, scripts map[string]string, change ...func(*Options)) world {
	t.Helper()
	w := world{t: t, dir: t.TempDir(), log: &bytes.Buffer{}}
	for tool, script := range scripts {
		w.script(tool, `[ "$1" = --version ] && { echo "`+tool+` v`+Pinned(tool)+`"; exit; }`+"\n"+script)
	}
	o := Options{Search: w.dir, CacheDir: t.TempDir(), Log: slog.New(slog.NewTextHandler(w.log, nil))}
	for _, c := range change {
		c(&o)
	}
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	w.Engine = e
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(e.work); err == nil {
			t.Error("Close left its folder")
		}
	})
	return w
}

func (w world) script(tool, text string) {
	w.t.Helper()
	writeProgram(w.t, filepath.Join(w.dir, tool), text)
}

// writeProgram writes a shell script that can be run at once: see put.
func writeProgram(t *testing.T, file, script string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = put(file, func(w io.Writer) error {
			_, err := io.WriteString(w, "#!/bin/sh\n"+script+"\n")
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// files returns contents as a job has them.
func files(contents map[string]string) Files {
	f := Files{Read: func(name string) ([]byte, error) {
		text, ok := contents[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return []byte(text), nil
	}}
	for name := range contents {
		f.Paths = append(f.Paths, name)
	}
	return f
}

// jobOf returns a job that has tools look at files.
func jobOf(head map[string]string, tools ...string) Job {
	j := Job{Target: layer.Target{Layer: "05-app", Env: "prod", Dir: "app"}, Head: files(head), Settings: files(nil), HeadSHA: "head"}
	for _, tool := range tools {
		j.Scanners = append(j.Scanners, report.Scanner{Tool: tool})
	}
	return j
}

func (w world) scan(j Job) *report.Scan {
	w.t.Helper()
	s, err := w.Scan(context.Background(), j)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// told sums up a scan: each finding as "state tools:rules file:line", suppressed ones with who does it.
func told(s *report.Scan) string {
	var b strings.Builder
	for _, f := range s.Findings {
		b.WriteString(string(f.State))
		for _, r := range f.Rules {
			b.WriteString(" " + r.Tool + ":" + r.ID)
		}
		b.WriteString(" " + f.File + ":" + strconv.Itoa(f.Line) + " " + string(f.Severity))
		if f.Suppressed != nil {
			b.WriteString(" by " + f.Suppressed.Rule + " at " + f.Suppressed.File + ":" + strconv.Itoa(f.Suppressed.Line) + " " + f.Suppressed.Reason)
		}
		b.WriteString("\n")
	}
	return b.String()
}
