// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// The blocks that Terraform and OpenTofu know, and what of each is looked into.
// https://developer.hashicorp.com/terraform/language/block
var (
	inspectedFile = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "terraform"}, {Type: "locals"}, {Type: "moved"}, {Type: "removed"}, {Type: "import"},
		{Type: "provider", LabelNames: []string{"name"}},
		{Type: "variable", LabelNames: []string{"name"}},
		{Type: "output", LabelNames: []string{"name"}},
		{Type: "module", LabelNames: []string{"name"}},
		{Type: "check", LabelNames: []string{"name"}},
		{Type: "resource", LabelNames: []string{"type", "name"}},
		{Type: "data", LabelNames: []string{"type", "name"}},
		{Type: "ephemeral", LabelNames: []string{"type", "name"}},
		{Type: "action", LabelNames: []string{"type", "name"}},
	}}
	inspectedSettings = &hcl.BodySchema{
		Attributes: []hcl.AttributeSchema{{Name: "required_version"}, {Name: "experiments"}, {Name: "language"}},
		Blocks: []hcl.BlockHeaderSchema{
			{Type: "cloud"}, {Type: "required_providers"}, {Type: "encryption"},
			{Type: "backend", LabelNames: []string{"type"}},
			{Type: "state_store", LabelNames: []string{"type"}},
			{Type: "provider_meta", LabelNames: []string{"provider"}},
		},
	}
	inspectedObject = &hcl.BodySchema{
		Attributes: []hcl.AttributeSchema{{Name: "provider"}},
		Blocks:     []hcl.BlockHeaderSchema{{Type: "provisioner", LabelNames: []string{"type"}}},
	}
	inspectedImport = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "provider"}, {Name: "to"}}}
	inspectedCheck  = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "data", LabelNames: []string{"type", "name"}}}}
	// https://opentofu.org/docs/language/state/encryption/
	inspectedEncryption = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "key_provider", LabelNames: []string{"type", "name"}},
		{Type: "method", LabelNames: []string{"type", "name"}},
	}}
)

// encryptions are the key providers and methods of OpenTofu that run no program of somebody's choice.
var encryptions = set("pbkdf2 aws_kms gcp_kms azure_vault openbao static xor aes_gcm unencrypted")

// file inspects one file; of one that is broken somewhere, what could be read. Broken JSON makes no sense in parts.
func (p *part) file(name string, content []byte) {
	file, problem := parse(name, content)
	if problem != nil {
		p.unreadable(name, problem.Line, problem.Message)
	}
	if file == nil || problem != nil && strings.HasSuffix(name, ".json") {
		return
	}
	for _, b := range p.content(file.Body, inspectedFile, true) {
		p.block(b)
	}
	p.expressions(name, content, file.Body)
}

// content returns the blocks of a body that schema knows. In a closed one, others are unclear.
func (p *part) content(body hcl.Body, schema *hcl.BodySchema, closed bool) hcl.Blocks {
	content, remain, diags := body.PartialContent(schema)
	p.diagnosed(body, diags)
	if !closed {
		return content.Blocks
	}
	if native, ok := body.(*hclsyntax.Body); ok {
		for _, b := range native.Blocks {
			if !knows(schema, b.Type) {
				p.unclear(b.TypeRange, fmt.Sprintf("a block %q, which Layerbot does not know", b.Type))
			}
		}
		return content.Blocks
	}
	others, _ := remain.JustAttributes()
	for _, name := range sortedKeys(others) {
		p.unclear(others[name].NameRange, fmt.Sprintf("a block %q, which Layerbot does not know", name))
	}
	return content.Blocks
}

// diagnosed reports why a body is not what its schema says.
func (p *part) diagnosed(body hcl.Body, diags hcl.Diagnostics) {
	file := body.MissingItemRange().Filename
	if problem := diagnose(file, diags); problem != nil {
		p.unreadable(file, problem.Line, problem.Message)
	}
}

func knows(schema *hcl.BodySchema, kind string) bool {
	for _, b := range schema.Blocks {
		if b.Type == kind {
			return true
		}
	}
	return false
}

func (p *part) block(b *hcl.Block) {
	p.declare(b)
	switch b.Type {
	case "terraform":
		for _, inner := range p.content(b.Body, inspectedSettings, true) {
			p.setting(inner)
		}
	case "provider":
		p.uses(b.Labels[0], b.LabelRanges[0])
		p.launches(b.Body)
	case "resource":
		p.object(b, &p.out.Resources)
		p.provisioners(b.Body)
	case "data":
		p.object(b, &p.out.Data)
	case "ephemeral":
		p.object(b, &p.out.Ephemerals)
	case "action":
		p.object(b, &p.out.Actions)
	case "check":
		for _, data := range p.content(b.Body, inspectedCheck, false) {
			p.declare(data)
			p.object(data, &p.out.Data)
		}
	case "removed":
		p.provisioners(b.Body)
	case "import":
		p.imports(b.Body)
	case "module":
		p.module(b)
	default:
		p.names(b)
	}
}

