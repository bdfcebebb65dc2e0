// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// A view is what of its input a rule looks at.
type view struct {
	targets bool // input.targets
	other   bool // another key, layerbot aside
	whole   bool // input itself, or a key that is not known before
	named   bool // "targets", as a key of something
}

// split returns the rules to ask of a single plan or document, and those to ask of several targets at once: the latter look
// at input.targets, by themselves or by what they build on. Rules that may look at either are in both, as exceptions are.
func (all rules) split(c *ast.Compiler) (single, together rules) {
	seen := map[*ast.Rule]view{}
	for _, r := range all {
		var v view
		for _, clause := range c.GetRulesWithPrefix(r.ref) {
			v.addAll(c, clause, seen, map[*ast.Rule]bool{})
		}
		if !v.targets || v.other || v.whole || r.kind == exception {
			single = append(single, r)
		}
		if v.targets || v.whole && v.named || r.kind == exception {
			together = append(together, r)
		}
	}
	return single, together
}

// addAll adds what a rule and all that it builds on look at.
func (v *view) addAll(c *ast.Compiler, r *ast.Rule, seen map[*ast.Rule]view, done map[*ast.Rule]bool) {
	if done[r] {
		return
	}
	done[r] = true
	own, ok := seen[r]
	if !ok {
		own = viewOf(r)
		seen[r] = own
	}
	v.targets, v.other = v.targets || own.targets, v.other || own.other
	v.whole, v.named = v.whole || own.whole, v.named || own.named
	for dep := range c.Graph.Dependencies(r) {
		if dep, ok := dep.(*ast.Rule); ok {
			v.addAll(c, dep, seen, done)
		}
	}
}

// viewOf returns what one compiled rule itself looks at.
func viewOf(r *ast.Rule) view {
	var v view
	ast.WalkTerms(r, func(t *ast.Term) bool {
		switch value := t.Value.(type) {
		case ast.String:
			v.named = v.named || value == "targets"
		case ast.Ref:
			if !value.HasPrefix(ast.InputRootRef) {
				break
			}
			key := ast.String("")
			if len(value) > 1 {
				key, _ = value[1].Value.(ast.String)
			}
			switch key {
			case "targets":
				v.targets = true
			case "layerbot":
			case "":
				v.whole = true
			default:
				v.other = true
			}
		}
		return false
	})
	return v
}
