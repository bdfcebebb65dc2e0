// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// BaselinePath is where a repository accounts for its suppressions.
const BaselinePath = "docs/security-baseline.md"

// A Gap is a suppression that nobody accounts for, a row for a suppression that is not there, or a row that says no reason.
type Gap struct {
	File    string // where the suppression, or the row, is
	Line    int
	Message string
	Hint    string
}

// Suppressions returns every word in a tree that suppresses findings of any scanner, by file and line.
func Suppressions(tree Files) ([]report.Suppression, error) {
	return suppressions(tree, []string{"trivy", "tfsec", "checkov", "gitleaks", "tflint"})
}

// Account holds suppressions against the tables of BaselinePath: a row accounts for a suppression if one of its cells
// names the rule and another the file, each in backquotes; the rule "*" is written `*`. Its reason is in the column headed
// Reason (or Why, Justification, Rationale); in a table without one, in any other cell of several words. nil if each has a
// row with a reason, and each row a suppression. A row is for a suppression if its cells name a rule and a file.
func Account(all []report.Suppression, baseline []byte) []Gap {
	rows := readBaseline(string(baseline))
	var gaps []Gap
	told := map[[2]string]bool{} // rules and files that are said to lack a row
	for _, s := range all {
		key := [2]string{s.Rule, s.File}
		if told[key] || slices.ContainsFunc(rows, func(r row) bool { return r.names(s) }) {
			continue
		}
		told[key] = true
		gaps = append(gaps, Gap{
			s.File, s.Line, fmt.Sprintf("%s is suppressed for %s, and %s has no row for it.", named(s.Rule), s.Tool, BaselinePath),
			fmt.Sprintf("Fix what it suppresses, or add this row to %s: %s", BaselinePath, rowFor(s, rows)),
		})
	}
	for _, r := range rows {
		gaps = append(gaps, r.gaps(all)...)
	}
	slices.SortStableFunc(gaps, func(a, b Gap) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
	return gaps
}

func named(rule string) string {
	if rule == "*" {
		return "Everything"
	}
	return rule
}

// gaps returns what is wrong with a row for a suppression.
func (r row) gaps(all []report.Suppression) []Gap {
	var gaps []Gap
	for _, rule := range r.rules {
		if !slices.ContainsFunc(all, func(s report.Suppression) bool { return s.Rule == rule && slices.Contains(r.files, s.File) }) {
			gaps = append(gaps, Gap{
				BaselinePath, r.line, fmt.Sprintf("The row speaks of `%s`, which nothing suppresses in %s.", rule, strings.Join(r.files, " or ")),
				"Remove the row, or correct its rule or file.",
			})
		}
	}
	for _, file := range r.files {
		if len(gaps) == 0 && !slices.ContainsFunc(all, func(s report.Suppression) bool { return s.File == file && slices.Contains(r.rules, s.Rule) }) {
			gaps = append(gaps, Gap{
				BaselinePath, r.line, fmt.Sprintf("The row speaks of `%s`, where nothing suppresses %s.", file, strings.Join(r.rules, " or ")),
				"Remove the file from the row, or correct it.",
			})
		}
	}
	if len(gaps) == 0 && !r.reason {
		gaps = append(gaps, Gap{
			BaselinePath, r.line, fmt.Sprintf("The row for `%s` says no reason.", strings.Join(r.rules, "`, `")),
			"Say in a few words why it is right that this is suppressed.",
		})
	}
	return gaps
}
