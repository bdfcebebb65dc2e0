// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/layerbot/layerbot/internal/github"
)

// A manifest is what an App is made from.
// https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters
type manifest struct {
	Name           string             `json:"name"`
	URL            string             `json:"url"`
	Hook           *hookAttributes    `json:"hook_attributes"`
	RedirectURL    string             `json:"redirect_url"`
	CallbackURLs   []string           `json:"callback_urls"`
	SetupURL       string             `json:"setup_url"`
	Description    string             `json:"description"`
	Public         bool               `json:"public"`
	Permissions    github.Permissions `json:"default_permissions"`
	Events         []string           `json:"default_events"`
	OAuthOnInstall bool               `json:"request_oauth_on_install"`
	SetupOnUpdate  bool               `json:"setup_on_update"`
}

type hookAttributes struct {
	URL    string `json:"url"`
	Active *bool  `json:"active"` // true if it is not there
}

// maxAppName is how many characters the name of an App may have.
// https://docs.github.com/apps/creating-github-apps/registering-a-github-app/registering-a-github-app
const maxAppName = 34

// eventNeeds says which permission an App needs to be told of an event: those events that Layerbot could want.
// https://docs.github.com/webhooks/webhook-events-and-payloads
var eventNeeds = map[string]string{
	"check_run": "checks", "check_suite": "checks", "deployment": "deployments", "deployment_status": "deployments", "issue_comment": "issues",
	"issues": "issues", "member": "members", "merge_group": "merge_queues", "pull_request": "pull_requests",
	"pull_request_review": "pull_requests", "push": "contents", "repository": "metadata", "workflow_dispatch": "contents",
}

// readManifest decodes a manifest strictly and says what is wrong with it.
func readManifest(text string) (m *manifest, problems []string) {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	m = &manifest{}
	if err := d.Decode(m); err != nil {
		return nil, []string{"The manifest cannot be read: " + err.Error()}
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, []string{"The manifest is more than one JSON value"}
	}
	description, err := loadDescription()
	if err != nil {
		return nil, []string{err.Error()}
	}
	known := description.doc.Components.Schemas["app-permissions"].Value.Properties
	for _, name := range slices.Sorted(maps.Keys(m.Permissions)) {
		if known[name] == nil || !slices.Contains(known[name].Value.Enum, any(m.Permissions[name])) {
			problems = append(problems, fmt.Sprintf("Default permissions: %s: %s is not a permission", name, m.Permissions[name]))
		}
	}
	for _, event := range m.Events {
		if permission, is := eventNeeds[event]; !is || m.Permissions[permission] == "" && permission != "metadata" {
			problems = append(problems, "Default events: "+event+" is not supported by the permissions")
		}
	}
	return m, append(problems, m.addresses()...)
}

// addresses says which of the name and the addresses are missing or wrong.
func (m *manifest) addresses() (problems []string) {
	needs := map[string]string{"url": m.URL, "redirect_url": m.RedirectURL}
	if m.Hook != nil {
		needs["hook_attributes.url"] = m.Hook.URL
	}
	if m.SetupURL != "" {
		needs["setup_url"] = m.SetupURL
	}
	for i, callback := range m.CallbackURLs {
		needs[fmt.Sprintf("callback_urls[%d]", i)] = callback
	}
	for _, field := range slices.Sorted(maps.Keys(needs)) {
		if u, err := url.Parse(needs[field]); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			problems = append(problems, field+" is not a valid URL")
		}
	}
	return problems
}

// nameProblem says why an App cannot have a name, "" if it can.
func (s *Server) nameProblem(name string) string {
	slug := slugOf(name)
	switch {
	case slug == "":
		return "Name can't be blank"
	case utf8.RuneCountInString(name) > maxAppName:
		return fmt.Sprintf("Name is too long (maximum is %d characters)", maxAppName)
	case s.apps[slug] != nil || s.users[slug] != nil:
		return "Name is already taken"
	}
	return ""
}

// register makes an App and returns the code for its conversion.
func (s *Server) register(name string, owner *github.User, m *manifest) (code string) {
	a := &app{
		ID: s.id(), Slug: slugOf(name), Name: name, Owner: owner, Permissions: github.Permissions{"metadata": "read"}, Events: m.Events, URL: m.URL, setup: m.SetupURL,
	}
	maps.Copy(a.Permissions, m.Permissions)
	s.apps[a.Slug] = a
	code = strings.ToLower(rand.Text())
	s.codes[code] = &conversion{app: a, hook: m.Hook, until: s.now().Add(time.Hour)}
	return code
}

// A conversion waits for somebody who brings its code.
type conversion struct {
	app   *app
	hook  *hookAttributes
	until time.Time
}

// convertManifest hands out the credentials of an App that was just made, once. Until then nobody has its key.
// https://docs.github.com/rest/apps/apps#create-a-github-app-from-a-manifest
func convertManifest(c *call) reply {
	code := c.vars["code"]
	waiting := c.s.codes[code]
	if len(bytes.TrimSpace(c.body)) > 0 {
		return invalid("the conversion of a manifest has no body")
	}
	if waiting == nil || c.s.now().After(waiting.until) {
		return notFound("Not Found")
	}
	delete(c.s.codes, code)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	c.s.must(err)
	waiting.app.key = &key.PublicKey
	body := c.s.appJSON(waiting.app)
	body["pem"], body["client_id"], body["client_secret"], body["webhook_secret"] = string(encodeKey(key)), "Iv23"+rand.Text()[:16], strings.ToLower(rand.Text()), nil
	if h := waiting.hook; h != nil && (h.Active == nil || *h.Active) {
		body["webhook_secret"] = strings.ToLower(rand.Text())
	}
	return created(body)
}

// account returns who owns the Apps that are made below a settings path: an organization, or who is signed in.
func (c *call) account() *github.User {
	org := c.s.users[strings.ToLower(c.vars["org"])]
	switch {
	case c.vars["org"] == "":
		return c.s.user(c.s.visitor)
	case org == nil || org.Type != "Organization":
		return nil
	}
	return org
}

// SignIn says who uses the pages from now on; "octocat" if nobody was said.
func (s *Server) SignIn(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visitor = cmp.Or(login, "octocat")
}
