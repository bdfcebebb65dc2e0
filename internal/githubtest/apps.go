// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"crypto/rsa"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

// An app is a GitHub App: ours, that of Actions, or another one.
type app struct {
	ID            int64
	Slug, Name    string
	Owner         *github.User
	Permissions   github.Permissions
	Events        []string
	URL           string         // of its home page; "" is one made up
	setup         string         // where the browser goes after an installation; "" is nowhere
	key           *rsa.PublicKey // nil: nobody can speak as this App
	installations []*installation
}

// An installation is an App on one account, on all of its repositories or on some. Forks have to be named.
type installation struct {
	id        int64
	app       *app
	account   *github.User
	selected  bool
	repos     []*Repo   // in the order in which they were added
	suspended time.Time // zero: it is not
}

// installOn returns the installation of a on an account; it is made if there is none.
func (s *Server) installOn(a *app, account *github.User) *installation {
	for _, it := range a.installations {
		if it.account == account {
			return it
		}
	}
	it := &installation{id: s.id(), app: a, account: account}
	a.installations = append(a.installations, it)
	return it
}

// Suspend suspends the installation that the repository is of, or ends that: tokens of a suspended one are refused.
func (r *Repo) Suspend(suspended bool) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	it := r.s.installOn(r.s.apps[r.s.AppSlug], r.owner)
	it.suspended = time.Time{}
	if suspended {
		it.suspended = r.s.now()
	}
}

// installation returns one of the App that calls; nil if it has none of that id.
func (c *call) installation(id int64) *installation {
	for _, it := range c.app.installations {
		if it.id == id {
			return it
		}
	}
	return nil
}

func getApp(c *call) reply {
	a := c.s.appJSON(c.app)
	a["installations_count"] = len(c.app.installations)
	return ok(a)
}

func listInstallations(c *call) reply {
	return page(c, c.app.installations, c.s.installationJSON, list)
}

func getInstallation(c *call) reply {
	it := c.installation(c.number("installation_id"))
	if it == nil {
		return notFound("Not Found")
	}
	return ok(c.s.installationJSON(it))
}

func getRepoInstallation(c *call) reply {
	for _, it := range c.app.installations {
		if slices.Contains(it.repos, c.repo) {
			return ok(c.s.installationJSON(it))
		}
	}
	return notFound("Not Found")
}

func getRepo(c *call) reply {
	body := c.s.repoJSON(c.repo)
	body["network_count"], body["subscribers_count"] = 0, 0
	return ok(body)
}

func (s *Server) appJSON(a *app) object {
	at := stamp(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	o := object{
		"id": a.ID, "slug": a.Slug, "node_id": nodeID("A", a.ID), "owner": s.userJSON(a.Owner), "name": a.Name, "description": "",
		"external_url": a.URL, "html_url": s.URL + "/apps/" + a.Slug, "created_at": at, "updated_at": at,
		"permissions": a.Permissions, "events": append([]string{}, a.Events...),
	}
	if a.URL == "" {
		o["external_url"] = "https://example.invalid/" + a.Slug
	}
	return o
}

func (s *Server) installationJSON(it *installation) object {
	url := fmt.Sprintf("%s/app/installations/%d", s.APIURL(), it.id)
	at := stamp(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	o := object{
		"id": it.id, "account": s.userJSON(it.account), "repository_selection": it.selection(), "access_tokens_url": url + "/access_tokens",
		"repositories_url": s.APIURL() + "/installation/repositories", "html_url": s.URL + it.page(),
		"app_id": it.app.ID, "app_slug": it.app.Slug, "target_id": it.account.ID, "target_type": it.account.Type, "permissions": it.app.Permissions,
		"events": append([]string{}, it.app.Events...), "created_at": at, "updated_at": at, "single_file_name": nil, "has_multiple_single_files": false,
		"single_file_paths": []string{}, "suspended_by": nil, "suspended_at": stampOr(it.suspended),
	}
	if !it.suspended.IsZero() {
		o["suspended_by"] = s.userJSON(it.account)
	}
	return o
}

func (it *installation) selection() string {
	if it.selected {
		return "selected"
	}
	return "all"
}

// page is the path of the page on which the installation is looked after.
func (it *installation) page() string {
	return fmt.Sprintf("%s/settings/installations/%d", settingsOf(it.account), it.id)
}

// settingsOf is the path below which the settings of an account are: its own for a person.
func settingsOf(account *github.User) string {
	if account.Type == "Organization" {
		return "/organizations/" + account.Login
	}
	return ""
}

// slugOf is how an App's name is written in addresses.
func slugOf(name string) string {
	return strings.Trim(strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-"), "-")
}
