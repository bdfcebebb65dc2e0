// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/layerbot/layerbot/internal/aws/trust"
)

// The issuer whose tokens these are, and the one audience that AWS takes them for.
const (
	issuerName = "https://token.actions.githubusercontent.com"
	audience   = "sts.amazonaws.com"
)

// An Issuer issues OIDC tokens as GitHub Actions does: to a job, which asks with a request token of its own.
// https://docs.github.com/actions/reference/security/oidc
type Issuer struct {
	URL      string        // of discovery and keys; tokens bear the issuer https://token.actions.githubusercontent.com
	Lifetime time.Duration // of a token; 5 minutes unless set. To be set before the first token is asked for

	*server
	key *rsa.PrivateKey
	kid string

	mu     sync.Mutex
	jobs   map[string]trust.Claims // by request token
	issued int
}

// NewIssuer starts an issuer.
func NewIssuer() (*Issuer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	i := &Issuer{Lifetime: 5 * time.Minute, key: key, kid: random(32), jobs: map[string]trust.Claims{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /.well-known/jwks", i.keys)
	mux.HandleFunc("GET "+jobPath, i.token)
	if i.server, err = serve(mux, &i.URL); err != nil {
		return nil, err
	}
	return i, nil
}

// jobPath is where a job asks for its tokens, below whatever GitHub puts in front of it.
const jobPath = "/_apis/distributedtask/hubs/Actions/plans/{plan}/jobs/{job}/idtoken"

// Job returns the variables of a job whose tokens have the claims (and iss, exp, iat, nbf, jti; aud as it asks for; and,
// where they are not given, those that follow from sub and those that every job has):
// ACTIONS_ID_TOKEN_REQUEST_URL, which has a query already, and ACTIONS_ID_TOKEN_REQUEST_TOKEN.
func (i *Issuer) Job(claims trust.Claims) map[string]string {
	request := random(40)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.jobs[request] = claims
	path := strings.NewReplacer("{plan}", random(8), "{job}", random(8)).Replace(jobPath)
	return map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL":   i.URL + path + "?api-version=2.0",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN": request,
	}
}

// Issued is how many tokens jobs were given.
func (i *Issuer) Issued() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.issued
}

// Close stops it.
func (i *Issuer) Close() error { return i.server.Close() }

// token answers a job.
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	scheme, request, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	i.mu.Lock()
	defer i.mu.Unlock()
	claims, known := i.jobs[request]
	query := r.URL.Query()
	switch {
	case !strings.EqualFold(scheme, "bearer") || !known:
		problem(w, http.StatusUnauthorized, "the request token is not one of a job that runs")
	case query.Get("api-version") != "2.0":
		problem(w, http.StatusBadRequest, "the query of the request URL is gone: no api-version")
	case len(query["audience"]) != 1 || query.Get("audience") == "":
		problem(w, http.StatusBadRequest, "one audience is needed")
	default:
		token, err := i.Token(claims, query.Get("audience"))
		if err != nil {
			problem(w, http.StatusInternalServerError, err.Error())
			return
		}
		i.issued++
		answer(w, http.StatusOK, map[string]any{"count": len(token), "value": token})
	}
}

// discovery is OpenID's.
// https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"issuer":                                issuerName,
		"jwks_uri":                              i.URL + "/.well-known/jwks",
		"subject_types_supported":               []string{"public", "pairwise"},
		"response_types_supported":              []string{"id_token"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid"},
	})
}

// keys is the set of public keys, as https://www.rfc-editor.org/rfc/rfc7517 has it.
func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	encode := base64.RawURLEncoding.EncodeToString
	answer(w, http.StatusOK, map[string]any{"keys": []map[string]string{{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": i.kid,
		"n": encode(i.key.N.Bytes()), "e": encode(big.NewInt(int64(i.key.E)).Bytes()),
	}}})
}

func problem(w http.ResponseWriter, status int, text string) {
	answer(w, status, map[string]string{"message": text})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // who asked is gone
}
