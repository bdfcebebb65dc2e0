// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

const manifestText = `{"name":"Layerbot for Acme","url":"https://example.invalid","hook_attributes":{"url":"https://example.invalid/hook","active":false},
"redirect_url":"http://127.0.0.1:1/done?page=app","public":false,"default_permissions":{"contents":"read","checks":"write"},"default_events":[]}`

// post sends a form as a browser does, and returns the answer without following it.
func (st *stage) post(t *testing.T, path string, form url.Values) (*http.Response, string) {
	t.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := browser.PostForm(st.URL+path, form)
	return answered(t, resp, err)
}

func (st *stage) look(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	resp, err := http.Get(st.URL + path)
	return answered(t, resp, err)
}

func answered(t *testing.T, resp *http.Response, err error) (*http.Response, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

// fields returns the fields of the form that a page has, as a browser would send them.
func fields(t *testing.T, page string) url.Values {
	t.Helper()
	form := url.Values{}
	for _, m := range regexp.MustCompile(`<input[^>]* name="([^"]+)" value="([^"]*)"( checked)?>`).FindAllStringSubmatch(page, -1) {
		if (strings.Contains(m[0], `"radio"`) || strings.Contains(m[0], `"checkbox"`)) && m[3] == "" {
			continue
		}
		form.Set(m[1], strings.NewReplacer("&#34;", `"`, "&#43;", "+", "&amp;", "&").Replace(m[2]))
	}
	if len(form) == 0 {
		t.Fatalf("no form:\n%s", page)
	}
	return form
}

// A person makes an App from a manifest, takes its credentials and installs it; the App then acts as any other.
func TestAnAppIsMadeOnThePages(t *testing.T) {
	st := newStage(t, Options{})
	second := st.Repository("acme", "second")
	_, page := st.post(t, "/organizations/acme/settings/apps/new?state=abc", url.Values{"manifest": {manifestText}})
	if !strings.Contains(page, "checks: write") || !strings.Contains(page, `id="create"`) {
		t.Fatalf("the page to review:\n%s", page)
	}
	resp, page := st.post(t, "/organizations/acme/settings/apps", fields(t, page))
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || resp.StatusCode != http.StatusFound || back.Query().Get("state") != "abc" || back.Query().Get("page") != "app" {
		t.Fatalf("%s to %s:\n%s", resp.Status, back, page)
	}
	convert := "/app-manifests/" + back.Query().Get("code") + "/conversions"
	resp, text := st.do(t, "POST", convert, "", "")
	var made struct {
		ID                       int64
		Slug, Pem, WebhookSecret string
		Owner                    github.User
		Permissions              github.Permissions
	}
	if err := json.Unmarshal([]byte(text), &made); err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatal(resp.Status, text, err)
	}
	if made.Slug != "layerbot-for-acme" || made.Owner.Login != "acme" || made.Permissions.String() != "checks: write, contents: read, metadata: read" {
		t.Errorf("made %+v", made)
	}
	if resp, _ := st.do(t, "POST", convert, "", ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a code works twice: %s", resp.Status)
	}

	jwt := signWith(t, []byte(made.Pem), "RS256", object{"iss": made.ID, "iat": time.Now().Unix() - 60, "exp": time.Now().Unix() + 300})
	if _, text := st.do(t, "GET", "/app/installations", jwt, ""); strings.TrimSpace(text) != "[]" {
		t.Errorf("installed before anybody did: %s", text)
	}
	_, page = st.look(t, "/apps/layerbot-for-acme/installations/new")
	form := fields(t, page)
	form.Set("install_target", "selected")
	form.Set("repository", "second")
	resp, _ = st.post(t, "/apps/layerbot-for-acme/installations", form)
	if _, page := st.look(t, resp.Header.Get("Location")); !strings.Contains(page, "Installed GitHub App") {
		t.Errorf("after the installation:\n%s", page)
	}
	for repo, want := range map[string]int{"second": 200, "infra": 404} {
		if resp, text := st.do(t, "GET", "/repos/acme/"+repo+"/installation", jwt, ""); resp.StatusCode != want {
			t.Errorf("%s: %s %s", repo, resp.Status, text)
		}
	}
	var installed []struct {
		ID        int64
		AppID     int64  `json:"app_id"`
		Selection string `json:"repository_selection"`
	}
	_, text = st.do(t, "GET", "/app/installations", jwt, "")
	if err := json.Unmarshal([]byte(text), &installed); err != nil || len(installed) != 1 || installed[0].AppID != made.ID || installed[0].Selection != "selected" || installed[0].ID == second.InstallationID {
		t.Errorf("installations %s", text)
	}
	if len(st.told) > 0 {
		t.Error(st.told)
	}
}

