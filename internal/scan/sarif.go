package scan

import "github.com/layerbot/layerbot/internal/report"

// MaxRuns is how many runs GitHub takes in one upload.
// Source: https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#validating-your-sarif-file
const MaxRuns = 20

// SARIF returns the findings of scans as SARIF 2.1.0, one run a target, whose category (automationDetails.id) is
// "layerbot/<target ID>/". Suppressed findings are marked so; fixed ones are left out. At most MaxRuns scans, and what
// GitHub takes of each run (25,000 results; texts and locations within its limits). version is Layerbot's.
func SARIF(scans []report.Scan, version string) ([]byte, error) { panic("being written") }
