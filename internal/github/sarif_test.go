// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

var writeScans = github.Permissions{"metadata": "read", "security_events": "write"}

const sarif = `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Layerbot","rules":[{"id":"R1"}]}},"automationDetails":{"id":"layerbot/net/prod/"},` +
	`"results":[{"ruleId":"R1","level":"error","message":{"text":"open"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"main.tf"},"region":{"startLine":1}}}]}]}]}`

const taken = `{"id":"47177e22-5596-11eb-80a1-c1e54ef945c6","url":"https://api.github.com/repos/acme/infra/code-scanning/sarifs/47177e22-5596-11eb-80a1-c1e54ef945c6"}`

func TestSARIFIsUploaded(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	if err := w.open(t, writeScans).UploadSARIF(t.Context(), w.pull.Number, w.head, []byte(sarif)); err != nil {
		t.Fatal(err)
	}
	got := w.git.SARIFs()
	if len(got) != 1 || got[0].Commit != w.head || got[0].Ref != "refs/pull/1/head" || string(got[0].Body) != sarif {
		t.Errorf("%+v", got)
	}
}

func TestSARIFIsSentAgainWhenGitHubFails(t *testing.T) {
	eachFault(t, nil, 2, steps(say(202, taken)), func(t *testing.T, f *fake) {
		if err := f.client().UploadSARIF(t.Context(), 7, sha, []byte(sarif)); err != nil || methods(f) != "POST POST POST" {
			t.Errorf("%v after %s", err, methods(f))
		}
	})
}

func TestSARIFIsNotTakenUntilGitHubSaysSo(t *testing.T) {
	for name, step := range map[string]http.HandlerFunc{
		"202 with nothing": say(202, ""), "202 {}": say(202, "{}"), "202 without an id": say(202, `{"url":"x"}`),
		"202 of a proxy": say(202, "<html>"), "200 with an id": say(200, taken), "204": say(204, ""), "a list": say(202, `[{"id":"x"}]`),
	} {
		t.Run(name, func(t *testing.T) {
			refused[*github.UnavailableError](t, newFake(t, step).client().UploadSARIF(t.Context(), 7, sha, []byte(sarif)))
		})
	}
}

func TestWhySARIFIsNotTaken(t *testing.T) {
	const lacking = "Resource not accessible by integration"
	for name, test := range map[string]struct {
		step          http.HandlerFunc
		says, hintsAt string
	}{
		"Code Security is off": {message(403, "Code Security must be enabled for this repository to use code scanning."), "not enabled in acme/infra", "Settings"},
		"Advanced Security":    {message(403, "Advanced Security must be enabled for this repository to use code scanning."), "not enabled in acme/infra", "code_scanning = false"},
		"an older server":      {message(403, "repository not enabled for code scanning"), "not enabled in acme/infra", "Settings"},
		"no permission":        {message(403, lacking, "X-Accepted-GitHub-Permissions: security_events=write"), lacking, "Code scanning alerts"},
		"no permission, and no requests left": {
			message(403, lacking, "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1"), lacking, "Code scanning alerts",
		},
		"not found":       {message(404, "Not Found"), "Not Found", "Code scanning alerts"},
		"archived":        {message(403, "This repository has been archived"), "archived", "unarchives"},
		"too large":       {message(413, "Payload Too Large"), "too large", "code_scanning = false"},
		"too large, HTML": {say(413, "<html>nginx</html>"), "413", "code_scanning = false"},
		"bad request":     {message(400, "Invalid SARIF"), "Invalid SARIF", "report it"},
		"unprocessable":   {message(422, "commit not found"), "commit not found", "report it"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, minted, test.step)
			c, err := f.app(9).Open(t.Context(), someRepo, writeScans)
			if err != nil {
				t.Fatal(err)
			}
			err = c.UploadSARIF(t.Context(), 7, sha, []byte(sarif))
			known := refused[*github.SARIFError](t, err)
			if !strings.Contains(err.Error(), test.says) || !strings.Contains(known.Hint(), test.hintsAt) || methods(f) != "POST POST" {
				t.Errorf("%v; %s; requests %s", err, known.Hint(), methods(f))
			}
		})
	}
	t.Run("a job's token without the permission", func(t *testing.T) {
		err := newFake(t, message(403, lacking)).client().UploadSARIF(t.Context(), 7, sha, []byte(sarif))
		if known := refused[*github.SARIFError](t, err); !strings.Contains(known.Hint(), "security-events: write") {
			t.Error(known.Hint())
		}
	})
}

