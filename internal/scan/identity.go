// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/layerbot/layerbot/internal/report"
)

// identity returns what stays of a finding when lines move: the ID is "what-where", what being a digest of the fact and of
// the place that it is about, where one of the file.
func identity(fact, file string, at anchor) string {
	home := ""
	if !at.whole {
		home = file // it is known in this file only
	}
	return hashOf(8, fact, at.block, at.place, home) + "-" + hashOf(4, file)
}

// An anchor is what a finding is about, without its line.
type anchor struct {
	block string // its first line; "" where there is none
	place string // in there: a nested block by its text, an argument by its name, "" for the block itself; of a secret, its text
	whole bool   // they say all: in another file it is the same thing, moved
}

// movable returns the part of an ID that stays when the block moves to another file.
func movable(id string) string {
	what, _, _ := strings.Cut(id, "-")
	return what
}

// veil makes of the IDs of secrets, which are digests of them, ones that tell too little to try guesses on: what code
// scanning is given stays when the secret is gone. They are for findings that were compared.
func veil(all []report.Finding) {
	const told = 2 // bytes of the digest
	seen := map[string]int{}
	for i := range all {
		f := &all[i]
		if f.Rules[0].Tool != "gitleaks" {
			continue
		}
		f.ID = f.ID[:2*told] + hashOf(6, f.Rules[0].ID) + "-" + hashOf(4, f.File)
		seen[f.ID]++
		if n := seen[f.ID]; n > 1 {
			f.ID += "-" + strconv.Itoa(n)
		}
	}
}

func hashOf(size int, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:size])
}

// A source is one file that findings are about.
type source struct {
	lines []string
	code  []string // the same without comments, in HCL
	hcl   *hclText // nil if it is none
}

func newSource(name string, src []byte) source {
	s := source{lines: strings.Split(string(src), "\n")}
	s.code = s.lines
	if isHCL(name) {
		text := readHCL(src)
		s.hcl, s.code = &text, text.lines
	}
	return s
}

// isHCL reports whether a file is in HCL's native syntax, https://developer.hashicorp.com/terraform/language/files.
func isHCL(name string) bool {
	return slices.Contains([]string{".tf", ".tofu", ".tfvars", ".hcl"}, path.Ext(name))
}

// maxBlock is how many lines of a nested block tell it from others.
const maxBlock = 200

// ofModules are rules about a module: the line that tflint gives is that of whatever comes first.
var ofModules = []string{"terraform_required_version", "terraform_required_providers", "terraform_standard_module_structure"}

func (s source) anchorOf(f report.Finding) anchor {
	switch rule := f.Rules[0]; {
	case rule.Tool == "gitleaks":
		return s.secret(f.Line, f.End)
	case rule.Tool == "tflint" && slices.Contains(ofModules, rule.ID):
		return anchor{block: path.Dir(f.File), place: f.Message, whole: true}
	}
	return s.locate(f.Line)
}

// secret returns the anchor of a secret in lines from 1: itself, for another one in its place is a new one.
func (s source) secret(line, end int) anchor {
	var b strings.Builder
	for i := max(line-1, 0); i < min(max(line, end), line+maxBlock, len(s.lines)); i++ {
		text := s.code[i]
		if strings.TrimSpace(text) == "" {
			text = s.lines[i] // it may be in the comment
		}
		b.WriteString(squeeze(disallowed(text)))
	}
	return anchor{place: b.String(), whole: b.Len() > 0}
}

// disallowed returns a line without the comment in which it allows its secret.
func disallowed(line string) string {
	before, _, allowed := strings.Cut(line, gitleaksWord)
	if !allowed {
		return line
	}
	if signs := anySign.FindAllStringIndex(before, -1); len(signs) > 0 {
		return before[:signs[len(signs)-1][0]]
	}
	return before
}

// locate returns the anchor of what is in a line, from 1.
func (s source) locate(line int) (at anchor) {
	line--
	if line < 0 || line >= len(s.code) {
		return anchor{}
	}
	if s.hcl == nil {
		return anchor{place: argument(s.code[line])}
	}
	parents := s.hcl.parents
	top := line
	for parents[top] >= 0 {
		top = parents[top]
	}
	if before, _, brace := strings.Cut(s.code[top], "{"); brace && !strings.Contains(before, "=") {
		at.block = squeeze(before)
		at.whole = strings.Contains(at.block, `"`) // it has a name
	}
	inner := line
	if !s.opens(line) {
		inner = parents[line]
	}
	switch {
	case at.block != "" && top == line:
	case inner < 0 || inner == top || strings.Contains(s.code[inner], "="):
		at.place = argument(s.code[line])
	default:
		at.place = s.nested(inner)
	}
	return at
}

// nested returns the text of the block that begins in a line.
func (s source) nested(begin int) string {
	var b strings.Builder
	for i := begin; i < min(len(s.code), begin+maxBlock) && (i == begin || s.hcl.parents[i] >= begin); i++ {
		b.WriteString(squeeze(s.code[i]))
	}
	return b.String()
}

// opens reports whether a brace is opened in a line and not closed there.
func (s source) opens(line int) bool {
	return line+1 < len(s.hcl.parents) && s.hcl.parents[line+1] == line
}

// argument returns what stands before the value in a line, without spaces; "" where there is no value.
func argument(line string) string {
	line = strings.TrimLeft(line, " \t\"'")
	if i := strings.IndexAny(line, "=:\"'`"); i >= 0 {
		return squeeze(line[:i])
	}
	return ""
}

// squeeze leaves the spaces out of a line.
func squeeze(line string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, line)
}
