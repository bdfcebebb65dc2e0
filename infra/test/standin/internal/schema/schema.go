// SPDX-License-Identifier: Apache-2.0

// Package schema holds the schemas of a provider as the bytes that Terraform's protocol carries, and reads single types
// out of them when they are asked for.
//
// The bytes are those of an answer to GetProviderSchema (tfplugin5.proto): they are served as they are, so that a start
// of the provider decodes nothing that a run does not use.
package schema

import (
	"fmt"
	"sync"

	"github.com/zclconf/go-cty/cty"
)

// Kind says what a type is: a resource, a data source or an ephemeral resource.
type Kind int

// The kinds; each is the number of its field in GetProviderSchema.Response. Provider is the block of the provider.
const (
	Provider  Kind = 1
	Resource  Kind = 2
	Data      Kind = 3
	Ephemeral Kind = 8
)

// A Nesting is how often and in which collection a nested block occurs; numbers as in tfplugin5.proto.
type Nesting int

// The nestings.
const (
	Single Nesting = iota + 1
	List
	Set
	Map
	Group
)

// An Attribute is one of a block.
type Attribute struct {
	Type                                               cty.Type
	Required, Optional, Computed, Sensitive, WriteOnly bool
}

// A Nested is a block within a block.
type Nested struct {
	Nesting Nesting
	Min     int
	Max     int // 0 is no limit
	Block   *Block
}

// A Block is what a type or a nested block consists of.
type Block struct {
	Attributes map[string]*Attribute
	Blocks     map[string]*Nested
}

// Type is the type of values of the block.
func (b *Block) Type() cty.Type {
	types := map[string]cty.Type{}
	for name, a := range b.Attributes {
		types[name] = a.Type
	}
	for name, n := range b.Blocks {
		types[name] = n.Type()
	}
	return cty.Object(types)
}

// Type is the type of the collection of the nested blocks.
func (n *Nested) Type() cty.Type {
	element := n.Block.Type()
	switch n.Nesting {
	case List:
		return cty.List(element)
	case Set:
		return cty.Set(element)
	case Map:
		return cty.Map(element)
	default:
		return element
	}
}

// A Type is the schema of a resource, data source, ephemeral resource or of the provider.
type Type struct {
	Version int64
	Block   *Block

	once  sync.Once
	value cty.Type
}

// Value is the type of the objects of t.
func (t *Type) Value() cty.Type {
	t.once.Do(func() { t.value = t.Block.Type() })
	return t.value
}

// A Store is the schemas of a provider. It is safe for use by several goroutines.
type Store struct {
	raw   []byte
	index map[Kind]map[string][]byte

	mu    sync.Mutex
	types map[string]*Type
}

// Open reads the bytes of an answer to GetProviderSchema: only names, no type.
func Open(raw []byte) (*Store, error) {
	index, err := indexOf(raw)
	if err != nil {
		return nil, err
	}
	return &Store{raw: raw, index: index, types: map[string]*Type{}}, nil
}

// Bytes is what Open was given.
func (s *Store) Bytes() []byte { return s.raw }

// Names lists the types of a kind, in no order.
func (s *Store) Names(kind Kind) []string {
	var names []string
	for name := range s.index[kind] {
		names = append(names, name)
	}
	return names
}

// Find reads one type; of kind Provider there is one, without a name.
func (s *Store) Find(kind Kind, name string) (*Type, error) {
	key := fmt.Sprint(int(kind), name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.types[key]; t != nil {
		return t, nil
	}
	raw, ok := s.index[kind][name]
	if !ok {
		return nil, fmt.Errorf("the stand-in serves no type %q of this kind; if it is one of the large types, see its README", name)
	}
	t, err := decodeType(raw)
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", name, err)
	}
	s.types[key] = t
	return t, nil
}
