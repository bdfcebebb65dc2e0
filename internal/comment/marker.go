// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
)

// MarkerPrefix is how the living comment begins. A reply to a single command begins otherwise.
const MarkerPrefix = "<!-- layerbot:plan "

// maxMarker is the most bytes of a marker's targets; more are left out.
const maxMarker = 4 << 10

// A Marker is the hidden first line of the living comment.
type Marker struct {
	Head      string   `json:"head"`
	Targets   []string `json:"targets"`
	Truncated bool     `json:"truncated,omitempty"`
}

// String returns the marker as one line. Nothing in it can end the HTML comment.
func (m Marker) String() string {
	if !isHex(m.Head) {
		m.Head = ""
	}
	size := 0
	for i, t := range m.Targets {
		if size += len(strconv.QuoteToASCII(t)) + 1; size > maxMarker {
			m.Targets = m.Targets[:i]
			m.Truncated = true
			break
		}
	}
	text, err := json.Marshal(m)
	if err != nil { // strings and a bool always marshal
		panic(err)
	}
	return MarkerPrefix + strings.ReplaceAll(ascii(string(text)), "--", `-\u002d`) + " -->\n"
}

// ascii returns JSON with everything beyond ASCII escaped.
func ascii(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < 0x7f {
			b.WriteRune(r)
			continue
		}
		for _, u := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, u)
		}
	}
	return b.String()
}

// ReadMarker returns the marker of a comment's body. Callers must have verified the comment's author first.
func ReadMarker(body string) (Marker, bool) {
	line, _, _ := strings.Cut(body, "\n")
	line = strings.TrimSuffix(line, "\r")
	text, ok := strings.CutPrefix(line, MarkerPrefix)
	if !ok {
		return Marker{}, false
	}
	text, ok = strings.CutSuffix(text, " -->")
	if !ok || strings.Contains(text, "--") || len(text) > 4*maxMarker {
		return Marker{}, false
	}
	var m Marker
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if dec.Decode(&m) != nil || !isHex(m.Head) {
		return Marker{}, false
	}
	if _, err := dec.Token(); err != io.EOF {
		return Marker{}, false
	}
	return m, true
}

// isHex is true for what a commit's name looks like, and for "".
func isHex(s string) bool { return len(s) <= 64 && strings.Trim(s, "0123456789abcdef") == "" }
