// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// mayRefer is a cheap test before a walk over every expression.
func mayRefer(content []byte) bool {
	for _, word := range [...]string{"path.", "file", "terraform.workspace", `"./`, `"../`} {
		if bytes.Contains(content, []byte(word)) {
			return true
		}
	}
	return false
}

// walk collects the expressions that name a file, and whether terraform.workspace is used.
func (s *source) walk(body *hclsyntax.Body) {
	sources := map[hclsyntax.Expression]bool{}
	for _, m := range s.modules {
		if expr, ok := m.args["source"].(hclsyntax.Expression); ok {
			sources[expr] = true
		}
	}
	_ = hclsyntax.VisitAll(body, func(node hclsyntax.Node) hcl.Diagnostics {
		switch n := node.(type) {
		case *hclsyntax.ScopeTraversalExpr:
			if attr, _ := second(n.Traversal); n.Traversal.RootName() == "terraform" && attr == "workspace" {
				s.workspace = true
			}
		case *hclsyntax.TemplateExpr:
			if !sources[n] && namesFile(n) {
				s.refs = append(s.refs, n)
			}
		case *hclsyntax.FunctionCallExpr:
			if len(n.Args) > 0 && (strings.Contains(n.Name, "file")) {
				s.refs = append(s.refs, n.Args[0])
			}
		}
		return nil
	})
}

// second returns the name after the root of a traversal: "module" of path.module.
func second(t hcl.Traversal) (name string, ok bool) {
	if len(t) < 2 {
		return "", false
	}
	attr, ok := t[1].(hcl.TraverseAttr)
	return attr.Name, ok
}

// namesFile reports whether a template starts as a path does: with path.module
// and its kin, or with ./ or ../
func namesFile(n *hclsyntax.TemplateExpr) bool {
	if len(n.Parts) == 0 {
		return false
	}
	if first, ok := n.Parts[0].(*hclsyntax.ScopeTraversalExpr); ok {
		return first.Traversal.RootName() == "path"
	}
	start, _ := (&scope{}).text(n.Parts[0])
	return strings.HasPrefix(start, "./") || strings.HasPrefix(start, "../")
}
