// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Where a provider comes from whose source does not say it. OpenTofu's own registry stands in for Terraform's.
// https://developer.hashicorp.com/terraform/language/providers/requirements#source-addresses
const (
	publicRegistry    = "registry.terraform.io"
	openTofuRegistry  = "registry.opentofu.org"
	defaultNamespace  = "hashicorp"
	builtInProviders  = "terraform.io/builtin/"
	impliedByBuiltins = "terraform" // terraform_data, terraform_remote_state
)

// sourceAddress returns a source in full and in lower case; "" for one of another form.
func sourceAddress(source string) string {
	parts := strings.Split(strings.ToLower(source), "/")
	switch len(parts) {
	case 1:
		parts = append([]string{publicRegistry, defaultNamespace}, parts...)
	case 2:
		parts = append([]string{publicRegistry}, parts...)
	case 3:
	default:
		return ""
	}
	for _, part := range parts {
		if part == "" {
			return ""
		}
	}
	return strings.Join(parts, "/")
}

// requires reads a required_providers block.
func (p *part) requires(body hcl.Body) {
	attrs, diags := body.JustAttributes()
	p.diagnosed(body, diags)
	for _, name := range sortedKeys(attrs) {
		expr, at := attrs[name].Expr, attrs[name].Range
		pairs, diags := hcl.ExprMap(expr)
		if diags.HasErrors() {
			if _, known := (&scope{}).text(expr); !known { // "~> 5.0" is how Terraform 0.12 was told a version
				p.unclear(at, fmt.Sprintf("the source of provider %q, which is not written out", name))
			}
			p.uses(name, at)
			continue
		}
		for _, pair := range pairs {
			p.require(name, pair, at)
		}
		if !p.required[name] {
			p.uses(name, at)
		}
	}
}

// require reads one argument of an entry of a required_providers block.
func (p *part) require(name string, pair hcl.KeyValuePair, at hcl.Range) {
	key, known := (&scope{}).text(pair.Key)
	if known && key != "source" {
		return
	}
	source, written := (&scope{}).text(pair.Value)
	address := sourceAddress(source)
	if !known || !written || address == "" {
		p.unclear(at, fmt.Sprintf("the source of provider %q, which is not written out", name))
		return
	}
	p.required[name] = true
	p.provides(address, at)
}

func (p *part) provides(address string, at hcl.Range) {
	if !strings.HasPrefix(address, builtInProviders) {
		p.out.Providers = append(p.out.Providers, useAt(address, at))
	}
}

// uses notes that a folder uses a provider by its local name.
func (p *part) uses(name string, at hcl.Range) { p.used = append(p.used, useAt(name, at)) }

// refers notes the provider that an expression refers to: aws, aws.east, aws.of[each.key], or one of these in quotes.
func (p *part) refers(expr hcl.Expression) {
	if ref := reference(expr); len(ref) > 0 {
		p.uses(ref.RootName(), expr.Range())
		return
	}
	p.unclear(expr.Range(), "a reference to a provider that cannot be read")
}

// implied reports the providers that a folder uses without saying where they come from.
func (p *part) implied() {
	for _, u := range p.used {
		address := sourceAddress(defaultNamespace + "/" + u.Name)
		switch {
		case p.required[u.Name], u.Name == impliedByBuiltins:
		case address == "":
			p.out.Unclear = append(p.out.Unclear, Use{fmt.Sprintf("a provider called %q", u.Name), u.File, u.Line})
		default:
			p.out.Providers = append(p.out.Providers, Use{address, u.File, u.Line})
		}
	}
}

// reference returns the names that an expression puts one after the other, up to the first index that is not
// constant; nil if it is something else.
func reference(expr hcl.Expression) hcl.Traversal {
	if t, diags := hcl.AbsTraversalForExpr(expr); !diags.HasErrors() {
		return t
	}
	switch e := expr.(type) {
	case *hclsyntax.IndexExpr:
		return reference(e.Collection)
	case *hclsyntax.RelativeTraversalExpr:
		return reference(e.Source)
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr:
	case hclsyntax.Expression:
		return nil
	}
	text, known := (&scope{}).text(expr)
	if !known || text == "" {
		return nil
	}
	inner, diags := hclsyntax.ParseExpression([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() {
		return nil
	}
	return reference(inner)
}
