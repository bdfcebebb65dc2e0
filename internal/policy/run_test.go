// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/policy"
)

func TestTestsRunInOrderAndSayWhyTheyFail(t *testing.T) {
	b := policy.Bundle{Files: map[string]string{
		"p/x.rego": "package x\ndeny contains \"no\" if input.bad\n",
		"p/x_test.rego": `package x_test
import data.x

test_passes if x.deny == {"no"} with input as {"bad": true}

test_fails if {
	print("deny is", x.deny)
	count(x.deny) == 1 with input as {}
}

todo_test_later if false

test_conflict if {
	f(1) == 1
}

f(x) := y if some y in [x, 2]
`,
	}}
	got, err := policy.Test(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 4 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []struct {
		name            string
		line            int
		failed, skipped bool
		why             string
	}{
		{"data.x_test.test_passes", 4, false, false, ""},
		{"data.x_test.test_fails", 6, true, false, "deny is set()\np/x_test.rego:8: false or undefined: count(x.deny) == 1 with input as {}"},
		{"data.x_test.todo_test_later", 11, false, true, ""},
		{"data.x_test.test_conflict", 13, true, false, "conflict"},
	} {
		g := got[i]
		if g.Name != want.name || g.Line != want.line || g.Failed != want.failed || g.Skipped != want.skipped || g.File != "p/x_test.rego" {
			t.Errorf("%+v is not %+v", g, want)
		}
		if !strings.Contains(g.Why, want.why) || (g.Why == "") != (want.why == "") {
			t.Errorf("%s: %q does not have %q", g.Name, g.Why, want.why)
		}
	}
}

func TestTestsThatDoNotCompileAreNamedWithTheirPlace(t *testing.T) {
	_, err := policy.Test(t.Context(), policy.Bundle{Files: map[string]string{
		"p/x.rego":      "package x\ndeny contains \"no\"\n",
		"p/x_test.rego": "package x_test\ntest_x if http.send({})",
	}})
	var e *policy.CompileError
	if !errors.As(err, &e) || e.Problems[0].File != "p/x_test.rego" || e.Problems[0].Line != 2 {
		t.Error(err)
	}
}
