// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// references returns the files and folders that the code of a target reads, as
// far as its text tells, beside the folders the code itself stands in, and the
// links on the way there. Where any environment is meant, it is what all of them read.
func (d *discovery) references(t *Target, anyEnv bool) map[string]bool {
	found := map[string]bool{}
	for _, sc := range d.scopes(t, anyEnv, func(f *folder) bool { return len(f.refs) > 0 }) {
		for _, expr := range sc.folder.refs {
			value, _ := sc.text(expr)
			for _, from := range startingFolders(expr, sc.folder.dir, t.Dir) {
				ref, through := d.reference(from, value)
				if ref != "" && !within(sc.folder.dir, ref) && !within(t.Dir, ref) {
					found[ref] = true
				}
				for _, link := range through {
					found[link] = true
				}
			}
		}
	}
	return found
}

// startingFolders returns what a path is relative to: the module for path.module,
// else the root, where Terraform runs. Code that names path.cwd may be meant to
// run at the top of the repository, too.
func startingFolders(expr hclsyntax.Expression, module, root string) []string {
	if e, ok := expr.(*hclsyntax.TemplateExpr); ok && len(e.Parts) > 0 {
		expr = e.Parts[0]
	}
	if e, ok := expr.(*hclsyntax.ScopeTraversalExpr); ok && e.Traversal.RootName() == "path" {
		switch name, _ := second(e.Traversal); name {
		case "module":
			return []string{module}
		case "cwd":
			return []string{root, "."}
		}
	}
	return []string{root}
}

// reference returns the file or folder that a text names, "" if there is none, and
// the links that lead there. Of a text that is only known at its beginning, it is
// the folder this ends in.
func (d *discovery) reference(from, text string) (name string, through []string) {
	start, _, cut := strings.Cut(text, unknown)
	if cut {
		i := strings.LastIndexByte(start, '/')
		if i < 0 {
			return "", nil
		}
		start = start[:i]
	}
	at := inside(from, start)
	if at == "" || at == "." {
		return "", nil
	}
	real, through, ok := d.tree.follow(path.Clean(at))
	if ok && (d.tree.has[real] || d.tree.under[real]) {
		name = real
	}
	return name, through
}
