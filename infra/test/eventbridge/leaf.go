// SPDX-License-Identifier: Apache-2.0

package eventbridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// leaf is one element of a list in a pattern: what one value of the event must be.
type leaf struct {
	absent  bool // exists: false
	matches func(value any) bool
}

func parseLeaves(list []any) ([]leaf, error) {
	if len(list) == 0 {
		return nil, errors.New("an empty list")
	}
	var leaves []leaf
	for _, item := range list {
		l, err := parseLeaf(item)
		if err != nil {
			return nil, err
		}
		leaves = append(leaves, l)
	}
	return leaves, nil
}

func parseLeaf(item any) (leaf, error) {
	operator, isOperator := item.(map[string]any)
	if !isOperator {
		matches, err := parseExact(item)
		return leaf{matches: matches}, err
	}
	if len(operator) != 1 {
		return leaf{}, errors.New("an operator is an object of one field")
	}
	for name, argument := range operator {
		if name == "exists" {
			return parseExists(argument)
		}
		matches, err := parseOperator(name, argument)
		if err != nil {
			return leaf{}, fmt.Errorf("%s: %w", name, err)
		}
		return leaf{matches: matches}, nil
	}
	panic("unreachable: an object of one field has one")
}

func parseExists(argument any) (leaf, error) {
	there, ok := argument.(bool)
	if !ok {
		return leaf{}, errors.New("exists: true or false")
	}
	return leaf{absent: !there, matches: func(any) bool { return true }}, nil
}

func parseOperator(name string, argument any) (func(any) bool, error) {
	switch name {
	case "prefix":
		return parseEnd(argument, strings.HasPrefix)
	case "suffix":
		return parseEnd(argument, strings.HasSuffix)
	case "equals-ignore-case":
		return onText(argument, strings.EqualFold)
	case "wildcard":
		return parseWildcard(argument)
	case "numeric":
		return parseNumeric(argument)
	case "cidr":
		return parseCIDR(argument)
	case "anything-but":
		return parseAnythingBut(argument)
	default:
		return nil, errors.New("an operator that there is not")
	}
}

// parseExact is equality: of text, of numbers whatever their notation, of true, false and null.
func parseExact(want any) (func(any) bool, error) {
	switch w := want.(type) {
	case json.Number:
		n, err := parseNumber(w)
		return func(v any) bool { return numberOf(v) != nil && *numberOf(v) == n }, err
	case []any:
		return nil, errors.New("a list in a list")
	default: // text, true, false, null
		return func(v any) bool { return v == w }, nil
	}
}

// parseEnd is prefix or suffix, of the text as it is or of any case.
func parseEnd(argument any, has func(text, end string) bool) (func(any) bool, error) {
	if o, ok := argument.(map[string]any); ok {
		end, ok := o["equals-ignore-case"].(string)
		if !ok || len(o) != 1 {
			return nil, errors.New("text, or equals-ignore-case with text")
		}
		return func(v any) bool {
			text, ok := v.(string)
			return ok && has(strings.ToLower(text), strings.ToLower(end))
		}, nil
	}
	return onText(argument, has)
}

func onText(argument any, matches func(text, argument string) bool) (func(any) bool, error) {
	want, ok := argument.(string)
	if !ok {
		return nil, errors.New("text")
	}
	return func(v any) bool {
		text, ok := v.(string)
		return ok && matches(text, want)
	}, nil
}

func parseCIDR(argument any) (func(any) bool, error) {
	text, ok := argument.(string)
	if !ok {
		return nil, errors.New("text")
	}
	block, err := netip.ParsePrefix(text)
	if err != nil {
		return nil, err
	}
	return func(v any) bool {
		text, ok := v.(string)
		if !ok {
			return false
		}
		address, err := netip.ParseAddr(text)
		return err == nil && block.Contains(address)
	}, nil
}

// parseAnythingBut matches every value that there is but those given: one or several, or those of one operator on text.
func parseAnythingBut(argument any) (func(any) bool, error) {
	var unwanted []func(any) bool
	add := func(matches func(any) bool, err error) error {
		unwanted = append(unwanted, matches)
		return err
	}
	var err error
	switch a := argument.(type) {
	case string, json.Number:
		err = add(parseExact(a))
	case []any:
		err = eachOf(a, func(item any) error { return add(parseExact(item)) })
	case map[string]any:
		err = parseButOperator(a, add)
	default:
		err = errors.New("text, a number, a list of either, or an operator")
	}
	if err != nil {
		return nil, err
	}
	return func(v any) bool {
		for _, matches := range unwanted {
			if matches(v) {
				return false
			}
		}
		return true
	}, nil
}

func parseButOperator(o map[string]any, add func(func(any) bool, error) error) error {
	if len(o) != 1 {
		return errors.New("one operator")
	}
	for name, argument := range o {
		switch name {
		case "prefix", "suffix", "equals-ignore-case", "wildcard":
		default:
			return fmt.Errorf("%s: prefix, suffix, equals-ignore-case or wildcard", name)
		}
		list, ok := argument.([]any)
		if !ok {
			list = []any{argument}
		}
		return eachOf(list, func(item any) error { return add(parseOperator(name, item)) })
	}
	return nil
}

// eachOf is of a list of text or of numbers, not of both, and not of none.
func eachOf(list []any, add func(any) error) error {
	if len(list) == 0 {
		return errors.New("an empty list")
	}
	_, first := list[0].(string)
	for _, item := range list {
		_, text := item.(string)
		_, number := item.(json.Number)
		if (!text && !number) || text != first {
			return errors.New("a list of text or of numbers")
		}
		if err := add(item); err != nil {
			return err
		}
	}
	return nil
}
