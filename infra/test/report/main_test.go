// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/inventory"
	"github.com/layerbot/layerbot/infra/test/report/checks"
)

func TestANumberHoldsIfAllItsChecksDo(t *testing.T) {
	good, bad := inventory.Check{Kind: inventory.File, In: "a", Name: "x"}, inventory.Check{Kind: inventory.File, In: "b", Name: "y"}
	numbers := []inventory.Number{
		{Label: "1", What: "holds", Kinds: "S", Checks: []inventory.Check{good}},
		{Label: "2", What: "does not", Kinds: "S", Checks: []inventory.Check{good, bad}},
	}
	results := checks.Results{good: nil, bad: errors.New("b does not say y")}
	var out bytes.Buffer
	failed := table(&out, numbers, results)
	if len(failed) != 1 || !strings.HasPrefix(failed[0], "2 does not hold: 1 of 2") {
		t.Errorf("failed: %v", failed)
	}
	for _, want := range []string{"✓    1 ", "✗    2 ", "b does not say y", "1 of 2 hold"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table has no %q:\n%s", want, out.String())
		}
	}
	page := Page(numbers, results)
	if !strings.Contains(page, "| ✓ | 1 |") || !strings.Contains(page, "| ✗ | 2 |") {
		t.Errorf("the page:\n%s", page)
	}
}

func TestAPageThatIsAnotherFails(t *testing.T) {
	stale := filepath.Join(t.TempDir(), "acceptance.md")
	c := inventory.Check{Kind: inventory.File, In: "README.md", Name: "Layerbot"}
	numbers := []inventory.Number{{Label: "1", What: "a page", Kinds: "S", Checks: []inventory.Check{c}}}
	results := checks.Results{c: nil}
	if err := compare(stale, Page(numbers, results)); err == nil {
		t.Error("a page that is not there is taken for current")
	}
	if err := os.WriteFile(stale, []byte(Page(numbers, results)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := compare(stale, Page(numbers, results)); err != nil {
		t.Error(err)
	}
	if err := compare(stale, Page(numbers, checks.Results{c: errors.New("no")})); err == nil {
		t.Error("a page with another result is taken for current")
	}
}

func TestWordsThatAreNoOptions(t *testing.T) {
	for _, args := range [][]string{{"--nothing"}, {"word"}, {"--only", "1", "--write", "x"}, {"--only", "1000"}} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, &out, &errs); code != 2 || errs.Len() == 0 {
			t.Errorf("%v ends with %d and says %q", args, code, errs.String())
		}
	}
}
