// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"
)

// The blocks below are written by hand: the module of schemas has types only.

func block(attributes map[string]*tfjson.SchemaAttribute, blocks map[string]*tfjson.SchemaBlockType) *tfjson.SchemaBlock {
	return &tfjson.SchemaBlock{Attributes: attributes, NestedBlocks: blocks}
}

func nested(nesting tfjson.SchemaNestingMode, limit uint64, b *tfjson.SchemaBlock) *tfjson.SchemaBlockType {
	return &tfjson.SchemaBlockType{NestingMode: nesting, MaxItems: limit, Block: b}
}

// optional declares attributes of one type, names separated by spaces.
func optional(into map[string]*tfjson.SchemaAttribute, ty cty.Type, names string) map[string]*tfjson.SchemaAttribute {
	if into == nil {
		into = map[string]*tfjson.SchemaAttribute{}
	}
	for name := range strings.FieldsSeq(names) {
		into[name] = &tfjson.SchemaAttribute{AttributeType: ty, Optional: true}
	}
	return into
}

func required(names string) map[string]*tfjson.SchemaAttribute {
	into := optional(nil, cty.String, names)
	for name := range strings.FieldsSeq(names) {
		into[name].Optional, into[name].Required = false, true
	}
	return into
}

func computed(into map[string]*tfjson.SchemaAttribute, ty cty.Type, names string) {
	optional(into, ty, names)
	for name := range strings.FieldsSeq(names) {
		into[name].Optional, into[name].Computed = false, true
	}
}
