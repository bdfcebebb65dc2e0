// SPDX-License-Identifier: Apache-2.0

package static

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/rules"
	"github.com/layerbot/layerbot/infra/test/tree"
)

var shownBy = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)

// resolve finds what a link of the page says: a rule, a run, a rule of a policy, or a Go test.
func resolve(root, name, target string) error {
	switch {
	case target == "acceptance.md#rules":
		if _, ok := rules.All()[name]; !ok {
			return fmt.Errorf("there is no rule %s", name)
		}
		return nil
	case strings.HasSuffix(target, ".tftest.hcl"):
		return says(filepath.Join(root, "docs", target), fmt.Sprintf("run %q {", name))
	case target == "../policies/README.md":
		return anyFile(filepath.Join(root, "policies", "*_test.rego"), "test_"+name+"_denies")
	default:
		return anyFile(filepath.Join(root, "docs", target, "*_test.go"), "func "+name+"(t *testing.T)")
	}
}

func says(file, text string) error {
	raw, err := os.ReadFile(file)
	if err == nil && !strings.Contains(string(raw), text) {
		err = fmt.Errorf("%s has no %s", path.Base(file), text)
	}
	return err
}

func anyFile(pattern, text string) error {
	files, err := filepath.Glob(pattern)
	if err != nil {
		return err
	}
	for _, f := range files {
		if says(f, text) == nil {
			return nil
		}
	}
	return fmt.Errorf("none of %d files has %s", len(files), text)
}

// rows checks each row of a page's tables with the header's last column "shown by"; it returns how many there are.
func rows(root, page string) (int, error) {
	var errs []error
	n := 0
	for line := range strings.Lines(page) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "|") || len(cells) != 3 || strings.Contains(line, "---") || strings.TrimSpace(cells[2]) == "shown by" {
			continue
		}
		n++
		links := shownBy.FindAllStringSubmatch(cells[2], -1)
		if len(links) == 0 || strings.TrimSpace(cells[1]) == "" {
			errs = append(errs, fmt.Errorf("%s: nothing shows it", strings.TrimSpace(cells[0])))
		}
		for _, l := range links {
			if err := resolve(root, l[1], l[2]); err != nil {
				errs = append(errs, fmt.Errorf("%s: %s: %w", strings.TrimSpace(cells[0]), l[1], err))
			}
		}
	}
	return n, errors.Join(errs...)
}

func TestComplianceRowsLeadToWhatShowsThem(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "compliance.md"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := rows(root, string(page))
	if err != nil {
		t.Error(err)
	}
	if n < 40 {
		t.Errorf("there are only %d rows", n)
	}
}

func TestRowsThatLeadNowhereAreSeen(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	for name, shown := range map[string]string{
		"nothing":        "by hand",
		"a rule":         "[no-such-rule](acceptance.md#rules)",
		"a run":          "[no_such_run](../infra/05-compute/tests/cluster.tftest.hcl)",
		"a file":         "[a_run](../infra/05-compute/tests/nothing.tftest.hcl)",
		"a policy":       "[no_such_rule](../policies/README.md)",
		"a test":         "[TestNothingOfTheKind](../infra/test/static)",
		"a folder":       "[TestNoStaticKeys](../infra/test/nowhere)",
		"one of several": "[schema](acceptance.md#rules), [no-such-rule](acceptance.md#rules)",
	} {
		if _, err := rows(root, "| X 1 | a control | "+shown+" |\n"); err == nil {
			t.Errorf("%s: nobody noticed", name)
		}
	}
	if n, err := rows(root, "| X 1 | a control | [schema](acceptance.md#rules) |\n"); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
}
