// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
)

const (
	maxSource  = 2 << 20 // bytes of one configuration file
	maxNesting = 2000    // brackets, directives or signs inside each other
	maxChain   = 20000   // conditions in one file
)

// parse reads HCL or JSON that a stranger may have written. The parser recurses,
// and a stack that overflows ends the process (100 kB of opening brackets do), so
// what is too large or too deep is refused first.
func parse(name string, content []byte) (*hcl.File, *Problem) {
	if len(content) > maxSource {
		return nil, &Problem{Message: fmt.Sprintf("larger than the %d MiB that are read of one file", maxSource>>20), File: name, Hint: "split the file"}
	}
	isJSON := strings.HasSuffix(name, ".json")
	line := 0
	switch {
	case isJSON:
		line = jsonTooDeep(content)
	case mayBeDeep(content):
		tokens, _ := hclsyntax.LexConfig(content, name, hcl.InitialPos) // the parser reports the same problems
		line = tooDeep(tokens)
	}
	if line > 0 {
		return nil, &Problem{Message: "nested too deeply to be read", File: name, Line: line, Hint: "move inner expressions to locals"}
	}
	var file *hcl.File
	var diags hcl.Diagnostics
	if isJSON {
		file, diags = hcljson.Parse(content, name)
	} else {
		file, diags = hclsyntax.ParseConfig(content, name, hcl.InitialPos)
	}
	if file != nil && file.Body == nil {
		file = nil
	}
	return file, diagnose(name, diags)
}

// diagnose turns the first error of a parse into a Problem; nil when there is none.
func diagnose(name string, diags hcl.Diagnostics) *Problem {
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		p := &Problem{Message: d.Summary, File: name, Hint: d.Detail}
		if d.Subject != nil {
			p.Line = d.Subject.Start.Line
		}
		return p
	}
	return nil
}

// mayBeDeep is a cheap test before a text is taken apart.
func mayBeDeep(content []byte) bool {
	opened, signs, chain := 0, 0, 0
	for _, c := range content {
		switch c {
		case '(', '[', '{':
			opened++
		case '!', '-':
			signs++
		case '?', '*':
			chain++
		}
	}
	return max(opened, signs) > maxNesting || chain > maxChain
}

// tooDeep returns the line on which tokens nest too deeply, or 0.
func tooDeep(tokens hclsyntax.Tokens) int {
	brackets, signs, directives, chain := 0, 0, 0, 0
	var before hclsyntax.TokenType
	for _, t := range tokens {
		sign := false
		switch t.Type {
		case hclsyntax.TokenComment, hclsyntax.TokenNewline:
			continue // what they part may belong together
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp:
			brackets++
		case hclsyntax.TokenTemplateControl:
			brackets++
			directives++
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd:
			brackets = max(0, brackets-1)
		case hclsyntax.TokenQuestion:
			chain++
		case hclsyntax.TokenStar:
			if before == hclsyntax.TokenOBrack { // a splat, which the parser goes on in
				chain++
			}
		default:
			sign = t.Type == hclsyntax.TokenBang || t.Type == hclsyntax.TokenMinus
		}
		if signs++; !sign {
			signs = 0
		}
		if max(brackets, signs, directives) > maxNesting || chain > maxChain {
			return t.Range.Start.Line
		}
		before = t.Type
	}
	return 0
}

// jsonTooDeep is tooDeep for JSON, and for the templates in its strings.
func jsonTooDeep(content []byte) int {
	line, brackets, start := 1, 0, -1 // start of the string that i is in
	for i := 0; i < len(content); i++ {
		switch c := content[i]; {
		case c == '\n':
			line++
		case start >= 0 && c == '\\':
			i++
		case start >= 0 && c == '"':
			if templateTooDeep(content[start : i+1]) {
				return line
			}
			start = -1
		case start >= 0:
		case c == '"':
			start = i
		case c == '{', c == '[':
			if brackets++; brackets > maxNesting {
				return line
			}
		case c == '}', c == ']':
			brackets = max(0, brackets-1)
		}
	}
	return 0
}

func templateTooDeep(quoted []byte) bool {
	var text string
	if !bytes.ContainsAny(quoted, `{\`) || json.Unmarshal(quoted, &text) != nil || !mayBeDeep([]byte(text)) {
		return false
	}
	tokens, _ := hclsyntax.LexTemplate([]byte(text), "", hcl.InitialPos)
	return tooDeep(tokens) > 0
}
