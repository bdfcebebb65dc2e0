// SPDX-License-Identifier: Apache-2.0

package trust

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// A pattern is a value of a policy: characters, and the wildcards below.
type pattern []rune

const (
	anyText rune = -1 - iota // any characters, also none
	anyRune                  // any one character
)

// literally returns text as a pattern, in which * and ? are wildcards if wild.
func literally(text string, wild bool) pattern {
	p := pattern(text)
	for i, r := range p {
		switch {
		case wild && r == '*':
			p[i] = anyText
		case wild && r == '?':
			p[i] = anyRune
		}
	}
	return p
}

// text returns the only text that p matches; ok is false if there are several.
func (p pattern) text() (text string, ok bool) {
	return string(p), !slices.ContainsFunc(p, func(r rune) bool { return r < 0 })
}

// example returns a text that p matches.
func (p pattern) example() string {
	var text strings.Builder
	for _, r := range p {
		switch r {
		case anyText:
			text.WriteString("anything")
		case anyRune:
			text.WriteByte('x')
		default:
			text.WriteRune(r)
		}
	}
	return text.String()
}

// patterns reads the values of a condition. With variables, ${*}, ${?} and ${$} stand for the character itself; what
// another variable holds cannot be known here.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
func patterns(values []scalar, o operator, variables bool) (all []pattern, problem *PolicyError) {
	if len(values) == 0 {
		return nil, &PolicyError{"a condition has no values", "give the values that the claim may have"}
	}
	for _, v := range values {
		if o.null && v != "true" && v != "false" {
			return nil, &PolicyError{fmt.Sprintf("%q is no value for Null", string(v)), `"true" wants the claim to be missing, "false" to be there`}
		}
		var p pattern
		rest := string(v)
		for variables {
			before, after, found := strings.Cut(rest, "${")
			if !found {
				break
			}
			if len(after) < 2 || after[1] != '}' || !strings.ContainsRune("*?$", rune(after[0])) {
				return nil, &PolicyError{fmt.Sprintf("what the variable in %q stands for cannot be known", string(v)), "write the value itself"}
			}
			p = append(p, literally(before, o.wild)...)
			p = append(p, rune(after[0]))
			rest = after[2:]
		}
		all = append(all, append(p, literally(rest, o.wild)...))
	}
	return all, nil
}

// matches reports whether the whole of text is as p wants it. It takes at most len(p) × len(text) steps.
func (p pattern) matches(text string, fold bool) bool {
	runes := []rune(text)
	at, star, mark := 0, -1, 0
	for i := 0; i < len(runes); {
		switch {
		case at < len(p) && p[at] == anyText:
			star, mark = at, i
			at++
		case at < len(p) && (p[at] == anyRune || p[at] == runes[i] || fold && same(p[at], runes[i])):
			at, i = at+1, i+1
		case star >= 0: // the last * takes one character more
			mark++
			at, i = star+1, mark
		default:
			return false
		}
	}
	for at < len(p) && p[at] == anyText {
		at++
	}
	return at == len(p)
}

func same(a, b rune) bool { return a >= 0 && unicode.ToLower(a) == unicode.ToLower(b) }
