// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"cmp"
	"slices"
	"strings"
)

// An index finds, for each position of a text, the secrets that may begin there,
// by the first three bytes. It does not change once it is made.
type index struct {
	hot    [1 << 10]uint64        // a bit for each hash of three first bytes
	starts map[string]bool        // first bytes and first two bytes
	at     map[[3]byte]*candidate // by the first three bytes
}

// A candidate is what may begin with the same three bytes.
type candidate struct {
	literals []string // longest first
	shapes   []shape
}

func newIndex(literals []string) *index {
	x := &index{starts: map[string]bool{}, at: map[[3]byte]*candidate{}}
	for _, l := range literals {
		c := x.candidate(l)
		c.literals = append(c.literals, l)
	}
	for _, c := range x.at {
		slices.SortFunc(c.literals, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
		c.literals = slices.Compact(c.literals)
	}
	for _, s := range shapes() {
		for _, start := range s.starts() {
			c := x.candidate(start)
			c.shapes = append(c.shapes, s)
		}
	}
	return x
}

// candidate returns the candidate for texts that begin like s, and makes it findable.
func (x *index) candidate(s string) *candidate {
	key := [3]byte{s[0], s[1], s[2]}
	c := x.at[key]
	if c == nil {
		c = &candidate{}
		x.at[key] = c
		x.starts[s[:1]], x.starts[s[:2]] = true, true
		h := hash(key[0], key[1], key[2])
		x.hot[h>>6] |= 1 << (h & 63)
	}
	return c
}

func hash(a, b, c byte) uint32 {
	return (uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 0x9E3779B1 >> 16
}

// A span is a stretch of text to be masked: [from, to). If open is set, the span
// reached the end of the text and goes on while bytes of that class follow.
type span struct {
	from, to int
	open     *class
}

// A scanner finds the spans of one text.
type scanner struct {
	*index
	s      string
	before byte   // what came before s; 0 at the very start
	final  bool   // nothing follows s
	spans  []span // in the order they were found
	runs   map[*class]span
	key    span // see keyEnd
}

// run scans s and returns how much of it is decided: all of it, or up to where a
// secret may have begun that needs more text to be seen.
func (sc *scanner) run() int {
	for i, sp := range sc.spans {
		if sp.open != nil {
			sc.spans[i] = sc.openSpan(sp.from, sp.to, sp.open)
		}
	}
	s := sc.s
	for i := 0; i+2 < len(s); i++ {
		h := hash(s[i], s[i+1], s[i+2])
		if sc.hot[h>>6]&(1<<(h&63)) == 0 {
			continue
		}
		if c := sc.at[[3]byte{s[i], s[i+1], s[i+2]}]; c != nil && !sc.decide(i, c) {
			return i
		}
	}
	for i := max(len(s)-2, 0); i < len(s) && !sc.final; i++ {
		if sc.starts[s[i:]] {
			return i
		}
	}
	return len(s)
}

// decide adds what begins at i. It returns false if that takes more text.
func (sc *scanner) decide(i int, c *candidate) bool {
	found := len(sc.spans)
	for _, l := range c.literals {
		switch sc.literal(i, l) {
		case yes:
			sc.spans = append(sc.spans, span{from: i, to: i + len(l)})
		case more:
			sc.spans = sc.spans[:found]
			return false
		case no:
		}
	}
	for _, s := range c.shapes {
		sp, v := s.match(sc, i)
		switch v {
		case yes:
			sc.spans = append(sc.spans, sp)
		case more:
			sc.spans = sc.spans[:found]
			return false
		case no:
		}
	}
	return true
}

// A verdict says whether something stands at a position.
type verdict int

const (
	no verdict = iota
	yes
	more // it takes more text to say
)

func (sc *scanner) literal(i int, l string) verdict {
	switch rest := sc.s[i:]; {
	case strings.HasPrefix(rest, l):
		return yes
	case !sc.final && strings.HasPrefix(l, rest):
		return more
	default:
		return no
	}
}

// runEnd returns where the run of bytes of c that goes through i ends. Asked again
// within the same run it does not read it again, so that a scan stays linear.
func (sc *scanner) runEnd(c *class, i int) int {
	if last, ok := sc.runs[c]; ok && last.from <= i && i < last.to {
		return last.to
	}
	end := i
	for end < len(sc.s) && c[sc.s[end]] {
		end++
	}
	if sc.runs == nil {
		sc.runs = map[*class]span{}
	}
	sc.runs[c] = span{from: i, to: end}
	return end
}

// openSpan is the span [from, to) and the bytes of c that follow it.
func (sc *scanner) openSpan(from, to int, c *class) span {
	sp := span{from: from, to: sc.runEnd(c, to)}
	if sp.to == len(sc.s) {
		sp.open = c
	}
	return sp
}

// cover writes s to b with one Mask for each stretch that spans cover. masked says
// that a Mask stands right before s; cover returns the same for what comes after.
func cover(b *strings.Builder, s string, spans []span, masked bool) bool {
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	pos := 0
	for _, sp := range spans {
		from, to := min(sp.from, len(s)), min(sp.to, len(s))
		if to <= max(pos, from) { // masked already, or beyond s
			continue
		}
		if from > pos {
			b.WriteString(s[pos:from])
			masked = false
		}
		if !masked {
			b.WriteString(Mask)
			masked = true
		}
		pos = to
	}
	if pos < len(s) {
		b.WriteString(s[pos:])
		masked = false
	}
	return masked
}
