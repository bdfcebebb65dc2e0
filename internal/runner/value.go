// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A kind is what a value is.
type kind byte

const (
	absent kind = iota // not there, or null
	scalar
	object
	list
)

// A value is a JSON value of a plan, once merged with what Terraform says about its secrecy and about what is
// known only after apply.
type value struct {
	kind      kind
	raw       []byte   // of a scalar: canonical JSON
	keys      []string // of an object: sorted
	items     []value  // of an object (beside keys) or list
	unknown   bool     // all of it is known only after apply
	sensitive bool     // all of it must not be seen
}

// nothing is an absent value.
var nothing value

// decodeValue reads the next value. Members that are null are left out: Terraform means the same by both.
func decodeValue(dec *jsontext.Decoder) (value, error) {
	switch dec.PeekKind() {
	case jsontext.KindBeginObject:
		return decodeObject(dec)
	case jsontext.KindBeginArray:
		return decodeList(dec)
	default:
		raw, err := dec.ReadValue()
		if err != nil || raw.Kind() == jsontext.KindNull {
			return value{}, err
		}
		return value{kind: scalar, raw: canonical(raw)}, nil
	}
}

func decodeObject(dec *jsontext.Decoder) (value, error) {
	v := value{kind: object}
	sorted := true
	err := members(dec, func(name string) error {
		item, err := decodeValue(dec)
		if err != nil || item.kind == absent {
			return err
		}
		sorted = sorted && (len(v.keys) == 0 || v.keys[len(v.keys)-1] < name)
		v.keys, v.items = append(v.keys, name), append(v.items, item)
		return nil
	})
	if !sorted {
		v.sort()
	}
	return v, err
}

func decodeList(dec *jsontext.Decoder) (value, error) {
	v := value{kind: list}
	err := elements(dec, func() error {
		item, err := decodeValue(dec)
		if item.kind == absent {
			item = value{kind: scalar, raw: []byte("null")}
		}
		v.items = append(v.items, item)
		return err
	})
	return v, err
}

// canonical returns a copy of a scalar as RFC 8785 writes it. Numbers stay as they are: Terraform writes the
// same number the same way everywhere, and a float64 would round the long ones.
func canonical(raw jsontext.Value) []byte {
	if raw.Kind() != jsontext.KindString || bytes.IndexByte(raw, '\\') < 0 {
		return bytes.Clone(raw)
	}
	return quote(unquote(raw))
}

func unquote(raw []byte) string {
	s, _ := jsontext.AppendUnquote(nil, raw) // from a decoder, or from quote: valid
	return string(s)
}

// text returns a string as it is, and another scalar as it is written.
func (v *value) text() string {
	if len(v.raw) > 0 && v.raw[0] == '"' {
		return unquote(v.raw)
	}
	return string(v.raw)
}

func quote(s string) []byte {
	raw, _ := jsontext.AppendQuote(nil, s) // invalid UTF-8 becomes U+FFFD
	return raw
}

// sort puts the members of an object in the order of their keys.
func (v *value) sort() {
	order := make([]int, len(v.keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(v.keys[a], v.keys[b]) })
	sorted := value{kind: object}
	for _, i := range order {
		sorted.keys, sorted.items = append(sorted.keys, v.keys[i]), append(sorted.items, v.items[i])
	}
	v.keys, v.items = sorted.keys, sorted.items
}

// member returns the member of an object, or nothing.
func (v *value) member(key string) *value {
	if i, ok := slices.BinarySearch(v.keys, key); ok {
		return &v.items[i]
	}
	return &nothing
}

// hide marks what mask, one of Terraform's *_sensitive objects, says is sensitive.
func (v *value) hide(mask *value) {
	v.mark(mask, func(v *value) { v.sensitive = v.kind != absent || v.unknown })
}

// forget marks what mask, Terraform's after_unknown, says is known only after apply.
func (v *value) forget(mask *value) {
	v.mark(mask, func(v *value) { v.unknown = true })
}

