// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	planRole = "arn:aws:iam::123456789012:role/layerbot-plan"
	subject  = "repo:acme/infra:environment:plan-prod"
)

// tokenOf returns a token with claims, as JSON; nobody here verifies its signature.
func tokenOf(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}

// A cloud is GitHub's token service and AWS's STS, for as long as a test runs. Access keys count up: "ASIA1", "ASIA2".
type cloud struct {
	github, sts *httptest.Server
	wait        time.Duration // that brokers have between attempts

	slow     sync.Mutex // STS answers nobody as long as it is held
	mu       sync.Mutex
	token    string
	lifetime time.Duration
	status   int    // of GitHub's answers; 0 is 200
	refusals []code // of STS: one a request, the last one for good; "" is none
	told     []string
	tokens   []*http.Request // what GitHub was asked
	asked    []url.Values    // what STS was asked
	logged   strings.Builder
}

// A code is what STS answers instead of credentials.
type code struct {
	status        int
	name, message string
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{token: tokenOf(`{"iss":"https://token.actions.githubusercontent.com","aud":"sts.amazonaws.com","sub":"` + subject + `"}`), lifetime: time.Hour, wait: 4 * time.Millisecond}
	c.github, c.sts = httptest.NewServer(http.HandlerFunc(c.issue)), httptest.NewServer(http.HandlerFunc(c.assume))
	t.Cleanup(c.github.Close)
	t.Cleanup(c.sts.Close)
	return c
}

// set changes c while it is used.
func (c *cloud) set(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// issue answers a job that asks for a token.
func (c *cloud) issue(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens = append(c.tokens, r)
	switch {
	case r.Header.Get("Authorization") != "bearer request-token" || r.URL.Path != "/token":
		w.WriteHeader(http.StatusUnauthorized)
	case c.status != 0:
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(c.status)
	default:
		_ = json.NewEncoder(w).Encode(map[string]any{"count": 1, "value": c.token})
	}
}

// assume answers AssumeRoleWithWebIdentity.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
func (c *cloud) assume(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	c.slow.Lock()
	defer c.slow.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Header.Get("Authorization") != "" {
		r.Form.Set("signed", "yes")
	}
	c.asked = append(c.asked, r.Form)
	w.Header().Set("Content-Type", "text/xml")
	if len(c.refusals) > 0 {
		refusal := c.refusals[0]
		c.refusals = c.refusals[min(1, len(c.refusals)-1):]
		if refusal.status != 0 {
			w.WriteHeader(refusal.status)
			fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
				escaped(refusal.name), escaped(refusal.message+" "+canary))
			return
		}
	}
	n := len(c.asked)
	fmt.Fprintf(w, `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>
<AccessKeyId>ASIA%d</AccessKeyId><SecretAccessKey>secret-%d</SecretAccessKey><SessionToken>session-%d</SessionToken><Expiration>%s</Expiration>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`, n, n, n, time.Now().Add(c.lifetime).UTC().Format(time.RFC3339Nano))
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// environ returns what a job in c has, and what it should not count.
func (c *cloud) environ() map[string]string {
	return map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL": c.github.URL + "/token?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token",
		"AWS_ENDPOINT_URL_STS": c.sts.URL, "AWS_ENDPOINT_URL_S3": "http://s3.example",
		"AWS_ACCESS_KEY_ID": "AKIAENVIRON", "AWS_SECRET_ACCESS_KEY": "environ", "AWS_PROFILE": "environ", "AWS_REGION": "us-east-1",
		"AWS_WEB_IDENTITY_TOKEN_FILE": "/environ", "AWS_ROLE_ARN": "arn:environ", "GITHUB_TOKEN": "ghs_environ",
	}
}

// readers returns Readers that live in c, with more variables.
func (c *cloud) readers(t *testing.T, more map[string]string) *Readers {
	t.Helper()
	env := c.environ()
	maps.Copy(env, more)
	r := NewReaders(Options{Environ: env, Learn: func(s string) { c.set(func() { c.told = append(c.told, s) }) }, Log: slog.New(slog.NewTextHandler(c, nil))})
	r.wait = c.wait
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// Write takes the log.
func (c *cloud) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.logged.Write(p)
}

// learned reports whether Learn was told of all of secrets.
func (c *cloud) learned(secrets ...string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !slices.ContainsFunc(secrets, func(s string) bool { return !slices.Contains(c.told, s) })
}

// exchanges is how often STS was asked.
func (c *cloud) exchanges() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.asked)
}

// get asks an endpoint as a container does, and returns the status and the body.
func get(t *testing.T, address, authorization string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", authorization)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// given asks the endpoint of env, and returns the access key that it gives and when that expires.
func given(t *testing.T, env map[string]string) (key string, expires time.Time) {
	t.Helper()
	status, body := get(t, env["AWS_CONTAINER_CREDENTIALS_FULL_URI"], env["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
	var answer struct {
		AccessKeyId, SecretAccessKey, Token string //nolint:revive // as AWS spells it
		Expiration                          time.Time
	}
	if err := json.Unmarshal([]byte(body), &answer); status != http.StatusOK || err != nil {
		t.Fatalf("%d %q: %v", status, body, err)
	}
	n := strings.TrimPrefix(answer.AccessKeyId, "ASIA")
	if answer.SecretAccessKey != "secret-"+n || answer.Token != "session-"+n {
		t.Fatalf("parts of several credentials: %s", body)
	}
	return answer.AccessKeyId, answer.Expiration
}
