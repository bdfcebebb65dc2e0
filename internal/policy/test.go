package policy

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/tester"
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

// Test runs the tests of a bundle, in the order of files and lines. That policies or tests do not compile is a
// *CompileError.
func Test(ctx context.Context, b Bundle) ([]TestResult, error) {
	modules, store, err := load(b, true)
	if err != nil {
		return nil, err
	}
	runner := tester.NewRunner().SetCompiler(newCompiler(true)).SetStore(store).SetModules(modules).SetTimeout(testTimeout)
	ch, err := runner.RunTests(ctx, nil)
	if err != nil {
		return nil, compileError(problemsOf(err, ""))
	}
	var all []TestResult
	for r := range ch {
		all = append(all, testResult(r))
	}
	slices.SortFunc(all, func(a, b TestResult) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, strings.Compare(a.Name, b.Name))
	})
	return all, ctx.Err()
}

func testResult(r *tester.Result) TestResult {
	t := TestResult{
		Name: r.Package + "." + r.Name, File: r.Location.File, Line: r.Location.Row,
		Skipped: r.Skip, Failed: !r.Skip && !r.Pass(), Seconds: r.Duration.Seconds(),
	}
	var why []string
	if printed := strings.TrimSpace(string(r.Output)); printed != "" {
		why = append(why, printed)
	}
	switch {
	case r.Error != nil:
		why = append(why, r.Error.Error())
	case t.Failed:
		why = append(why, "it is false or undefined")
	}
	t.Why = strings.Join(why, "\n")
	return t
}
