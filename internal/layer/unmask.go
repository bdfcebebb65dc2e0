// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A flow follows what is sensitive: from the variables and outputs that say so, through locals, arguments of modules
// and outputs, to calls of nonsensitive. What only a provider says is sensitive, or another layer's outputs, is not
// known here and does not count: most uses of nonsensitive are about these.
type flow struct {
	next   map[named][]named // name → those whose values are made with it
	marked []named           // names that are declared sensitive or ephemeral
	calls  []unmasking
}

// A named is a variable, local, output or module of a folder, as expressions call it: "var.x", "module.x.y"; an output
// is "output.x" in its own folder.
type named struct{ dir, name string }

// An unmasking is a call of nonsensitive.
type unmasking struct {
	dir   string
	names []string // that its argument refers to
	at    Use
}

func newFlow() *flow { return &flow{next: map[named][]named{}} }

func (f *flow) add(from, to named) { f.next[from] = append(f.next[from], to) }

// feed notes that a name is made of an expression.
func (f *flow) feed(to named, dir string, expr hcl.Expression) {
	for _, name := range namesIn(expr.Variables()) {
		f.add(named{dir, name}, to)
	}
}

// call notes what a module's variables are given.
func (f *flow) call(dir, inner string, args map[string]hcl.Expression) {
	for _, arg := range sortedKeys(args) {
		f.feed(named{inner, "var." + arg}, dir, args[arg])
	}
}

// names notes what the blocks say that only give names to values.
func (p *part) names(b *hcl.Block) {
	args := attributes(b.Body)
	switch b.Type {
	case "locals":
		for _, name := range sortedKeys(args) {
			p.flow.feed(named{p.dir, "local." + name}, p.dir, args[name])
		}
		return
	case "output":
		p.outputs = append(p.outputs, b.Labels[0])
		if args["value"] != nil {
			p.flow.feed(named{p.dir, "output." + b.Labels[0]}, p.dir, args["value"])
		}
	case "variable":
	default:
		return
	}
	kind := map[string]string{"variable": "var.", "output": "output."}[b.Type]
	if isSet(args["sensitive"]) || isSet(args["ephemeral"]) {
		p.flow.marked = append(p.flow.marked, named{p.dir, kind + b.Labels[0]})
	}
}

// isSet reports whether an argument may be true.
func isSet(expr hcl.Expression) bool {
	if expr == nil {
		return false
	}
	text, _ := (&scope{}).text(expr)
	return text != "false" && text != ""
}

// unmasked adds the calls of nonsensitive on what is sensitive.
func (f *flow) unmasked(parts map[string]*part, list *[]Use) {
	for _, dir := range sortedKeys(parts) {
		for _, c := range parts[dir].calls {
			for _, out := range parts[c.dir].outputs {
				from := named{c.dir, "output." + out}
				f.add(from, named{dir, "module." + c.name})
				f.add(from, named{dir, "module." + c.name + "." + out})
			}
		}
	}
	origin := map[named]string{} // what is sensitive → the name under which its folder knows it
	todo := slices.Clone(f.marked)
	for _, n := range todo {
		origin[n] = n.name
	}
	for ; len(todo) > 0; todo = todo[1:] {
		for _, to := range f.next[todo[0]] {
			if origin[to] != "" {
				continue
			}
			origin[to] = origin[todo[0]]
			if to.dir != todo[0].dir {
				origin[to] = to.name
			}
			todo = append(todo, to)
		}
	}
	for _, c := range f.calls {
		for _, name := range c.names {
			if what := origin[named{c.dir, name}]; what != "" {
				c.at.Name = what
				*list = append(*list, c.at)
				break
			}
		}
	}
}

// namesIn returns the names that traversals begin with: "var.x", "local.x", "module.x.output", "module.x" for all its
// outputs; of others the first word.
func namesIn(traversals []hcl.Traversal) []string {
	var names []string
	for _, t := range traversals {
		name := t.RootName()
		if attr, ok := second(t); ok && (name == "var" || name == "local" || name == "module") {
			name += "." + attr
			if output := firstAttr(t[2:]); t.RootName() == "module" && output != "" {
				name += "." + output
			}
		}
		names = append(names, name)
	}
	return names
}

func firstAttr(steps hcl.Traversal) string {
	for _, step := range steps {
		if attr, ok := step.(hcl.TraverseAttr); ok {
			return attr.Name
		}
	}
	return ""
}

// expressions looks at every function call of a file.
func (p *part) expressions(name string, content []byte, body hcl.Body) {
	if native, ok := body.(*hclsyntax.Body); ok {
		_ = hclsyntax.Walk(native, &calls{part: p, file: name})
		return
	}
	err := eachTemplate(content, func(text string, line int) {
		if template, diags := hclsyntax.ParseTemplate([]byte(text), name, hcl.InitialPos); !diags.HasErrors() {
			_ = hclsyntax.Walk(template, &calls{part: p, file: name, line: line})
		}
	})
	if err != nil {
		p.unreadable(name, 0, "is no JSON: "+err.Error())
	}
}

// eachTemplate calls do with every string of a JSON text that holds an expression, and its line.
func eachTemplate(content []byte, do func(text string, line int)) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	line, from := 1, int64(0)
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		to := decoder.InputOffset()
		line += bytes.Count(content[from:to], []byte("\n"))
		from = to
		if text, ok := token.(string); ok && (strings.Contains(text, "${") || strings.Contains(text, "%{")) {
			do(text, line)
		}
	}
}

// calls is a walk over expressions that finds calls of functions.
type calls struct {
	*part
	file  string
	line  int                   // of all of them; 0: their own
	bound []map[string][]string // names that for expressions around bind → the names of what they run over
}

// Enter notes what a node calls, and what a for expression binds within it.
func (c *calls) Enter(node hclsyntax.Node) hcl.Diagnostics {
	switch n := node.(type) {
	case *hclsyntax.ForExpr:
		over := c.resolve(hclsyntax.Variables(n.CollExpr))
		c.bound = append(c.bound, map[string][]string{n.KeyVar: over, n.ValVar: over})
	case *hclsyntax.FunctionCallExpr:
		c.function(n)
	}
	return nil
}

// Exit forgets what a for expression bound.
func (c *calls) Exit(node hclsyntax.Node) hcl.Diagnostics {
	if _, ok := node.(*hclsyntax.ForExpr); ok {
		c.bound = c.bound[:len(c.bound)-1]
	}
	return nil
}

func (c *calls) function(n *hclsyntax.FunctionCallExpr) {
	line := c.line
	if line == 0 {
		line = n.NameRange.Start.Line
	}
	at := Use{File: c.file, Line: line}
	parts := strings.Split(n.Name, "::")
	switch {
	case parts[0] == "provider" && len(parts) > 2:
		at.Name = parts[1]
		c.used = append(c.used, at)
	case parts[len(parts)-1] == "nonsensitive":
		var names []string
		for _, arg := range n.Args {
			names = append(names, c.resolve(hclsyntax.Variables(arg))...)
		}
		c.flow.calls = append(c.flow.calls, unmasking{c.dir, names, at})
	}
}

// resolve returns the names that traversals begin with, for names of for expressions those of what these run over.
func (c *calls) resolve(traversals []hcl.Traversal) []string {
	var names []string
	for _, name := range namesIn(traversals) {
		names = append(names, c.unbind(name)...)
	}
	return names
}

func (c *calls) unbind(name string) []string {
	for _, bound := range slices.Backward(c.bound) {
		if over, ok := bound[name]; ok {
			return over
		}
	}
	return []string{name}
}
