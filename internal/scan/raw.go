// SPDX-License-Identifier: Apache-2.0

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
