// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"cmp"
	"path"
	"regexp"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// The words of each tool.
//
// tfsec: https://aquasecurity.github.io/tfsec/latest/guides/configuration/ignores/
// trivy: https://trivy.dev/latest/docs/configuration/filtering/#by-inline-comments
// checkov: https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
// tflint: https://github.com/terraform-linters/tflint/blob/master/docs/user-guide/annotations.md
// gitleaks: https://github.com/gitleaks/gitleaks#gitleaksallow
var (
	checkovWord = regexp.MustCompile(`(?:checkov|bridgecrew|cortex):skip= *([A-Za-z_\d-]+(?:,[A-Za-z_\d-]+)*)(?::(.*))?`)
	tflintWord  = regexp.MustCompile(`tflint-ignore(-file)?: ([^*/#]+)`)
	anyWord     = regexp.MustCompile(`(?:tfsec|trivy):\S+|(?:checkov|bridgecrew|cortex):skip=[\w,-]*:?|tflint-ignore(?:-file)?: [^*/#]*|` + gitleaksWord)
)

const gitleaksWord = "gitleaks" + ":allow"

// words returns the words in a line, from 0, without their place.
func (t marked) words(i int) []report.Suppression {
	line, beside := t.lines[i], tidy(t.marks[i])
	var all []report.Suppression
	if t.allows(line) {
		all = append(all, report.Suppression{Tool: "gitleaks", Rule: "*", Reason: beside})
	}
	if !isCode(t.file) {
		return all
	}
	for word := range strings.SplitSeq(strings.TrimSpace(line), " ") {
		if tool, rule := aquaSections(strings.TrimLeft(strings.TrimSpace(word), "#/* \t")); rule != "" {
			all = append(all, report.Suppression{Tool: tool, Rule: rule, Reason: beside})
		}
	}
	for line := range strings.SplitSeq(line, "\r") { // which ends a line for checkov; it heeds one word in each
		m := checkovWord.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for rule := range strings.SplitSeq(m[1], ",") {
			all = append(all, report.Suppression{Tool: "checkov", Rule: rule, Reason: cmp.Or(tidy(m[2]), beside)})
		}
	}
	for _, rule := range t.tflint(i) {
		all = append(all, report.Suppression{Tool: "tflint", Rule: rule, Reason: beside})
	}
	return all
}

// allows reports whether gitleaks is told to allow what is in a line. In files that speak of words they stand in quotes.
func (t marked) allows(line string) bool {
	before, _, found := strings.Cut(line, gitleaksWord)
	if ext := path.Ext(t.file); ext == ".md" || ext == ".go" {
		return found && strings.TrimRight(before, "\"'`") == before
	}
	return found
}

// tflint returns the rules that tflint is told to ignore in a line, or in the whole file: that only at its begin, or
// anywhere in JSON.
func (t marked) tflint(i int) []string {
	mark, first := t.marks[i], i == 0
	if strings.HasSuffix(t.file, ".tf.json") {
		mark, first = t.lines[i], true
	}
	m := tflintWord.FindStringSubmatch(mark)
	if m == nil || m[1] != "" && !first {
		return nil
	}
	var rules []string
	for rule := range strings.SplitSeq(m[2], ",") {
		if rule = strings.Trim(rule, " \t\r\"}"); rule == "all" {
			rule = "*"
		}
		if rule != "" {
			rules = append(rules, rule)
		}
	}
	return rules
}

// aquaSections reads "tfsec:ignore:aws-s3-x[bucket=y]:exp:2030-01-31". It may be over, and counts still.
func aquaSections(word string) (tool, rule string) {
	parts := strings.Split(strings.TrimSuffix(word, "*/"), ":")
	if parts[0] != "tfsec" && parts[0] != "trivy" {
		return "", ""
	}
	for i := 1; i+1 < len(parts); i += 2 {
		if parts[i] == "ignore" {
			rule, _, _ = strings.Cut(parts[i+1], "[")
		}
	}
	return parts[0], rule
}

// tidy returns what a comment says beside words, without its signs and what joins a reason to its word.
func tidy(text string) string {
	text = anyWord.ReplaceAllString(text, " ")
	text = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(text), "*/"), "-->")
	text = strings.TrimLeft(strings.TrimSpace(text), "#/*<!- \t:;,–—")
	return strings.TrimRight(strings.TrimSpace(text), "#/* \t")
}
