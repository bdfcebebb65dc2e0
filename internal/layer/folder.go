// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A folder is one directory of configuration: everything its files say together.
type folder struct {
	dir       string
	files     []string // as listed, links among them
	backend   *backend
	versions  []string
	provider  bool
	variables map[string]hcl.Expression
	locals    map[string]hcl.Expression
	calls     []call
	states    []stateRef
	declares  []map[string]hcl.Expression
	workspace bool
	refs      []hclsyntax.Expression
	marks     []string // files that hold a backend or provider block
	problem   *Problem
}

// A call is a module of the same repository that a folder calls.
type call struct {
	module
	dir     string   // "" when it is outside the tree
	through []string // links on the way there
}

// readFolders combines the sources of every directory that has any. The keys are
// directories with their links resolved.
func readFolders(t *tree, sources map[string]*source) map[string]*folder {
	folders := map[string]*folder{}
	for dir := range t.dirs {
		files := configFiles(t, dir)
		if len(files) == 0 {
			continue
		}
		f := &folder{dir: dir, files: files, variables: map[string]hcl.Expression{}, locals: map[string]hcl.Expression{}}
		for _, name := range files {
			real, ok := t.resolve(name)
			if !ok || sources[real] == nil {
				f.fail(&Problem{Message: "a link that leads to no file", File: name, Hint: "commit what it points to"})
				continue
			}
			f.add(t, name, sources[real])
		}
		folders[dir] = f
	}
	return folders
}

func (f *folder) fail(p *Problem) {
	if f.problem == nil {
		f.problem = p
	}
}

func (f *folder) add(t *tree, name string, s *source) {
	if s.problem != nil {
		f.fail(s.problem)
	}
	if s.backend != nil {
		f.backend = s.backend
	}
	if s.backend != nil || s.provider {
		f.marks = append(f.marks, name)
	}
	f.versions = append(f.versions, s.versions...)
	f.provider = f.provider || s.provider
	f.workspace = f.workspace || s.workspace
	f.states = append(f.states, s.states...)
	f.declares = append(f.declares, s.declares...)
	f.refs = append(f.refs, s.refs...)
	for name, expr := range s.variables {
		f.variables[name] = expr
	}
	for name, expr := range s.locals {
		f.locals[name] = expr
	}
	for _, m := range s.modules {
		if isLocal(m.source) {
			if strings.Contains("/"+m.source+"/", "/.terraform/") {
				continue // what init will have fetched for another module
			}
			dir, through, _ := t.follow(inside(f.dir, m.source))
			f.calls = append(f.calls, call{m, dir, through})
		}
	}
}

// reach returns the folders of the modules that dir calls, at any depth, itself
// first, and the first problem among them.
func (d *discovery) reach(dir string) ([]string, *Problem) {
	seen := map[string]bool{dir: true}
	order := []string{dir}
	var problem *Problem
	for i := 0; i < len(order); i++ {
		f := d.folders[order[i]]
		if problem == nil {
			problem = f.problem
		}
		for _, c := range f.calls {
			switch {
			case d.folders[c.dir] == nil && problem == nil:
				problem = &Problem{Message: fmt.Sprintf("module source %q holds no Terraform configuration", c.source), File: c.file, Line: c.line,
					Hint: "commit the folder " + path.Join(f.dir, c.source) + ", or correct the source"}
			case d.folders[c.dir] != nil && !seen[c.dir]:
				seen[c.dir] = true
				order = append(order, c.dir)
			}
		}
	}
	return order, problem
}
