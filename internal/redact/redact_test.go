// SPDX-License-Identifier: Apache-2.0

package redact_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/layerbot/layerbot/internal/redact"
)

// Parts are joined here so that no scanner takes this file for a leak.
var (
	jwt  = "eyJhbGciOiJSUzI1NiJ9" + ".eyJpc3MiOiIxMjM0NSJ9" + ".c2lnbmF0dXJlLXNpZ25hdHVyZQ"
	pem  = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo\n4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onL\n-----END RSA " + "PRIVATE KEY-----"
	sts  = "IQoJ" + "b3JpZ2luX2VjEJr//////////wEaCWV1LXdlc3QtMSJHMEUCIQDK+0Tz/abcdefghijklmnop=="
	hush = redact.Mask
)

func TestShapes(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"installation token":          {"token ghs_" + strings.Repeat("a1", 18) + " end", "token " + hush + " end"},
		"short installation token":    {"x=ghs_abcd;", "x=" + hush + ";"},
		"installation token with JWT": {"ghs_12345_" + jwt + " end", hush + " end"},
		"token after an escaped \\n":  {`\nghs_` + strings.Repeat("b", 36), `\n` + hush},
		"classic token":               {"ghp_" + strings.Repeat("c", 36), hush},
		"user tokens":                 {"gho_abcd ghu_abcd ghr_abcd", hush + " " + hush + " " + hush},
		"fine-grained token":          {"github_pat_11AAAA_bbbb.", hush + "."},
		"private key":                 {"a\n" + pem + "\nb", "a\n" + hush + "\nb"},
		"private key in a diff":       {strings.ReplaceAll("+ "+pem, "\n", "\n+ "), "+ " + hush},
		"private key in JSON":         {`"` + strings.ReplaceAll(pem, "\n", `\n`) + `",`, `"` + hush + `",`},
		"private key in base64":       {base64.StdEncoding.EncodeToString([]byte(pem)) + "!", hush + "!"},
		"private key cut off":         {pem[:60], hush},
		"two private keys":            {pem + "\n" + pem, hush + "\n" + hush},
		"AWS key ids":                 {"AKIAIOSFODNN7EXAMPLE/ASIAIOSFODNN7EXAMPLE", hush + "/" + hush},
		"AWS session token":           {"AWS_SESSION_TOKEN=" + sts + "\n", "AWS_SESSION_TOKEN=" + hush + "\n"},
		"JWT":                         {"id: " + jwt + ",", "id: " + hush + ","},
		"x-access-token":              {"https://x-access-token:v1.0123@github.com/o/r", "https://x-access-token:" + hush + "@github.com/o/r"},
		"x-access-token in base64":    {"basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:abcdef")), "basic " + hush},
		"password in a URL":           {"postgres://app:hunter2@db:5432/x", "postgres://app:" + hush + "@db:5432/x"},
		"password with an at sign":    {"https://u:p@ss@host", "https://u:" + hush + "@host"},
		"token for a user name":       {"git::https://0123456789abcdef0123@host/x", "git::https://" + hush + "@host/x"},
		"header":                      {"Authorization: Bearer abc\r\nX: y", "Authorization: Bearer " + hush + "\r\nX: y"},
		"header in JSON":              {`{"authorization":"token abc","b":1}`, `{"authorization":"token ` + hush + `","b":1}`},
		"header in JSON in JSON":      {`{\"Authorization\":\"Basic YTpi\"}`, `{\"Authorization\":\"Basic ` + hush + `\"}`},
		"header as Go prints it":      {"map[Authorization:[Bearer abc] B:[c]]", "map[Authorization:[Bearer " + hush + "] B:[c]]"},
		"header as git takes it":      {"http.extraheader=AUTHORIZATION: basic YTpi", "http.extraheader=AUTHORIZATION: basic " + hush},
		"header without a scheme":     {"authorization=0123456789abcdef01", "authorization=" + hush},
		"bearer alone":                {"Bearer 0123456789abcdef0123 x", "Bearer " + hush + " x"},
		"age key":                     {"AGE-SECRET-KEY-1" + strings.Repeat("Q", 58), hush},
		"1Password token":             {"OP=ops_" + "eyJzaWduSW5BZGRyZXNzIjoi", "OP=" + hush},
		"secrets that touch":          {"AKIAIOSFODNN7EXAMPLE" + jwt, hush},
	} {
		t.Run(name, func(t *testing.T) {
			var zero redact.Redactor
			if got := zero.String(c.in); got != c.want {
				t.Errorf("String(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
			if got := zero.String(c.want); got != c.want {
				t.Errorf("a redacted text is changed again: %q, was %q", got, c.want)
			}
		})
	}
}

func TestOrdinaryTextStays(t *testing.T) {
	for _, s := range []string{
		"", "a", "ab", "--", "ghs_", "highs_and_lows", "the prefix `ghs_` and `github_pat_`",
		"https://github.com/o/r/pull/1#issuecomment-2", "ssh://git@github.com/o/r", "http://127.0.0.1:8080/?a=b@c",
		"authorization: only maintainers may apply", "Authorization", "bearer of news",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "-----------------",
		"eyJ", "eyJzaG9ydA.x", "arn:aws:iam::123456789012:role/layerbot-plan", "AKIA", "me@example.com:22",
		"+ aws_instance.web (i-0123456789abcdef0)", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	} {
		if got := redact.New("", "abc", " \n ").String(s); got != s {
			t.Errorf("String(%q) = %q", s, got)
		}
	}
}

func TestRegisteredSecretInEveryForm(t *testing.T) {
	for _, secret := range []string{"pa55", "hunter2?", `s p"a<c>&e/+%\x`, "ünï-cødé€", strings.Repeat("\xff\xfe\xfb", 5)} {
		r := redact.New(secret)
		quoted, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		forms := map[string]string{
			"plain": secret, "query": url.QueryEscape(secret), "path": url.PathEscape(secret),
			"userinfo": url.UserPassword("u", secret).String()[2:],
			"hex":      hex.EncodeToString([]byte(secret)), "HEX": fmt.Sprintf("%X", secret),
			"std": base64.StdEncoding.EncodeToString([]byte(secret)), "raw std": base64.RawStdEncoding.EncodeToString([]byte(secret)),
			"HTML": html.EscapeString(secret), "html/template": template.HTMLEscaper(secret), "attribute": strings.ReplaceAll(html.EscapeString(secret), "+", "&#43;"),
			"base64 in HTML": strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte(secret)), "+", "&#43;"),
			"url":            base64.URLEncoding.EncodeToString([]byte(secret)), "raw url": base64.RawURLEncoding.EncodeToString([]byte(secret)),
		}
		if json.Valid(quoted) && !strings.Contains(secret, "\xff") {
			forms["JSON"] = strings.TrimSuffix(strings.TrimPrefix(string(quoted), `"`), `"`)
		}
		for name, form := range forms {
			if got, want := r.String("<<"+form+">>"), "<<"+hush+">>"; got != want {
				t.Errorf("%q as %s: got %q, want %q", secret, name, got, want)
			}
		}
	}
}

