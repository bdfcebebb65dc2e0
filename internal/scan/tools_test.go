// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package scan

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/layerbot/layerbot/internal/report"
)

// realEngine returns an Engine with the real scanners that `make tools` puts in place.
func realEngine(t testing.TB) *Engine {
	t.Helper()
	cache := os.Getenv("LAYERBOT_TOOLS")
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(user, "layerbot", "tools")
	}
	e, err := New(Options{Search: os.Getenv("PATH"), CacheDir: cache, Environ: map[string]string{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// archived returns the job of an archive: its files below head, base (nil if there are none) and settings, for all
// scanners or those that "tools" lists. "TOKEN" in the files stands for a secret, so that there is none in this repository.
func archived(a *txtar.Archive) Job {
	tools := []string{"trivy", "tfsec", "checkov", "gitleaks", "tflint"}
	trees := map[string]map[string]string{"head": {}, "settings": {}}
	token := "ghp_" + "1234567890abcdefghijABCDEFGHIJ123456"
	for _, f := range a.Files {
		if f.Name == "tools" {
			tools = strings.Fields(string(f.Data))
		}
		if tree, name, ok := strings.Cut(f.Name, "/"); ok {
			if trees[tree] == nil {
				trees[tree] = map[string]string{}
			}
			trees[tree][name] = strings.ReplaceAll(string(f.Data), "TOKEN", token)
		}
	}
	j := jobOf(trees["head"], tools...)
	j.Target.Dir, j.Target.VarFiles = "infra/05-web", []string{"infra/05-web/environments/prod/eu, west.tfvars"}
	j.Settings = files(trees["settings"])
	if trees["base"] != nil {
		base := files(trees["base"])
		j.Base = &base
	}
	return j
}

// TestTools has the real scanners look at the layers of testdata/tools: what they find, to the line, and how many
// findings each has.
func TestTools(t *testing.T) {
	e := realEngine(t)
	archives, err := filepath.Glob(filepath.Join("testdata", "tools", "*.txtar"))
	if err != nil || len(archives) < 5 {
		t.Fatal(archives, err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s, err := e.Scan(t.Context(), archived(a))
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" })
			if i < 0 {
				i = len(a.Files)
				a.Files = append(a.Files, txtar.File{Name: "want"})
			}
			got := tallied(s) + told(s)
			if *update {
				a.Files[i].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(a.Files[i].Data), got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(e.work, "*", "was-here")); left != nil {
		t.Error("a program of the change ran:", left)
	}
}

// tallied returns for each scanner what became of it and how many findings it has.
func tallied(s *report.Scan) string {
	var b strings.Builder
	for _, st := range s.Tools {
		n := 0
		for _, f := range s.Findings {
			for _, r := range f.Rules {
				if r.Tool == st.Tool {
					n++
				}
			}
		}
		fmt.Fprintf(&b, "%s %s %d %s\n", st.Tool, st.State, n, st.Message)
	}
	return b.String()
}
