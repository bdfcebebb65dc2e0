// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// What a file may be. A configuration of a hundred environments is a tenth of that.
const (
	maxBytes = 1 << 20
	maxDepth = 20
)

// read parses src, which may hold nothing but blocks, arguments and literal values.
func read(name string, src []byte) (*hcl.File, hcl.Diagnostics) {
	if len(src) > maxBytes {
		return nil, hcl.Diagnostics{{
			Severity: hcl.DiagError,
			Summary:  "File too large",
			Detail:   fmt.Sprintf("%s has %d bytes; a configuration may have %d.", name, len(src), maxBytes),
		}}
	}
	if diags := literalsOnly(name, src); diags.HasErrors() {
		return &hcl.File{Bytes: src}, diags
	}
	return hclsyntax.ParseConfig(src, name, hcl.InitialPos)
}

// literalsOnly refuses operators, templates, function calls and deep nesting before
// the parser sees them: it recurses into them, and a megabyte of "(" overflows the
// stack, which no Go program survives.
func literalsOnly(name string, src []byte) hcl.Diagnostics {
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos) // the parser reports the same problems
	depth := 0
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack:
			depth--
		case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			return refuse(t, "Only literal values",
				"The configuration has no variables: write placeholders without the dollar sign, as in \"{dir}/environments/{env}\", and $${ for a literal ${.")
		case hclsyntax.TokenOParen:
			if i > 0 && tokens[i-1].Type == hclsyntax.TokenIdent {
				return refuse(t, "Only literal values", "The configuration has no functions: write the value itself.")
			}
			return refuse(t, "Only literal values", "The configuration has no expressions: write the value itself.")
		default:
			if operator(t.Type) {
				return refuse(t, "Only literal values", "The configuration has no operators: write the value itself.")
			}
		}
		if depth > maxDepth {
			return refuse(t, "Nested too deeply", fmt.Sprintf("No more than %d brackets may be open at once.", maxDepth))
		}
	}
	return nil
}

func operator(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenPercent,
		hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
		hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq, hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenBang,
		hclsyntax.TokenQuestion, hclsyntax.TokenDot, hclsyntax.TokenEllipsis:
		return true
	default:
		return false
	}
}

func refuse(t hclsyntax.Token, summary, detail string) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: t.Range.Ptr()}}
}
