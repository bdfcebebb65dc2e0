// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// What an Error prints: so many problems, in lines of so many letters.
const (
	maxShown = 10
	maxLine  = 240
)

// privateKey is what nobody meant to write into the file, and what no error repeats: an age identity, or a key's PEM
// block; where that has no end, the rest of its line and the lines of base64 that follow, numbered or not.
var privateKey = regexp.MustCompile(`(?ims)AGE-(SECRET-KEY|PLUGIN)-[A-Z0-9-]+|` +
	`-----BEGIN [A-Z ]*PRIVATE KEY-----(.*?-----END [A-Z ]*PRIVATE KEY-----|[^\n]*(\n[ \d:]*[A-Z0-9+/=]+$)*)`)

// An Error is everything that is wrong with a configuration file.
type Error struct {
	name  string
	file  *hcl.File // nil if the file was not read at all
	diags hcl.Diagnostics
}

// newError puts the problems in file order.
func newError(name string, file *hcl.File, diags hcl.Diagnostics) *Error {
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int {
		if a.Subject == nil || b.Subject == nil {
			return 0
		}
		return a.Subject.Start.Byte - b.Subject.Start.Byte
	})
	return &Error{name: name, file: file, diags: diags}
}

// Error returns the problems in file order, each with its place and the line it is about, without any private key.
func (e *Error) Error() string {
	var b strings.Builder
	files := map[string]*hcl.File{}
	if e.file != nil {
		files[e.name] = e.file
	}
	const noWrap, noColor = 0, false
	w := hcl.NewDiagnosticTextWriter(&b, files, noWrap, noColor)
	if err := w.WriteDiagnostics(e.diags[:min(len(e.diags), maxShown)]); err != nil {
		return e.diags.Error() // a Builder does not fail; say it all the same
	}
	if more := len(e.diags) - maxShown; more > 0 {
		fmt.Fprintf(&b, "and %d more\n", more)
	}
	lines := strings.Split(strings.TrimSpace(privateKey.ReplaceAllString(b.String(), "[private key]")), "\n")
	for i, l := range lines {
		if letters := []rune(l); len(letters) > maxLine {
			lines[i] = string(letters[:maxLine]) + "…"
		}
	}
	return strings.Join(lines, "\n")
}

// Hint says what to do about it.
func (e *Error) Hint() string {
	return "correct " + e.name + " on the base branch: a pull request's own copy is not read. `bot layers` checks the file in front of it"
}
