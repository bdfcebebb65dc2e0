// SPDX-License-Identifier: Apache-2.0

package checks

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/inventory"
	"github.com/layerbot/layerbot/infra/test/tree"
)

// only are checks as the one number of a list.
func only(checks ...inventory.Check) []inventory.Number {
	return []inventory.Number{{Label: "1", What: "x", Kinds: "S", Checks: checks}}
}

// fails wants a result that is an error with a text in it, or none for "".
func fails(t *testing.T, results Results, c inventory.Check, want string) {
	t.Helper()
	err, heard := results[c]
	switch {
	case !heard:
		t.Errorf("%s has no result", c)
	case want == "" && err != nil:
		t.Errorf("%s: %v", c, err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("%s: %v, not %q", c, err, want)
	}
}

func TestACheckThatNobodyMadeHasFailed(t *testing.T) {
	quiet := inventory.Check{Kind: inventory.Rule, Name: "unheard"}
	lost := inventory.Check{Kind: inventory.Rego, In: "terraform", Name: "lost"}
	broken := inventory.Check{Kind: inventory.Go, In: "x", Name: "TestX"}
	makers := map[inventory.Kind]Maker{
		inventory.Rule: func(context.Context, string, []inventory.Check) (Results, error) { return Results{}, nil },
		inventory.Go: func(context.Context, string, []inventory.Check) (Results, error) {
			return nil, errors.New("it does not compile")
		},
	}
	results := Make(t.Context(), ".", makers, only(quiet, lost, broken))
	fails(t, results, quiet, "nothing was heard")
	fails(t, results, lost, "nobody makes")
	fails(t, results, broken, "does not compile")
}

func TestAnErrorSpoilsNoResultThatWasHeard(t *testing.T) {
	a, b := inventory.Check{Kind: inventory.Go, Name: "TestA"}, inventory.Check{Kind: inventory.Go, Name: "TestB"}
	makers := map[inventory.Kind]Maker{inventory.Go: func(context.Context, string, []inventory.Check) (Results, error) {
		return Results{a: nil}, errors.New("exit status 1")
	}}
	results := Make(t.Context(), ".", makers, only(a, b))
	fails(t, results, a, "")
	fails(t, results, b, "exit status 1")
}

// module writes a Go module with tests of every kind of end.
func module(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir)
	return dir
}

func write(t *testing.T, dir string) {
	t.Helper()
	for name, body := range map[string]string{
		"go.mod": "module example.com/infra/test\n\ngo 1.26\n",
		"p/p_test.go": `package p
import "testing"
func TestGood(t *testing.T) { t.Run("one", func(t *testing.T) {}); t.Run("two", func(t *testing.T) {}) }
func TestBad(t *testing.T) { t.Error("seven is not eight") }
func TestSkipped(t *testing.T) { t.Skip("no time") }
func TestHalf(t *testing.T) { t.Run("made", func(t *testing.T) {}); t.Run("left out", func(t *testing.T) { t.Skip("no tool") }) }
`,
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(body), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// Of the own module all tests are run at once: one that no number names fails, too.
func TestEveryTestOfTheOwnModule(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "infra", "test"))
	check := func(name string) inventory.Check {
		return inventory.Check{Kind: inventory.Go, In: "infra/test/p", Name: name}
	}
	every := inventory.Check{Kind: inventory.Go, In: "infra/test", Name: inventory.Every}
	results := Make(t.Context(), root, Makers, only(every, check("TestGood"), check("TestBad"), check("TestNowhere")))
	fails(t, results, check("TestGood"), "")
	fails(t, results, check("TestBad"), "seven is not eight")
	fails(t, results, check("TestNowhere"), "nothing was heard")
	for _, name := range []string{"TestBad: fail", "TestSkipped: skip", "TestHalf/left_out: skip"} {
		fails(t, results, every, name)
	}
}

