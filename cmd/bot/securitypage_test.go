// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const securityPage = "../../docs/security.md"

var (
	threatRow  = regexp.MustCompile(`^\| (\d+) \|`)
	threatLink = regexp.MustCompile(`\[([^\]]+)\]\((\.\.[^)#]*)(#L\d+)?\)`)
	threatTest = regexp.MustCompile(`(?m)^func (TestThreat(\d\d)\w+)\(`)
)

// TestSecurityPageLeadsToItsTests holds docs/security.md to what is there: 18 rows, each with a test of its own; every test of a
// threat in its row; every link to a test leads to its line (-update corrects the lines).
func TestSecurityPageLeadsToItsTests(t *testing.T) {
	page, err := os.ReadFile(securityPage)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	right := threatLink.ReplaceAllStringFunc(string(page), func(link string) string {
		m := threatLink.FindStringSubmatch(link)
		return lead(t, m[1], m[2])
	})
	for line := range strings.Lines(right) {
		if m := threatRow.FindStringSubmatch(line); m != nil {
			rows[fmt.Sprintf("%02s", m[1])] += line
		}
	}
	if len(rows) != 18 {
		t.Errorf("%d rows", len(rows))
	}
	shown := map[string]bool{}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range threatTest.FindAllStringSubmatch(string(src), -1) {
			shown[m[2]] = true
			if !strings.Contains(rows[m[2]], "["+m[1]+"](") {
				t.Errorf("row %s does not link %s", m[2], m[1])
			}
		}
	}
	for n := range 18 {
		if row := fmt.Sprintf("%02d", n+1); !shown[row] {
			t.Errorf("row %s has no test of its own", row)
		}
	}
	if right == string(page) || t.Failed() {
		return
	}
	if !*update {
		t.Fatal("links lead to other lines: go test ./cmd/bot -run TestSecurityPage -update")
	}
	if err := os.WriteFile(securityPage, []byte(right), 0o600); err != nil {
		t.Fatal(err)
	}
}

// lead returns the link of a text to what must be there: the line of the test, where the text names one of a threat.
func lead(t *testing.T, text, path string) string {
	t.Helper()
	link := fmt.Sprintf("[%s](%s)", text, path)
	file := filepath.Join(filepath.Dir(securityPage), filepath.FromSlash(path))
	if _, err := os.Stat(file); err != nil {
		t.Errorf("%s: %v", text, err)
	}
	if !strings.HasSuffix(path, "_test.go") || strings.Contains(text, " ") {
		return link
	}
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line := slices.IndexFunc(strings.Split(string(src), "\n"), func(s string) bool { return strings.HasPrefix(s, "func "+text+"(") })
	switch {
	case line < 0:
		t.Errorf("%s has no %s", path, text)
	case strings.HasPrefix(text, "TestThreat"):
		return fmt.Sprintf("[%s](%s#L%d)", text, path, line+1)
	}
	return link
}
