// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws/trust"
)

func newIssuer(t *testing.T) *Issuer {
	t.Helper()
	i, err := NewIssuer()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.Close(); err != nil {
			t.Error(err)
		}
	})
	return i
}

// ask asks for a token as a job does and returns the status of the answer with the token.
func ask(t *testing.T, method, url, authorization string) (status int, token string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body struct{ Value string }
	if resp.StatusCode == http.StatusOK {
		if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
			t.Fatal(err)
		}
	}
	return resp.StatusCode, body.Value
}

// asJob returns the token that a job gets.
func asJob(t *testing.T, job map[string]string, audience string) string {
	t.Helper()
	status, token := ask(t, "GET", job["ACTIONS_ID_TOKEN_REQUEST_URL"]+"&audience="+audience, "bearer "+job["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
	if status != http.StatusOK {
		t.Fatal(status)
	}
	return token
}

// published returns the claims of a token, verified with nothing but what the issuer publishes.
func published(t *testing.T, i *Issuer, token string) jwt.MapClaims {
	t.Helper()
	get := func(url string, into any) {
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	var about struct {
		Issuer string
		Keys   string `json:"jwks_uri"`
	}
	get(i.URL+"/.well-known/openid-configuration", &about)
	if about.Issuer != "https://token.actions.githubusercontent.com" {
		t.Errorf("issuer %q", about.Issuer)
	}
	var set struct {
		Keys []struct{ Kid, Kty, N, E string }
	}
	get(about.Keys, &set)
	number := func(text string) *big.Int {
		b, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return new(big.Int).SetBytes(b)
	}
	claims := jwt.MapClaims{}
	if _, err := jwt.ParseWithClaims(token, claims, func(token *jwt.Token) (any, error) {
		for _, key := range set.Keys {
			if key.Kid == token.Header["kid"] && key.Kty == "RSA" {
				return &rsa.PublicKey{N: number(key.N), E: int(number(key.E).Int64())}, nil
			}
		}
		return nil, jwt.ErrInvalidKey
	}); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestATokenIsVerifiedWithThePublishedKeys(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	claims := published(t, i, asJob(t, i.Job(trust.Claims{"sub": "repo:acme/infra:environment:prod", "aud": "not this"}), "sts.amazonaws.com"))
	issued, expires, from := claims["iat"].(float64), claims["exp"].(float64), claims["nbf"].(float64)
	if expires-issued != 300 || from > issued || time.Since(time.Unix(int64(issued), 0)) > time.Minute {
		t.Errorf("issued %v, from %v to %v", issued, from, expires)
	}
	for name, want := range map[string]string{
		"iss": "https://token.actions.githubusercontent.com", "aud": "sts.amazonaws.com", "sub": "repo:acme/infra:environment:prod",
	} {
		if claims[name] != want {
			t.Errorf("%s is %v", name, claims[name])
		}
	}
	if other := published(t, i, asJob(t, i.Job(trust.Claims{"sub": "x"}), "a%20b")); other["jti"] == claims["jti"] || other["aud"] != "a b" || other["sub"] != "x" {
		t.Errorf("%v", other)
	}
	if i.Issued() != 2 {
		t.Errorf("%d were issued", i.Issued())
	}
}

func TestJobsAreAskedForTheirOwnTokenAndAnAudience(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	job := i.Job(trust.Claims{"sub": "repo:acme/infra:pull_request"})
	url, bearer := job["ACTIONS_ID_TOKEN_REQUEST_URL"], "bearer "+job["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
	const aud = "&audience=sts.amazonaws.com"
	for name, c := range map[string]struct {
		method, url, authorization string
		want                       int
	}{
		"a job":                    {"GET", url + aud, bearer, 200},
		"its scheme in capitals":   {"GET", url + aud, strings.Replace(bearer, "bearer", "Bearer", 1), 200},
		"nobody":                   {"GET", url + aud, "", 401},
		"somebody else":            {"GET", url + aud, bearer + "x", 401},
		"another scheme":           {"GET", url + aud, strings.Replace(bearer, "bearer", "token", 1), 401},
		"no audience":              {"GET", url, bearer, 400},
		"an empty audience":        {"GET", url + "&audience=", bearer, 400},
		"two audiences":            {"GET", url + aud + aud, bearer, 400},
		"a query of one's own":     {"GET", strings.Replace(url, "?api-version=2.0", "?"+aud[1:], 1), bearer, 400},
		"two question marks":       {"GET", url + "?" + aud[1:], bearer, 400},
		"another method":           {"POST", url + aud, bearer, 405},
		"a path that is not there": {"GET", i.URL + "/idtoken?api-version=2.0" + aud, bearer, 404},
	} {
		if status, token := ask(t, c.method, c.url, c.authorization); status != c.want || (token != "") != (status == 200) {
			t.Errorf("%s: %d %q", name, status, token)
		}
	}
	if i.Issued() != 2 {
		t.Errorf("%d were issued", i.Issued())
	}
}

func TestClaimsThatFollowFromTheSubject(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ given, want trust.Claims }{
		"an environment": {
			trust.Claims{"sub": "repo:acme/infra:environment:prod"},
			trust.Claims{"repository": "acme/infra", "repository_owner": "acme", "environment": "prod"},
		},
		"a branch, with ids": {
			trust.Claims{"sub": "repo:acme@77/infra@4711:ref:refs/heads/prod"},
			trust.Claims{"repository": "acme/infra", "repository_owner": "acme", "repository_id": "4711", "repository_owner_id": "77", "ref": "refs/heads/prod"},
		},
		"a pull request": {
			trust.Claims{"sub": "repo:acme/infra:pull_request"},
			trust.Claims{"repository": "acme/infra", "repository_owner": "acme", "event_name": "pull_request"},
		},
		"what is given wins": {
			trust.Claims{"sub": "repo:acme/infra:environment:prod", "environment": "other", "run_id": "1", "ref_type": ""},
			trust.Claims{"repository": "acme/infra", "repository_owner": "acme", "environment": "other", "run_id": "1"},
		},
		"no subject of GitHub": {trust.Claims{"sub": "system:serviceaccount:a"}, trust.Claims{}},
	} {
		got := realistic(c.given)
		always := realistic(nil)
		if c.given["ref_type"] == "" {
			if _, given := c.given["ref_type"]; given {
				delete(always, "ref_type")
			}
		}
		want := maps.Clone(always)
		maps.Copy(want, c.given)
		maps.Copy(want, c.want)
		maps.DeleteFunc(want, func(_, v string) bool { return v == "" })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
