// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/layer"
)

// Each case is what a plan job beside hostile code could leave in the folder of the reports.
func TestWhatIsNoRegularFileIsNotOpened(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside.json")
	if err := Write(filepath.Dir(outside), full()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(filepath.Dir(outside), FileName(target("prod"))), outside); err != nil {
		t.Fatal(err)
	}
	tests := map[string]func(name string) error{
		"a link to a good report": func(name string) error { return os.Symlink(outside, name) },
		"a link to a device":      func(name string) error { return os.Symlink("/dev/zero", name) },
		"a link to itself":        func(name string) error { return os.Symlink(name, name) },
		"a pipe without a writer": func(name string) error { return syscall.Mkfifo(name, 0o600) },
		"a folder":                func(name string) error { return os.Mkdir(name, 0o700) },
		"a terabyte of nothing": func(name string) error {
			if err := os.WriteFile(name, nil, 0o600); err != nil {
				return err
			}
			return os.Truncate(name, 1<<40)
		},
	}
	for name, leave := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := leave(filepath.Join(dir, FileName(target("prod")))); err != nil {
				t.Fatal(err)
			}
			read := make(chan []Report, 1)
			go func() {
				reports, _ := ReadAll(os.DirFS(dir), []layer.Target{target("prod")})
				read <- reports
			}()
			select {
			case got := <-read:
				if f := got[0].Failure; f == nil || f.Kind != Invalid {
					t.Errorf("%+v", got[0])
				}
			case <-time.After(5 * time.Second):
				t.Fatal("still reading")
			}
		})
	}
}

func TestARefusalQuotesLittleOfWhatItRefuses(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for name, change := range map[string]func(*Report){
		"target": func(r *Report) { r.Target.Layer = long },
		"status": func(r *Report) { r.Status = Status(long) },
		"action": func(r *Report) { r.Changes[0].Action = Action(long) },
		"address": func(r *Report) {
			r.Changes[0].Address, r.Changes[0].Attrs[0].After = long, json.RawMessage(`[1]`)
		},
	} {
		r := full()
		change(r)
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(data, target("prod")); err == nil || len(err.Error()) > 1000 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
