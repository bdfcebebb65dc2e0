// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// unknown stands in a text for a part that is only known to Terraform.
const unknown = "\x00"

const (
	maxSteps = 500  // expressions looked at for one text
	maxText  = 2048 // bytes of one text
)

// A scope is where names in expressions are looked up. Its zero value knows none.
type scope struct {
	folder *folder
	values map[string]hcl.Expression // of variables, over their defaults
	outer  *scope                    // where values were written
	env    string                    // what terraform.workspace is taken for; "" is unknown
	steps  int
}

// text returns the string an expression is, as far as can be told by reading:
// literals, templates, variables, locals and a few functions of them. Parts that
// cannot be told are the unknown mark, and known is false. Nothing is evaluated
// that could grow or read a file.
func (s *scope) text(expr hcl.Expression) (text string, known bool) {
	s.steps = 0
	text = s.read(expr)
	if len(text) > maxText {
		text = unknown
	}
	return text, !strings.Contains(text, unknown)
}

func (s *scope) read(expr hcl.Expression) string {
	if s.steps++; s.steps > maxSteps || expr == nil {
		return unknown
	}
	switch e := expr.(type) {
	case *hclsyntax.LiteralValueExpr:
		return literal(e.Val)
	case *hclsyntax.TemplateExpr:
		return s.concat(e.Parts)
	case *hclsyntax.TemplateWrapExpr:
		return s.read(e.Wrapped)
	case *hclsyntax.ParenthesesExpr:
		return s.read(e.Expression)
	case *hclsyntax.ObjectConsKeyExpr:
		if word := hcl.ExprAsKeyword(e); word != "" {
			return word
		}
		return s.read(e.Wrapped)
	case *hclsyntax.ScopeTraversalExpr:
		return s.traversal(e.Traversal)
	case *hclsyntax.IndexExpr:
		return s.index(e)
	case *hclsyntax.FunctionCallExpr:
		return s.call(e)
	case *hclsyntax.ConditionalExpr:
		if yes, no := s.read(e.TrueResult), s.read(e.FalseResult); yes == no {
			return yes
		}
		return unknown
	case hclsyntax.Expression:
		return unknown
	}
	return s.readJSON(expr)
}

// readJSON reads a string of a JSON file, which is a template.
func (s *scope) readJSON(expr hcl.Expression) string {
	value, diags := expr.Value(nil) // without a context, the string as it is written
	if diags.HasErrors() {
		return unknown
	}
	text := literal(value)
	if !strings.Contains(text, "${") && !strings.Contains(text, "%{") {
		return text
	}
	template, diags := hclsyntax.ParseTemplate([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() {
		return unknown
	}
	return s.read(template)
}

func literal(value cty.Value) string {
	if value.IsNull() {
		return ""
	}
	if value.IsWhollyKnown() && value.Type().IsPrimitiveType() {
		if text, err := convert.Convert(value, cty.String); err == nil {
			return text.AsString()
		}
	}
	return unknown
}

func (s *scope) concat(parts []hclsyntax.Expression) string {
	var b strings.Builder
	for _, part := range parts {
		text := s.read(part)
		if b.Len()+len(text) > maxText {
			return unknown
		}
		b.WriteString(text)
	}
	return b.String()
}

func (s *scope) traversal(steps hcl.Traversal) string {
	switch root := steps.RootName(); {
	case root == "path":
		return "."
	case root == "terraform" && s.env != "":
		return s.env
	case root == "terraform", len(steps) < 2:
		return unknown
	}
	expr, where := s.lookup(steps)
	if expr == nil {
		return unknown
	}
	for _, step := range steps[2:] {
		name := ""
		switch st := step.(type) {
		case hcl.TraverseAttr:
			name = st.Name
		case hcl.TraverseIndex:
			name = literal(st.Key)
		}
		if expr = object(expr)[name]; expr == nil {
			return unknown
		}
	}
	return where.borrow(s, expr)
}

// lookup returns what var.x or local.x stands for and the scope it is written in.
func (s *scope) lookup(steps hcl.Traversal) (hcl.Expression, *scope) {
	name, ok := second(steps)
	if !ok || s.folder == nil {
		return nil, nil
	}
	switch steps.RootName() {
	case "local":
		return s.folder.locals[name], s
	case "var":
		if expr, ok := s.values[name]; ok && s.outer != nil {
			return expr, s.outer
		}
		return s.folder.variables[name], s
	}
	return nil, nil
}

// borrow reads expr in s on the account of the scope that asks.
func (s *scope) borrow(asks *scope, expr hcl.Expression) string {
	if s == asks {
		return s.read(expr)
	}
	s.steps = asks.steps
	text := s.read(expr)
	asks.steps = s.steps
	return text
}

func (s *scope) index(e *hclsyntax.IndexExpr) string {
	key := s.read(e.Key)
	over, ok := e.Collection.(*hclsyntax.ScopeTraversalExpr)
	if !ok || len(over.Traversal) != 2 || strings.Contains(key, unknown) {
		return unknown
	}
	expr, where := s.lookup(over.Traversal)
	if item := object(expr)[key]; item != nil {
		return where.borrow(s, item)
	}
	return unknown
}

func (s *scope) call(e *hclsyntax.FunctionCallExpr) string {
	if len(e.Args) == 0 {
		return unknown
	}
	switch e.Name {
	case "lower":
		return strings.ToLower(s.read(e.Args[0]))
	case "upper":
		return strings.ToUpper(s.read(e.Args[0]))
	case "coalesce":
		for _, arg := range e.Args {
			if text := s.read(arg); text != "" {
				return text
			}
		}
	case "format":
		format := s.read(e.Args[0])
		if strings.Count(format, "%s") != len(e.Args)-1 || strings.Count(format, "%") != len(e.Args)-1 {
			return unknown
		}
		for _, arg := range e.Args[1:] {
			format = strings.Replace(format, "%s", strings.ReplaceAll(s.read(arg), "%", unknown), 1)
		}
		return format
	}
	return unknown
}