// mark calls set for every part of v whose place in mask holds true, making room for members that v has not.
// A mask that does not fit v marks the whole of it.
func (v *value) mark(mask *value, set func(*value)) {
	switch {
	case mask.kind == scalar:
		if string(mask.raw) == "true" {
			set(v)
		}
	case mask.kind == object && v.is(object):
		for i, key := range mask.keys {
			v.markMember(key, &mask.items[i], set)
		}
	case mask.kind == list && v.kind == list && len(mask.items) <= len(v.items):
		for i := range mask.items {
			v.items[i].mark(&mask.items[i], set)
		}
	case mask.anyTrue():
		set(v)
	}
}

func (v *value) markMember(key string, mask *value, set func(*value)) {
	i, ok := slices.BinarySearch(v.keys, key)
	if ok {
		v.items[i].mark(mask, set)
		return
	}
	var item value
	item.mark(mask, set)
	if item.unknown || item.kind != absent {
		v.kind = object
		v.keys, v.items = slices.Insert(v.keys, i, key), slices.Insert(v.items, i, item)
	}
}

func (v *value) anyTrue() bool {
	return string(v.raw) == "true" || slices.ContainsFunc(v.items, func(v value) bool { return v.anyTrue() })
}

// equal reports whether a and b are the same and wholly known.
func equal(a, b *value) bool {
	return a.kind == b.kind && !a.unknown && !b.unknown && bytes.Equal(a.raw, b.raw) &&
		slices.Equal(a.keys, b.keys) &&
		slices.EqualFunc(a.items, b.items, func(a, b value) bool { return equal(&a, &b) })
}

// unknownMark stands for a value known only after apply. No JSON text holds it.
const unknownMark = 0

// append writes v to b as canonical JSON, with unknownMark for what is unknown.
func (v *value) append(b []byte) []byte {
	switch {
	case v.unknown:
		return append(b, unknownMark)
	case v.kind == absent:
		return append(b, "null"...)
	case v.kind == scalar:
		return append(b, v.raw...)
	case v.kind == list:
		b = append(b, '[')
		for i := range v.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = v.items[i].append(b)
		}
		return append(b, ']')
	}
	b = append(b, '{')
	for i, key := range v.keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, quote(key)...), ':')
		b = v.items[i].append(b)
	}
	return append(b, '}')
}

// json returns v as canonical JSON, nil when it is absent.
func (v *value) json() []byte {
	if v.kind == absent {
		return nil
	}
	return v.append(nil)
}

// errShape says that a plan has an object or array where none was expected.
var errShape = errors.New("unexpected kind of value")

// members reads an object, calling f for each name; f must read the value. A null is an object without members.
func members(dec *jsontext.Decoder, f func(name string) error) error {
	token, err := dec.ReadToken()
	if err != nil || token.Kind() == jsontext.KindNull {
		return err
	}
	if token.Kind() != jsontext.KindBeginObject {
		return &jsontext.SyntacticError{ByteOffset: dec.InputOffset(), JSONPointer: dec.StackPointer(), Err: errShape}
	}
	for dec.PeekKind() != jsontext.KindEndObject {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if err := f(name.String()); err != nil {
			return err
		}
	}
	_, err = dec.ReadToken()
	return err
}

// elements reads an array, calling f before each element; f must read it. A null is an array without elements.
func elements(dec *jsontext.Decoder, f func() error) error {
	token, err := dec.ReadToken()
	if err != nil || token.Kind() == jsontext.KindNull {
		return err
	}
	if token.Kind() != jsontext.KindBeginArray {
		return &jsontext.SyntacticError{ByteOffset: dec.InputOffset(), JSONPointer: dec.StackPointer(), Err: errShape}
	}
	for dec.PeekKind() != jsontext.KindEndArray {
		if err := f(); err != nil {
			return err
		}
	}
	_, err = dec.ReadToken()
	return err
}
