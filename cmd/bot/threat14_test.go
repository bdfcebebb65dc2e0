// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/githubtest"
)

// What the process prints, and what the report phase posts, passes one redactor: see canaries.txtar for the rest of the way.
func TestThreat14ReadersOfLogsAndComments(t *testing.T) {
	jwt := "eyJhbGciOiJSUzI1NiJ9" + ".eyJpc3MiOiIxMjM0NSJ9" + ".c2lnbmF0dXJlLXNpZ25hdHVyZQ"
	lines := []string{"MIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo", "4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onL"}
	given := `hunter "2" <is> it/+`
	secrets := map[string]string{
		"installation token":          "ghs_" + strings.Repeat("a1", 18),
		"installation token with JWT": "ghs_4242_" + jwt,
		"user's token":                "gho_" + strings.Repeat("b2", 18),
		"AWS key":                     "AKIA" + "IOSFODNN7EXAMPLE",
		"AWS session's key":           "ASIA" + "IOSFODNN7EXAMPLE",
		"AWS session token":           "IQoJ" + strings.Repeat("b3JpZ2luX2Vj", 20),
		"OIDC token":                  jwt,
		"token in a URL":              "v1.0123456789",
		"first line of a key":         lines[0],
		"second line of a key":        lines[1],
	}
	for i, form := range escaped(given) {
		secrets[fmt.Sprintf("secret of the environment, escaped %d", i)] = form
	}
	text := "-----BEGIN RSA " + "PRIVATE KEY-----\n" + strings.Join(lines, "\n") + "\n-----END RSA " + "PRIVATE KEY-----\n" +
		"https://x-access-token:" + secrets["token in a URL"] + "@github.com/acme/infra\n"
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		if !strings.Contains(text, secrets[name]) {
			text += name + ": " + secrets[name] + "\n"
		}
	}
	for before := range 3 {
		text += base64.StdEncoding.EncodeToString([]byte("abc"[:before]+given+" and more")) + "\n"
	}
	for i, form := range encoded(given) {
		secrets[fmt.Sprintf("secret of the environment, in base64 %d", i)] = form
	}
	env := environment{Actions: true, All: map[string]string{"DB_PASSWORD": given}}
	for at := range len(text) {
		var out, errs bytes.Buffer
		b, flush := build(env, &out, &errs)
		for _, w := range []io.Writer{b.out, b.err} {
			fmt.Fprint(w, text[:at])
			fmt.Fprint(w, text[at:])
		}
		b.log.Warn(text, "hint", text)
		flush()
		for name, secret := range secrets {
			if strings.Contains(out.String(), secret) || strings.Contains(errs.String(), secret) {
				t.Fatalf("written in two parts, cut at %d (%q|%q): the %s shows", at, text[max(0, at-20):at], text[at:min(len(text), at+20)], name)
			}
		}
	}
}

// The runner is told of a token before the token is used for anything.
func TestThreat14TokensAreMaskedFirst(t *testing.T) {
	for name, long := range map[string]bool{"40 characters": false, "with JWT": true} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(t, githubtest.Options{LongTokens: long})
			masked := func(least int) func() {
				return func() {
					if n := strings.Count(d.printed.String(), "::add-mask::ghs_"); n < least {
						t.Errorf("%d tokens are masked when the %d. is used", n, least)
					}
				}
			}
			d.server.Hook("GET", "/repos/acme/infra/pulls", masked(1))
			d.server.Hook("GET", "/repos/acme/infra/collaborators", masked(2))
			if code := d.gate(environment{PrivateKey: string(d.server.PrivateKey)}); code != exitOK {
				t.Errorf("exit %d\n%s", code, d.printed.String())
			}
			if rest := maskLine.ReplaceAllString(d.printed.String(), ""); strings.Contains(rest, "ghs_") || !strings.Contains(rest, "@rita may not command") {
				t.Errorf("it says:\n%s", rest)
			}
		})
	}
}
