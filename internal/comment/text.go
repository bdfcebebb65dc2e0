// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"fmt"
	"html"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Every text that comes from outside passes through one of the functions of this file before it stands in a comment.

// invisible reports whether r cannot be seen, or changes how its neighbours are seen: control characters, bidi
// overrides and isolates, zero-width characters, tags (https://trojansource.codes).
func invisible(r rune) bool {
	switch {
	case r < 0x7f:
		return r < ' '
	case r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0 || r == 0x2800: // blanks that count as letters
		return true
	case r >= 0xfe00 && r <= 0xfe0e || r >= 0xe0000 && r <= 0xe0fff: // variation selectors, tags
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp)
}

// visible returns s with everything invisible written out ("\u202e", "\n", "\xff"), so that the result is one
// line of valid UTF-8.
func visible(s string) string { return visibleBut(s, "") }

// visibleBut is visible, except that the characters of keep stay as they are. A marker of ours is no marker any more.
func visibleBut(s, keep string) string {
	s = strings.ReplaceAll(s, "<!-- layerbot", `<\u0021-- layerbot`)
	clean := func(r rune, size int) bool {
		if r == utf8.RuneError {
			return size > 1
		}
		return !invisible(r) || strings.ContainsRune(keep, r)
	}
	i := 0
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !clean(r, size) {
			break
		}
		i += size
	}
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:i])
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case clean(r, size):
			b.WriteString(s[i : i+size])
		case r == utf8.RuneError && size <= 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += size
	}
	return b.String()
}

// clip returns s, cut between two characters to at most n bytes and then marked with "…".
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// Most bytes of one name and of one message.
const (
	maxName  = 300
	maxProse = 1000
)

// shown returns s on one line, visible, in at most n bytes.
func shown(s string, n int) string { return clip(visible(clip(s, n)), n) }

// code returns s as an inline code span, in which Markdown has no power, not even that of a table cell.
func code(s string) string {
	s = strings.ReplaceAll(shown(s, maxName), "|", `\u007c`)
	if strings.TrimSpace(s) == "" {
		return "–"
	}
	ticks := strings.Repeat("`", longestRun(s)+1)
	if len(ticks) > 1 || s[0] == ' ' || s[len(s)-1] == ' ' {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

// codes returns the list as code spans joined by commas, at most n of them.
func codes(list []string, n int) string {
	var b strings.Builder
	for i, s := range list {
		if i == n {
			return b.String() + " and " + number(len(list)-n) + " more"
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(code(s))
	}
	return b.String()
}

// longestRun returns the length of the longest run of backticks in s.
func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// prose returns a message as one line of Markdown that shows it letter by letter. Pairs of backticks mark code, as
// in the hints of our own errors; nothing else has power.
func prose(s string) string {
	s = shown(strings.Join(strings.Fields(clip(s, maxProse)), " "), maxProse)
	parts := strings.Split(s, "`")
	if len(parts)%2 == 0 {
		return literal(s)
	}
	var b strings.Builder
	for i, part := range parts {
		switch {
		case i == 0:
			b.WriteString(literal(part))
		case i%2 == 0:
			b.WriteString(escapes.Replace(part))
		case strings.TrimSpace(part) == "":
			b.WriteString(escapes.Replace("`" + part + "`"))
		default:
			b.WriteString(code(part))
		}
	}
	return b.String()
}

// zero is a zero-width space: it keeps GitHub from seeing a mention, a reference or an address.
const zero = "\u200b"

var escapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "#", `\#`+zero, "|", `\|`, "~", `\~`, "$", `\$`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "@", "@"+zero, "://", ":"+zero+"//", "www.", "www"+zero+".", "WWW.", "WWW"+zero+".",
)

// literal escapes the start of a line: what would begin a list or underline a heading there has no power elsewhere.
func literal(s string) string {
	s = escapes.Replace(s)
	rest := strings.TrimLeft(s, "0123456789")
	if rest != "" && strings.Contains("-+=", rest[:1]) || len(rest) < len(s) && rest != "" && strings.Contains(".)", rest[:1]) {
		return s[:len(s)-len(rest)] + `\` + rest
	}
	return s
}

// markup returns s for the inside of an HTML element of ours.
func markup(s string) string { return html.EscapeString(shown(s, maxName)) }

// fence returns body as a code block that nothing in it can close. body is made of lines that are visible.
func fence(lang, body string) string {
	ticks := strings.Repeat("`", max(3, longestRun(body)+1))
	if !strings.HasSuffix(body, "\n") {
		body += "\n"
	}
	return ticks + lang + "\n" + body + ticks + "\n"
}

// lines returns text with its line ends kept and every line made visible.
func lines(text string) string {
	return visibleBut(strings.ReplaceAll(text, "\r\n", "\n"), "\n\t")
}

// quote returns Markdown as a block quote.
func quote(s string) string {
	return "> " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n> ") + "\n"
}

// link returns a link with our own text, or the text alone if address is not one of the web.
func link(text, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || len(address) > 500 {
		return text
	}
	return "[" + text + "](" + urlEscapes.Replace(u.String()) + ")"
}

var urlEscapes = strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", `\`, "%5C", "|", "%7C", "`", "%60", " ", "%20",
	"[", "%5B", "]", "%5D", "&", "&amp;")

// number returns n with commas between thousands: 9,950.
func number(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count returns the number and the noun: "1 target", "2 targets".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}
