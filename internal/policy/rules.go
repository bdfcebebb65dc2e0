// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/layerbot/layerbot/internal/report"
)

// A rule is something that policies are asked. Where it can be, it is one clause of a set; a rule of another kind is all
// its clauses together.
type rule struct {
	kind    report.DecisionKind
	pkg     string // "terraform"
	name    string // "deny_region"
	file    string
	line    int
	clauses int     // how many count
	ref     ast.Ref // what is asked
}

// source returns "policies/terraform.rego:12".
func (r *rule) source() string { return place(r.file, r.line) }

type rules []*rule

// headings returns all rules of modules, whether they count or not, in the order of files and lines.
func headings(modules map[string]*ast.Module) rules {
	var all rules
	for _, file := range sorted(modules) {
		m := modules[file]
		for _, r := range m.Rules {
			all = append(all, &rule{pkg: dotted(m.Package.Path[1:]), name: dotted(r.Head.Ref().GroundPrefix()), file: file, line: r.Location.Row})
		}
	}
	return all
}

// find returns the rules of modules that count, in the order of files and lines. Each clause of a set gets a twin of a
// name of its own, so that what it says is known to be its word.
func find(modules map[string]*ast.Module) (all rules, problems []Problem) {
	whole := map[string]*rule{}
	documented := documentScopes(modules)
	for _, file := range sorted(modules) {
		m := modules[file]
		for _, clause := range slices.Clone(m.Rules) {
			kind, at := kindOf(clause)
			if kind == "" {
				continue
			}
			path := m.Package.Path.Extend(clause.Head.Ref()[:at+1])
			r := &rule{
				kind: kind, pkg: dotted(path[1 : len(path)-1]), name: dotted(path[len(path)-1:]),
				file: file, line: clause.Location.Row, clauses: 1, ref: path,
			}
			if kind == exception {
				r.clauses = 0
			}
			switch key := path.String(); {
			case len(clause.Head.Args) > 0 && r.name == string(kind):
				problems = append(problems, Problem{file, r.line, r.name + " is a function: nothing would ever call it. Write it as a rule: " + r.name + " contains msg if { … }"})
			case len(clause.Head.Args) > 0: // deny_if_public(x), a helper
			case isSet(clause) && kind != exception:
				r.ref = twin(m, clause, len(all), documented[key])
				all = append(all, r)
			case whole[key] != nil:
				whole[key].clauses += r.clauses
			default:
				whole[key] = r
				all = append(all, r)
			}
		}
	}
	if all.clauses()+len(problems) == 0 {
		problems = append(problems, Problem{Message: "no rule is named deny, warn or violation, or begins with deny_, warn_ or violation_"})
	}
	return all, problems
}

// clauses returns how many clauses count.
func (all rules) clauses() int {
	n := 0
	for _, r := range all {
		n += r.clauses
	}
	return n
}

// kindOf returns what a rule is by its name, and which part of that says so: deny_x, deny_x.y, x.deny. "" if nothing does.
func kindOf(r *ast.Rule) (kind report.DecisionKind, at int) {
	if r.Default && len(r.Head.Args) == 0 && isFalse(r.Head.Value) {
		return "", 0 // says nothing by itself
	}
	for i, part := range r.Head.Ref().GroundPrefix() {
		name := strings.Trim(part.Value.String(), `"`)
		if name == string(exception) {
			return exception, i
		}
		for _, kind := range []report.DecisionKind{report.Deny, report.Violation, report.Warn} {
			if suffix, ok := strings.CutPrefix(name, string(kind)); ok && (suffix == "" || suffix[0] == '_') {
				return kind, i
			}
		}
	}
	return "", 0
}

func isFalse(t *ast.Term) bool { return t != nil && t.Value.Compare(ast.Boolean(false)) == 0 }

// isSet reports whether r is one clause of a set: deny contains …
func isSet(r *ast.Rule) bool {
	return r.Head.RuleKind() == ast.MultiValue && len(r.Head.Ref()) == 1 && len(r.Head.Args) == 0
}

// twinName is what the names of twins begin with.
const twinName = "layerbot__twin"

// twin adds a copy of a clause to its module, with its annotations, and returns what it is to be asked by.
func twin(m *ast.Module, clause *ast.Rule, n int, documented []*ast.Annotations) ast.Ref {
	c := clause.Copy()
	name := fmt.Sprint(twinName, n)
	c.Head.SetRef(ast.Ref{ast.VarTerm(name)})
	c.Head.Name = ast.Var(name)
	for _, a := range clause.Annotations {
		if a.Scope == "rule" {
			m.Annotations = append(m.Annotations, a.Copy(c))
		}
	}
	for _, a := range documented {
		m.Annotations = append(m.Annotations, a.Copy(c))
	}
	m.Rules = append(m.Rules, c)
	return m.Package.Path.Append(ast.StringTerm(name))
}

// documentScopes returns the annotations of modules that are for all clauses of a rule, by its path.
func documentScopes(modules map[string]*ast.Module) map[string][]*ast.Annotations {
	all := map[string][]*ast.Annotations{}
	for _, m := range modules {
		for _, a := range m.Annotations {
			if a.Scope == "document" {
				path := a.GetTargetPath().String()
				all[path] = append(all[path], a)
			}
		}
	}
	return all
}

// dotted returns the parts of a path as people write them.
func dotted(path ast.Ref) string {
	var parts []string
	for _, p := range path {
		parts = append(parts, strings.Trim(p.Value.String(), `"`))
	}
	return strings.Join(parts, ".")
}
