// SPDX-License-Identifier: Apache-2.0

package redact

import "strings"

// A shape is a kind of secret that can be told by its looks.
type shape interface {
	// starts returns texts of at least three bytes that the shape may begin with;
	// only the first three bytes count.
	starts() []string
	// match says whether the shape stands at i, and what of it to mask. The answer
	// depends on nothing before i but one byte, and once it is yes or no it does
	// not change with more text.
	match(sc *scanner, i int) (span, verdict)
}

// A class is a set of bytes.
type class [256]bool

// newClass returns the class of the bytes of set, where a-z is a range and a
// leading or closing - itself.
func newClass(set string) *class {
	var c class
	for i := 0; i < len(set); i++ {
		from, to := set[i], set[i]
		if i+2 < len(set) && set[i+1] == '-' {
			to = set[i+2]
			i += 2
		}
		for b := int(from); b <= int(to); b++ {
			c[b] = true
		}
	}
	return &c
}

// not returns the class of all bytes outside set.
func not(set string) *class {
	c := newClass(set)
	for b := range c {
		c[b] = !c[b]
	}
	return c
}

// A token is a fixed prefix and the run of bytes that follows.
type token struct {
	prefix string
	body   *class
	min    int  // fewest bytes of body
	glued  int  // the same where a letter or digit stands before the prefix; 0 means min
	keep   bool // leave the prefix readable
	fold   bool // the prefix, written in lower case, counts in any case
}

func (t token) starts() []string {
	if t.fold {
		return cases(t.prefix[:3])
	}
	return []string{t.prefix}
}

func (t token) match(sc *scanner, i int) (span, verdict) {
	if v := t.prefixAt(sc, i); v != yes {
		return span{}, v
	}
	from, body := i, i+len(t.prefix)
	if t.keep {
		from = body
	}
	sp := sc.openSpan(from, body, t.body)
	switch {
	case sp.to-body >= t.least(sc, i):
		return sp, yes
	case sp.open != nil && !sc.final:
		return span{}, more
	default:
		return span{}, no
	}
}

func (t token) prefixAt(sc *scanner, i int) verdict {
	if !t.fold {
		return sc.literal(i, t.prefix)
	}
	return sc.folded(i, t.prefix)
}

func (t token) least(sc *scanner, i int) int {
	if t.glued > 0 && alnum[sc.byteBefore(i)] {
		return t.glued
	}
	return t.min
}

func (sc *scanner) byteBefore(i int) byte {
	if i == 0 {
		return sc.before
	}
	return sc.s[i-1]
}

// folded is literal for a lower-case word that may stand in any case.
func (sc *scanner) folded(i int, word string) verdict {
	rest := sc.s[i:min(i+len(word), len(sc.s))]
	switch {
	case !strings.EqualFold(rest, word[:len(rest)]):
		return no
	case len(rest) == len(word):
		return yes
	case sc.final:
		return no
	default:
		return more
	}
}

// cases returns the ways to write s, three lower-case letters, in either case.
func cases(s string) []string {
	var all []string
	for m := range 1 << len(s) {
		b := []byte(s)
		for i := range b {
			if m>>i&1 == 1 {
				b[i] -= 'a' - 'A'
			}
		}
		all = append(all, string(b))
	}
	return all
}
