// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v4"

	"github.com/layerbot/layerbot/internal/github"
)

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func pkcs1() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(testKey())})
}

func pkcs8(t *testing.T, key any) []byte {
	t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
}

func TestKeyIsTakenAsPeoplePasteIt(t *testing.T) {
	for name, key := range map[string][]byte{
		"PKCS #1":         pkcs1(),
		"PKCS #8":         pkcs8(t, testKey()),
		"CRLF":            bytes.ReplaceAll(pkcs1(), []byte("\n"), []byte("\r\n")),
		"escaped":         bytes.ReplaceAll(pkcs1(), []byte("\n"), []byte(`\n`)),
		"escaped CRLF":    bytes.ReplaceAll(pkcs1(), []byte("\n"), []byte(`\r\n`)),
		"quoted, escaped": []byte(` "` + strings.ReplaceAll(string(pkcs1()), "\n", `\n`) + "\"\n"),
	} {
		if _, err := github.NewApp(github.Options{AppID: 1, PrivateKey: key}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBadKeyIsNeverShown(t *testing.T) {
	elliptic256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string][]byte{
		"empty":          nil,
		"not PEM":        []byte("canary MIIEpAIBAAKCAQEA"),
		"a fingerprint":  []byte("SHA256:canaryoJ5rmFp5N7oE"),
		"cut":            pkcs1()[:700],
		"spoiled":        bytes.Replace(pkcs1(), []byte("A"), []byte("canary"), 3),
		"elliptic curve": pkcs8(t, elliptic256),
		"a public key":   pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&testKey().PublicKey)}),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := github.NewApp(github.Options{AppID: 1, PrivateKey: key})
			known := refused[*github.AuthError](t, err)
			for line := range strings.Lines(string(key)) {
				if line = strings.TrimSpace(line); len(line) > 8 && strings.Contains(err.Error()+known.Hint(), line) {
					t.Errorf("shows %q: %v", line, err)
				}
			}
		})
	}
}

func TestAddressIsChecked(t *testing.T) {
	for _, good := range []string{"", "https://api.github.com", "https://api.github.com/", "https://ghes.example/api/v3", "http://127.0.0.1:1/api/v3//", "http://[::1]:1", "http://localhost:1"} {
		if _, err := github.NewApp(github.Options{BaseURL: good, AppID: 1, PrivateKey: pkcs1()}); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"http://ghes.example/api/v3", "ghes.example", "ftp://x", "https://", "https://canary:canary@ghes.example", "https://x/?y=1", "https://x/#y", "://", "http://127.0.0.1.evil.example"} {
		_, err := github.NewApp(github.Options{BaseURL: bad, AppID: 1, PrivateKey: pkcs1()})
		refused[*github.AuthError](t, err)
	}
	_, err := github.NewApp(github.Options{PrivateKey: pkcs1()})
	refused[*github.AuthError](t, err)
	_, err = github.WithToken(github.Options{}, github.Repository{Owner: "a", Name: "b"}, "")
	refused[*github.AuthError](t, err)
	for _, name := range []string{"", "..", "a/b", "a b", "a?b"} {
		if _, err := github.WithToken(github.Options{}, github.Repository{Owner: "a", Name: name}, "x"); err == nil {
			t.Errorf("repository %q is taken", name)
		}
	}
}

// app returns an App that f serves.
func (f *fake) app(installation int64) *github.App {
	f.t.Helper()
	o := f.options()
	o.AppID, o.PrivateKey, o.InstallationID = 4242, pkcs1(), installation
	a, err := github.NewApp(o)
	if err != nil {
		f.t.Fatal(err)
	}
	return a
}

var (
	someRepo = github.Repository{ID: 1, Owner: "acme", Name: "infra"}
	readOnly = github.Permissions{"contents": "read"}
	minted   = say(201, `{"token":"`+canary+`","expires_at":"2030-01-01T00:00:00Z"}`)
)

func TestJWTHoldsWithAClockAMinuteOff(t *testing.T) {
	f := newFake(t, minted)
	if _, err := f.app(9).Open(t.Context(), someRepo, readOnly); err != nil {
		t.Fatal(err)
	}
	text := strings.TrimPrefix(f.requests()[0].Header.Get("Authorization"), "Bearer ")
	var claims jwt.RegisteredClaims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	if _, err := parser.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) { return &testKey().PublicKey, nil }); err != nil {
		t.Fatal(err)
	}
	now := f.clock.now()
	for _, skew := range []time.Duration{-time.Minute, 0, time.Minute} {
		theirs := now.Add(skew)
		if claims.IssuedAt.After(theirs) || !claims.ExpiresAt.After(theirs) || claims.ExpiresAt.After(theirs.Add(10*time.Minute)) {
			t.Errorf("GitHub's clock %s off: iat %s exp %s", skew, claims.IssuedAt, claims.ExpiresAt)
		}
	}
	if span := claims.ExpiresAt.Sub(claims.IssuedAt.Time); span > 10*time.Minute || claims.Issuer != "4242" {
		t.Errorf("issuer %s, valid for %s", claims.Issuer, span)
	}
}

