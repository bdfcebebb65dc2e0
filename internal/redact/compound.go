// SPDX-License-Identifier: Apache-2.0

package redact

import "strings"

// How far a shape looks for the end of what it needs to see. A JSON Web Token's
// header and a URL's credentials are far shorter; so is a private key of 16,384 bits.
const (
	maxPart = 4 << 10
	maxKey  = 16 << 10
)

// A privateKey is a PEM block, https://www.rfc-editor.org/rfc/rfc7468, over as many
// lines as it takes and whatever stands at their beginnings (a diff's signs, a
// log's times). One that does not end is masked for 16 KiB.
type privateKey struct{}

const (
	pemBegin = "-----BEGIN "
	pemEnd   = "-----END "
	pemDash  = "-----"
	maxLabel = 64
	maxEnds  = 8 // that are looked at, of a key whose first ones are none
)

func (privateKey) starts() []string { return []string{pemBegin} }

func (privateKey) match(sc *scanner, i int) (span, verdict) {
	if v := sc.literal(i, pemBegin); v != yes {
		return span{}, v
	}
	label, v := sc.until(i+len(pemBegin), maxLabel, pemDash)
	if v != yes {
		return span{}, v
	}
	if !strings.Contains(sc.s[i+len(pemBegin):label], "PRIVATE KEY") {
		return span{}, no
	}
	body := label + len(pemDash)
	limit := min(body+maxKey, len(sc.s))
	for at, tries := body, 0; tries < maxEnds; tries++ {
		end := sc.keyEnd(at) + len(pemEnd)
		if end > limit {
			break
		}
		switch dash, v := sc.until(end, maxLabel, pemDash); v {
		case yes:
			return span{from: i, to: dash + len(pemDash)}, yes
		case more:
			return span{}, more
		case no: // it does not end here
		}
		at = end
	}
	if limit-body < maxKey && !sc.final {
		return span{}, more
	}
	return span{from: i, to: limit}, yes
}

// keyEnd returns where, from i on, the next key ends; the end of the text if none does. Like runEnd it reads
// nothing twice.
func (sc *scanner) keyEnd(i int) int {
	if i < sc.key.from || i > sc.key.to || sc.key.to == 0 {
		n := strings.Index(sc.s[i:], pemEnd)
		if n < 0 {
			n = len(sc.s) - i
		}
		sc.key = span{from: i, to: i + n}
	}
	return sc.key.to
}

// until returns where, within limit bytes of i, what stands.
func (sc *scanner) until(i, limit int, what string) (int, verdict) {
	window := sc.s[i:min(i+limit, len(sc.s))]
	if n := strings.Index(window, what); n >= 0 {
		return i + n, yes
	}
	if len(window) < limit && !sc.final {
		return 0, more
	}
	return 0, no
}

// A webToken is a JSON Web Token, https://www.rfc-editor.org/rfc/rfc7519: base64url
// of a JSON object, a dot, and more of the kind.
type webToken struct{}

const (
	minHeader  = 10
	minPayload = 4
)

var webTokenRest = dotted

func (webToken) starts() []string { return []string{"eyJ"} }

func (webToken) match(sc *scanner, i int) (span, verdict) {
	dot := sc.runEnd(base64url, i)
	switch {
	case dot-i > maxPart:
		return span{}, no
	case dot == len(sc.s):
		return span{}, sc.atEnd()
	case dot-i < minHeader || sc.s[dot] != '.':
		return span{}, no
	}
	payload := sc.runEnd(base64url, dot+1)
	switch {
	case payload-dot-1 >= minPayload:
		return sc.openSpan(i, dot+1, webTokenRest), yes
	case payload == len(sc.s):
		return span{}, sc.atEnd()
	default:
		return span{}, no
	}
}

// atEnd is the verdict on what is incomplete at the end of the text.
func (sc *scanner) atEnd() verdict {
	if sc.final {
		return no
	}
	return more
}

// A urlPassword is the password of a URL, or a lone user name so long that it is a
// token. The user name and the host stay readable.
type urlPassword struct{}

const minLoneUser = 20

func (urlPassword) starts() []string { return []string{"://"} }

func (urlPassword) match(sc *scanner, i int) (span, verdict) {
	from := i + len("://")
	end := sc.runEnd(authority, from)
	if end == len(sc.s) && end-from < maxPart && !sc.final {
		return span{}, more
	}
	end = min(end, from+maxPart)
	at := strings.LastIndexByte(sc.s[from:end], '@')
	if at < 0 {
		return span{}, no
	}
	user, password, both := strings.Cut(sc.s[from:from+at], ":")
	switch {
	case both && password != "":
		return span{from: from + len(user) + 1, to: from + at}, yes
	case !both && len(user) >= minLoneUser:
		return span{from: from, to: from + at}, yes
	default:
		return span{}, no
	}
}
