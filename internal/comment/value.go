// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// value returns a JSON value as Terraform's language writes it, on one line.
func value(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	if raw[0] != '"' || bytes.IndexByte(raw, '\\') < 0 {
		return visible(string(raw))
	}
	s, ok := unquote(raw)
	if !ok {
		return visible(string(raw))
	}
	return visible(strconv.Quote(s))
}

// unquote returns the string in a JSON value.
func unquote(raw json.RawMessage) (s string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	return s, json.Unmarshal(raw, &s) == nil
}

// blocks returns the lines of a leaf's values before and after, if at least one of them is a text of several
// lines, or JSON in a string, which is then indented.
func blocks(a *report.Attr) (old, now []string, ok bool) {
	if a.Sensitive || a.Unknown && a.Before != nil || !long(a.Before) && !long(a.After) {
		return nil, nil, false
	}
	old, several := block(a.Before)
	now, also := block(a.After)
	return old, now, several || also
}

// long is a cheap test that a value may be a block.
func long(raw json.RawMessage) bool {
	return len(raw) > 2 && raw[0] == '"' && (bytes.Contains(raw, []byte(`\n`)) || raw[1] == '{' || raw[1] == '[')
}

// minJSON is the length from which JSON in a string is easier to read on several lines.
const minJSON = 60

func block(raw json.RawMessage) (list []string, several bool) {
	if raw == nil {
		return nil, false
	}
	s, ok := unquote(raw)
	if !ok {
		return []string{value(raw)}, false
	}
	if len(s) >= minJSON && (s[0] == '{' || s[0] == '[') {
		var b bytes.Buffer
		if json.Indent(&b, []byte(s), "", "  ") == nil && b.Len() <= 4*len(s)+1024 {
			s = b.String()
		}
	}
	s = strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\r\n", "\n")
	if s == "" {
		return nil, false
	}
	list = strings.Split(s, "\n")
	return list, len(list) > 1
}
