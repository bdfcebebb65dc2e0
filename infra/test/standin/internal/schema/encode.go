// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"fmt"
	"maps"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"google.golang.org/protobuf/encoding/protowire"
)

// EncodeProvider is the field of the answer to GetProviderSchema that holds the provider's own block.
func EncodeProvider(s *tfjson.Schema) ([]byte, error) {
	encoded, err := encodeSchema(s)
	return appendBytes(nil, protowire.Number(Provider), encoded), err
}

// EncodeType is the field of the answer to GetProviderSchema that holds one type. Fields put one after the other are an
// answer again.
func EncodeType(kind Kind, name string, s *tfjson.Schema) ([]byte, error) {
	encoded, err := encodeSchema(s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	entry := appendBytes(nil, 1, []byte(name))
	entry = appendBytes(entry, 2, encoded)
	return appendBytes(nil, protowire.Number(kind), entry), nil //nolint:gosec // 1 to 8
}

// EncodeCapabilities is the field that tells Terraform to ask for the schema once a run, and to plan destroying.
func EncodeCapabilities() []byte {
	c := appendFlag(nil, 1, true)
	return appendBytes(nil, 6, appendFlag(c, 2, true))
}

func encodeSchema(s *tfjson.Schema) ([]byte, error) {
	b, err := encodeBlock(s.Block)
	if err != nil {
		return nil, err
	}
	return appendBytes(appendNumber(nil, 1, s.Version), 2, b), nil
}

func encodeBlock(b *tfjson.SchemaBlock) ([]byte, error) {
	var out []byte
	for _, name := range slices.Sorted(maps.Keys(b.Attributes)) {
		a, err := encodeAttribute(name, b.Attributes[name])
		if err != nil {
			return nil, err
		}
		out = appendBytes(out, 2, a)
	}
	for _, name := range slices.Sorted(maps.Keys(b.NestedBlocks)) {
		n, err := encodeNested(name, b.NestedBlocks[name])
		if err != nil {
			return nil, err
		}
		out = appendBytes(out, 3, n)
	}
	return out, nil
}

func encodeAttribute(name string, a *tfjson.SchemaAttribute) ([]byte, error) {
	if a.AttributeNestedType != nil {
		return nil, fmt.Errorf("%s: a nested attribute, which protocol 5 has not", name)
	}
	ty, err := ctyjson.MarshalType(a.AttributeType)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	out := appendBytes(nil, 1, []byte(name))
	out = appendBytes(out, 2, ty)
	out = appendFlag(out, 4, a.Required)
	out = appendFlag(out, 5, a.Optional)
	out = appendFlag(out, 6, a.Computed)
	out = appendFlag(out, 7, a.Sensitive)
	out = appendFlag(out, 9, a.Deprecated)
	return appendFlag(out, 10, a.WriteOnly), nil
}

func encodeNested(name string, n *tfjson.SchemaBlockType) ([]byte, error) {
	nestings := map[tfjson.SchemaNestingMode]Nesting{
		tfjson.SchemaNestingModeSingle: Single, tfjson.SchemaNestingModeList: List, tfjson.SchemaNestingModeSet: Set,
		tfjson.SchemaNestingModeMap: Map, tfjson.SchemaNestingModeGroup: Group,
	}
	nesting, ok := nestings[n.NestingMode]
	if !ok {
		return nil, fmt.Errorf("%s: nesting %q is unknown", name, n.NestingMode)
	}
	b, err := encodeBlock(n.Block)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	out := appendBytes(nil, 1, []byte(name))
	out = appendBytes(out, 2, b)
	out = appendNumber(out, 3, uint64(nesting)) //nolint:gosec // 1 to 5
	out = appendNumber(out, 4, n.MinItems)
	return appendNumber(out, 5, n.MaxItems), nil
}

func appendBytes(out []byte, field protowire.Number, data []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(out, field, protowire.BytesType), data)
}

func appendFlag(out []byte, field protowire.Number, set bool) []byte {
	if !set {
		return out
	}
	return appendNumber(out, field, 1)
}

func appendNumber(out []byte, field protowire.Number, n uint64) []byte {
	if n == 0 {
		return out
	}
	return protowire.AppendVarint(protowire.AppendTag(out, field, protowire.VarintType), n)
}
