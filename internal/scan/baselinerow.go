// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// A row is one of a table of BaselinePath that is for suppressions.
type row struct {
	line         int // from 1
	rules, files []string
	reason       bool     // it says one
	head         []string // of its table, in small letters
}

func (r row) names(s report.Suppression) bool {
	return slices.Contains(r.rules, s.Rule) && slices.Contains(r.files, s.File)
}

var (
	codeSpan  = regexp.MustCompile("`([^`]+)`")
	separator = regexp.MustCompile(`^[-: ]+$`)
	ruleShape = regexp.MustCompile(`^(\*|CKV\w*_\d+|(?:[A-Z]+-)+\d{2,}|[a-z0-9]+(?:[-_][a-z0-9]+)+)$`)
	nonReason = regexp.MustCompile(`(?i)^(|[-–—?.\s]+|to ?do\b.*|tbd\b.*|n/?a|none|reason|…|\(why this is right\))$`)
	htmlBlock = regexp.MustCompile(`(?s)<!--.*?-->`)
)

// readBaseline returns the rows for suppressions of the tables in Markdown,
// https://github.github.com/gfm/#tables-extension-; what is in code blocks and comments is none.
func readBaseline(text string) []row {
	text = htmlBlock.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) })
	var rows []row
	var head []string
	fence := ""
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if mark := fenceOf(line); mark != "" && (fence == "" || fence == mark) {
			fence = strings.TrimSuffix(mark, fence)
			continue
		}
		if fence != "" || !strings.HasPrefix(line, "|") {
			head = nil
			continue
		}
		switch all := cells(line); {
		case head == nil:
			head = cells(strings.ToLower(line))
		case !slices.ContainsFunc(all, func(c string) bool { return !separator.MatchString(c) }):
		default:
			if r := newRow(all, head); len(r.rules) > 0 && len(r.files) > 0 {
				r.line = i + 1
				rows = append(rows, r)
			}
		}
	}
	return rows
}

func fenceOf(line string) string {
	for _, mark := range []string{"```", "~~~"} {
		if strings.HasPrefix(line, mark) {
			return mark
		}
	}
	return ""
}

// cells returns the cells of a row; "\|" is no border.
func cells(line string) []string {
	line = strings.TrimPrefix(strings.ReplaceAll(line, `\|`, "\x00"), "|")
	all := strings.Split(strings.TrimSuffix(line, "|"), "|")
	for i, c := range all {
		all[i] = strings.ReplaceAll(strings.TrimSpace(c), "\x00", "|")
	}
	return all
}

// newRow tells the cells of a row apart: by the heads of their columns, else by what they look like.
func newRow(all, head []string) row {
	r := row{head: head}
	reasons := slices.ContainsFunc(head, isReason)
	for i, c := range all {
		title := ""
		if i < len(head) {
			title = head[i]
		}
		spans := spansOf(c)
		switch {
		case isReason(title):
			r.reason = !nonReason.MatchString(c)
		case len(r.files) == 0 && len(spans) > 0 && (strings.Contains(title, "file") || allOf(spans, isFile)):
			r.files = spans
		case len(r.rules) == 0 && len(spans) > 0 && (strings.Contains(title, "rule") || allOf(spans, ruleShape.MatchString)):
			r.rules = spans
		case !reasons && strings.Contains(c, " ") && !nonReason.MatchString(c):
			r.reason = true
		}
	}
	return r
}

func spansOf(cell string) []string {
	var spans []string
	for _, m := range codeSpan.FindAllStringSubmatch(cell, -1) {
		spans = append(spans, strings.TrimSpace(m[1]))
	}
	return spans
}

func allOf(list []string, is func(string) bool) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !is(s) })
}

// isFile reports whether a name looks like that of a file with suppressions.
func isFile(name string) bool {
	return !strings.ContainsAny(name, " *") && (ignoreReader(name) != nil || path.Ext(name) != "" && isCode(name) || strings.HasPrefix(path.Base(name), "Dockerfile"))
}

func isReason(title string) bool {
	return slices.ContainsFunc([]string{"reason", "why", "justification", "rationale"}, func(w string) bool { return strings.Contains(title, w) })
}

// rowFor returns the row to add for a suppression, in the columns of the first table that has names for them.
func rowFor(s report.Suppression, rows []row) string {
	head := []string{"rule", "file", "reason"}
	for _, r := range rows {
		if titles := strings.Join(r.head, " "); strings.Contains(titles, "rule") && strings.Contains(titles, "file") {
			head = r.head
			break
		}
	}
	reason := s.Reason
	if reason == "" {
		reason = "(why this is right)"
	}
	line := "|"
	for _, title := range head {
		switch {
		case isReason(title):
			line += " " + strings.ReplaceAll(reason, "|", `\|`) + " |"
		case strings.Contains(title, "rule"):
			line += " `" + s.Rule + "` |"
		case strings.Contains(title, "file"):
			line += " `" + s.File + "` |"
		case strings.Contains(title, "tool") || strings.Contains(title, "scanner"):
			line += " " + s.Tool + " |"
		default:
			line += " … |"
		}
	}
	return line
}
