// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// Compile compiles the policies of a bundle once for all that they are asked. Rules of any package named deny, warn or
// violation, or deny_…, warn_… and violation_…, count, with an entry a string or an object (msg, and optionally rule,
// address, severity, targets; likewise below metadata). Rules named exception exempt others, as in Conftest. What is
// wrong is a *CompileError. Built-in functions that reach outside are not there. Tests are left out.
//
// Files are Rego v1; one that is not, but is Rego v0, is taken as that: many policies for Conftest are.
func Compile(ctx context.Context, b Bundle) (*Set, error) {
	modules, store, err := load(b, false)
	if err != nil {
		return nil, err
	}
	text := headings(modules)
	rules, problems := find(modules)
	if err := compileError(problems); err != nil {
		return nil, err
	}
	c, err := compile(ctx, modules, store, false)
	if err != nil {
		return nil, err
	}
	single, together := rules.split(c)
	s := &Set{}
	if s.single, err = prepare(ctx, c, store, single, text); err != nil {
		return nil, err
	}
	s.together, err = prepare(ctx, c, store, together, text)
	return s, err
}

// load parses the policies of a bundle, and puts its data into a store.
func load(b Bundle, tests bool) (map[string]*ast.Module, storage.Store, error) {
	modules := map[string]*ast.Module{}
	data := newData()
	var problems []Problem
	for _, name := range sorted(b.Files) {
		switch src := b.Files[name]; {
		case isTest(name) && !tests:
		case path.Ext(name) == ".rego":
			m, err := parse(name, src)
			if err != nil {
				problems = append(problems, problemsOf(err, name)...)
				continue
			}
			modules[name] = m
		default:
			problems = append(problems, data.merge(name, src)...)
		}
	}
	if len(modules) == 0 && len(problems) == 0 {
		problems = append(problems, Problem{Message: "there are no policies: no file ends in .rego"})
	}
	store := inmem.NewFromObjectWithOpts(data.root, inmem.OptReturnASTValuesOnRead(true), inmem.OptRoundTripOnWrite(false))
	return modules, store, compileError(problems)
}

// parse reads a module as Rego v1 or, failing that, as v0. An error is that of v1.
func parse(name, src string) (*ast.Module, error) {
	m, err := ast.ParseModuleWithOpts(name, src, ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true})
	if err == nil {
		return m, nil
	}
	if old, oldErr := ast.ParseModuleWithOpts(name, src, ast.ParserOptions{RegoVersion: ast.RegoV0, ProcessAnnotation: true}); oldErr == nil {
		return old, nil
	}
	return nil, err
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.rego") }

// compile compiles modules for the data in a store, with or without what print prints.
func compile(ctx context.Context, modules map[string]*ast.Module, store storage.Store, printing bool) (*ast.Compiler, error) {
	c := newCompiler(printing)
	err := storage.Txn(ctx, store, storage.TransactionParams{}, func(txn storage.Transaction) error {
		c.WithPathConflictsCheck(storage.NonEmpty(ctx, store, txn)).Compile(modules)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("compile policies: %w", err)
	}
	if c.Failed() {
		return nil, compileError(problemsOf(c.Errors, ""))
	}
	return c, nil
}

func newCompiler(printing bool) *ast.Compiler {
	return ast.NewCompiler().WithCapabilities(capabilities()).WithEnablePrintStatements(printing)
}

// reachesOut reports whether a built-in function reads something besides its arguments: the network, the environment or,
// as those of JSON schema do with a $ref, files. The clock and chance are left to policies.
func reachesOut(builtin string) bool {
	switch builtin {
	case "http.send", "net.lookup_ip_addr", "opa.runtime", "json.match_schema", "json.verify_schema":
		return true
	}
	return false
}

// capabilities are what policies may do: nothing that reaches out.
func capabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.AllowNet = []string{} // nil would be any
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool { return reachesOut(b.Name) })
	return c
}
