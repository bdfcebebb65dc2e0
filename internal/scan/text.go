// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The most bytes that single parts of a finding may have.
const (
	maxMessage = 1 << 10
	maxName    = 200 // a rule, a tool
	maxAddress = 1 << 10
	maxLink    = 2 << 10
)

// oneLine makes one line of at most limit bytes of what a tool or a file says: valid UTF-8, runs of spaces and control
// characters as one space, nothing that is invisible or turns the direction of writing.
func oneLine(text string, limit int) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			if n := b.Len(); n == 0 || b.String()[n-1] == ' ' {
				continue
			}
			r = ' '
		case unicode.Is(unicode.Cf, r):
			continue
		}
		if b.Len() > limit {
			break
		}
		b.WriteRune(r)
	}
	return shorten(strings.TrimRight(b.String(), " "), limit)
}

// shorten cuts text to limit bytes, with an ellipsis where something is missing.
func shorten(text string, limit int) string {
	const ellipsis = "…"
	if len(text) <= limit {
		return text
	}
	n := limit - len(ellipsis)
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return strings.TrimRight(text[:n], " ") + ellipsis
}

// httpsOnly returns link if it is a plain https address, else "".
func httpsOnly(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(link) > maxLink || oneLine(link, maxLink) != link {
		return ""
	}
	return link
}
