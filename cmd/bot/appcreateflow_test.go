// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/githubtest"
)

// An appMaking is `bot app create` as it runs, beside a GitHub.
type appMaking struct {
	hub  *githubtest.Server
	page string                            // its address
	file string                            // of the key
	end  func() (printed string, code int) // waits for the program
	stop context.CancelFunc
}

// favicon is what browsers ask every server for.
const favicon = "/favicon.ico"

// makeApp starts it, for the organization acme, which has the repository infra.
func makeApp(t *testing.T, args ...string) *appMaking {
	t.Helper()
	hub, err := githubtest.New(githubtest.Options{Validate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, v := range hub.Violations() {
			if strings.Contains(v.Error(), favicon) {
				continue
			}
			t.Errorf("GitHub would have refused: %v", v)
		}
		_ = hub.Close()
	})
	hub.Repository("acme", "infra")
	dir := t.TempDir()
	env := environment{
		Dir: dir, APIURL: hub.APIURL(), ServerURL: hub.URL,
		All: map[string]string{"PATH": os.Getenv("PATH"), "HOME": dir, "GITHUB_REPOSITORY": "acme/infra"},
	}
	var out printedText
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		b, flush := build(env, &out, &out)
		cmd := b.command()
		cmd.SetArgs(append([]string{"app", "create", "--org", "acme", "--no-browser"}, args...))
		code := exitOK
		if err := cmd.ExecuteContext(ctx); err != nil {
			b.say(ctx, err)
			code = exitError
		}
		flush()
		ended <- code
	}()
	a := &appMaking{hub: hub, file: filepath.Join(dir, "layerbot-app.private-key.pem"), stop: stop}
	a.end = sync.OnceValues(func() (string, int) { code := <-ended; return out.String(), code })
	t.Cleanup(func() { stop(); a.end() })
	for range 100 {
		if a.page = regexp.MustCompile(`http://127\.0\.0\.1:\d+/\w+/`).FindString(out.String()); a.page != "" {
			return a
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("it shows no page:\n%s", out.String())
	return nil
}

// printedText is what a program writes while others read it.
type printedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (p *printedText) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *printedText) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// get asks as a browser would, and follows no redirect. header are names and values; Host is one.
func get(t *testing.T, method, address string, header ...string) (status int, body string, h http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text), resp.Header
}

