// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files")

// golden compares got with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := "testdata/" + name
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got, run with -update if that is right):\n%s", file, diff)
	}
}

// refusalsOfSTS are AWS's, with its own words.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors
var refusalsOfSTS = []struct {
	code
	attempts int
}{
	{code{403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"}, 1},
	{code{400, "InvalidIdentityToken", "Incorrect token audience"}, 3},
	{code{400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com"}, 3},
	{code{400, "InvalidIdentityToken", "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"}, 3},
	{code{400, "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements"}, 3},
	{code{400, "InvalidIdentityToken", "Something new"}, 3},
	{code{403, "IDPRejectedClaim", "The identity provider rejected the claim"}, 1},
	{code{400, "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time"}, 1},
	{code{400, "IDPCommunicationError", "Error communicating with IDP"}, 3},
	{code{400, "Throttling", "Rate exceeded"}, 3},
	{code{400, "PackedPolicyTooLarge", "Packed size of session tags consumes 132% of allotted space"}, 1},
	{code{400, "MalformedPolicyDocument", "Syntax errors in policy."}, 1},
	{code{403, "RegionDisabledException", "STS is not activated in this region for account:123456789012."}, 1},
	{code{400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."}, 1},
	{code{400, "ValidationError", "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048"}, 1},
	{code{400, "ValidationError", "Request ARN is invalid"}, 1},
	{code{400, "ValidationError", "Something new"}, 1},
	{code{500, "InternalFailure", "The request processing has failed"}, 3},
	{code{503, "", ""}, 3},
	{code{400, "NewCode", "Something new"}, 1},
	{code{400, "x `y` " + canary, "A code that is none"}, 1},
}

func TestRefusalsOfSTS(t *testing.T) {
	texts := make([]string, len(refusalsOfSTS))
	var all sync.WaitGroup
	for i, x := range refusalsOfSTS {
		all.Go(func() {
			c := newCloud(t)
			c.refusals = []code{x.code}
			_, err := c.readers(t, nil).Credentials(t.Context(), &Grant{Role: planRole, Region: "eu-west-1", Seconds: 5400})
			refused := problemOf(t, err)
			if c.exchanges() != x.attempts {
				t.Errorf("%s: %d attempts, want %d", x.name, c.exchanges(), x.attempts)
			}
			texts[i] = fmt.Sprintf("%s: %s\n  %v\n  hint: %s\n", strings.TrimSuffix(x.name, canary), x.message, err, strings.TrimSpace(refused.Hint()+"\n  "+strings.ReplaceAll(refused.Condition(), "\n", "\n  ")))
		})
	}
	all.Wait()
	golden(t, "refusals.golden", strings.Join(texts, "\n"))
}

func TestClaimsCannotBreakOutOfAMessage(t *testing.T) {
	c := newCloud(t)
	c.token = tokenOf(`{"iss":"https://token.actions.githubusercontent.com","sub":"repo:a/b:environment:x\n::error::\u202e` + strings.Repeat("y", 400) + `"}`)
	c.refusals = []code{{http.StatusForbidden, "AccessDenied", ""}}
	_, err := c.readers(t, nil).Credentials(t.Context(), &Grant{Role: planRole, Region: "eu-west-1"})
	if got := problemOf(t, err).Problem; strings.ContainsAny(got, "\n\u202e") || len(got) > 400 || !strings.Contains(got, "x?::error::?y") {
		t.Errorf("%q", got)
	}
}

// The condition that such a token has would admit every pull request.
func TestAJobWithoutAnEnvironmentIsToldToHaveOne(t *testing.T) {
	c := newCloud(t)
	c.token = tokenOf(`{"iss":"https://token.actions.githubusercontent.com","sub":"repo:acme/infra:pull_request","repository_id":"2222222"}`)
	c.refusals = []code{{http.StatusForbidden, "AccessDenied", ""}}
	_, err := c.readers(t, nil).Credentials(t.Context(), &Grant{Role: planRole, Region: "eu-west-1"})
	refused := problemOf(t, err)
	if refused.Condition() != "" || !strings.Contains(refused.Problem, "repo:acme/infra:pull_request, a job without a GitHub environment") ||
		!strings.Contains(refused.Hint(), "`environment: plan-ENV`") {
		t.Errorf("%v\n%s\n%s", refused, refused.Hint(), refused.Condition())
	}
}

func TestATokenThatCannotBeReadIsNoReasonToFail(t *testing.T) {
	c := newCloud(t)
	c.token = "a.b.c"
	c.refusals = []code{{http.StatusForbidden, "AccessDenied", ""}}
	_, err := c.readers(t, nil).Credentials(t.Context(), &Grant{Role: planRole, Region: "eu-west-1"})
	if got := problemOf(t, err).Problem; !strings.Contains(got, "does not admit the token, which cannot be read") {
		t.Error(got)
	}
}

func TestSTSCannotBeReached(t *testing.T) {
	t.Parallel()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>"+canary) }))
	t.Cleanup(page.Close)
	for name, x := range map[string]struct{ endpoint, want string }{
		"nobody listens":      {"http://127.0.0.1:1", "STS in eu-west-1 cannot be reached"},
		"no host of the name": {"http://sts.invalid", "sts.invalid"},
		"a page":              {page.URL, "what answered is not STS in eu-west-1"},
		"no URL":              {"::", "is not STS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			_, err := c.readers(t, map[string]string{"AWS_ENDPOINT_URL_STS": x.endpoint}).Credentials(t.Context(), &Grant{Role: planRole, Region: "eu-west-1"})
			if refused := problemOf(t, err); !strings.Contains(refused.Problem, x.want) || !strings.Contains(refused.Hint(), "AWS_ENDPOINT_URL_STS") {
				t.Errorf("%v\nhint: %s", err, refused.Hint())
			}
		})
	}
}
