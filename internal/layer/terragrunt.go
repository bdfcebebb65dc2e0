// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func (d *discovery) hasTerragrunt(dir string) bool {
	return d.tree.has[path.Join(dir, "terragrunt.hcl")] || d.tree.has[path.Join(dir, "terragrunt.stack.hcl")]
}

func (d *discovery) skipTerragrunt() {
	for dir := range d.tree.dirs {
		if d.hasTerragrunt(dir) {
			d.skip(dir, reasonTerragrunt)
		}
	}
}

var unitSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "terraform"}}}

// readUnitSources returns the folders of this tree that Terragrunt units name as their source.
// https://terragrunt.gruntwork.io/docs/reference/hcl/blocks/#terraform
func (d *discovery) readUnitSources() map[string]bool {
	found := map[string]bool{}
	for dir := range d.tree.dirs {
		name := path.Join(dir, "terragrunt.hcl")
		if !d.tree.has[name] {
			continue
		}
		content, err := d.tree.read(name)
		if err != nil {
			continue
		}
		file, _ := parse(name, content)
		if file == nil {
			continue
		}
		body, _, _ := file.Body.PartialContent(unitSchema)
		for _, b := range body.Blocks {
			if source, ok := attributes(b.Body)["source"].(hclsyntax.Expression); ok {
				for _, at := range d.foldersNamed(source, dir) {
					found[at] = true
				}
			}
		}
	}
	return found
}

// foldersNamed returns the folders with configuration that any text in an expression can mean, seen from
// dir or, after a part only Terragrunt knows, from the top of the repository.
func (d *discovery) foldersNamed(expr hclsyntax.Expression, dir string) []string {
	var found []string
	_ = hclsyntax.VisitAll(expr, func(node hclsyntax.Node) hcl.Diagnostics {
		template, ok := node.(*hclsyntax.TemplateExpr)
		if !ok {
			return nil
		}
		text, _ := (&scope{}).text(template)
		text, _, _ = strings.Cut(text, "?")
		from := dir
		if rest, cut := strings.CutPrefix(text, unknown+"/"); cut {
			from, text = ".", strings.TrimLeft(rest, "/")
		} else if !strings.HasPrefix(text, "../") && !strings.HasPrefix(text, "./") {
			return nil
		}
		at, _ := d.tree.resolve(inside(from, text))
		if d.folders[at] != nil && at != dir {
			found = append(found, at)
		}
		return nil
	})
	return found
}
