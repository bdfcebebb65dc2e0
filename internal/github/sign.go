// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/golang-jwt/jwt/v4"
)

// Sign returns the RSASSA-PKCS1-v1_5 signature with SHA-256 of message, made with the App's private key wherever that
// is kept. Its error may have a Hint. It is asked once for each attempt at a request, and not again if it fails.
type Sign func(ctx context.Context, message []byte) ([]byte, error)

// signature returns how the App signs.
func (o Options) signature() (Sign, error) {
	switch given := strings.TrimSpace(string(o.PrivateKey)) != ""; {
	case given && o.Sign != nil:
		return nil, &AuthError{
			Problem: "the App has a private key and a key elsewhere that signs",
			Advice:  "Remove one of them: the private key, once the other signs.",
		}
	case o.Sign != nil:
		return o.Sign, nil
	case !given:
		return nil, &AuthError{
			Problem: "the App has no private key",
			Advice:  "Give it the one that GitHub offers under the App's settings, Private keys; or a key in AWS KMS that signs in its place.",
		}
	}
	key, err := parseKey(o.PrivateKey)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, message []byte) ([]byte, error) {
		digest := sha256.Sum256(message)
		return rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	}, nil
}

// An appTransport makes requests as the App itself.
type appTransport struct{ o options }

func (t *appTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	s := &signer{ctx: req.Context(), o: t.o}
	apps, err := ghinstallation.NewAppsTransportWithOptions(t.o.guard(), t.o.AppID, ghinstallation.WithSigner(s))
	if err != nil {
		return nil, err
	}
	resp, err := apps.RoundTrip(req)
	if s.err != nil { // ghinstallation keeps its text alone
		return nil, s.err
	}
	return resp, err
}

// A signer signs the App's JWT for one request, with times that hold on a clock that is up to a minute wrong: GitHub
// refuses an iat in its future and an exp more than ten minutes away.
// https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
type signer struct {
	ctx context.Context // of the request: ghinstallation's Signer takes none
	o   options
	err error // of Sign
}

func (s *signer) Sign(claims jwt.Claims) (string, error) {
	made, ok := claims.(*jwt.RegisteredClaims)
	if !ok {
		return "", fmt.Errorf("claims of an unknown type %T", claims)
	}
	now := s.o.Now().Truncate(time.Second)
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Issuer:    made.Issuer,
		IssuedAt:  jwt.NewNumericDate(now.Add(-time.Minute)),
		ExpiresAt: jwt.NewNumericDate(now.Add(8 * time.Minute)),
	}).SigningString()
	if err != nil {
		return "", err
	}
	signature, err := s.o.Sign(s.ctx, []byte(unsigned))
	if err != nil {
		s.err = &signError{err}
		return "", err
	}
	return unsigned + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// A signError says that the App could not sign. Who signs has tried again already.
type signError struct{ err error }

func (e *signError) Error() string { return "sign as the App: " + e.err.Error() }

func (e *signError) Unwrap() []error { return []error{e.err, errFinal} }

// Hint is that of who signs.
func (e *signError) Hint() string {
	var known interface{ Hint() string }
	if errors.As(e.err, &known) {
		return known.Hint()
	}
	return "Look at the key that signs for the App, and at who may use it."
}

// parseKey accepts what people paste: PKCS #1 or #8, quotes and blanks around it, line ends written \n.
func parseKey(pem []byte) (*rsa.PrivateKey, error) {
	text := strings.Trim(strings.TrimSpace(string(pem)), `"'`)
	text = strings.ReplaceAll(strings.ReplaceAll(text, `\r`, ""), `\n`, "\n")
	if key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(text)); err == nil {
		return key, nil
	}
	return nil, &AuthError{ // without the cause, which might quote the key
		Problem: "the App's private key is not an RSA key in PEM form",
		Advice:  "It is the whole .pem file that GitHub offers once under the App's settings, Private keys, from -----BEGIN to -----END; not its fingerprint and not the client secret.",
	}
}
