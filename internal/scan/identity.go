package scan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
)

// identity returns what stays of a finding when lines move: the ID is "what-where", what being a digest of the fact, the
// block that it is about and its place in there, where one of the file. The text of a secret is in none of them.
func identity(fact, file, block, place string) (id string) {
	return hashOf(8, fact, block, place) + "-" + hashOf(4, file)
}

// movable returns the part of an ID that stays when the block moves to another file.
func movable(id string) string {
	what, _, _ := strings.Cut(id, "-")
	return what
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
	hcl   *hclText // nil if it is none
	lines []string // without comments
}

func newSource(name string, src []byte) source {
	if !isHCL(name) {
		return source{lines: strings.Split(string(src), "\n")}
	}
	text := readHCL(src)
	return source{&text, text.lines}
}

// isHCL reports whether a file is in HCL's native syntax, https://developer.hashicorp.com/terraform/language/files.
func isHCL(name string) bool {
	return slices.Contains([]string{".tf", ".tofu", ".tfvars", ".hcl"}, path.Ext(name))
}

// maxBlock is how many lines of a nested block tell it from others.
const maxBlock = 200

// locate returns the block that a line (from 1) is in, by its first line, and the place in it: a nested block by its
// text, an argument by its name, "" for the block itself.
func (s source) locate(line int) (block, place string) {
	line--
	if line < 0 || line >= len(s.lines) {
		return "", ""
	}
	if s.hcl == nil {
		return "", argument(s.lines[line])
	}
	parents := s.hcl.parents
	top := line
	for parents[top] >= 0 {
		top = parents[top]
	}
	if before, _, brace := strings.Cut(s.lines[top], "{"); brace && !strings.Contains(before, "=") {
		block = squeeze(before)
	}
	if block != "" && top == line {
		return block, ""
	}
	inner := line
	if !s.opens(line) {
		inner = parents[line]
	}
	if inner < 0 || inner == top || strings.Contains(s.lines[inner], "=") {
		return block, argument(s.lines[line])
	}
	var b strings.Builder
	for i := inner; i < len(s.lines) && i < inner+maxBlock && (i == inner || parents[i] >= inner); i++ {
		b.WriteString(squeeze(s.lines[i]))
	}
	return block, b.String()
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
