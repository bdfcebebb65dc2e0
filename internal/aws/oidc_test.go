// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// problemOf returns what the error of credentials says.
func problemOf(t *testing.T, err error) *RoleError {
	t.Helper()
	var refused *RoleError
	if !errors.As(err, &refused) {
		t.Fatalf("%v is no *RoleError", err)
	}
	for _, secret := range []string{canary, "request-token", tokenOf("")[:10], "secret-", "session-"} {
		if all := err.Error() + refused.Hint(); strings.Contains(all, secret) {
			t.Errorf("it tells %q: %s", secret, all)
		}
	}
	return refused
}

func TestTokensAreForAWS(t *testing.T) {
	c := newCloud(t)
	if _, err := c.readers(t, nil).Credentials(t.Context(), &Grant{Role: planRole, Region: "eu-west-1"}); err != nil {
		t.Fatal(err)
	}
	if len(c.tokens) != 1 {
		t.Fatalf("GitHub was asked %d times", len(c.tokens))
	}
	want := url.Values{"api-version": {"2.0"}, "audience": {"sts.amazonaws.com"}}
	if got := c.tokens[0].URL.Query(); got.Encode() != want.Encode() || c.tokens[0].Method != http.MethodGet {
		t.Errorf("asked %s %v", c.tokens[0].Method, got)
	}
	if !c.learned("request-token", c.token) {
		t.Errorf("told of %q", c.told)
	}
}

func TestTokenIsRefused(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		env          map[string]string
		status       int
		token        string
		problem      string
		hint         string
		asked, asSTS int
	}{
		"no URL":                 {env: map[string]string{requestURL: ""}, problem: "this job cannot ask GitHub", hint: "id-token: write"},
		"no request token":       {env: map[string]string{requestToken: ""}, problem: "this job cannot ask GitHub", hint: "Dependabot"},
		"not https":              {env: map[string]string{requestURL: "http://pipelines.example/token"}, problem: "is no https URL", hint: "as the runner sets it"},
		"loopback by its looks":  {env: map[string]string{requestURL: "http://127.0.0.1.example/token"}, problem: "is no https URL"},
		"a file":                 {env: map[string]string{requestURL: "file:///etc/passwd"}, problem: "is no https URL"},
		"no URL at all":          {env: map[string]string{requestURL: "::" + canary}, problem: "is no https URL"},
		"another request token":  {env: map[string]string{requestToken: "old"}, problem: "refuses this job, with status 401", hint: "has ended", asked: 1},
		"forbidden":              {status: 403, problem: "refuses this job, with status 403", hint: "id-token: write", asked: 1},
		"sent elsewhere":         {status: 307, problem: "refuses this job, with status 307", asked: 1},
		"failing":                {status: 503, problem: "fails with status 503", hint: "githubstatus.com", asked: 3},
		"too many requests":      {status: 429, problem: "fails with status 429", asked: 3},
		"no token":               {token: "none", problem: "holds no token", hint: "proxy", asked: 1},
		"a token of two":         {token: "a.b", problem: "holds no token", asked: 1},
		"a token with a newline": {token: "a.b.c\nx", problem: "holds no token", asked: 1},
		"a huge token":           {token: "a.b." + strings.Repeat("c", 20_000), problem: "holds no token", asked: 1},
		"more than is read":      {token: "a.b." + strings.Repeat("c", 100_000), problem: "holds no token", asked: 1},
		"nobody listens":         {env: map[string]string{requestURL: "http://127.0.0.1:1/token"}, problem: "cannot be reached", hint: "network of the job"},
		"no host of that name":   {env: map[string]string{requestURL: "https://tokens.invalid/x"}, problem: "tokens.invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.status = x.status
			if x.token != "" {
				c.token = x.token
			}
			creds, err := c.readers(t, x.env).Credentials(t.Context(), &Grant{Role: planRole, Region: "eu-west-1"})
			refused := problemOf(t, err)
			if refused.Role != planRole || !strings.Contains(refused.Problem, x.problem) || !strings.Contains(refused.Hint(), x.hint) || refused.Hint() == "" {
				t.Errorf("%v\nhint: %s", err, refused.Hint())
			}
			if len(c.tokens) != x.asked || c.exchanges() != 0 || creds.Environ() != nil {
				t.Errorf("GitHub was asked %d times, STS %d times, given %v", len(c.tokens), c.exchanges(), creds.Environ())
			}
		})
	}
}

func TestTokenAfterAReset(t *testing.T) {
	c := newCloud(t)
	var resets atomic.Int32
	flaky := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch resets.Add(1) {
		case 1:
			conn, _, _ := http.NewResponseController(w).Hijack()
			conn.Close()
		case 2:
			w.WriteHeader(http.StatusBadGateway)
		default:
			c.issue(w, r)
		}
	}))
	t.Cleanup(flaky.Close)
	r := c.readers(t, map[string]string{requestURL: flaky.URL + "/token"})
	if _, err := r.Credentials(t.Context(), &Grant{Role: planRole, Region: "eu-west-1"}); err != nil || resets.Load() != 3 {
		t.Errorf("after %d requests: %v", resets.Load(), err)
	}
}

func FuzzTokenIn(f *testing.F) {
	f.Add([]byte(`{"count":1,"value":"` + tokenOf("{}") + `"}`))
	f.Add([]byte(`{"value":["a.b.c"]}`))
	f.Add([]byte(`{"value":"a.b.c","value":"\n"}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, body []byte) {
		token, problem := tokenIn(body)
		switch {
		case problem != nil && token != "":
			t.Errorf("%q beside a problem", token)
		case problem != nil && strings.Contains(problem.problem+problem.hint, canary):
			t.Error("a problem quotes the answer")
		case problem == nil && (strings.Count(token, ".") != 2 || strings.ContainsAny(token, " \r\n\"") || len(token) > maxToken):
			t.Errorf("%q is no token", token)
		}
	})
}
