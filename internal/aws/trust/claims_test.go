// SPDX-License-Identifier: Apache-2.0

package trust

import (
	"encoding/base64"
	"maps"
	"strings"
	"testing"
)

func jwt(payload string) string {
	return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2lnbmF0dXJl"
}

func TestClaimsOf(t *testing.T) {
	got, err := ClaimsOf(jwt(`{"iss": "i", "aud": "sts.amazonaws.com", "exp": 1763800000, "ref_protected": true, "head_ref": "", "actor": null, "list": ["a"], "object": {}}`))
	want := Claims{"iss": "i", "aud": "sts.amazonaws.com", "exp": "1763800000", "ref_protected": "true", "head_ref": ""}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if got, err := ClaimsOf(jwt(`{"aud": ["a", "b"]}`)); err != nil || got["aud"] != "a\nb" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestClaimsOfTellsNothingOfWhatIsNoToken(t *testing.T) {
	const canary = "canary"
	for name, token := range map[string]string{
		"nothing": "", "text": canary, "two parts": canary + "." + canary, "four parts": strings.Repeat(canary+".", 3) + canary,
		"no base64": "a.{" + canary + "}.b", "no JSON": jwt(canary), "a list": jwt(`["` + canary + `"]`), "null": jwt("null"),
		"a claim twice": jwt(`{"sub": "` + canary + `", "sub": "b"}`), "endless": jwt(`{"sub": "` + strings.Repeat(canary, 1<<14) + `"}`),
	} {
		if got, err := ClaimsOf(token); err == nil || got != nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestConditionAdmitsTheTokenAndNothingWider(t *testing.T) {
	whole := job().but("job_workflow_ref", "layerbot/layerbot/.github/workflows/gitops.yml@"+strings.Repeat("a", 40))
	p := mustParse(t, policy(whole.Condition()))
	if !p.Admits(whole) {
		t.Errorf("the token itself is refused by %s", whole.Condition())
	}
	for _, name := range []string{"aud", "sub", "repository_id", "ref", "job_workflow_ref"} {
		for _, value := range []string{"-", "*", whole[name] + "x"} {
			if other := maps.Clone(whole).but(name, value); p.Admits(other) {
				t.Errorf("admits %v", other)
			}
		}
	}
}

func TestCondition(t *testing.T) {
	for name, c := range map[string]struct {
		claims Claims
		want   string
	}{
		"least": {Claims{"sub": "s"}, `{
  "StringEquals": {
    "token.actions.githubusercontent.com:sub": "s"
  }
}`},
		"of an issuer of its own, with two audiences": {Claims{"iss": "https://ghes.example/_services/token", "aud": "a\nb", "sub": `"quoted"`}, `{
  "StringEquals": {
    "ghes.example/_services/token:aud": [
      "a",
      "b"
    ],
    "ghes.example/_services/token:sub": "\"quoted\""
  }
}`},
		"of one pull request, which others must be admitted beside": {Claims{"aud": "sts.amazonaws.com", "sub": "repo:acme/infra:environment:plan-prod",
			"environment": "plan-prod", "ref": "refs/pull/7/merge", "job_workflow_ref": "acme/infra/.github/workflows/x.yml@refs/pull/7/merge"}, `{
  "StringEquals": {
    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    "token.actions.githubusercontent.com:sub": "repo:acme/infra:environment:plan-prod"
  }
}`},
		"of a comment that plans": {Claims{"sub": "repo:acme/infra:environment:plan-prod", "environment": "plan-prod", "ref": "refs/heads/main", "job_workflow_ref": "o/r/w.yml@c"}, `{
  "StringEquals": {
    "token.actions.githubusercontent.com:job_workflow_ref": "o/r/w.yml@c",
    "token.actions.githubusercontent.com:sub": "repo:acme/infra:environment:plan-prod"
  }
}`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.claims.Condition(); got != c.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

func FuzzClaimsOf(f *testing.F) {
	f.Add(jwt(`{"aud": ["a", "b"], "sub": "x"}`))
	f.Add("a.e30.b")
	f.Fuzz(func(t *testing.T, token string) {
		c, err := ClaimsOf(token)
		if (c == nil) == (err == nil) {
			t.Fatalf("%v, %v", c, err)
		}
		if block := c.Condition(); err == nil && block == "" {
			t.Errorf("no condition for %v", c)
		}
	})
}
