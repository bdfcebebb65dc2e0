// SPDX-License-Identifier: Apache-2.0

package report

import "strings"

// Severity ranks findings and decisions. The zero value is one of no known rank.
type Severity string

// The severities.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Rank returns 4 for critical down to 1 for low, and 0 for anything else.
func (s Severity) Rank() int {
	switch s {
	case Critical:
		return 4
	case High:
		return 3
	case Medium:
		return 2
	case Low:
		return 1
	}
	return 0
}

// ParseSeverity returns the severity that a tool calls by a word of its own, "ERROR" or "note"; "" for an unknown one.
func ParseSeverity(word string) Severity {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "critical":
		return Critical
	case "high", "error":
		return High
	case "medium", "moderate", "warning", "warn":
		return Medium
	case "low", "note", "notice", "info", "informational":
		return Low
	}
	return ""
}
