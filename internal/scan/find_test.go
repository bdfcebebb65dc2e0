// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

func TestFind(t *testing.T) {
	t.Parallel()
	const right = `echo "gitleaks version 8.30.1"`
	for name, c := range map[string]struct {
		script  string // on PATH; "" is none
		cached  string // in the cache, under the version that is wanted
		scanner report.Scanner
		state   report.ScanState
		version string
		says    string
	}{
		"the pinned one on PATH":      {script: right, state: report.Ran, version: "8.30.1"},
		"the pinned one in the cache": {cached: right, state: report.Ran, version: "8.30.1"},
		"the cache behind another":    {script: "echo v8.0.0", cached: right, state: report.Ran, version: "8.30.1"},
		"a configured version":        {script: "echo v8.0.0", scanner: report.Scanner{Version: "8.0.0"}, state: report.Ran, version: "8.0.0"},
		"one with a v":                {script: "echo v8.0.0", scanner: report.Scanner{Version: "v8.0.0"}, state: report.Ran, version: "8.0.0"},
		"a longer version":            {script: "echo 8.30.10", state: report.WrongVersion, version: "8.30.10", says: "is version 8.30.10; 8.30.1 is wanted"},
		"another version":             {script: "echo 8.0.0", state: report.WrongVersion, version: "8.0.0", says: "is version 8.0.0; 8.30.1 is wanted"},
		"no version":                  {script: "echo dev", state: report.WrongVersion, says: "does not tell its version"},
		"one that fails":              {script: "exit 1", state: report.WrongVersion, says: "does not tell its version"},
		"none":                        {state: report.ToolMissing, says: "neither on PATH nor in the tool cache"},
		"none of the version":         {scanner: report.Scanner{Version: "9.9.9"}, state: report.ToolMissing, says: "gitleaks 9.9.9 is neither"},
		"no such scanner":             {scanner: report.Scanner{Tool: "kics"}, state: report.ToolMissing, says: "no scanner of that name"},
		"another program":             {script: right, scanner: report.Scanner{SHA256: strings.Repeat("0", 64)}, state: report.WrongVersion, says: "not the configured 0000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			if c.script != "" {
				w.script("gitleaks", c.script)
			}
			if c.scanner.Tool == "" {
				c.scanner.Tool = "gitleaks"
			}
			if c.cached != "" {
				writeProgram(t, filepath.Join(w.o.CacheDir, "gitleaks-8.30.1", "gitleaks"), c.cached)
			}
			st := w.Find(context.Background(), []report.Scanner{c.scanner})[0]
			if st.State != c.state || st.Version != c.version || !strings.Contains(st.Message, c.says) {
				t.Errorf("%+v", st)
			}
			if st.State != report.Ran && st.Hint == "" {
				t.Error("nothing is said to do")
			}
		})
	}
}

func TestTheProgramOfTheConfiguredDigestIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string]string{"gitleaks": ""})
	sum, err := digest(filepath.Join(w.dir, "gitleaks"))
	if err != nil {
		t.Fatal(err)
	}
	st := w.Find(context.Background(), []report.Scanner{{Tool: "gitleaks", SHA256: strings.ToUpper(sum)}})[0]
	if st.State != report.Ran {
		t.Errorf("%+v", st)
	}
}

func TestCheckovIsFoundInItsPythonEnvironment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	dir := filepath.Join(w.o.CacheDir, "checkov-"+Pinned("checkov"), "bin")
	writeProgram(t, filepath.Join(dir, "checkov"), "echo "+Pinned("checkov"))
	if st := w.Find(context.Background(), []report.Scanner{{Tool: "checkov"}})[0]; st.State != report.Ran {
		t.Errorf("%+v", st)
	}
	// What pip has written down is not asked for again.
	if err := os.MkdirAll(filepath.Join(dir, "..", "lib", "python3.12", "site-packages", "checkov-3.0.1.dist-info"), 0o755); err != nil {
		t.Fatal(err)
	}
	st := w.Find(context.Background(), []report.Scanner{{Tool: "checkov", Version: Pinned("checkov"), Required: true}})[0]
	if st.State != report.WrongVersion || st.Version != "3.0.1" {
		t.Errorf("%+v", st)
	}
}

// What PATH names relative to a folder would be the change's to choose.
func TestRelativeFoldersOfPathAreNotSearched(t *testing.T) {
	w := newWorld(t, map[string]string{"gitleaks": ""}, func(o *Options) { o.Search = "." + string(os.PathListSeparator) + "bin" })
	t.Chdir(w.dir)
	if st := w.Find(context.Background(), []report.Scanner{{Tool: "gitleaks"}})[0]; st.State != report.ToolMissing {
		t.Errorf("%+v", st)
	}
}

func TestProgramsAreLookedForOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.script("gitleaks", `echo asked >> "$HOME/asked"; echo `+Pinned("gitleaks"))
	for range 3 {
		w.Find(context.Background(), []report.Scanner{{Tool: "gitleaks"}, {Tool: "gitleaks", Required: true}})
	}
	text, err := os.ReadFile(filepath.Join(w.work, "home-gitleaks", "asked"))
	if err != nil || string(text) != "asked\n" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestEveryScannerIsPinned(t *testing.T) {
	t.Parallel()
	for _, a := range adapters {
		p := pins[a.name]
		if !versionNumber.MatchString(p.version) || p.how == "" || Pinned(a.name) != p.version {
			t.Errorf("%s: %+v", a.name, p)
		}
		for machine, r := range p.releases {
			if len(r.sha256) != 64 || !strings.Contains(r.path, p.version) {
				t.Errorf("%s on %s: %+v", a.name, machine, r)
			}
		}
	}
	if Pinned("kics") != "" {
		t.Error("kics is pinned")
	}
}