// setting inspects a block within a terraform block.
func (p *part) setting(b *hcl.Block) {
	name := b.Type
	switch b.Type {
	case "required_providers":
		p.requires(b.Body)
		return
	case "encryption":
		p.launches(b.Body)
		for _, inner := range p.content(b.Body, inspectedEncryption, false) {
			switch kind := inner.Labels[0]; {
			case kind == "external": // it names a program
				p.out.Data = append(p.out.Data, useAt(kind, inner.DefRange))
			case !encryptions[kind]:
				p.unclear(inner.DefRange, fmt.Sprintf("a %s %q of state encryption, which Layerbot does not know", inner.Type, kind))
			}
		}
		return
	case "provider_meta":
		return
	case "backend":
		name = b.Labels[0]
	}
	if p.root { // those of modules have no effect
		p.launches(b.Body)
		p.out.Backends = append(p.out.Backends, useAt(name, b.DefRange))
	}
}

// object inspects a block of a type that a provider has.
func (p *part) object(b *hcl.Block, list *[]Use) {
	*list = append(*list, useAt(b.Labels[0], b.DefRange))
	if b.Type == "data" && b.Labels[0] == "terraform_remote_state" {
		p.remoteState(b)
	}
	p.renders(b)
	content, _, _ := b.Body.PartialContent(inspectedObject)
	if a := content.Attributes["provider"]; a != nil {
		p.refers(a.Expr)
		return
	}
	name, _, _ := strings.Cut(b.Labels[0], "_")
	p.uses(name, b.DefRange)
}

func (p *part) provisioners(body hcl.Body) {
	for _, b := range p.content(body, inspectedObject, false) {
		p.out.Provisioners = append(p.out.Provisioners, useAt(b.Labels[0], b.DefRange))
	}
}

// imports inspects an import block, which needs the provider of what it imports even if no resource block does.
func (p *part) imports(body hcl.Body) {
	content, _, _ := body.PartialContent(inspectedImport)
	if a := content.Attributes["provider"]; a != nil {
		p.refers(a.Expr)
		return
	}
	if a := content.Attributes["to"]; a != nil {
		if to := reference(a.Expr); len(to) > 1 && to.RootName() != "module" {
			name, _, _ := strings.Cut(to.RootName(), "_")
			p.uses(name, a.Range)
		}
	}
}

// module inspects a call of a module, and lets one with a local source be read.
func (p *part) module(b *hcl.Block) {
	args := attributes(b.Body)
	if args["providers"] != nil {
		pairs, _ := hcl.ExprMap(args["providers"]) // Terraform refuses anything else
		for _, pair := range pairs {
			p.refers(pair.Value)
		}
	}
	if args["source"] == nil {
		return // an override of the arguments; or Terraform refuses it
	}
	source, known := (&scope{}).text(args["source"])
	switch {
	case !known:
		p.unclear(b.DefRange, fmt.Sprintf("the source of module %q, which is not written out", b.Labels[0]))
		return
	case !isLocal(source):
		p.out.Modules = append(p.out.Modules, useAt(source, b.DefRange))
		return
	}
	p.out.Calls = true
	dir, err := realPath(p.fsys, path.Join(p.dir, source))
	if err == nil {
		var info fs.FileInfo
		if info, err = fs.Stat(p.fsys, dir); err == nil && !info.IsDir() {
			err = fs.ErrNotExist
		}
	}
	switch {
	case errors.Is(err, errOutside):
		p.unreadable(b.DefRange.Filename, b.DefRange.Start.Line, fmt.Sprintf("module source %q leads out of the repository", source))
	case err != nil:
		p.unreadable(b.DefRange.Filename, b.DefRange.Start.Line, fmt.Sprintf("module source %q is no folder that can be read", source))
	default:
		p.visit(dir)
		p.calls = append(p.calls, localCall{b.Labels[0], dir})
		delete(args, "source")
		p.flow.call(p.dir, dir, args)
	}
}

// isLocal reports whether a module's source is a path.
// https://developer.hashicorp.com/terraform/language/modules/sources#local-paths
func isLocal(source string) bool {
	for _, prefix := range [...]string{"./", "../", `.\`, `..\`} {
		if strings.HasPrefix(source, prefix) {
			return true
		}
	}
	return source == "." || source == ".."
}
