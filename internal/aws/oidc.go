// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// The variables by which a job of GitHub Actions asks for OIDC tokens, and whom they are for.
// https://docs.github.com/actions/reference/security/oidc
const (
	requestURL   = "ACTIONS_ID_TOKEN_REQUEST_URL"
	requestToken = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
	audience     = "sts.amazonaws.com"
)

// An issuer gives a job its OIDC tokens.
type issuer struct {
	env   map[string]string
	learn func(string)
	wait  time.Duration // before the second attempt; twice as long before the third
}

// token returns a fresh token.
func (i issuer) token(ctx context.Context) (string, *fault) {
	address, problem := i.address()
	if problem != nil {
		return "", problem
	}
	i.learn(i.env[requestToken])
	client, problem := httpClient(nil) // AWS_CA_BUNDLE is not about GitHub
	if problem != nil {
		return "", problem
	}
	defer client.CloseIdleConnections()
	for attempt := range 3 {
		if attempt > 0 && !sleep(ctx, i.wait<<(attempt-1)) {
			break
		}
		var token string
		if token, problem = ask(ctx, client, address, i.env[requestToken]); problem == nil {
			i.learn(token)
			return token, nil
		}
		if !problem.passing {
			break
		}
	}
	return "", problem
}

// address returns what is asked: the URL of the environment, which has a query already, with the audience.
func (i issuer) address() (string, *fault) {
	if i.env[requestURL] == "" || i.env[requestToken] == "" {
		return "", &fault{problem: "this job cannot ask GitHub for an OIDC token",
			hint: "give the job `permissions: id-token: write`; GitHub gives none to runs of forks and of Dependabot"}
	}
	u, err := url.Parse(i.env[requestURL])
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", &fault{problem: requestURL + " is no https URL", hint: "leave it as the runner sets it: the job's OIDC tokens are asked for there"}
	}
	query := u.Query()
	query.Set("audience", audience)
	u.RawQuery = query.Encode()
	return u.String(), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// ask makes one request for a token.
func ask(ctx context.Context, client *http.Client, address, key string) (string, *fault) {
	const service, advice = "GitHub's OIDC token service", "look at githubstatus.com, the proxy and the network of the job; then run it again"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", unanswered(err, service, advice)
	}
	req.Header.Set("Authorization", "bearer "+key)
	req.Header.Set("Accept", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return "", unanswered(err, service, advice)
	}
	defer res.Body.Close()
	switch body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1)); {
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500:
		return "", &fault{problem: fmt.Sprintf("%s fails with status %d", service, res.StatusCode), hint: advice, passing: true}
	case res.StatusCode != http.StatusOK:
		return "", &fault{problem: fmt.Sprintf("%s refuses this job, with status %d", service, res.StatusCode),
			hint: "give the job `permissions: id-token: write`; a job that has ended, or was cancelled, gets no more tokens"}
	case err != nil:
		return "", unanswered(err, service, advice)
	default:
		return tokenIn(body)
	}
}

// What an answer with a token may hold: as much as STS takes, and the JSON around it.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
const maxToken, maxAnswer = 20_000, 64 << 10

var jwt = regexp.MustCompile(`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`)

// tokenIn returns the token of an answer, {"value": "…"}.
func tokenIn(body []byte) (string, *fault) {
	var answer struct {
		Value string `json:"value"`
	}
	if len(body) > maxAnswer || json.Unmarshal(body, &answer) != nil || len(answer.Value) > maxToken || !jwt.MatchString(answer.Value) {
		return "", &fault{problem: "what GitHub's OIDC token service answered holds no token", hint: "look at " + requestURL + ", at the proxy and at githubstatus.com"}
	}
	return answer.Value, nil
}

// sleep waits about d, half of it by chance, and reports whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d/2 + rand.N(d/2+1)) //nolint:gosec // G404: spreads requests, hides nothing
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
