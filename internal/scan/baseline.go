package scan

import "github.com/layerbot/layerbot/internal/report"

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
func Suppressions(tree Files) ([]report.Suppression, error) { panic("being written") }

// Account holds suppressions against the tables of BaselinePath: a row accounts for a suppression if one of its cells
// names the rule and another the file, each in backquotes. nil if each has a row with a reason, and each row a suppression.
func Account(all []report.Suppression, baseline []byte) []Gap { panic("being written") }
