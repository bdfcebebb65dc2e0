// SPDX-License-Identifier: Apache-2.0

package internal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// arrows says which of our packages a room may import. A folder below a room belongs to it. Tests may
// also import the simulators and the examples. Rooms that do not exist yet are listed already.
var arrows = map[string]string{
	"cmd/bot":             "phase workflow setup github aws runner config scan policy secret git comment layer report redact",
	"cmd/demo":            "workflow github githubtest awstest examples",
	"internal/phase":      "github git aws config comment policy scan runner secret layer report redact",
	"internal/runner":     "aws layer report redact",
	"internal/comment":    "layer report",
	"internal/policy":     "layer report",
	"internal/scan":       "layer report",
	"internal/workflow":   "phase report layer",
	"internal/setup":      "github",
	"internal/report":     "layer",
	"internal/githubtest": "github",
	"internal/awstest":    "aws",
	"internal/layer":      "",
	"internal/config":     "",
	"internal/aws":        "",
	"internal/github":     "",
	"internal/git":        "",
	"internal/secret":     "",
	"internal/redact":     "",
	"internal":            "", // this test
	"action":              "", // what users install; its tests run it
	"hack":                "", // what makes a release
	"examples":            "",
	"policies":            "policy report", // the Rego that is shipped, and its tests
}

// owners says which rooms may import a library at all, tests included.
var owners = map[string]string{
	"github.com/google/go-github":         "github githubtest",
	"github.com/bradleyfalzon":            "github githubtest",
	"github.com/getkin/kin-openapi":       "githubtest",
	"github.com/aws/aws-sdk-go":           "aws",
	"github.com/aws/aws-sdk-go-v2":        "aws awstest",
	"github.com/johannesboyne/gofakes3":   "awstest",
	"github.com/hashicorp/terraform-exec": "runner",
	"github.com/hashicorp/hc-install":     "runner",
	"github.com/hashicorp/hcl":            "layer config",
	"github.com/open-policy-agent/opa":    "policy",
}

// environmentReaders are the files, or folders, that may read the environment; so may tests.
var environmentReaders = []string{"cmd/bot/env.go", "cmd/demo/"}

const (
	maxMain = 80  // lines of cmd/bot/main.go
	maxFile = 400 // lines of any other file that is not a test
)

// heavy is the build tag of the tests that need more than Go, git and Terraform; `make check` sets it. (The
// usual name, tools, is taken: under it github.com/hashicorp/hcl/v2 does not compile.)
const heavy = "realtools"

// A pkg is one package as `go list -json` prints it.
type pkg struct {
	ImportPath                         string
	Dir                                string
	GoFiles, IgnoredGoFiles            []string
	Imports, TestImports, XTestImports []string
}

func TestHouse(t *testing.T) {
	root, module := goModule(t)
	graph := goList(t, root)
	if len(graph) < 5 {
		t.Fatalf("go list found %d packages", len(graph))
	}
	for _, v := range violations(module, graph) {
		t.Error(v)
	}
	for _, p := range graph {
		for _, name := range p.GoFiles {
			rel, src := readFile(t, root, p.Dir, name)
			for _, v := range fileViolations(t, rel, src) {
				t.Error(v)
			}
		}
		for _, name := range p.IgnoredGoFiles {
			if rel, src := readFile(t, root, p.Dir, name); !builtSomewhere(string(src)) {
				t.Errorf("%s is in no build: its tag is not %s", rel, heavy)
			}
		}
	}
}