func TestGoTestsAreReallyRun(t *testing.T) {
	check := func(name string) inventory.Check { return inventory.Check{Kind: inventory.Go, In: "p", Name: name} }
	names := []string{"TestGood", "TestBad", "TestSkipped", "TestHalf", "TestGood/one", "TestGood/three", "TestNowhere"}
	var all []inventory.Check
	for _, name := range names {
		all = append(all, check(name))
	}
	results := Make(t.Context(), module(t), Makers, only(all...))
	fails(t, results, check("TestGood"), "")
	fails(t, results, check("TestGood/one"), "")
	fails(t, results, check("TestBad"), "seven is not eight")
	fails(t, results, check("TestSkipped"), "skipped")
	fails(t, results, check("TestHalf"), "skipped")
	fails(t, results, check("TestGood/three"), "exit status 1")
	fails(t, results, check("TestNowhere"), "exit status 1")

	// Where everything that did run has passed, too.
	results = Make(t.Context(), module(t), Makers, only(check("TestGood/one"), check("TestGood/two"), check("TestGood/three")))
	fails(t, results, check("TestGood/one"), "")
	fails(t, results, check("TestGood/two"), "")
	fails(t, results, check("TestGood/three"), "nothing was heard")
}

func TestRunsOfTerraformAreHeard(t *testing.T) {
	lines := bytes.NewBufferString(`not json
{"@testfile":"tests/a.tftest.hcl","@testrun":"bad","type":"diagnostic","diagnostic":{"severity":"error","summary":"Test assertion failed","detail":"it is seven"}}
{"@testfile":"tests/a.tftest.hcl","@testrun":"good","type":"test_run","test_run":{"path":"tests/a.tftest.hcl","run":"good","progress":"starting"}}
{"@testfile":"tests/a.tftest.hcl","@testrun":"good","type":"test_run","test_run":{"path":"tests/a.tftest.hcl","run":"good","progress":"complete","status":"pass"}}
{"@testfile":"tests/a.tftest.hcl","@testrun":"bad","type":"test_run","test_run":{"path":"tests/a.tftest.hcl","run":"bad","progress":"complete","status":"fail"}}
{"@testfile":"tests/a.tftest.hcl","@testrun":"begun","type":"test_run","test_run":{"path":"tests/a.tftest.hcl","run":"begun","progress":"starting"}}
{"@testfile":"tests/a.tftest.hcl","@testrun":"left","type":"test_run","test_run":{"path":"tests/a.tftest.hcl","run":"left","progress":"complete","status":"skip"}}
`)
	check := func(name string) inventory.Check {
		return inventory.Check{Kind: inventory.Run, In: "infra/x/tests/a.tftest.hcl", Name: name}
	}
	other := inventory.Check{Kind: inventory.Run, In: "infra/x/tests/b.tftest.hcl", Name: "good"}
	status, why := heardRuns(lines)
	results := played(status, why, []inventory.Check{check("good"), check("bad"), check("begun"), check("left"), check("nowhere"), other})
	fails(t, results, check("good"), "")
	fails(t, results, check("bad"), "it is seven")
	fails(t, results, check("left"), "skip")
	for _, c := range []inventory.Check{check("begun"), check("nowhere"), other} {
		if _, heard := results[c]; heard {
			t.Errorf("%s was heard", c)
		}
	}
}

func TestFilesPoliciesAndCommands(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	c := func(kind inventory.Kind, in, name, shows string) inventory.Check {
		return inventory.Check{Kind: kind, In: in, Name: name, Shows: shows}
	}
	wanted := map[inventory.Check]string{
		c(inventory.File, "README.md", "Layerbot", ""):               "",
		c(inventory.File, "README.md", "no page says this", ""):      "does not say",
		c(inventory.File, "NOTHING.md", "x", ""):                     "not there",
		c(inventory.Rego, "terraform", "imdsv2", ""):                 "",
		c(inventory.Rego, "terraform", "no_such_rule", ""):           "there is no test_no_such_rule_denies",
		c(inventory.Live, "", "aws sts get-caller-identity", "it"):   "",
		c(inventory.Live, "", "aws sts get-caller-identity", " "):    "no command",
		c(inventory.Kind("hearsay"), "", "somebody said so", "true"): "nobody makes",
	}
	var all []inventory.Check
	for check := range wanted {
		all = append(all, check)
	}
	results := Make(t.Context(), root, Makers, only(all...))
	for check, want := range wanted {
		fails(t, results, check, want)
	}
}