// stateOf is the state with which the page leads to GitHub.
func stateOf(t *testing.T, page string) string {
	t.Helper()
	_, body, _ := get(t, "GET", page)
	m := regexp.MustCompile(`\?state=(\w+)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no state in\n%s", body)
	}
	return m[1]
}

func TestThePageAnswersOnlyWhoOpenedIt(t *testing.T) {
	t.Parallel()
	a := makeApp(t)
	u, err := url.Parse(a.page)
	if err != nil {
		t.Fatal(err)
	}
	state := stateOf(t, a.page)
	origin := "http://" + u.Host
	for name, c := range map[string]struct {
		method, address string
		header          []string
		want            int
	}{
		"who knows the address":               {"GET", a.page, nil, 200},
		"another name for this machine":       {"GET", a.page, []string{"Host", "evil.example:" + u.Port()}, 421},
		"localhost is another name, too":      {"GET", a.page, []string{"Host", "localhost:" + u.Port()}, 421},
		"the root":                            {"GET", origin + "/", nil, 404},
		"a guessed path":                      {"GET", origin + "/" + strings.Repeat("A", 26) + "/", nil, 404},
		"something below":                     {"GET", a.page + "key", nil, 404},
		"a form of another page":              {"POST", a.page + "made?code=abc&state=" + state, nil, 405},
		"a code without the state":            {"GET", a.page + "made?code=abc", nil, 403},
		"a code with another state":           {"GET", a.page + "made?code=abc&state=" + strings.Repeat("A", 26), nil, 403},
		"a code by the name of somebody else": {"GET", a.page + "made?code=abc&state=" + state, []string{"Host", "evil.example"}, 421},
	} {
		if status, body, _ := get(t, c.method, c.address, c.header...); status != c.want {
			t.Errorf("%s: %d\n%s", name, status, body)
		}
	}
	if _, err := os.Stat(a.file); !os.IsNotExist(err) {
		t.Errorf("there is a key: %v", err)
	}
	_, _, h := get(t, "GET", a.page)
	csp := h.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "form-action " + a.hub.URL + ";", "frame-ancestors 'none'", "style-src 'nonce-"} {
		if !strings.Contains(csp, part) {
			t.Errorf("the policy lacks %s: %s", part, csp)
		}
	}
	if _, _, again := get(t, "GET", a.page); again.Get("Content-Security-Policy") == csp {
		t.Error("the nonce is the same again")
	}
	if h.Get("Referrer-Policy") != "strict-origin" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("headers are %v", h)
	}
}

func TestACodeThatIsRefusedIsToldAndLeavesNothing(t *testing.T) {
	t.Parallel()
	a := makeApp(t)
	status, _, h := get(t, "GET", a.page+"made?code=forged&state="+stateOf(t, a.page))
	if status != http.StatusSeeOther || strings.Contains(h.Get("Location"), "code") {
		t.Errorf("%d to %s", status, h.Get("Location"))
	}
	_, body, _ := get(t, "GET", a.page)
	if !strings.Contains(body, "GitHub gives no credentials for this code") || !strings.Contains(body, "data-step=\"1\"") {
		t.Errorf("the page says\n%s", body)
	}
	if _, err := os.Stat(a.file); !os.IsNotExist(err) {
		t.Errorf("there is a file for a key: %v", err)
	}
	a.stop()
	if printed, code := a.end(); code != exitError || !strings.Contains(printed, "interrupted: no App was made") {
		t.Errorf("exit %d\n%s", code, printed)
	}
}

// throughForms makes the App as a browser does, without one, and returns the address that GitHub leads back to.
func throughForms(t *testing.T, a *appMaking) string {
	t.Helper()
	_, body, _ := get(t, "GET", a.page)
	action := htmlValue(t, body, `action="([^"]+)"`)
	manifest := htmlValue(t, body, `name="manifest" value="([^"]+)"`)
	var m struct{ Name string }
	if err := json.Unmarshal([]byte(manifest), &m); err != nil || m.Name != "Layerbot acme" {
		t.Fatalf("%v: %s", err, manifest)
	}
	body, _ = post(t, action, url.Values{"manifest": {manifest}})
	_, back := post(t, a.hub.URL+htmlValue(t, body, `action="([^"]+)"`), url.Values{
		"manifest": {manifest}, "state": {htmlValue(t, body, `name="state" value="([^"]+)"`)}, "name": {m.Name},
	})
	return back
}

func htmlValue(t *testing.T, body, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no %s in\n%s", pattern, body)
	}
	return strings.NewReplacer("&#34;", `"`, "&amp;", "&", "&#39;", "'", "&lt;", "<", "&gt;", ">", "&#43;", "+").Replace(m[1])
}

