// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"
	"strings"
)

// An hclText is a file in HCL, seen as far as is needed to tell comments, strings and braces apart; HCL that is broken
// is seen somehow. Lines count from 0.
type hclText struct {
	lines    []string  // without comments: spaces are in their place
	parents  []int     // per line, that of the innermost brace that is open where it begins; -1 is none
	comments []comment // by line and column
}

// A comment is one line's part of a comment, with its signs.
type comment struct {
	line, column int
	text         string
}

// modes of hclReader: where it is in
const (
	inBrace   = '{' // between braces of a block or an object
	inString  = '"'
	inQuoted  = '$' // an expression in a string, "${…}"
	inHeredoc = '<'
	inSlashes = '/' // a comment up to the end of the line
	inStars   = '*' // a comment between /* and */
)

type hclReader struct {
	src   []byte
	at    int
	line  int
	stack []hclMode
	blank []byte // src without comments
	from  int    // where the comment began, or its line
	out   hclText
}

type hclMode struct {
	kind   byte
	line   int
	marker string // that ends a heredoc
}

func readHCL(src []byte) hclText {
	r := hclReader{src: src, blank: bytes.Clone(src)}
	r.out.parents = append(r.out.parents, -1)
	for r.at < len(src) {
		r.step()
	}
	r.endComment()
	r.out.lines = strings.Split(string(r.blank), "\n")
	return r.out
}

func (r *hclReader) mode() byte {
	if len(r.stack) == 0 {
		return 0
	}
	return r.stack[len(r.stack)-1].kind
}

func (r *hclReader) push(kind byte) { r.stack = append(r.stack, hclMode{kind: kind, line: r.line}) }

func (r *hclReader) pop() {
	if len(r.stack) > 0 {
		r.stack = r.stack[:len(r.stack)-1]
	}
}

func (r *hclReader) sees(text string) bool { return bytes.HasPrefix(r.src[r.at:], []byte(text)) }

func (r *hclReader) step() {
	if r.src[r.at] == '\n' {
		r.newline()
		return
	}
	switch mode := r.mode(); mode {
	case inSlashes:
		r.at++
	case inStars:
		if r.sees("*/") {
			r.at += 2
			r.endComment()
			r.pop()
			return
		}
		r.at++
	case inString, inHeredoc:
		r.stepText(mode)
	default:
		r.stepCode()
	}
}

func (r *hclReader) stepText(mode byte) {
	switch {
	case r.sees("$${"), r.sees("%%{"):
		r.at += 2
	case r.sees("${"), r.sees("%{"):
		r.push(inQuoted)
		r.at++
	case mode == inString && r.sees(`"`):
		r.pop()
	case mode == inString && r.sees(`\`) && !r.sees("\\\n"):
		r.at = min(r.at+1, len(r.src)-1)
	}
	r.at++
}

func (r *hclReader) stepCode() {
	switch c := r.src[r.at]; {
	case c == '"':
		r.push(inString)
	case c == '{':
		r.push(inBrace)
	case c == '}':
		r.pop()
	case c == '#', r.sees("//"):
		r.from = r.at
		r.push(inSlashes)
	case r.sees("/*"):
		r.from = r.at
		r.push(inStars)
		r.at++
	case r.sees("<<"):
		r.heredoc()
	}
	r.at++
}

// heredoc begins one if this is one: << or <<-, a name, the end of the line.
func (r *hclReader) heredoc() {
	line := r.rest()
	if name := strings.TrimSpace(strings.TrimPrefix(line[2:], "-")); name != "" && !strings.ContainsAny(name, " \t\"(){}[]") {
		r.stack = append(r.stack, hclMode{inHeredoc, r.line, name})
		r.at += len(line) - 1
	}
}

// rest returns the rest of the line.
func (r *hclReader) rest() string {
	line, _, _ := bytes.Cut(r.src[r.at:], []byte("\n"))
	return string(line)
}

func (r *hclReader) newline() {
	switch r.mode() {
	case inSlashes:
		r.endComment()
		r.pop()
	case inStars:
		r.endComment()
	case inString: // a string ends with its line
		r.pop()
	}
	r.at++
	r.line++
	r.from = r.at
	r.out.parents = append(r.out.parents, r.open())
	if r.mode() == inHeredoc && strings.TrimSpace(r.rest()) == r.stack[len(r.stack)-1].marker {
		r.at += len(r.rest())
		r.pop()
	}
}

// open returns the line of the innermost brace that is open.
func (r *hclReader) open() int {
	for i := len(r.stack) - 1; i >= 0; i-- {
		if r.stack[i].kind == inBrace {
			return r.stack[i].line
		}
	}
	return -1
}

// endComment notes the part of a comment that ends here.
func (r *hclReader) endComment() {
	if m := r.mode(); m != inSlashes && m != inStars {
		return
	}
	column := r.from - (bytes.LastIndexByte(r.src[:r.from], '\n') + 1)
	r.out.comments = append(r.out.comments, comment{r.line, column, string(r.src[r.from:r.at])})
	for i := r.from; i < r.at; i++ {
		r.blank[i] = ' '
	}
}
