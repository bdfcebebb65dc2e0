// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
)

// FuzzServe sends what no client would: the answer is never an error of ours.
func FuzzServe(f *testing.F) {
	s, err := New(Options{Violation: func(error) {}, Validate: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := s.Close(); err != nil {
			f.Error(err)
		}
	})
	r := s.Repository("acme", "infra")
	for _, branch := range []string{"main", "change"} {
		if _, err := r.Push(branch, "", "Work", map[string][]byte{branch: []byte("x")}); err != nil {
			f.Fatal(err)
		}
	}
	if _, err := r.Open("ada", "Title", "Body", "change", "main", nil); err != nil {
		f.Fatal(err)
	}
	token := s.WorkflowToken(r, github.Permissions{"pull_requests": "write", "issues": "write", "checks": "write", "contents": "read"})

	for _, route := range routes {
		path := strings.NewReplacer("{owner}", "acme", "{repo}", "infra", "{pull_number}", "1", "{issue_number}", "1", "{ref}", "change").Replace(route.template)
		f.Add(route.method, path, "per_page=1", `{"body":"b"}`)
	}
	f.Add("GET", "/repos/acme/infra/contents/../..", "ref=--help", "")
	f.Add("GET", "/repos/acme/infra/commits/-x/check-runs", "app_id=-1", "null")
	f.Add("POST", "/repos/acme/infra/check-runs", "", `{"name":"\u0000","head_sha":"main","output":{"annotations":[{}]}}`)
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		u := &url.URL{Path: path, RawQuery: query}
		req := &http.Request{Method: method, URL: u, Header: http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}, Body: http.NoBody}
		if body != "" {
			req.Body = readCloser{strings.NewReader(body)}
		}
		answer := newRecorder()
		s.carryOut(answer, req, path)
		if answer.code >= 500 {
			t.Errorf("%s %s?%s: %d %s", method, path, query, answer.code, answer.body.String())
		}
	})
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func BenchmarkGetPull(b *testing.B) {
	for _, validate := range []bool{false, true} {
		b.Run(map[bool]string{false: "plain", true: "validated"}[validate], func(b *testing.B) {
			s, err := New(Options{Violation: func(err error) { b.Error(err) }, Validate: validate})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			r := s.Repository("acme", "infra")
			for _, branch := range []string{"main", "change"} {
				if _, err := r.Push(branch, "", "Work", map[string][]byte{branch: []byte("x")}); err != nil {
					b.Fatal(err)
				}
			}
			if _, err := r.Open("ada", "Title", "Body", "change", "main", nil); err != nil {
				b.Fatal(err)
			}
			token := s.WorkflowToken(r, github.Permissions{"pull_requests": "read"})
			for b.Loop() {
				req, err := http.NewRequest("GET", s.APIURL()+"/repos/acme/infra/pulls/1", nil)
				if err != nil {
					b.Fatal(err)
				}
				req.Header.Set("Authorization", "Bearer "+token)
				resp, err := http.DefaultClient.Do(req)
				if err != nil || resp.StatusCode != http.StatusOK {
					b.Fatal(resp, err)
				}
				resp.Body.Close()
			}
		})
	}
}
