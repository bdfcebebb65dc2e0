// SPDX-License-Identifier: Apache-2.0

package trust

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// public is the issuer of github.com, as it stands in names of condition keys.
const public = "token.actions.githubusercontent.com"

// Claims are those of an OIDC token of GitHub Actions, by name: "iss", "aud", "sub", "repository_id", "ref",
// "environment", "job_workflow_ref" … As condition keys they bear the issuer's name:
// "token.actions.githubusercontent.com:sub". Several audiences stand one a line.
// https://docs.github.com/actions/reference/security/oidc
type Claims map[string]string

// values returns those that a condition sees; none if there is no such claim.
func (c Claims) values(claim string) []string {
	value, ok := c[claim]
	switch {
	case !ok:
		return nil
	case claim == "aud":
		return strings.Split(value, "\n")
	}
	return []string{value}
}

// maxToken is far more than a token has: AWS takes 20,000 characters.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
const maxToken = 64 << 10

// ClaimsOf returns the claims of a token, without verifying it: for messages, never for a decision. Claims that are
// neither text nor number nor boolean are left out. The error quotes nothing of the token.
func ClaimsOf(token string) (Claims, error) {
	parts := strings.Split(token, ".")
	if len(token) > maxToken || len(parts) != 3 {
		return nil, errors.New("the OIDC token is no JWT")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, errors.New("the OIDC token's payload is not in base64url")
	}
	var all map[string]jsontext.Value
	if json.Unmarshal(payload, &all) != nil || all == nil {
		return nil, errors.New("the OIDC token's payload is no JSON object")
	}
	c := Claims{}
	for name, raw := range all {
		var value scalar
		if json.Unmarshal(raw, &value) == nil {
			c[name] = string(value)
		}
	}
	var several []string
	if json.Unmarshal(all["aud"], &several) == nil && len(several) > 0 {
		c["aud"] = strings.Join(several, "\n")
	}
	return c, nil
}

// Condition returns the Condition block of a statement that admits c and no wider set of tokens: aud, sub and, where c
// has them, repository_id, ref and job_workflow_ref, as an indented JSON object. What names one pull request is left
// out, lest it admit that one alone; so is the ref of environments plan-…, for which every branch is planned.
func (c Claims) Condition() string {
	issuer := strings.TrimPrefix(c["iss"], "https://")
	if issuer == "" {
		issuer = public
	}
	keys := map[string]list[string]{}
	for _, claim := range []string{"aud", "sub", "repository_id", "ref", "job_workflow_ref"} {
		value := c[claim]
		if value == "" || strings.Contains(value, "refs/pull/") || claim == "ref" && strings.HasPrefix(c["environment"], "plan-") {
			continue
		}
		keys[issuer+":"+claim] = c.values(claim)
	}
	block, err := json.Marshal(map[string]any{"StringEquals": keys}, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return "" // of claims that are no UTF-8; no token has them
	}
	return string(block)
}
