// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
)

// The App may do what the phases ask for when they mint tokens, and nothing else. The phases' own tests show that they use
// what they ask for.
func TestUnionIsWhatThePhasesAskFor(t *testing.T) {
	asked := github.Permissions{}
	ask := func(name, level string) {
		if !covers(asked[name], level) {
			asked[name] = level
		}
	}
	files, err := filepath.Glob(root + "internal/phase/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit: // github.Permissions{"contents": "read"}
				if s, ok := n.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Permissions" {
					for _, e := range n.Elts {
						ask(text(e.(*ast.KeyValueExpr).Key), text(e.(*ast.KeyValueExpr).Value))
					}
				}
			case *ast.AssignStmt: // p["issues"] = "write"
				if i, ok := n.Lhs[0].(*ast.IndexExpr); ok && levels[text(n.Rhs[0])] > 0 {
					ask(text(i.Index), text(n.Rhs[0]))
				}
			}
			return true
		})
	}
	if asked.String() != Union().String() {
		t.Errorf("the phases ask for\n%s\nthe table says\n%s", asked, Union())
	}
	for _, p := range Powers() {
		for name := range p.App {
			if p.Why[name] == "" {
				t.Errorf("%s: nothing says what %s is for", p.Phase, name)
			}
		}
		if len(p.Why) != len(p.App) {
			t.Errorf("%s: a reason for what it has not: %v", p.Phase, p.Why)
		}
	}
}

// text is a string literal's value; "" for anything else.
func text(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		if s, err := strconv.Unquote(l.Value); err == nil {
			return s
		}
	}
	return ""
}
