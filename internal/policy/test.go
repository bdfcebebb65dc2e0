// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// A TestResult is one test of a policy, by the conventions of `opa test`: a rule named test_….
type TestResult struct {
	Name    string // "data.terraform_test.test_region_denied"
	File    string // "policies/terraform_test.rego"
	Line    int
	Skipped bool // todo_test_…
	Failed  bool
	Why     string // what it printed, and why it failed
	Seconds float64
}

// testTimeout is how long one test may take.
const testTimeout = 10 * time.Second

// maxExplained is how many failed tests are run again to see where they fail.
const maxExplained = 20

// Test runs the tests of a bundle, in the order of files and lines. That policies or tests do not compile is a
// *CompileError.
func Test(ctx context.Context, b Bundle) ([]TestResult, error) {
	modules, store, err := load(b, true)
	if err != nil {
		return nil, err
	}
	results, err := run(ctx, tester.NewRunner().SetStore(store).SetModules(modules))
	if err != nil {
		return nil, err
	}
	all := make([]TestResult, len(results))
	explained := 0
	for i, r := range results {
		all[i] = testResult(r)
		if all[i].Failed && r.Error == nil && explained < maxExplained {
			explained++
			if at := failedAt(ctx, b, &all[i]); at != "" {
				all[i].Why = strings.TrimSpace(all[i].Why + "\n" + at)
			}
		}
	}
	return all, ctx.Err()
}

// run runs tests, and puts what became of them in the order of files and lines.
func run(ctx context.Context, runner *tester.Runner) ([]*tester.Result, error) {
	ch, err := runner.SetCompiler(newCompiler(true)).SetTimeout(testTimeout).RunTests(ctx, nil)
	if err != nil {
		return nil, compileError(problemsOf(err, ""))
	}
	var all []*tester.Result
	for r := range ch {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *tester.Result) int {
		return cmp.Or(strings.Compare(a.Location.File, b.Location.File), a.Location.Row-b.Location.Row, strings.Compare(a.Name, b.Name))
	})
	return all, nil
}

func testResult(r *tester.Result) TestResult {
	t := TestResult{
		Name: r.Package + "." + r.Name, File: r.Location.File, Line: r.Location.Row,
		Skipped: r.Skip, Failed: !r.Skip && !r.Pass(), Seconds: r.Duration.Seconds(),
	}
	t.Why = strings.TrimSpace(string(r.Output))
	if r.Error != nil {
		t.Why = strings.TrimSpace(t.Why + "\n" + r.Error.Error())
	}
	return t
}

// failedAt runs a test again to say which expression of it is false or undefined.
func failedAt(ctx context.Context, b Bundle, t *TestResult) string {
	const unknown = "it is false or undefined"
	modules, store, err := load(b, true)
	if err != nil {
		return unknown
	}
	var last furthest
	runner := tester.NewRunner().SetStore(store).SetModules(modules).
		Filter("^" + regexp.QuoteMeta(t.Name) + "$").SetCoverageQueryTracer(&last).SetParallel(1)
	if _, err := run(ctx, runner); err != nil || last.at == nil {
		return unknown
	}
	return fmt.Sprintf("%s: false or undefined: %s", place(last.at.File, last.at.Row), line(string(last.at.Text)))
}

// A furthest notes the last expression in the text of a test, not of what it calls, that failed.
type furthest struct {
	test uint64 // the query that is the test's body
	at   *ast.Location
}

// Enabled says that it notes.
func (f *furthest) Enabled() bool { return true }

// Config asks for no values of variables.
func (f *furthest) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

// TraceEvent notes where a query fails.
func (f *furthest) TraceEvent(e topdown.Event) {
	if _, ok := e.Node.(*ast.Rule); ok && e.Op == topdown.EnterOp && f.test == 0 {
		f.test = e.QueryID
	}
	if e.Op == topdown.FailOp && e.QueryID == f.test && e.Location != nil && (f.at == nil || e.Location.Row >= f.at.Row) {
		f.at = e.Location
	}
}
