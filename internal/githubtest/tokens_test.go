// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

// sign makes a JWT of the App.
func (st *stage) sign(t *testing.T, algorithm string, claims object) string {
	t.Helper()
	return signWith(t, st.PrivateKey, algorithm, claims)
}

func signWith(t *testing.T, privateKey []byte, algorithm string, claims object) string {
	t.Helper()
	block, _ := pem.Decode(privateKey)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	text := part(object{"alg": algorithm, "typ": "JWT"}) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestJWT(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	st := newStage(t, Options{Now: func() time.Time { return now }})
	claims := func(iss any, iat, exp int64) object {
		return object{"iss": iss, "iat": now.Unix() + iat, "exp": now.Unix() + exp}
	}
	good := st.sign(t, "RS256", claims("4242", -60, 540))
	for _, tt := range []struct {
		name, jwt string
		want      int
	}{
		{"dated back and short", good, 200},
		{"numeric issuer", st.sign(t, "RS256", claims(4242, -60, 540)), 200},
		{"a client 60 s ahead", st.sign(t, "RS256", claims("4242", 0, 600)), 200},
		{"issued in the future", st.sign(t, "RS256", claims("4242", 1, 300)), 401},
		{"over ten minutes", st.sign(t, "RS256", claims("4242", -60, 601)), 401},
		{"expired", st.sign(t, "RS256", claims("4242", -600, 0)), 401},
		{"another App", st.sign(t, "RS256", claims("4243", -60, 540)), 401},
		{"another algorithm", st.sign(t, "none", claims("4242", -60, 540)), 401},
		{"a changed signature", strings.TrimRight(good, good[len(good)-4:]) + "AAAA", 401},
		{"no JWT", "ghs_x", 401},
		{"nothing", "", 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if resp, text := st.do(t, "GET", "/app", tt.jwt, ""); resp.StatusCode != tt.want {
				t.Errorf("%d %s, want %d", resp.StatusCode, text, tt.want)
			}
		})
	}
	if len(st.told) > 0 {
		t.Errorf("a 401 is an answer, no violation: %v", st.told)
	}
}

func TestTokenIsNarrowedNeverWidened(t *testing.T) {
	st := newStage(t, Options{Permissions: github.Permissions{"contents": "read", "issues": "write", "metadata": "read"}})
	foreign := st.Repository("other", "infra")
	sibling := st.Repository("acme", "second")
	now := time.Now().Unix()
	jwt := st.sign(t, "RS256", object{"iss": "4242", "iat": now - 60, "exp": now + 300})
	path := fmt.Sprintf("/app/installations/%d/access_tokens", st.repo.InstallationID)
	for _, tt := range []struct {
		name, body string
		want       int
		sees       []*Repo
		can        string
	}{
		{"everything", ``, 201, []*Repo{st.repo, sibling}, "contents issues"},
		{"one repository by name", `{"repositories":["infra"]}`, 201, []*Repo{st.repo}, "contents issues"},
		{"one repository by id", fmt.Sprintf(`{"repository_ids":[%d],"permissions":{"contents":"read"}}`, sibling.ID), 201, []*Repo{sibling}, "contents"},
		{"less than granted", `{"permissions":{"issues":"read"}}`, 201, []*Repo{st.repo, sibling}, "issues"},
		{"more than granted", `{"permissions":{"contents":"write"}}`, 422, nil, ""},
		{"not granted", `{"permissions":{"checks":"read"}}`, 422, nil, ""},
		{"no such level", `{"permissions":{"contents":"all"}}`, 422, nil, ""},
		{"a repository of another installation", fmt.Sprintf(`{"repository_ids":[%d]}`, foreign.ID), 422, nil, ""},
		{"a repository that is not there", `{"repositories":["infra","nope"]}`, 422, nil, ""},
		{"an unknown field", `{"repos":["infra"]}`, 422, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, text := st.do(t, "POST", path, jwt, tt.body)
			if resp.StatusCode != tt.want {
				t.Fatalf("%d %s, want %d", resp.StatusCode, text, tt.want)
			}
			if tt.want != 201 {
				return
			}
			var made struct{ Token string }
			if err := json.Unmarshal([]byte(text), &made); err != nil {
				t.Fatal(err)
			}
			for _, r := range []*Repo{st.repo, sibling, foreign} {
				want := http.StatusNotFound
				for _, seen := range tt.sees {
					if seen == r {
						want = http.StatusOK
					}
				}
				if resp, _ := st.do(t, "GET", "/repos/"+r.Owner+"/"+r.Name, made.Token, ""); resp.StatusCode != want {
					t.Errorf("%s/%s: %d, want %d", r.Owner, r.Name, resp.StatusCode, want)
				}
			}
			granted := st.Requests()[len(st.Requests())-1].Granted
			if len(granted) != len(strings.Fields(tt.can))+1 || granted["metadata"] != "read" {
				t.Errorf("granted %v, want %s and metadata", granted, tt.can)
			}
		})
	}
}

func TestTokenEnds(t *testing.T) {
	now := time.Now()
	st := newStage(t, Options{Now: func() time.Time { return now }})
	get := func(token string) int {
		resp, _ := st.do(t, "GET", "/repos/acme/infra", token, "")
		return resp.StatusCode
	}
	hour, revoked, all := st.token(nil), st.token(nil), st.token(nil)
	if get(hour) != 200 || get(revoked) != 200 {
		t.Fatal("fresh tokens do not work")
	}
	if resp, _ := st.do(t, "DELETE", "/installation/token", revoked, ""); resp.StatusCode != 204 || get(revoked) != 401 {
		t.Error("a revoked token works")
	}
	if resp, _ := st.do(t, "DELETE", "/installation/token", revoked, ""); resp.StatusCode != 401 {
		t.Error("a token was revoked twice")
	}
	if n := st.LiveTokens(); n != 2 {
		t.Errorf("%d tokens live, want 2", n)
	}
	now = now.Add(time.Hour)
	if get(hour) != 401 || get("ghs_never") != 401 {
		t.Error("a token works after an hour, or one that never was")
	}
	now = now.Add(-time.Hour)
	if st.RevokeTokens(); get(all) != 401 || st.LiveTokens() != 0 {
		t.Error("RevokeTokens left one")
	}
	if len(st.told) > 0 {
		t.Error(st.told)
	}
}

func TestTokenForms(t *testing.T) {
	for _, tt := range []struct {
		long bool
		form string
	}{{false, `^ghs_[A-Za-z0-9]{36}$`}, {true, `^ghs_4242_[\w-]+\.[\w-]+\.[\w-]+$`}} {
		st := newStage(t, Options{LongTokens: tt.long})
		if token := st.token(nil); !regexp.MustCompile(tt.form).MatchString(token) {
			t.Errorf("%s is not %s", token, tt.form)
		}
	}
}
