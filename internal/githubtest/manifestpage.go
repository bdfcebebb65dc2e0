// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The pages on which a person makes an App from a manifest and installs it. They stand where GitHub has them; their
// buttons and fields are ours, to be found by id.
var pages = compile([]route{
	{method: "POST", template: "/settings/apps/new", public: true, page: true, query: "state", handle: reviewManifest},
	{method: "POST", template: "/organizations/{org}/settings/apps/new", public: true, page: true, query: "state", handle: reviewManifest},
	{method: "POST", template: "/settings/apps", public: true, page: true, handle: createApp},
	{method: "POST", template: "/organizations/{org}/settings/apps", public: true, page: true, handle: createApp},
	{method: "GET", template: "/apps/{slug}", public: true, page: true, handle: showApp},
	{method: "GET", template: "/apps/{slug}/installations/new", public: true, page: true, handle: chooseRepositories},
	{method: "POST", template: "/apps/{slug}/installations", public: true, page: true, handle: installApp},
	{method: "GET", template: "/settings/installations/{installation_id}", public: true, page: true, handle: showInstallation},
	{method: "GET", template: "/organizations/{org}/settings/installations/{installation_id}", public: true, page: true, handle: showInstallation},
})

//go:embed pages.html
var pageText string

var pageTemplates = template.Must(template.New("").Parse(pageText))

// show answers one page. What of is depends on the page.
func (c *call) show(status int, name string, of any) reply {
	var b bytes.Buffer
	c.s.must(pageTemplates.ExecuteTemplate(&b, name, of))
	return reply{status: status, page: b.Bytes()}
}

// refuse answers the page that names what is wrong. A manifest that is wrong is a violation, what a person types is not.
func (c *call) refuse(violation bool, problems ...string) reply {
	rep := c.show(http.StatusUnprocessableEntity, "refused", problems)
	if violation {
		rep.violation = strings.Join(problems, "; ")
	}
	return rep
}

func (c *call) noPage() reply { return c.show(http.StatusNotFound, "missing", c.path) }

func seeOther(to string) reply { return reply{status: http.StatusFound, location: to} }

// form returns the fields that the browser posted.
func (c *call) form() url.Values {
	form, err := url.ParseQuery(string(c.body))
	if err != nil || !strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return url.Values{}
	}
	return form
}

// reviewManifest shows the App that a manifest describes, with the button that makes it.
func reviewManifest(c *call) reply {
	owner, text := c.account(), c.form().Get("manifest")
	if owner == nil {
		return c.noPage()
	}
	m, problems := readManifest(text)
	if len(problems) > 0 {
		return c.refuse(true, problems...)
	}
	return c.show(http.StatusOK, "create", object{
		"Action": settingsOf(owner) + "/settings/apps", "Owner": owner.Login, "Manifest": m, "Text": text, "State": c.query.Get("state"),
	})
}

// createApp makes the App and leads the browser back to who sent it, with the code.
func createApp(c *call) reply {
	owner, form := c.account(), c.form()
	if owner == nil {
		return c.noPage()
	}
	m, problems := readManifest(form.Get("manifest"))
	if len(problems) > 0 {
		return c.refuse(true, problems...)
	}
	name := strings.TrimSpace(form.Get("name"))
	if problem := c.s.nameProblem(name); problem != "" {
		return c.refuse(false, problem)
	}
	back := url.Values{"code": {c.s.register(name, owner, m)}}
	if state := form.Get("state"); state != "" {
		back.Set("state", state)
	}
	return seeOther(withQuery(m.RedirectURL, back))
}

func withQuery(address string, more url.Values) string {
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + more.Encode()
}

func showApp(c *call) reply {
	a := c.s.apps[c.vars["slug"]]
	if a == nil {
		return c.noPage()
	}
	return c.show(http.StatusOK, "app", a)
}

// chooseRepositories shows what the App may do, and the repositories of its owner: on other accounts it is not installed.
func chooseRepositories(c *call) reply {
	a := c.s.apps[c.vars["slug"]]
	if a == nil {
		return c.noPage()
	}
	return c.show(http.StatusOK, "install", object{"App": a, "Repositories": c.s.repositoriesOf(a)})
}

func (s *Server) repositoriesOf(a *app) (all []*Repo) {
	for _, r := range s.repos {
		if r.owner == a.Owner {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *Repo) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// installApp installs the App on all of its owner's repositories or on those that were ticked.
func installApp(c *call) reply {
	a, form := c.s.apps[c.vars["slug"]], c.form()
	if a == nil {
		return c.noPage()
	}
	chosen, selected := c.s.repositoriesOf(a), form.Get("install_target") == "selected"
	if selected {
		chosen = slices.DeleteFunc(chosen, func(r *Repo) bool { return !slices.Contains(form["repository"], r.Name) })
		if len(chosen) == 0 {
			return c.refuse(false, "Select at least one repository")
		}
	}
	it := c.s.installOn(a, a.Owner)
	it.selected, it.repos = selected, chosen
	if a.setup == "" {
		return seeOther(it.page())
	}
	return seeOther(withQuery(a.setup, url.Values{"installation_id": {strconv.FormatInt(it.id, 10)}, "setup_action": {"install"}}))
}

func showInstallation(c *call) reply {
	for _, a := range c.s.apps {
		for _, it := range a.installations {
			if it.page() == c.path {
				return c.show(http.StatusOK, "installed", a)
			}
		}
	}
	return c.noPage()
}
