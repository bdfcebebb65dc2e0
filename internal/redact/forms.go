// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
)

// minLine is the length from which a line of a secret of several lines is a
// secret of its own: logs and diffs put things between the lines.
const minLine = 8

// forms returns the ways in which secret may appear in a text, none shorter than
// MinSecret, and none at all if it is too short to be a secret.
func forms(secret string) []string {
	secret = strings.TrimSpace(secret)
	if len(secret) < MinSecret {
		return nil
	}
	all := []string{secret, hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret)))}
	all = append(all, base64Forms(secret)...)
	all = append(all, jsonForms(secret)...)
	all = append(all, urlForms(secret)...)
	all = append(all, htmlForms(all)...)
	if lines := strings.Split(secret, "\n"); len(lines) > 1 {
		for _, l := range lines {
			if l = strings.TrimSpace(l); len(l) >= minLine && !strings.HasPrefix(l, pemDash) {
				all = append(all, forms(l)...)
			}
		}
	}
	return all
}

// base64Forms returns the part of secret's base64 that does not depend on what is
// encoded around it, for the three ways it can be aligned, and the same up to the
// end where nothing follows; in both alphabets, padded or not.
func base64Forms(secret string) []string {
	var all []string
	for shift := range 3 {
		bits := 8 * (shift + len(secret))
		padded := base64.StdEncoding.EncodeToString([]byte("\x00\x00"[:shift] + secret))
		first := (8*shift + 5) / 6
		for _, form := range []string{padded[first : bits/6], strings.TrimRight(padded[first:], "="), padded[first:]} {
			all = append(all, form, strings.NewReplacer("+", "-", "/", "_").Replace(form))
		}
	}
	return all
}

// jsonForms returns secret inside a JSON string, with and without HTML's letters escaped.
func jsonForms(secret string) []string {
	var all []string
	for _, html := range []bool{true, false} {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(html)
		if enc.Encode(secret) == nil { // a string always encodes
			quoted := strings.TrimSpace(b.String())
			all = append(all, quoted[1:len(quoted)-1])
		}
	}
	return all
}

// urlForms returns secret as it stands in a query, in a path, in a URL's
// credentials and as browsers escape it, with upper- and lower-case digits.
func urlForms(secret string) []string {
	query := url.QueryEscape(secret)
	component := strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(query)
	all := []string{query, component, strings.ReplaceAll(query, "+", "%20"), url.PathEscape(secret),
		strings.TrimPrefix(url.UserPassword("", secret).String(), ":")}
	for _, form := range all {
		all = append(all, escapes.ReplaceAllStringFunc(form, strings.ToLower))
	}
	return all
}

// htmlForms returns texts as they stand on a page; html/template escapes the plus sign, too.
func htmlForms(texts []string) []string {
	var all []string
	for _, text := range texts {
		if escaped := html.EscapeString(text); escaped != text || strings.Contains(text, "+") {
			all = append(all, escaped, strings.ReplaceAll(escaped, "+", "&#43;"))
		}
	}
	return all
}

var escapes = regexp.MustCompile(`%[0-9A-F]{2}`)