func TestManifestsThatGitHubRefuses(t *testing.T) {
	for name, change := range map[string][2]string{
		"an unknown permission":       {`"contents":"read"`, `"content":"read"`},
		"an unknown level":            {`"contents":"read"`, `"contents":"admin"`},
		"an unknown field":            {`"public":false`, `"private":true`},
		"an unknown event":            {`"default_events":[]`, `"default_events":["comment"]`},
		"an event without permission": {`"default_events":[]`, `"default_events":["pull_request"]`},
		"no home page":                {`"url":"https://example.invalid",`, ``},
		"a redirect to nowhere":       {`http://127.0.0.1:1/done?page=app`, `/done`},
		"a hook without an address":   {`"url":"https://example.invalid/hook",`, ``},
		"two manifests":               {`"default_events":[]}`, `"default_events":[]}{}`},
		"an address that runs code":   {`"redirect_url":"http:`, `"redirect_url":"javascript:`},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t, Options{})
			text := strings.Replace(manifestText, change[0], change[1], 1)
			if text == manifestText {
				t.Fatal("nothing was changed")
			}
			for _, path := range []string{"/organizations/acme/settings/apps/new", "/organizations/acme/settings/apps"} {
				st.told = nil
				resp, page := st.post(t, path, url.Values{"manifest": {text}, "name": {"Mine"}})
				if resp.StatusCode != 422 || !strings.Contains(page, "Invalid GitHub App configuration") || len(st.told) != 1 {
					t.Errorf("%s: %s, violations %v:\n%s", path, resp.Status, st.told, page)
				}
			}
			if st.apps["mine"] != nil {
				t.Error("it was made")
			}
		})
	}
}

func TestWhatAPersonTypesIsNoViolation(t *testing.T) {
	st := newStage(t, Options{})
	st.SignIn("ada")
	for name, want := range map[string]int{"": 422, "Layerbot": 422, "Ada": 422, strings.Repeat("a", 35): 422, strings.Repeat("a", 34): 302} {
		if resp, page := st.post(t, "/settings/apps", url.Values{"manifest": {manifestText}, "name": {name}}); resp.StatusCode != want {
			t.Errorf("%q: %s\n%s", name, resp.Status, page)
		}
	}
	if resp, _ := st.post(t, "/organizations/nobody/settings/apps/new", url.Values{"manifest": {manifestText}}); resp.StatusCode != 404 {
		t.Errorf("an organization that is not there: %s", resp.Status)
	}
	for _, path := range []string{"/apps/nothing", "/apps/nothing/installations/new", "/settings/installations/1"} {
		if resp, _ := st.look(t, path); resp.StatusCode != 404 {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	if resp, _ := st.post(t, "/apps/layerbot/installations", url.Values{"install_target": {"selected"}}); resp.StatusCode != 422 {
		t.Errorf("installed on nothing: %s", resp.Status)
	}
	if len(st.told) > 0 {
		t.Error(st.told)
	}
}

func TestACodeEndsAfterAnHour(t *testing.T) {
	now := time.Now()
	st := newStage(t, Options{Now: func() time.Time { return now }})
	resp, _ := st.post(t, "/settings/apps", url.Values{"manifest": {manifestText}, "name": {"Mine"}})
	_, code, _ := strings.Cut(resp.Header.Get("Location"), "code=")
	now = now.Add(time.Hour + time.Second)
	if resp, _ := st.do(t, "POST", "/app-manifests/"+code+"/conversions", "", ""); resp.StatusCode != 404 {
		t.Error(resp.Status)
	}
}

func TestAnInstallationThatLeadsOn(t *testing.T) {
	st := newStage(t, Options{})
	text := strings.Replace(manifestText, `"public"`, `"setup_url":"http://127.0.0.1:1/installed","public"`, 1)
	st.post(t, "/organizations/acme/settings/apps", url.Values{"manifest": {text}, "name": {"Mine"}})
	resp, _ := st.post(t, "/apps/mine/installations", url.Values{"install_target": {"all"}})
	if to := resp.Header.Get("Location"); !regexp.MustCompile(`^http://127\.0\.0\.1:1/installed\?installation_id=\d+&setup_action=install$`).MatchString(to) {
		t.Errorf("the browser goes to %s", to)
	}
	later := st.Repository("acme", "later")
	if repos := st.apps["mine"].installations[0].repos; len(repos) != 2 || repos[1] != later {
		t.Errorf("all repositories are %d", len(repos))
	}
}
