// SPDX-License-Identifier: Apache-2.0

package eventbridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// EventBridge compares numbers from -5e9 to 5e9.
const largest = 5e9

func parseNumber(n json.Number) (float64, error) {
	f, err := n.Float64()
	if err != nil {
		return 0, err
	}
	if f < -largest || f > largest {
		return 0, fmt.Errorf("%s is beyond what EventBridge compares, -5e9 to 5e9", n)
	}
	return f, nil
}

// numberOf is a value of an event as a number, nil where it is none: text that looks like one is none.
func numberOf(value any) *float64 {
	n, ok := value.(json.Number)
	if !ok {
		return nil
	}
	f, err := parseNumber(n)
	if err != nil {
		return nil
	}
	return &f
}

// parseNumeric reads one comparison or two, such as [">", 0, "<=", 5].
func parseNumeric(argument any) (func(any) bool, error) {
	list, ok := argument.([]any)
	if !ok || (len(list) != 2 && len(list) != 4) {
		return nil, errors.New("a list of one or two comparisons")
	}
	var all []func(float64) bool
	var signs []string
	for i := 0; i < len(list); i += 2 {
		sign, _ := list[i].(string)
		number, ok := list[i+1].(json.Number)
		if !ok {
			return nil, fmt.Errorf("what follows %s is no number", sign)
		}
		limit, err := parseNumber(number)
		if err != nil {
			return nil, err
		}
		compare, err := comparison(sign, limit)
		if err != nil {
			return nil, err
		}
		all, signs = append(all, compare), append(signs, sign)
	}
	if len(signs) == 2 && (signs[0][0] != '>' || signs[1][0] != '<') {
		return nil, errors.New("of two comparisons the first is > or >=, the second < or <=")
	}
	return func(v any) bool {
		n := numberOf(v)
		if n == nil {
			return false
		}
		for _, holds := range all {
			if !holds(*n) {
				return false
			}
		}
		return true
	}, nil
}

func comparison(sign string, limit float64) (func(float64) bool, error) {
	switch sign {
	case "=":
		return func(n float64) bool { return n == limit }, nil
	case "<":
		return func(n float64) bool { return n < limit }, nil
	case "<=":
		return func(n float64) bool { return n <= limit }, nil
	case ">":
		return func(n float64) bool { return n > limit }, nil
	case ">=":
		return func(n float64) bool { return n >= limit }, nil
	default:
		return nil, fmt.Errorf("%q is none of = < <= > >=", sign)
	}
}

// parseWildcard reads text in which * is any text; \* and \\ are the characters themselves.
func parseWildcard(argument any) (func(any) bool, error) {
	pattern, ok := argument.(string)
	if !ok {
		return nil, errors.New("text")
	}
	pieces := []string{""}
	for i := 0; i < len(pattern); i++ {
		last := len(pieces) - 1
		switch {
		case pattern[i] == '\\' && i+1 < len(pattern) && (pattern[i+1] == '*' || pattern[i+1] == '\\'):
			i++
			pieces[last] += pattern[i : i+1]
		case pattern[i] == '\\':
			return nil, errors.New(`\ stands before * or \ only`)
		case pattern[i] == '*' && last > 0 && pieces[last] == "":
			return nil, errors.New("two stars in a row")
		case pattern[i] == '*':
			pieces = append(pieces, "")
		default:
			pieces[last] += pattern[i : i+1]
		}
	}
	return func(v any) bool {
		text, ok := v.(string)
		return ok && wildcard(pieces, text)
	}, nil
}

// wildcard is true of text that begins with the first piece, ends with the last, and has the others in between in their order.
func wildcard(pieces []string, text string) bool {
	first, last := pieces[0], pieces[len(pieces)-1]
	if len(pieces) == 1 {
		return text == first
	}
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, piece := range pieces[1 : len(pieces)-1] {
		_, rest, found := strings.Cut(text, piece)
		if !found {
			return false
		}
		text = rest
	}
	return true
}
