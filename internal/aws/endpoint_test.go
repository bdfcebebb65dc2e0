// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

var planGrant = &Grant{Role: planRole, Region: "eu-west-1"}

// granted returns the variables of credentials for planning.
func granted(t *testing.T, r *Readers) map[string]string {
	t.Helper()
	creds, err := r.Credentials(t.Context(), planGrant)
	if err != nil {
		t.Fatal(err)
	}
	return creds.Environ()
}

func TestTheEndpointGivesNothingWithoutItsToken(t *testing.T) {
	r := newCloud(t).readers(t, nil)
	env, other := granted(t, r), granted(t, r)
	url, token := env["AWS_CONTAINER_CREDENTIALS_FULL_URI"], env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
	if key, _ := given(t, env); key != "ASIA1" {
		t.Errorf("the first grant has %s", key)
	}
	if key, _ := given(t, other); key != "ASIA2" {
		t.Errorf("the second grant has %s", key)
	}
	for name, x := range map[string]struct {
		method, url, host, token string
		want                     int
	}{
		"no token":                  {"GET", url, "", "", 401},
		"another token":             {"GET", url, "", strings.Repeat("A", len(token)), 401},
		"a part of it":              {"GET", url, "", token[1:], 401},
		"more than it":              {"GET", url, "", token + "x", 401},
		"with a scheme":             {"GET", url, "", "Bearer " + token, 401},
		"in small letters":          {"GET", url, "", strings.ToLower(token), 401},
		"another grant's":           {"GET", url, "", other["AWS_CONTAINER_AUTHORIZATION_TOKEN"], 401},
		"another grant's path":      {"GET", other["AWS_CONTAINER_CREDENTIALS_FULL_URI"], "", token, 401},
		"another path":              {"GET", url + "0", "", token, 404},
		"the root":                  {"GET", strings.TrimSuffix(url, "/role/1"), "", token, 404},
		"a path below":              {"GET", url + "/", "", token, 404},
		"a browser, by a page":      {"GET", url, "rebound.example", token, 404},
		"the same, with a port":     {"GET", url, "rebound.example:80", token, 404},
		"localhost, which it isn't": {"GET", url, "localhost", token, 404},
		"to write":                  {"PUT", url, "", token, 405},
		"a form":                    {"POST", url, "", token, 405},
		"its head":                  {"HEAD", url, "", token, 405},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), x.method, x.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = x.host
			req.Header.Set("Authorization", x.token)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if res.StatusCode != x.want || res.ContentLength > 0 {
				t.Errorf("status %d with %d bytes, want %d with none", res.StatusCode, res.ContentLength, x.want)
			}
		})
	}
}

// expire lets the credentials of r's first grant end now.
func expire(r *Readers) {
	s := r.server.sessions["/role/1"].session
	s.due, s.keys.Expires = time.Now(), time.Now()
}

func TestOneExchangeForAllThatAsk(t *testing.T) {
	c := newCloud(t)
	r := c.readers(t, nil)
	env := granted(t, r)
	expire(r)
	keys := make([]string, 20)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() { keys[i], _ = given(t, env) })
	}
	all.Wait()
	for _, key := range keys {
		if key != "ASIA2" {
			t.Errorf("given %v", keys)
			break
		}
	}
	if c.exchanges() != 2 {
		t.Errorf("%d exchanges", c.exchanges())
	}
}

func TestTheEndpointSaysWhyThereAreNoCredentials(t *testing.T) {
	c := newCloud(t)
	r := c.readers(t, nil)
	env := granted(t, r)
	expire(r)
	c.set(func() { c.refusals = []code{{http.StatusForbidden, "AccessDenied", ""}} })
	status, body := get(t, env["AWS_CONTAINER_CREDENTIALS_FULL_URI"], env["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
	var answer struct{ Code, Message string }
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != http.StatusServiceUnavailable || answer.Code != "LayerbotRoleError" {
		t.Errorf("%d %q: %v", status, body, err)
	}
	for _, want := range []string{planRole, "does not admit " + subject, "compare the role's ARN"} {
		if !strings.Contains(answer.Message, want) {
			t.Errorf("%q does not say %q", answer.Message, want)
		}
	}
	if strings.Contains(body, canary) || strings.Contains(body, "secret-") {
		t.Errorf("tells too much: %s", body)
	}
}

func TestWhoeverHangsUpSpoilsNothing(t *testing.T) {
	c := newCloud(t)
	r := c.readers(t, nil)
	env := granted(t, r)
	expire(r)
	c.slow.Lock()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, env["AWS_CONTAINER_CREDENTIALS_FULL_URI"], nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", env["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
	_, err = http.DefaultClient.Do(req)
	time.Sleep(50 * time.Millisecond) // the endpoint learns of it
	c.slow.Unlock()
	if err == nil {
		t.Fatal("answered without STS")
	}
	if key, _ := given(t, env); key != "ASIA2" || len(c.tokens) != 2 || strings.Contains(c.log(), "not renewed") {
		t.Errorf("given %s after %d tokens, log %q", key, len(c.tokens), c.log())
	}
}

func TestCloseEndsTheServing(t *testing.T) {
	c := newCloud(t)
	r := c.readers(t, nil)
	env := granted(t, r)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if status, body := get(t, env["AWS_CONTAINER_CREDENTIALS_FULL_URI"], env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]); status != 0 {
		t.Errorf("%d %s", status, body)
	}
	_, err := r.Credentials(t.Context(), planGrant)
	if got := problemOf(t, err).Problem; got != "no more credentials are given out" {
		t.Error(got)
	}
	if err := r.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
	if err := NewWriters(Options{}).Close(); err != nil {
		t.Errorf("closed before it was used: %v", err)
	}
}
