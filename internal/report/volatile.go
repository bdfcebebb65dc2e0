// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"regexp"
	"strings"
	"time"
)

// A Glob matches "address.path" of a leaf. Only `*` (anything but a dot) and `**` (anything) are special.
type Glob struct {
	tail string // what every match ends with: looked at first, for it is quick and seldom there
	all  *regexp.Regexp
}

// NewGlob returns the glob that a text stands for. Any text is one.
func NewGlob(text string) Glob {
	text = strings.ToValidUTF8(text, "\uFFFD") // as it is in names
	var b strings.Builder
	for i, part := range strings.Split(text, "**") {
		if i > 0 {
			b.WriteString(`.*`)
		}
		for j, literal := range strings.Split(part, "*") {
			if j > 0 {
				b.WriteString(`[^.]*`)
			}
			b.WriteString(regexp.QuoteMeta(literal))
		}
	}
	return Glob{
		tail: text[strings.LastIndexByte(text, '*')+1:],
		all:  regexp.MustCompile(`(?s)^` + b.String() + `$`), // of quoted literals: compiles
	}
}

// Match reports whether g matches the whole of name.
func (g Glob) Match(name string) bool {
	return strings.HasSuffix(name, g.tail) && g.all.MatchString(name)
}

// holdsInstant reports whether a value holds what plantimestamp() returns: RFC 3339 in UTC.
func holdsInstant(value []byte) bool {
	const length = len("2006-01-02T15:04:05Z")
	for end := 0; ; {
		i := bytes.IndexByte(value[end:], 'Z')
		if i < 0 {
			return false
		}
		end += i + 1
		if end < length || value[end-len("T15:04:05Z")] != 'T' {
			continue
		}
		if _, err := time.Parse(time.RFC3339, string(value[end-length:end])); err == nil {
			return true
		}
	}
}
