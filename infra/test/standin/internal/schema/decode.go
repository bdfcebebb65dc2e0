// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"google.golang.org/protobuf/encoding/protowire"
)

var errWire = errors.New("not the bytes of a schema")

// each calls f for the fields of a message: number for varints, data for the rest.
func each(message []byte, f func(field protowire.Number, number uint64, data []byte) error) error {
	for len(message) > 0 {
		field, wire, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errWire
		}
		message = message[n:]
		var number uint64
		var data []byte
		switch wire {
		case protowire.VarintType:
			number, n = protowire.ConsumeVarint(message)
		case protowire.BytesType:
			data, n = protowire.ConsumeBytes(message)
		default:
			return errWire
		}
		if n < 0 {
			return errWire
		}
		message = message[n:]
		if err := f(field, number, data); err != nil {
			return err
		}
	}
	return nil
}

// indexOf finds where each type is.
func indexOf(raw []byte) (map[Kind]map[string][]byte, error) {
	index := map[Kind]map[string][]byte{Provider: {}, Resource: {}, Data: {}, Ephemeral: {}}
	err := each(raw, func(field protowire.Number, _ uint64, data []byte) error {
		kind := Kind(field)
		switch kind {
		case Provider:
			index[kind][""] = data
		case Resource, Data, Ephemeral:
			name, value := "", []byte(nil)
			err := each(data, func(field protowire.Number, _ uint64, data []byte) error {
				if field == 1 {
					name = string(data)
				} else {
					value = data
				}
				return nil
			})
			index[kind][name] = value
			return err
		}
		return nil
	})
	return index, err
}

func decodeType(raw []byte) (*Type, error) {
	t := &Type{Block: &Block{}}
	err := each(raw, func(field protowire.Number, number uint64, data []byte) (err error) {
		switch field {
		case 1:
			t.Version = int64(number) //nolint:gosec // versions are small
		case 2:
			t.Block, err = decodeBlock(data)
		default: // nothing of use here
		}
		return err
	})
	return t, err
}

func decodeBlock(raw []byte) (*Block, error) {
	b := &Block{Attributes: map[string]*Attribute{}, Blocks: map[string]*Nested{}}
	err := each(raw, func(field protowire.Number, _ uint64, data []byte) error {
		switch field {
		case 2:
			name, a, err := decodeAttribute(data)
			b.Attributes[name] = a
			return err
		case 3:
			name, n, err := decodeNested(data)
			b.Blocks[name] = n
			return err
		default: // nothing of use here
		}
		return nil
	})
	return b, err
}

func decodeAttribute(raw []byte) (string, *Attribute, error) {
	name, a := "", &Attribute{Type: cty.DynamicPseudoType}
	err := each(raw, func(field protowire.Number, number uint64, data []byte) (err error) {
		switch field {
		case 1:
			name = string(data)
		case 2:
			a.Type, err = ctyjson.UnmarshalType(data)
		case 4:
			a.Required = number != 0
		case 5:
			a.Optional = number != 0
		case 6:
			a.Computed = number != 0
		case 7:
			a.Sensitive = number != 0
		case 10:
			a.WriteOnly = number != 0
		default: // nothing of use here
		}
		return err
	})
	return name, a, err
}

func decodeNested(raw []byte) (string, *Nested, error) {
	name, n := "", &Nested{}
	err := each(raw, func(field protowire.Number, number uint64, data []byte) (err error) {
		switch field {
		case 1:
			name = string(data)
		case 2:
			n.Block, err = decodeBlock(data)
		case 3:
			n.Nesting = Nesting(number) //nolint:gosec // 1 to 5
		case 4:
			n.Min = int(number) //nolint:gosec // small
		case 5:
			n.Max = int(number) //nolint:gosec // small
		default: // nothing of use here
		}
		return err
	})
	if err == nil && n.Block == nil {
		err = errWire
	}
	return name, n, err
}
