// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"github.com/layerbot/layerbot/infra/test/standin/internal/schema"
	"github.com/zclconf/go-cty/cty"
)

// plan is the object that a change leads to, and the attributes because of which it has to be made anew.
//
// What is computed and not given is unknown in an object that is new. In one that exists it is what it was before, which
// Terraform has already put into the proposal, but for the few attributes that each change changes.
func (s *Server) plan(typ string, b *schema.Block, prior, proposed cty.Value) (planned cty.Value, replace []string) {
	create := prior.IsNull()
	planned = s.planBlock(b, prior, proposed, create)
	attributes := planned.AsValueMap()
	for name, value := range defaults[typ] {
		if v, ok := attributes[name]; ok && (v.IsNull() || !v.IsKnown()) {
			attributes[name] = value
		}
	}
	if a := b.Attributes["tags_all"]; a != nil && b.Attributes["tags"] != nil {
		attributes["tags_all"] = s.tagsAll(attributes["tags"])
	}
	if create {
		return cty.ObjectVal(attributes), nil
	}
	changed := false
	for name, value := range attributes {
		if value.RawEquals(prior.GetAttr(name)) {
			continue
		}
		changed = true
		if forcesNew(typ, name) {
			replace = append(replace, name)
		}
	}
	if changed {
		for _, name := range changing[typ] {
			if a := b.Attributes[name]; a != nil {
				attributes[name] = cty.UnknownVal(a.Type)
			}
		}
	}
	return cty.ObjectVal(attributes), replace
}

// planBlock plans the attributes of a block and of those within it.
func (s *Server) planBlock(b *schema.Block, prior, v cty.Value, isNew bool) cty.Value {
	if !known(v) {
		return v
	}
	attributes := v.AsValueMap()
	for name, a := range b.Attributes {
		switch {
		case a.WriteOnly:
			attributes[name] = cty.NullVal(a.Type)
		case isNew && a.Computed && attributes[name].IsNull():
			attributes[name] = cty.UnknownVal(a.Type)
		}
	}
	for name, n := range b.Blocks {
		before := cty.NullVal(n.Type())
		if known(prior) {
			before = prior.GetAttr(name)
		}
		attributes[name] = s.planNested(n, before, attributes[name], isNew)
	}
	return cty.ObjectVal(attributes)
}

// planNested plans the blocks of a collection. A block is new if its object is, or if there was none in its place.
func (s *Server) planNested(n *schema.Nested, prior, v cty.Value, isNew bool) cty.Value {
	if !known(v) {
		return v
	}
	if n.Nesting != schema.List && n.Nesting != schema.Set {
		return s.planBlock(n.Block, prior, v, isNew || !known(prior))
	}
	var before, after []cty.Value
	if known(prior) {
		before = prior.AsValueSlice()
	}
	for i, element := range v.AsValueSlice() {
		was, fresh := cty.NullVal(element.Type()), true
		switch {
		case isNew:
		case n.Nesting == schema.Set:
			for _, candidate := range before {
				if candidate.RawEquals(element) {
					was, fresh = candidate, false
				}
			}
		case i < len(before):
			was, fresh = before[i], false
		}
		after = append(after, s.planBlock(n.Block, was, element, fresh))
	}
	return collection(v.Type(), after)
}

// collection is a list or set of a type that may be empty.
func collection(t cty.Type, elements []cty.Value) cty.Value {
	switch {
	case len(elements) == 0:
		return emptyOf(t)
	case t.IsSetType():
		return cty.SetVal(elements)
	default:
		return cty.ListVal(elements)
	}
}

// tagsAll is the default tags of the provider and the tags of a resource, which come first.
func (s *Server) tagsAll(tags cty.Value) cty.Value {
	if !tags.IsKnown() {
		return cty.UnknownVal(cty.Map(cty.String))
	}
	all := map[string]cty.Value{}
	for name, value := range s.tags {
		all[name] = value
	}
	if !tags.IsNull() {
		for name, value := range tags.AsValueMap() {
			all[name] = value
		}
	}
	if len(all) == 0 {
		return cty.MapValEmpty(cty.String)
	}
	return cty.MapVal(all)
}
