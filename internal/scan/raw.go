package scan

import "github.com/layerbot/layerbot/internal/report"

// A raw is what one tool says of one place, in that tool's words.
type raw struct {
	tool, rule string // "trivy", "AVD-AWS-0132"; canonical: one spelling a rule
	severity   report.Severity
	message    string // one line, plain text
	link       string // https, or ""
	file       string // from the root of the tree that was scanned
	line, end  int    // from 1
	address    string // of the resource, or ""
	suppressed *report.Suppression
}

// merge makes findings of what all tools say of one tree: what several tools say of the same place is one finding that
// names them. IDs do not depend on lines. State is not set yet.
func merge(all []raw, tree Files) ([]report.Finding, error) { panic("being written") }

// compare sets the state of the findings of the head against those of the base, adds those that are fixed, and puts all
// in their order. compared is false where there is no base: all are Existing.
func compare(head, base []report.Finding, compared bool) []report.Finding { panic("being written") }

// suppressions returns every word in a tree that suppresses findings of one of tools: comments in code, and entries of
// the files that list them; by file and line.
func suppressions(tree Files, tools []string) ([]report.Suppression, error) { panic("being written") }

// readSARIF reads the SARIF 2.1.0 of a tool strictly, with paths relative to the tree that was scanned. Results at no
// place in the tree are errors, not findings.
func readSARIF(tool string, data []byte) ([]raw, error) { panic("being written") }