// What is a fault of something else is not said to be code scanning's.
func TestSARIFErrorsAreOfCodeScanningAlone(t *testing.T) {
	refused[*github.AuthError](t, newFake(t, message(401, "Bad credentials")).client().UploadSARIF(t.Context(), 7, sha, []byte(sarif)))
	limited := newFake(t, message(403, limitText, "Retry-After: 3600")).client().UploadSARIF(t.Context(), 7, sha, []byte(sarif))
	refused[*github.RateLimitError](t, limited)
	elsewhere := newFake(t, say(307, "", "Location: https://evil.example/"))
	refused[*github.UnavailableError](t, elsewhere.client().UploadSARIF(t.Context(), 7, sha, []byte(sarif)))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newFake(t, say(202, taken)).client().UploadSARIF(ctx, 7, sha, []byte(sarif)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestSARIFThatCannotBeTakenIsNotSent(t *testing.T) {
	noise := make([]byte, github.MaxSARIF)
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise) // it never fails
	large, err := json.Marshal(noise)              // as base64, which gzip undoes but for a little
	if err != nil {
		t.Fatal(err)
	}
	f := newFake(t, say(202, taken))
	known := refused[*github.SARIFError](t, f.client().UploadSARIF(t.Context(), 7, sha, large))
	if !strings.Contains(known.Message, "of at most 10485760") {
		t.Error(known)
	}
	for name, err := range map[string]error{
		"no pull request": f.client().UploadSARIF(t.Context(), 0, sha, []byte(sarif)),
		"a branch":        f.client().UploadSARIF(t.Context(), 7, "change", []byte(sarif)),
		"half of it":      f.client().UploadSARIF(t.Context(), 7, sha, []byte(sarif[1:])),
		"nothing":         f.client().UploadSARIF(t.Context(), 7, sha, nil),
	} {
		if err == nil {
			t.Error(name, "was uploaded")
		}
	}
	if n := len(f.requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestSARIFIsPackedTheSameEachTime(t *testing.T) {
	var bodies []string
	f := newFake(t, say(202, taken))
	for range 2 {
		o := f.options()
		o.Transport = recording(func(body string) { bodies = append(bodies, body) })
		c, err := github.WithToken(o, someRepo, canary)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.UploadSARIF(t.Context(), 7, sha, []byte(sarif)); err != nil {
			t.Fatal(err)
		}
	}
	var body struct{ SARIF []byte }
	if err := json.Unmarshal([]byte(bodies[0]), &body); err != nil || bodies[0] != bodies[1] {
		t.Fatalf("%v\n%s\n%s", err, bodies[0], bodies[1])
	}
	r, err := gzip.NewReader(bytes.NewReader(body.SARIF))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(r); err != nil || string(text) != sarif {
		t.Errorf("%v: %s", err, text)
	}
}

// recording is a transport that tells of what is sent.
type recording func(body string)

func (tell recording) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	tell(string(body))
	req.Body = io.NopCloser(bytes.NewReader(body))
	return http.DefaultTransport.RoundTrip(req)
}

// An App without the permission is told from every other reason that a client cannot be opened.
func TestAppThatMayNotWriteToCodeScanning(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Permissions: github.Permissions{"checks": "write", "metadata": "read"}})
	_, err := w.app.Open(t.Context(), w.repo, writeScans)
	known := refused[*github.PermissionError](t, err)
	if known.Asked["security_events"] != "write" || !strings.Contains(known.Hint(), "metadata: read, security_events: write") {
		t.Errorf("%+v; %s", known, known.Hint())
	}
	_, err = newFake(t, message(403, "This installation has been suspended")).app(9).Open(t.Context(), someRepo, writeScans)
	if known := refused[*github.PermissionError](t, err); known.Asked != nil {
		t.Errorf("suspended, and said to lack %v", known.Asked)
	}

	w = newWorld(t)
	w.git.DisableCodeScanning()
	refused[*github.SARIFError](t, w.open(t, writeScans).UploadSARIF(t.Context(), w.pull.Number, w.head, []byte(sarif)))
}