func TestWhyTheAppIsNotLetIn(t *testing.T) {
	hour := "Date: " + time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	for _, test := range []struct {
		name         string
		installation int64
		step         http.HandlerFunc
		want         string
	}{
		{"not installed", 0, message(404, "Not Found"), "Install App 4242 on acme/infra"},
		{"wrong installation", 9, message(404, "Not Found"), "installation id 9"},
		{"other repositories", 9, message(422, "There is at least one repository that does not exist or is not accessible to the parent installation."), "Install App 4242"},
		{"wrong key", 9, message(401, "A JSON web token could not be decoded"), "private key"},
		{"wrong clock", 9, message(401, "'Expiration time' claim ('exp') is too far in the future", hour), "clock"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t, test.step)
			_, err := f.app(test.installation).Open(t.Context(), someRepo, readOnly)
			known := refused[*github.AuthError](t, err)
			if !strings.Contains(err.Error()+known.Hint(), test.want) || len(f.requests()) != 1 {
				t.Errorf("%v; %s", err, known.Hint())
			}
		})
	}
	t.Run("permission not granted", func(t *testing.T) {
		f := newFake(t, message(422, "The permissions requested are not granted to this installation."))
		_, err := f.app(9).Open(t.Context(), someRepo, readOnly)
		refused[*github.PermissionError](t, err)
	})
	t.Run("suspended", func(t *testing.T) {
		f := newFake(t, message(403, "This installation has been suspended"))
		_, err := f.app(9).Open(t.Context(), someRepo, readOnly)
		if refused[*github.PermissionError](t, err); !strings.Contains(err.Error(), "suspended") {
			t.Error(err)
		}
	})
	t.Run("a token without permissions would have all", func(t *testing.T) {
		f := newFake(t, minted)
		if _, err := f.app(9).Open(t.Context(), someRepo, nil); err == nil || len(f.requests()) != 0 {
			t.Errorf("%v, %d requests", err, len(f.requests()))
		}
	})
	t.Run("an answer without a token", func(t *testing.T) {
		f := newFake(t, say(201, `{"expires_at":"2030-01-01T00:00:00Z"}`))
		_, err := f.app(9).Open(t.Context(), someRepo, readOnly)
		refused[*github.UnavailableError](t, err)
	})
}

func TestMintingIsRepeatedAfterFaults(t *testing.T) {
	eachFault(t, nil, 2, steps(minted), func(t *testing.T, f *fake) {
		c, err := f.app(9).Open(t.Context(), someRepo, readOnly)
		if err != nil || c.Token() != canary || c.IsFallback() {
			t.Errorf("%v", err)
		}
	})
}

func TestTokenIsMintedAgainOnceOn401(t *testing.T) {
	other := say(201, `{"token":"canary-second"}`)
	f := newFake(t, minted, say(200, "[]"), message(401, "Bad credentials"), other, say(201, `{"id":5}`))
	c, err := f.app(9).Open(t.Context(), someRepo, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutComment(t.Context(), 7, "m", "m"); err != nil {
		t.Fatal(err)
	}
	last := f.requests()[len(f.requests())-1]
	if got := methods(f); got != "POST GET POST POST POST" || last.Header.Get("Authorization") != "Bearer canary-second" || c.Token() != "canary-second" {
		t.Errorf("requests %s", got)
	}
	f = newFake(t, minted, message(401, "Bad credentials"), other, message(401, "Bad credentials"))
	if c, err = f.app(9).Open(t.Context(), someRepo, readOnly); err != nil {
		t.Fatal(err)
	}
	_, err = c.PullRequest(t.Context(), 7)
	refused[*github.AuthError](t, err)
	if got := methods(f); got != "POST GET POST GET" {
		t.Errorf("requests %s", got)
	}
	f = newFake(t, minted, message(401, "Bad credentials"), message(404, "Not Found"))
	if c, err = f.app(9).Open(t.Context(), someRepo, readOnly); err != nil {
		t.Fatal(err)
	}
	_, err = c.PullRequest(t.Context(), 7)
	refused[*github.AuthError](t, err)
	if got := methods(f); got != "POST GET POST" {
		t.Errorf("uninstalled meanwhile: requests %s", got)
	}
}

func TestCloseRevokesOnceAlsoWhenCancelled(t *testing.T) {
	f := newFake(t, minted, say(204, ""))
	c, err := f.app(9).Open(t.Context(), someRepo, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 {
		if err := c.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if got := methods(f); got != "POST DELETE" || f.requests()[1].URL.Path != "/installation/token" || len(f.clock.waits()) != 0 {
		t.Errorf("requests %s, waits %v", got, f.clock.waits())
	}
	f = newFake(t, minted, message(401, "Bad credentials"))
	if c, err = f.app(9).Open(t.Context(), someRepo, readOnly); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(t.Context()); err != nil || methods(f) != "POST DELETE" {
		t.Errorf("revoked by someone else: %v, requests %s", err, methods(f))
	}
	f = newFake(t, say(204, ""))
	if err := f.client().Close(t.Context()); err != nil || len(f.requests()) != 0 {
		t.Errorf("a token that is not ours was revoked: %v", err)
	}
}

func TestMintedIsToldOfEachTokenFirst(t *testing.T) {
	var told []string
	f := newFake(t, minted, message(401, "Bad credentials"), say(201, `{"token":"canary-second"}`), say(200, pullJSON))
	o := f.options()
	o.AppID, o.PrivateKey, o.InstallationID = 4242, pkcs1(), 9
	o.Minted = func(token string) { told = append(told, token) }
	a, err := github.NewApp(o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Open(t.Context(), someRepo, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.PullRequest(t.Context(), 7); err != nil || !slices.Equal(told, []string{canary, "canary-second"}) {
		t.Errorf("%v, told %v", err, told)
	}
}

func TestPrintedClientShowsNoSecret(t *testing.T) {
	f := newFake(t, minted)
	a := f.app(9)
	c, err := a.Open(t.Context(), someRepo, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(f.log, nil)) // f looks for the token at the end
	log.Info("printed", "app", a, "client", c)
	if key := string(pkcs1()); strings.Contains(f.log.String(), "PRIVATE KEY") || strings.Contains(f.log.String(), key[:40]) {
		t.Error("the log shows the key")
	}
}
