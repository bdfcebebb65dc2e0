// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
)

// canaries are the values of secrets that are planted in every run, by the variable that holds each. Nobody who reads what a run
// left may see one.
var canaries = map[string]string{
	"GITHUB_TOKEN":                   "ghs_workflowcanaryWORKFLOWcanary0123456789",
	"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "oidc-canary-OIDC-canary-1",
	"RUNNER_HOST_SECRET":             "host-canary-HOST-canary-2",
	"DB_PASSWORD":                    "terraform-canary-TERRAFORM-canary-3",
	"NOBODY_ASKS":                    "unasked-canary-UNASKED-canary-4",
	"UNRELATED":                      "unrelated-canary-UNRELATED-canary-5",
}

// token is any token of GitHub, also one that nobody planted.
var token = regexp.MustCompile(`gh[opsu]_[A-Za-z0-9]{8,}`)

// leaksNothing searches for secrets all that a run left: logs, summaries, outputs, artifacts, comments, checks and deployments.
func (r *run) leaksNothing(t testing.TB) {
	t.Helper()
	for where, text := range r.everything(t) {
		if found := token.FindString(text); found != "" {
			t.Errorf("run %d: %s shows the token %s", r.id, where, found)
		}
		for name, secret := range r.hidden() {
			for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret))} {
				if strings.Contains(text, form) {
					t.Errorf("run %d: %s shows %s", r.id, where, name)
				}
			}
		}
	}
}

// hidden returns the canaries, the lines of the App's key and the tokens of jobs.
func (r *run) hidden() map[string]string {
	hidden := map[string]string{}
	for name, value := range canaries {
		hidden[name] = value
	}
	for n, text := range strings.Split(strings.TrimSpace(string(r.hub.PrivateKey)), "\n") {
		if len(text) > 30 && !strings.HasPrefix(text, "-----") {
			hidden[fmt.Sprintf("line %d of the App's key", n)] = text
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for text, job := range r.tokens {
		hidden["the token of a job with "+fmt.Sprint(job)] = text
	}
	return hidden
}

// everything returns what is left of a run and of its world, by where it stands.
func (r *run) everything(t testing.TB) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, j := range r.jobs {
		all["the log of "+name] = j.log.String()
		all["the summary of "+name] = j.summary
		all["the outputs of "+name] = fmt.Sprint(j.outputs)
	}
	if gate := r.jobs["gate"]; gate != nil {
		all["the ticket"] = gate.ticket(t)
	}
	for name, text := range r.files(t, r.artifacts) {
		all["artifact "+name] = text
	}
	for _, p := range r.pulls {
		all[fmt.Sprintf("conversation %d", p.Number)] = fmt.Sprintf("%+v", p.Conversation())
		all[fmt.Sprintf("checks of %d", p.Number)] = fmt.Sprintf("%+v", p.Checks())
	}
	all["deployments"] = fmt.Sprintf("%+v", r.repo.Deployments())
	all["issues"] = fmt.Sprintf("%+v", r.repo.Issues())
	for i, sarif := range r.repo.SARIFs() {
		all[fmt.Sprintf("upload %d to code scanning", i)] = string(sarif.Body)
	}
	return all
}

// ticket returns what gate hands on, as it is before it is packed; "" if that is nothing.
func (j *job) ticket(t testing.TB) string {
	t.Helper()
	packed := j.outputs["ticket"] + j.outputs["ticket2"] + j.outputs["ticket3"] + j.outputs["ticket4"]
	if packed == "" {
		return ""
	}
	zipped, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zipped)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