func TestRegisteredSecretInsideBase64(t *testing.T) {
	secret := "correct horse?>~battery"
	r := redact.New(secret)
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		for before := range 7 {
			for after := range 4 {
				text := enc.EncodeToString([]byte("useruser"[:before] + secret + "tail"[:after]))
				got := r.String(text)
				left := len(strings.ReplaceAll(got, hush, ""))
				if most := before*4/3 + 2 + after*4/3 + 4; !strings.Contains(got, hush) || left > most {
					t.Errorf("%d before, %d after: %q became %q", before, after, text, got)
				}
			}
		}
	}
}

func TestSecretOfSeveralLinesIsFoundLineByLine(t *testing.T) {
	r := redact.New("first line of it\nsecond line of it\n")
	got := r.String("12:00 first line of it\r\n12:01 second line of it\r\n")
	if want := "12:00 " + hush + "\r\n12:01 " + hush + "\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLongestOfOverlappingSecretsIsMasked(t *testing.T) {
	r := redact.New("pass", "password", "word-and-more")
	if got, want := r.String("a password-and-more b"), "a "+hush+" b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestConcurrentUse(t *testing.T) {
	r := redact.New("first-secret")
	var out strings.Builder
	w := r.Writer(&out)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			r.Add(fmt.Sprintf("secret-number-%d", i))
			for range 50 {
				if got := r.String("first-secret"); got != hush {
					t.Errorf("got %q", got)
				}
				fmt.Fprintf(w, "first-secret secret-number-%d\n", i)
			}
		})
	}
	wg.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat(hush+" "+hush+"\n", 400); out.String() != want {
		t.Errorf("got %q", out.String())
	}
}
