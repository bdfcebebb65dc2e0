// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// A tame writer keeps text from being a command to the GitHub Actions runner, whoever wrote it: file names,
// Terraform's messages and values of a plan pass here. The runner reads `::name::value` at the beginning of a line,
// after blanks, and `##[name]value` anywhere in one; lines end with \n or \r. Both get a backslash inside.
// Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
type tame struct {
	to     io.Writer
	begun  bool // the line shows something already
	hashes int  // that stand right before
}

func (t *tame) Write(p []byte) (int, error) {
	var out bytes.Buffer
	for _, c := range p {
		begun, hashes := t.begun, t.hashes
		t.begun, t.hashes = true, 0
		switch {
		case c == '\n' || c == '\r':
			t.begun = false
		case c == ' ':
			t.begun = begun
		case c < ' ' || c > '~': // may be blank, or nothing, to the runner
			t.begun, t.hashes = begun, hashes
		case c == '#':
			t.hashes = hashes + 1
		case c == ':' && !begun, c == '[' && hashes >= 2:
			out.WriteByte('\\')
		}
		out.WriteByte(c)
	}
	if _, err := t.to.Write(out.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// tameJSON does the same to JSON, whose values it leaves as they are.
func tameJSON(text []byte) []byte {
	return bytes.ReplaceAll(text, []byte("##["), []byte(`#\u0023[`))
}

// visible returns s with what a terminal would obey written out: file names of a repository may hold anything.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// A visibly writer passes on what visible makes of each write.
type visibly struct{ to io.Writer }

func (v visibly) Write(p []byte) (int, error) {
	if _, err := io.WriteString(v.to, visible(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
