package scan

import (
	"cmp"
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

// wordsIn returns the words in a line, without their place. mark is the comment in the line; first says that it is the
// first of the file, code that it is of a kind that others than gitleaks read, document that it may be of words only.
func wordsIn(line, mark string, first, code, document bool) []report.Suppression {
	var all []report.Suppression
	if i := strings.Index(line, gitleaksWord); i >= 0 && !(document && i > 0 && strings.ContainsRune("\"'`", rune(line[i-1]))) {
		all = append(all, report.Suppression{Tool: "gitleaks", Rule: "*", Reason: tidy(mark)})
	}
	if !code {
		return all
	}
	line = strings.TrimSpace(line)
	for word := range strings.SplitSeq(line, " ") {
		if tool, rule := aquaSections(strings.TrimLeft(strings.TrimSpace(word), "#/* \t")); rule != "" {
			all = append(all, report.Suppression{Tool: tool, Rule: rule, Reason: tidy(mark)})
		}
	}
	for line := range strings.SplitSeq(line, "\r") { // which ends a line for checkov; it heeds one word in each
		m := checkovWord.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for rule := range strings.SplitSeq(m[1], ",") {
			all = append(all, report.Suppression{Tool: "checkov", Rule: rule, Reason: cmp.Or(tidy(m[2]), tidy(mark))})
		}
	}
	if m := tflintWord.FindStringSubmatch(mark); m != nil && (m[1] == "" || first) { // that of a file only at its begin
		for rule := range strings.SplitSeq(m[2], ",") {
			if rule = strings.TrimSpace(rule); rule == "all" {
				rule = "*"
			}
			if rule != "" {
				all = append(all, report.Suppression{Tool: "tflint", Rule: rule, Reason: tidy(mark)})
			}
		}
	}
	return all
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
