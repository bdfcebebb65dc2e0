// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// The errors are as Terraform 1.11.4 told them, with an S3 that refuses and with no credentials.
const (
	notOwnState = `Unable to access object \"net\" in S3 bucket \"b\": operation error S3: HeadObject, https response error StatusCode: 403, RequestID: , HostID: , api error Forbidden: Forbidden`
	ownState    = `Error refreshing state: Unable to access object \"k\" in S3 bucket \"b\": operation error S3: HeadObject, https response error StatusCode: 403, RequestID: , HostID: , api error Forbidden: Forbidden`
	noSource    = "No valid credential sources found"
	noMetadata  = `Error: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, access disabled to EC2 IMDS via client option`
	noEndpoint  = `Error: failed to refresh cached credentials, failed to load credentials, exceeded maximum number of attempts, 3, request send failed, Get \"http://127.0.0.1:9/x\": dial tcp 127.0.0.1:9: connect: connection refused`
	expired     = `Error message: operation error S3: PutObject, https response error StatusCode: 400, RequestID: , api error ExpiredToken: The provided token has expired.`
	lockDenied  = `Error message: operation error S3: PutObject, https response error StatusCode: 403, RequestID: , HostID: , api error AccessDenied: Access Denied`
)

// s3Error is how AWS's SDK tells an answer of S3.
func s3Error(status, code string) string {
	return "operation error S3: ListObjectsV2, https response error StatusCode: " + status + ", RequestID: , HostID: , api error " + code + ": x"
}

func TestHintsOnCredentialsAndOnWhatASessionMayRead(t *testing.T) {
	t.Parallel()
	grant := map[string]string{granted: "http://127.0.0.1:1/grant"}
	for name, tt := range map[string]struct {
		summary, detail string
		creds           map[string]string
		verb            string // "" is plan
		local           bool
		providers       []string
		hint            string // part of it
		not             string // no part of it
	}{
		"no credentials at a plan":                {summary: noSource, detail: noMetadata, hint: "name the plan_role", not: "apply_role"},
		"no credentials at an apply":              {summary: noSource, detail: noMetadata, verb: "apply", hint: "name the apply_role", not: "plan_role"},
		"no credentials of a person":              {summary: noSource, detail: noMetadata, local: true, hint: "aws sso login", not: "id-token"},
		"a grant that ended":                      {summary: noSource, detail: noEndpoint, creds: grant, hint: "plan_role ended and could not be renewed"},
		"a grant that ended at an apply":          {summary: noSource, detail: noEndpoint, creds: grant, verb: "apply", hint: "apply_role ended"},
		"a grant that ended is no lock":           {summary: lockError, detail: expired, creds: grant, hint: "plan_role ended"},
		"a provider without credentials":          {summary: "reading EC2 VPCs", detail: noMetadata, hint: "id-token: write"},
		"another state than the declared ones":    {summary: notOwnState, creds: grant, hint: "`depends_on`"},
		"another state when looking for drift":    {summary: notOwnState, creds: grant, verb: "drift", hint: "session_policy"},
		"another state at an apply":               {summary: notOwnState, creds: grant, verb: "apply", hint: "the job's role may not", not: "session_policy"},
		"another state without a session of ours": {summary: notOwnState, hint: "the job's role may not", not: "session_policy"},
		"the own state":                           {summary: ownState, creds: grant, hint: "the job's role may not", not: "session_policy"},
		"a profile in a job":                      {summary: "failed to get shared config profile, acme", creds: grant, hint: "leave `profile` out", not: "list-profiles"},
		"a profile of a person":                   {summary: "failed to get shared config profile, acme", local: true, hint: "list-profiles"},
		"a listed provider of a person's mirror":  {summary: noPackages, local: true, providers: []string{"*/*"}, hint: "--provider-mirror"},
		"a provider of a person's mirror":         {summary: noPackages, local: true, hint: "registry", not: "--provider-mirror"},
		"a listed provider in a job":              {summary: noPackages, providers: []string{"*/*"}, hint: "registry", not: "--provider-mirror"},
		"no bucket":                               {summary: "Error loading state: S3 bucket does not exist", detail: s3Error("404", "NoSuchBucket"), hint: "create the bucket"},
		"a bucket of another region":              {summary: "Unable to list objects", detail: s3Error("301", "PermanentRedirect"), hint: "another region"},
		"an S3 that has enough":                   {summary: "Unable to list objects", detail: s3Error("503", "SlowDown"), hint: "wait a minute"},
		"a key that AWS does not know":            {summary: "Unable to list objects", detail: s3Error("403", "InvalidAccessKeyId"), hint: "id-token: write", not: "may not do this"},
		"a secret of another key":                 {summary: "Unable to list objects", detail: s3Error("403", "SignatureDoesNotMatch"), hint: "id-token: write", not: "may not do this"},
		"no such host":                            {summary: "Unable to list objects", detail: "dial tcp: lookup s3.example.com: no such host", hint: "no host has that name", not: "data sources"},
		"a lock that the role may not write":      {summary: lockError, detail: lockDenied, creds: grant, hint: "*.tflock", not: "session_policy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := &run{runner: newBench(t, nil, func(o *Options) { o.Local = tt.local }).Runner, verb: "plan", job: job(target()), creds: tt.creds, report: &report.Report{}}
			x.job.Rules.Providers = tt.providers
			if tt.verb != "" {
				x.verb = tt.verb
			}
			out := newStream(x, nil)
			_, _ = out.Write([]byte(`{"type":"diagnostic","diagnostic":{"severity":"error","summary":"` + tt.summary + `","detail":"` + tt.detail + `"}}` + "\n")) // never fails
			f := x.explain(t.Context(), x.fault("plan", nil, out, ""))
			if f.Kind != report.Broken || !strings.Contains(f.Hint, tt.hint) || tt.not != "" && strings.Contains(f.Hint, tt.not) {
				t.Errorf("%s: %s (%s)", f.Kind, f.Message, f.Hint)
			}
		})
	}
}
