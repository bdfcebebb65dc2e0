// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v4"

	"github.com/layerbot/layerbot/internal/aws/trust"
)

// early is by how much a token of GitHub is valid before it was issued.
const early = 10 * time.Minute

// Token returns a token that a job with the claims would get if it asked for the audience. It is not counted.
func (i *Issuer) Token(claims trust.Claims, audience string) (string, error) {
	now := time.Now()
	all := jwt.MapClaims{
		"iss": issuerName, "jti": random(16), "aud": audience,
		"iat": now.Unix(), "nbf": now.Add(-early).Unix(), "exp": now.Add(i.Lifetime).Unix(),
	}
	for name, value := range realistic(claims) {
		if name != "aud" {
			all[name] = value
		}
	}
	return i.sign(all)
}

// sign makes a token of claims.
func (i *Issuer) sign(claims jwt.MapClaims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = i.kid
	return token.SignedString(i.key)
}

// realistic returns claims with those that every job has and those that follow from sub, in either of its forms:
// "repo:acme/infra:environment:prod" and "repo:acme@77/infra@4711:ref:refs/heads/prod".
func realistic(given trust.Claims) trust.Claims {
	all := trust.Claims{
		"run_id": "4711", "run_number": "12", "run_attempt": "1", "sha": strings.Repeat("c0ffee12", 5),
		"runner_environment": "github-hosted", "repository_visibility": "private", "ref_type": "branch", "ref_protected": "true",
	}
	if subject, ok := strings.CutPrefix(given["sub"], "repo:"); ok {
		name, context, _ := strings.Cut(subject, ":")
		owner, repo, _ := strings.Cut(name, "/")
		owner, all["repository_owner_id"], _ = strings.Cut(owner, "@")
		repo, all["repository_id"], _ = strings.Cut(repo, "@")
		all["repository_owner"], all["repository"] = owner, owner+"/"+repo
		switch kind, value, _ := strings.Cut(context, ":"); kind {
		case "environment", "ref":
			all[kind] = value
		case "pull_request":
			all["event_name"] = "pull_request"
		}
	}
	maps.Copy(all, given)
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

// verify returns the claims of a token of i that is for AWS, or the error by which AWS refuses it.
func (i *Issuer) verify(token string) (jwt.MapClaims, *stsError) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		if t.Header["kid"] != i.kid {
			return nil, errors.New("no such key")
		}
		return &i.key.PublicKey, nil
	})
	now := time.Now().Unix()
	switch {
	case errors.Is(err, jwt.ErrTokenMalformed):
		return nil, invalidToken("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	case claims["iss"] != issuerName:
		return nil, invalidToken("No OpenIDConnect provider found in your account for %v", claims["iss"])
	case err != nil:
		return nil, invalidToken("Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements")
	case !claims.VerifyAudience(audience, true):
		return nil, invalidToken("Incorrect token audience")
	case !claims.VerifyExpiresAt(now, true):
		return nil, expiredToken(now, claims["exp"])
	case !claims.VerifyNotBefore(now, false):
		return nil, invalidToken("Token is not yet valid")
	}
	return claims, nil
}

// stringClaims are those that a trust policy can ask for.
func stringClaims(all jwt.MapClaims) trust.Claims {
	claims := trust.Claims{}
	for name, value := range all {
		if text, ok := value.(string); ok {
			claims[name] = text
		}
	}
	return claims
}