// readFile returns a file's path from the root, and its content.
func readFile(t *testing.T, root, dir, name string) (string, []byte) {
	t.Helper()
	rel, err := filepath.Rel(root, filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.ToSlash(rel), src
}

// builtSomewhere says whether a file is left out here only because of the system or the processor.
func builtSomewhere(src string) bool {
	for line := range strings.Lines(src) {
		if expr, err := constraint.Parse(strings.TrimSpace(line)); err == nil {
			everywhere := func(tag string) bool { return tag == heavy || slices.Contains(platforms, tag) }
			nowhere := func(string) bool { return false }
			return expr.Eval(everywhere) || expr.Eval(nowhere)
		}
	}
	return true // by its name, x_windows.go
}

var platforms = []string{"linux", "darwin", "windows", "unix", "freebsd", "amd64", "arm64"}

// violations returns the arrows of graph that the tables do not have.
func violations(module string, graph []pkg) []string {
	var found []string
	complain := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for _, p := range graph {
		from := room(module, p.ImportPath)
		if from == "" {
			complain("%s is a room that the table of arrows does not have", p.ImportPath)
			continue
		}
		tests := slices.Concat(p.TestImports, p.XTestImports)
		for _, to := range slices.Concat(p.Imports, tests) {
			if lib, ok := owned(to); ok && !lists(owners[lib], from) {
				complain("%s imports %s, which is for %s only", p.ImportPath, to, owners[lib])
			}
		}
		for _, to := range p.Imports {
			if to := room(module, to); to != "" && to != from && !lists(arrows[from], to) {
				complain("%s must not import %s", p.ImportPath, to)
			}
		}
		for _, to := range tests {
			if to := room(module, to); to != "" && to != from && !lists(arrows[from]+" githubtest awstest examples", to) {
				complain("the tests of %s must not import %s", p.ImportPath, to)
			}
		}
	}
	for _, simulator := range []string{"internal/githubtest", "internal/awstest"} {
		if way := linked(module, graph, "cmd/bot", simulator); way != nil {
			complain("the program links the simulator: %s", strings.Join(way, " → "))
		}
	}
	return found
}

// room returns the room that an import path belongs to; "" if it is none of ours, or in no room.
func room(module, importPath string) string {
	rel, ours := strings.CutPrefix(importPath, module+"/")
	if !ours {
		return ""
	}
	rel, _, _ = strings.Cut(rel, " ") // a test variant, "p [p.test]"
	if rel == "internal" {
		return rel
	}
	for ; rel != "." && rel != "internal"; rel = path.Dir(rel) {
		if _, ok := arrows[rel]; ok {
			return rel
		}
	}
	return ""
}

// lists says whether a list of the tables above has room.
func lists(list, room string) bool {
	return slices.Contains(strings.Fields(list), strings.TrimPrefix(room, "internal/"))
}

// owned returns the library with an owner that importPath is of.
func owned(importPath string) (string, bool) {
	for lib := range owners {
		if importPath == lib || strings.HasPrefix(importPath, lib+"/") {
			return lib, true
		}
	}
	return "", false
}

// linked returns the imports that lead from one package to another, or nil.
func linked(module string, graph []pkg, from, to string) []string {
	imports := map[string][]string{}
	for _, p := range graph {
		imports[p.ImportPath] = p.Imports
	}
	target, seen := module+"/"+to, map[string]bool{}
	var walk func(string) []string
	walk = func(at string) []string {
		if at == target {
			return []string{at}
		}
		if seen[at] {
			return nil
		}
		seen[at] = true
		for _, next := range imports[at] {
			if way := walk(next); way != nil {
				return append([]string{at}, way...)
			}
		}
		return nil
	}
	return walk(module + "/" + from)
}

// fileViolations returns what is wrong with one file that is not a test. name is relative to the root.
func fileViolations(t *testing.T, name string, src []byte) []string {
	t.Helper()
	var found []string
	most := maxFile
	if name == "cmd/bot/main.go" {
		most = maxMain - 1
	}
	if lines := bytes.Count(src, []byte("\n")); lines > most {
		found = append(found, fmt.Sprintf("%s has %d lines; %d are allowed: split it by subject", name, lines, most))
	}
	if slices.ContainsFunc(environmentReaders, func(r string) bool { return strings.HasPrefix(name, r) }) {
		return found
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && readsEnvironment(sel) {
			found = append(found, fmt.Sprintf("%s reads the environment; only %s may", fset.Position(sel.Pos()), strings.Join(environmentReaders, " and ")))
		}
		return true
	})
	return found
}

func readsEnvironment(sel *ast.SelectorExpr) bool {
	on, ok := sel.X.(*ast.Ident)
	return ok && (on.Name == "os" || on.Name == "syscall") &&
		slices.Contains([]string{"Environ", "Getenv", "LookupEnv", "ExpandEnv"}, sel.Sel.Name)
}

