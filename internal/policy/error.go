// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A CompileError says why policies cannot be used.
type CompileError struct {
	Problems []Problem // in the order of files and lines
}

// A Problem is one mistake in a policy.
type Problem struct {
	File    string // from the root of the repository; "" where it is of no file
	Line    int    // from 1; 0 where it is not known
	Message string
}

// String returns "policies/x.rego:3: …".
func (p Problem) String() string {
	if at := place(p.File, p.Line); at != "" {
		return at + ": " + p.Message
	}
	return p.Message
}

// Error names the first few problems: "policies/x.rego:3: …".
func (e *CompileError) Error() string {
	const most = 5
	lines := []string{"policies cannot be used:"}
	for _, p := range e.Problems[:min(len(e.Problems), most)] {
		lines = append(lines, p.String())
	}
	if more := len(e.Problems) - most; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// Hint says what to do next.
func (e *CompileError) Hint() string {
	return "correct them (a pull request is judged by those of its base branch); `bot policy test` compiles them and runs their tests"
}

// compileError returns problems in their order; nil if there are none.
func compileError(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, strings.Compare(a.Message, b.Message))
	})
	var once []Problem
	for _, p := range problems {
		if last := len(once) - 1; last >= 0 && once[last].says(p) {
			once[last] = p
		} else {
			once = append(once, p)
		}
	}
	return &CompileError{once}
}

// maxProblem is the most bytes of what is said of one mistake: several are said at once.
const maxProblem = 500

// says reports whether another problem is p, or p in more words.
func (p Problem) says(other Problem) bool {
	return p.File == other.File && p.Line == other.Line && strings.HasPrefix(other.Message, p.Message)
}

// undefined matches what OPA says of a function that it was not given.
var undefined = regexp.MustCompile(`undefined function (\S+)$`)

// problemsOf returns what OPA says is wrong; file is where it is not told.
func problemsOf(err error, file string) []Problem {
	var all ast.Errors
	var one *ast.Error
	if errors.As(err, &one) {
		all = ast.Errors{one}
	} else if !errors.As(err, &all) {
		return []Problem{{File: file, Message: shorten(err.Error(), maxProblem)}}
	}
	var problems []Problem
	for _, e := range all {
		if strings.Contains(e.Message, twinName) || e.Location == nil && e.Message == "error limit reached" {
			continue // what it is the twin of has the same; that there are more is no mistake
		}
		p := Problem{File: file, Message: shorten(e.Message, maxProblem)}
		if e.Location != nil {
			p.File, p.Line = cmp.Or(e.Location.File, file), e.Location.Row
		}
		if m := undefined.FindStringSubmatch(e.Message); m != nil && reachesOut(m[1]) {
			p.Message = m[1] + " is not for policies: they see their input and their data, and nothing outside"
		}
		problems = append(problems, p)
	}
	return problems
}

// place returns "policies/x.rego:3".
func place(file string, line int) string {
	if file == "" || line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}