func post(t *testing.T, address string, form url.Values) (body, location string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, err := http.NewRequestWithContext(t.Context(), "POST", address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 400 {
		t.Fatalf("%s: %s %v\n%s", address, resp.Status, err, text)
	}
	return string(text), resp.Header.Get("Location")
}

func TestAnAppIsMadeInstalledAndItsKeyKept(t *testing.T) {
	t.Parallel()
	a := makeApp(t)
	back := throughForms(t, a)
	for range 2 { // a browser that asks again changes nothing
		if status, body, _ := get(t, "GET", back); status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", status, body)
		}
	}
	info, err := os.Stat(a.file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	key, err := os.ReadFile(a.file)
	if err != nil || !strings.HasPrefix(string(key), "-----BEGIN RSA PRIVATE KEY-----") {
		t.Fatalf("%v", err)
	}
	_, body, _ := get(t, "GET", a.page)
	install := htmlValue(t, body, `id="install" href="([^"]+)"`)
	if !strings.Contains(body, `http-equiv="refresh"`) || install != a.hub.URL+"/apps/layerbot-acme/installations/new" {
		t.Errorf("the page says\n%s", body)
	}
	post(t, strings.TrimSuffix(install, "/new"), url.Values{"install_target": {"selected"}, "repository": {"infra"}})
	for began := time.Now(); !strings.Contains(body, `data-step="3"`); time.Sleep(100 * time.Millisecond) {
		if _, body, _ = get(t, "GET", a.page); time.Since(began) > 20*time.Second {
			t.Fatalf("the page never ends:\n%s", body)
		}
	}
	printed, code := a.end()
	id, installation := htmlValue(t, body, `id="app-id">(\d+)<`), htmlValue(t, body, `id="installation-id">(\d+)<`)
	for _, command := range []string{
		"gh api --silent -X PUT repos/acme/infra/environments/layerbot",
		"gh secret set APP_ID --repo acme/infra --env layerbot --body " + id,
		"gh secret set INSTALLATION_ID --repo acme/infra --env layerbot --body " + installation,
		fmt.Sprintf("gh secret set APP_PRIVATE_KEY --repo acme/infra --env layerbot < '%s'", a.file),
		fmt.Sprintf("rm '%s'", a.file),
	} {
		if code != exitOK || !strings.Contains(printed, "\n  "+command+"\n") || !strings.Contains(strings.NewReplacer("&lt;", "<", "&#39;", "'").Replace(body), command+"\n") {
			t.Errorf("exit %d, without %s:\n%s\n%s", code, command, printed, body)
		}
	}
	for name, text := range map[string]string{"the terminal": printed, "the page": body} {
		if strings.Contains(text, "PRIVATE KEY--") || strings.Contains(text, strings.Split(string(key), "\n")[2]) {
			t.Errorf("%s shows the key", name)
		}
	}
}

func TestAKeyThatIsThereIsNotOverwritten(t *testing.T) {
	t.Parallel()
	a := makeApp(t)
	back := throughForms(t, a)
	if err := os.WriteFile(a.file, []byte("another"), 0o600); err != nil { // meanwhile
		t.Fatal(err)
	}
	get(t, "GET", back)
	_, body, _ := get(t, "GET", a.page)
	if key, err := os.ReadFile(a.file); err != nil || string(key) != "another" || !strings.Contains(body, "file exists") {
		t.Errorf("%v %q\n%s", err, key, body)
	}
	if err := os.Remove(a.file); err != nil {
		t.Fatal(err)
	}
	get(t, "GET", back) // the code was not spent
	if _, err := os.Stat(a.file); err != nil {
		t.Errorf("the code cannot be turned in again: %v", err)
	}
}

func TestWhatWasMadeIsToldWhenItEndsBeforeTheInstallation(t *testing.T) {
	t.Parallel()
	a := makeApp(t)
	get(t, "GET", throughForms(t, a))
	a.stop()
	printed, code := a.end()
	if code != exitError || !strings.Contains(printed, "The App layerbot-acme (") || !strings.Contains(printed, "Install it: "+a.hub.URL+"/apps/layerbot-acme/installations/new") {
		t.Errorf("exit %d\n%s", code, printed)
	}
	if _, err := os.Stat(a.file); err != nil {
		t.Errorf("the key is lost: %v", err)
	}
}

func TestThePageDoesNotWaitForever(t *testing.T) {
	t.Parallel()
	if printed, code := makeApp(t, "--timeout", "2s").end(); code != exitError || !strings.Contains(printed, "nobody went on with the page: no App was made") {
		t.Errorf("exit %d\n%s", code, printed)
	}
}