// goModule returns the root folder and the path of this module.
func goModule(t *testing.T) (root, module string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}\n{{.Path}}").Output()
	if err != nil {
		t.Fatalf("go list -m: %v", err)
	}
	root, module, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
	return root, module
}

// goList returns every package of the module, with the files behind the tag of the heavy tests.
func goList(t *testing.T, root string) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-tags="+heavy, "-json=ImportPath,Dir,GoFiles,IgnoredGoFiles,Imports,TestImports,XTestImports", "./...")
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stderr = root, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// The guard itself must be able to fail.
func TestTheGuardSeesEachKindOfBreach(t *testing.T) {
	const m = "example.com/m"
	p := func(name string, imports ...string) pkg { return pkg{ImportPath: m + "/" + name, Imports: imports} }
	sound := []pkg{
		p("cmd/bot", "fmt", m+"/internal/phase"), p("internal/phase", m+"/internal/runner"), p("internal/layer", "github.com/hashicorp/hcl/v2"),
		p("internal/githubtest/oracle", m+"/internal/githubtest"),
		{ImportPath: m + "/internal/phase", XTestImports: []string{m + "/internal/phase", m + "/internal/githubtest"}},
	}
	if got := violations(m, sound); got != nil {
		t.Errorf("a sound graph: %q", got)
	}
	for want, bad := range map[string][]pkg{
		"internal/layer must not import internal/report":               {p("internal/layer", m+"/internal/report")},
		"internal/aws/sts must not import internal/redact":             {p("internal/aws/sts", m+"/internal/redact")},
		"internal/util is a room that the table":                       {p("internal/util")},
		"pkg is a room that the table":                                 {p("pkg")},
		"the tests of " + m + "/internal/comment must not":             {{ImportPath: m + "/internal/comment", TestImports: []string{m + "/internal/phase"}}},
		"internal/phase imports github.com/google/go-github/v60/":      {p("internal/phase", "github.com/google/go-github/v60/github")},
		"imports github.com/hashicorp/hcl/v2/hclsyntax, which is for":  {{ImportPath: m + "/internal/comment", XTestImports: []string{"github.com/hashicorp/hcl/v2/hclsyntax"}}},
		"internal/phase must not import internal/githubtest":           {p("internal/phase", m+"/internal/githubtest")},
		"links the simulator: " + m + "/cmd/bot → " + m + "/internal/": {p("cmd/bot", m+"/internal/phase"), p("internal/phase", m+"/internal/githubtest")},
	} {
		if got := strings.Join(violations(m, bad), "\n"); !strings.Contains(got, want) {
			t.Errorf("want %q in %q", want, got)
		}
	}
	for src, want := range map[string]bool{
		"//go:build tools\n": false, "//go:build integration && linux\n": false, "//go:build ignore\n": false,
		"//go:build realtools\n": true, "//go:build !windows\n": true, "//go:build windows\n": true, "package x\n": true,
	} {
		if got := builtSomewhere(src); got != want {
			t.Errorf("builtSomewhere(%q) = %v", src, got)
		}
	}
	for name, c := range map[string]struct {
		src  string
		want int
	}{
		"internal/layer/a.go": {"package a\nimport \"os\"\nvar _ = os.Getenv(\"X\")\nvar _ = os.Environ()\nvar f = os.LookupEnv\n", 3},
		"cmd/bot/env.go":      {"package a\nimport \"os\"\nvar _ = os.Getenv(\"X\")\n", 0},
		"cmd/bot/main.go":     {"package a\n" + strings.Repeat("\n", maxMain-1), 1},
		"internal/layer/b.go": {"package a\n" + strings.Repeat("\n", maxFile), 1},
		"internal/layer/c.go": {"package a\n" + strings.Repeat("\n", maxFile-1), 0},
	} {
		if got := fileViolations(t, name, []byte(c.src)); len(got) != c.want {
			t.Errorf("%s: %q; want %d", name, got, c.want)
		}
	}
}
