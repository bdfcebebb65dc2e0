// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"path"
	"regexp"
	"strings"
)

// A marked is a file with its comments.
type marked struct {
	file  string
	lines []string
	marks []string // per line, its comments with their signs
	alone []bool   // per line, whether there is nothing but comments
}

var (
	anySign      = regexp.MustCompile(`(?:^|\s)(?:#|//|--\s)|/\*|<!--`)
	documentSign = regexp.MustCompile(`<!--`)
)

func newMarked(file string, src []byte) marked {
	t := marked{file: file, lines: strings.Split(string(src), "\n")}
	t.marks, t.alone = make([]string, len(t.lines)), make([]bool, len(t.lines))
	if isHCL(file) {
		text := readHCL(src)
		for _, c := range text.comments {
			t.marks[c.line] += c.text
			t.alone[c.line] = strings.TrimSpace(text.lines[c.line]) == ""
		}
		return t
	}
	sign := anySign
	if path.Ext(file) == ".md" {
		sign = documentSign
	}
	for i, line := range t.lines {
		if at := sign.FindStringIndex(line); at != nil {
			t.marks[i] = line[at[0]:]
			t.alone[i] = strings.TrimSpace(line[:at[0]]) == ""
		}
	}
	return t
}

// maxReason is how many lines of comment are a reason.
const maxReason = 8

// above returns what the comment right above a line says. Lines of words only that stand between share it; one that
// has a reason of its own does not.
func (t marked) above(line int) string {
	reason := ""
	for i, n := line-1, 0; i >= 0 && t.alone[i] && n < maxReason; i-- {
		text, words := tidy(t.marks[i]), anyWord.MatchString(t.marks[i])
		if words && (text != "" || reason != "") {
			break
		}
		if text != "" {
			reason = strings.TrimSpace(text + " " + reason)
			n++
		}
	}
	return reason
}
