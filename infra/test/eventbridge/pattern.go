// SPDX-License-Identifier: Apache-2.0

// Package eventbridge matches events with event patterns as Amazon EventBridge does, after its documentation:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
//
// It knows all operators of event buses. What it does not know, and what EventBridge would refuse, is an error of Parse: a
// pattern with a mistake never just matches nothing.
package eventbridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
)

// Pattern is a parsed event pattern. Its zero value matches nothing.
type Pattern struct{ root *object }

// object must match in all of its fields, and in one of each of its alternatives.
type object struct {
	fields []field
	ors    [][]*object
}

// field is a name with either an object below it or the leaves of which one must match.
type field struct {
	name   string
	below  *object
	leaves []leaf
}

// Parse reads a pattern as it is given to PutRule.
func Parse(pattern []byte) (*Pattern, error) {
	value, err := decode(pattern)
	if err != nil {
		return nil, fmt.Errorf("event pattern: %w", err)
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("event pattern: not an object")
	}
	root, err := parseObject(fields)
	if err != nil {
		return nil, fmt.Errorf("event pattern: %w", err)
	}
	return &Pattern{root}, nil
}

func parseObject(fields map[string]any) (*object, error) {
	if len(fields) == 0 {
		return nil, errors.New("an object without fields")
	}
	var o object
	for _, name := range sortedKeys(fields) {
		if name == "$or" {
			alternatives, err := parseOr(fields[name])
			if err != nil {
				return nil, fmt.Errorf("$or: %w", err)
			}
			o.ors = append(o.ors, alternatives)
			continue
		}
		f, err := parseField(name, fields[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		o.fields = append(o.fields, f)
	}
	return &o, nil
}

func parseField(name string, value any) (field, error) {
	switch v := value.(type) {
	case map[string]any:
		below, err := parseObject(v)
		return field{name: name, below: below}, err
	case []any:
		leaves, err := parseLeaves(v)
		return field{name: name, leaves: leaves}, err
	default:
		return field{}, errors.New("neither an object nor a list")
	}
}

// notInOr are names that make EventBridge take $or for a field of the event.
var notInOr = []string{
	"exactly", "prefix", "suffix", "equals-ignore-case", "wildcard", "numeric", "anything-but", "exists", "cidr", "exist",
}

func parseOr(value any) ([]*object, error) {
	list, ok := value.([]any)
	if !ok || len(list) < 2 {
		return nil, errors.New("a list of at least two objects")
	}
	var alternatives []*object
	for i, item := range list {
		fields, ok := item.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("alternative %d is no object", i)
		}
		for name := range fields {
			if slices.Contains(notInOr, name) {
				return nil, fmt.Errorf("alternative %d has a field of the name of an operator: %s", i, name)
			}
		}
		o, err := parseObject(fields)
		if err != nil {
			return nil, fmt.Errorf("alternative %d: %w", i, err)
		}
		alternatives = append(alternatives, o)
	}
	return alternatives, nil
}

// decode reads one JSON value, numbers as they are written.
func decode(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something after the JSON value")
	}
	return value, nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
