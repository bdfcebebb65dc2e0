// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
)

// What a person was given nobody can know beforehand: to lack it is an answer, and no violation.
func TestAPersonsToken(t *testing.T) {
	st := newStage(t, Options{LongTokens: true})
	st.repo.Collaborator("grace", "admin")
	st.repo.Collaborator("linus", "write")
	st.repo.Collaborator("former", "none")
	all := github.Permissions{"actions": "read", "administration": "read", "checks": "write", "pull_requests": "write"}
	const protection = "/repos/acme/infra/branches/main/protection/required_status_checks"
	for _, tt := range []struct {
		name, login string
		may         github.Permissions
		path        string
		want        int
		text        string
	}{
		{"all rights", "grace", all, protection, 200, "layerbot / prod"},
		{"no permission", "grace", nil, protection, 403, "Resource not accessible by personal access token"},
		{"no administrator", "linus", all, protection, 404, `"Not Found"`},
		{"no collaborator any more", "former", all, "/repos/acme/infra", 404, "Not Found"},
		{"a stranger", "mallory", all, "/repos/acme/infra", 404, "Not Found"},
		{"what only Apps have", "grace", all, "/repos/acme/infra/commits/main/check-runs", 403, "personal access token"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			token := st.PersonToken(tt.login, tt.may)
			if !regexp.MustCompile(`^github_pat_\w{60,}$`).MatchString(token) {
				t.Errorf("%s is no fine-grained token", token)
			}
			resp, text := st.do(t, "GET", tt.path, token, "")
			if resp.StatusCode != tt.want || !strings.Contains(text, tt.text) || len(st.told) > 0 {
				t.Errorf("%s %s, violations %v", resp.Status, text, st.told)
			}
		})
	}
	if n := st.LiveTokens(); n != 0 {
		t.Errorf("%d tokens of the App", n)
	}
	st.RevokeTokens()
	token := st.PersonToken("linus", all)
	if resp, text := st.do(t, "POST", "/repos/acme/infra/issues/1/comments", token, `{"body":"by hand"}`); resp.StatusCode != http.StatusCreated {
		t.Error(resp.Status, text)
	}
	if items := st.pull.Conversation(); items[len(items)-1].Author.Login != "linus" {
		t.Errorf("written by %+v", items[len(items)-1].Author)
	}
}

func TestNamesThatHoldASlashMustBeEscaped(t *testing.T) {
	st := newStage(t, Options{})
	st.repo.Require("env/prod", github.RequiredCheck{Name: "layerbot / prod"})
	token := st.PersonToken("acme", github.Permissions{"environments": "read"})
	for _, path := range []string{"/environments/prod/eu/secrets", "/rules/branches/env/prod"} {
		st.told = nil
		if resp, _ := st.do(t, "GET", "/repos/acme/infra"+path, token, ""); resp.StatusCode != 404 || len(st.told) != 1 {
			t.Errorf("%s: %s, violations %v", path, resp.Status, st.told)
		}
	}
	st.told = nil
	for _, path := range []string{"/environments/" + url.PathEscape("prod/eu") + "/secrets", "/rules/branches/" + url.PathEscape("env/prod")} {
		if resp, text := st.do(t, "GET", "/repos/acme/infra"+path, token, ""); resp.StatusCode != 200 || len(st.told) > 0 {
			t.Errorf("%s: %s %s, violations %v", path, resp.Status, text, st.told)
		}
	}
}

func TestAnAnnotatedTagIsNoCommit(t *testing.T) {
	st := newStage(t, Options{})
	for name, annotated := range map[string]bool{"light": false, "heavy": true} {
		sha, err := st.repo.Tag(name, "main", annotated)
		if err != nil {
			t.Fatal(err)
		}
		_, text := st.do(t, "GET", "/repos/acme/infra/git/ref/tags/"+name, st.token(github.Permissions{"contents": "read"}), "")
		if strings.Contains(text, sha) == annotated || strings.Contains(text, `"type":"tag"`) != annotated {
			t.Errorf("%s of %s: %s", name, sha, text)
		}
	}
	if _, err := st.repo.Tag("none", "nowhere", false); err == nil {
		t.Error("a tag of nothing")
	}
	if len(st.told) > 0 {
		t.Error(st.told)
	}
}

func TestASuspendedInstallationDoesNothing(t *testing.T) {
	st := newStage(t, Options{})
	jwt := st.sign(t, "RS256", object{"iss": st.AppID, "iat": st.now().Unix() - 60, "exp": st.now().Unix() + 300})
	var made struct{ Token string }
	mint := func() int {
		resp, text := st.do(t, "POST", st.fill("/app/installations/{installation_id}/access_tokens"), jwt, `{"permissions":{"contents":"read"}}`)
		if err := json.Unmarshal([]byte(text), &made); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode
	}
	if mint() != http.StatusCreated {
		t.Fatal("no token")
	}
	old := made.Token
	if st.repo.Suspend(true); mint() != http.StatusForbidden {
		t.Error("a token of a suspended installation")
	}
	if resp, _ := st.do(t, "GET", "/repos/acme/infra", old, ""); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a token from before the suspension: %s", resp.Status)
	}
	if st.repo.Suspend(false); mint() != http.StatusCreated {
		t.Error("no token after the suspension")
	}
	if len(st.told) > 0 {
		t.Error(st.told)
	}
}
