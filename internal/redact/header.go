// SPDX-License-Identifier: Apache-2.0

package redact

import "strings"

// An authorization is an Authorization header in any of its writings: raw, in JSON,
// in Go's or git's. After a known scheme the rest of the value is masked, else one
// long word.
type authorization struct{}

const (
	authHeader = "authorization"
	maxAuthSep = 8  // bytes between the name and the value
	maxScheme  = 20 // bytes of the scheme and its space
	minRawAuth = 16
)

func (authorization) starts() []string { return cases(authHeader[:3]) }

func (authorization) match(sc *scanner, i int) (span, verdict) {
	if v := sc.folded(i, authHeader); v != yes {
		return span{}, v
	}
	value, v := sc.afterSeparator(i + len(authHeader))
	if v != yes {
		return span{}, v
	}
	if len(sc.s)-value < maxScheme && !sc.final {
		return span{}, more
	}
	if n := schemeLen(sc.s[value:min(value+maxScheme, len(sc.s))]); n > 0 {
		switch sp := sc.openSpan(value+n, value+n, headerval); {
		case sp.to > sp.from:
			return sp, yes
		case sp.open != nil:
			return span{}, sc.atEnd()
		default:
			return span{}, no
		}
	}
	if sp := sc.openSpan(value, value, token68); sp.to-sp.from >= minRawAuth {
		return sp, yes
	}
	return span{}, no
}

// afterSeparator returns where the value of a header begins whose name ends at i.
func (sc *scanner) afterSeparator(i int) (int, verdict) {
	seen := false
	for j := i; j < i+maxAuthSep; j++ {
		if j == len(sc.s) {
			return 0, sc.atEnd()
		}
		switch sc.s[j] {
		case ':', '=':
			seen = true
		case ' ', '\t', '\\', '"', '\'', '[':
		default:
			if seen {
				return j, yes
			}
			return 0, no
		}
	}
	return 0, no
}

// schemeLen returns the length of the authentication scheme, with its spaces, that
// value begins with; 0 if it is not a known one.
// https://www.iana.org/assignments/http-authschemes
func schemeLen(value string) int {
	scheme, rest, ok := strings.Cut(value, " ")
	if !ok {
		return 0
	}
	switch strings.ToLower(scheme) {
	case "basic", "bearer", "token", "digest", "negotiate", "aws4-hmac-sha256", "apikey":
		return len(value) - len(strings.TrimLeft(rest, " "))
	}
	return 0
}
