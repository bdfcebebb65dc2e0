// SPDX-License-Identifier: Apache-2.0

// Package hcl reads layers as they are written: what no plan shows, such as ephemeral variables, ignore_changes and
// depends_on, and what each block must have by the real schema of the AWS provider. It runs nothing and asks nobody.
package hcl

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Layer is one folder of Terraform, without the modules that it calls.
type Layer struct {
	Dir    string // absolute
	Blocks []*Block
	files  map[string][]byte // by path
}

// Block is a block on the top level of a file, or one within.
type Block struct {
	*hclsyntax.Block
	layer *Layer
}

// Load reads every .tf file of dir. A folder without any is an error: a check of nothing passes nothing.
func Load(dir string) (*Layer, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.tf"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s has no .tf file", dir)
	}
	l := &Layer{Dir: dir, files: map[string][]byte{}}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		file, diags := hclsyntax.ParseConfig(src, path, hcl.InitialPos)
		if diags.HasErrors() {
			return nil, errors.Join(diags.Errs()...)
		}
		body, ok := file.Body.(*hclsyntax.Body)
		if !ok {
			return nil, fmt.Errorf("%s is not in HCL's own syntax", path)
		}
		l.files[path] = src
		for _, b := range body.Blocks {
			l.Blocks = append(l.Blocks, &Block{Block: b, layer: l})
		}
	}
	return l, nil
}

// Of are the blocks of a kind, such as "resource", whose first labels are those given.
func (l *Layer) Of(kind string, labels ...string) []*Block {
	var found []*Block
	for _, b := range l.Blocks {
		if b.Type == kind && startsWith(b.Labels, labels) {
			found = append(found, b)
		}
	}
	return found
}

// One is the only block of a kind with these labels; none, or two, is an error.
func (l *Layer) One(kind string, labels ...string) (*Block, error) {
	found := l.Of(kind, labels...)
	if len(found) != 1 {
		return nil, fmt.Errorf("%s has %d blocks %s %s, not one", filepath.Base(l.Dir), len(found), kind, strings.Join(labels, "."))
	}
	return found[0], nil
}

func startsWith(list, first []string) bool {
	if len(list) < len(first) {
		return false
	}
	for i := range first {
		if list[i] != first[i] {
			return false
		}
	}
	return true
}

// Address names a block as Terraform does: aws_vpc.this, data.aws_region.current, variable.region.
func (b *Block) Address() string {
	switch b.Type {
	case "resource":
		return strings.Join(b.Labels, ".")
	default:
		return strings.Join(append([]string{b.Type}, b.Labels...), ".")
	}
}

// Where is file:line, for messages.
func (b *Block) Where() string {
	r := b.DefRange()
	return fmt.Sprintf("%s:%d", filepath.Base(r.Filename), r.Start.Line)
}

// Inside are the blocks of a kind within this one, those of dynamic blocks too.
func (b *Block) Inside(kind string) []*Block {
	var found []*Block
	for _, in := range b.Body.Blocks {
		switch {
		case in.Type == kind:
			found = append(found, &Block{Block: in, layer: b.layer})
		case in.Type == "dynamic" && len(in.Labels) == 1 && in.Labels[0] == kind:
			for _, c := range in.Body.Blocks {
				if c.Type == "content" {
					found = append(found, &Block{Block: c, layer: b.layer})
				}
			}
		}
	}
	return found
}

// Text is an attribute's expression as it is written, "" where there is none.
func (b *Block) Text(attribute string) string {
	a, ok := b.Body.Attributes[attribute]
	if !ok {
		return ""
	}
	r := a.Expr.Range()
	return string(r.SliceBytes(b.layer.files[r.Filename]))
}

// Source is the block as it is written, with all within.
func (b *Block) Source() string {
	r := b.Block.Range()
	return string(r.SliceBytes(b.layer.files[r.Filename]))
}

// Names lists what an attribute refers to, such as var.region or aws_eks_cluster.this.
func (b *Block) Names(attribute string) []string {
	a, ok := b.Body.Attributes[attribute]
	if !ok {
		return nil
	}
	return references(a.Expr)
}

// Keys lists what the keys of for_each, or a count, refer to: of a map that is written out its keys, else the whole.
func (b *Block) Keys(attribute string) []string {
	a, ok := b.Body.Attributes[attribute]
	if !ok {
		return nil
	}
	written, ok := a.Expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return references(a.Expr)
	}
	var names []string
	for _, item := range written.Items {
		if key, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr); ok && hcl.ExprAsKeyword(key.Wrapped) != "" && !key.ForceNonLiteral {
			continue // a word, not a reference
		}
		names = append(names, references(item.KeyExpr)...)
	}
	return names
}

// references are the traversals of an expression, without indexes.
func references(e hclsyntax.Expression) []string {
	var names []string
	for _, t := range e.Variables() {
		var parts []string
		for _, step := range t {
			switch s := step.(type) {
			case hcl.TraverseRoot:
				parts = append(parts, s.Name)
			case hcl.TraverseAttr:
				parts = append(parts, s.Name)
			}
		}
		names = append(names, strings.Join(parts, "."))
	}
	return names
}
