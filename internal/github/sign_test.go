// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v4"

	"github.com/layerbot/layerbot/internal/github"
)

// signing returns a Sign that has key, and counts.
func signing(key *rsa.PrivateKey, asked *int) github.Sign {
	return func(_ context.Context, message []byte) ([]byte, error) {
		*asked++
		digest := sha256.Sum256(message)
		return rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	}
}

// signedApp returns an App that f serves, without a private key.
func (f *fake) signedApp(sign github.Sign) *github.App {
	f.t.Helper()
	o := f.options()
	o.AppID, o.Sign, o.InstallationID = 4242, sign, 9
	a, err := github.NewApp(o)
	if err != nil {
		f.t.Fatal(err)
	}
	return a
}

func TestAKeyElsewhereSigns(t *testing.T) {
	asked := 0
	f := newFake(t, minted)
	app := f.signedApp(signing(testKey(), &asked))
	if asked != 0 {
		t.Error("it signs before there is a request")
	}
	if _, err := app.Open(t.Context(), someRepo, readOnly); err != nil {
		t.Fatal(err)
	}
	text := strings.TrimPrefix(f.requests()[0].Header.Get("Authorization"), "Bearer ")
	var claims jwt.RegisteredClaims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	if _, err := parser.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) { return &testKey().PublicKey, nil }); err != nil {
		t.Error(err)
	}
	if claims.Issuer != "4242" || claims.ExpiresAt.Sub(claims.IssuedAt.Time).Minutes() > 10 || asked != 1 {
		t.Errorf("%+v, signed %d times", claims, asked)
	}
}

// GitHub itself, as far as the simulator is it, takes such a token.
func TestGitHubTakesASignatureFromElsewhere(t *testing.T) {
	w := newWorld(t)
	block, _ := pem.Decode(w.server.PrivateKey)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	o := w.options()
	o.PrivateKey, o.Sign = nil, signing(key, &asked)
	if w.app, err = github.NewApp(o); err != nil {
		t.Fatal(err)
	}
	w.open(t, readOnly)
	if asked == 0 {
		t.Error("nobody was asked to sign")
	}

	o.Sign = signing(testKey(), &asked)
	if w.app, err = github.NewApp(o); err != nil {
		t.Fatal(err)
	}
	_, err = w.app.Open(t.Context(), w.repo, readOnly)
	if !strings.Contains(refused[*github.AuthError](t, err).Problem, "does not accept the App") {
		t.Errorf("with another key: %v", err)
	}
}

// hinted is an error of who signs.
type hinted struct{ error }

func (hinted) Hint() string { return "allow kms:Sign" }

func TestWhoCannotSignIsAskedOnce(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		hint string
	}{
		"with advice":    {hinted{errors.New("kms:Sign is denied")}, "allow kms:Sign"},
		"without advice": {errors.New("no answer"), "who may use it"},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			f := newFake(t)
			app := f.signedApp(func(context.Context, []byte) ([]byte, error) { asked++; return nil, c.err })
			_, err := app.Open(t.Context(), someRepo, readOnly)
			known := refused[interface {
				error
				Hint() string
			}](t, err)
			if !errors.Is(err, c.err) || !strings.Contains(known.Hint(), c.hint) {
				t.Errorf("%v; hint %q", err, known.Hint())
			}
			if asked != 1 || len(f.requests()) != 0 {
				t.Errorf("asked %d times to sign, %d requests", asked, len(f.requests()))
			}
		})
	}
}

func TestSigningEndsWithTheRequest(t *testing.T) {
	f := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	app := f.signedApp(func(ctx context.Context, _ []byte) ([]byte, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	})
	if _, err := app.Open(ctx, someRepo, readOnly); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestEachRequestIsSignedAnew(t *testing.T) {
	asked := 0
	f := newFake(t, message(http.StatusBadGateway, "x"), minted)
	if _, err := f.signedApp(signing(testKey(), &asked)).Open(t.Context(), someRepo, readOnly); err != nil || asked != 2 {
		t.Errorf("signed %d times: %v", asked, err)
	}
}

func TestOneKeyIsNeeded(t *testing.T) {
	asked := 0
	for want, o := range map[string]github.Options{
		"no private key":             {AppID: 1},
		"no private key ":            {AppID: 1, PrivateKey: []byte(" \n")},
		"a key elsewhere that signs": {AppID: 1, PrivateKey: pkcs1(), Sign: signing(testKey(), &asked)},
	} {
		_, err := github.NewApp(o)
		if problem := refused[*github.AuthError](t, err).Problem; !strings.Contains(problem, strings.TrimSpace(want)) {
			t.Errorf("%q; want %q", problem, want)
		}
	}
}
