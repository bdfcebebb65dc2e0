// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"strings"

	"github.com/layerbot/layerbot/internal/github"
)

const actionsSlug = "github-actions"

// User adds a person, or returns the one of that login. A login that ends in "[bot]" is a Bot.
func (s *Server) User(login string) github.User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.user(login)
}

// DeleteUser removes a person: what they wrote stays, without an author.
func (s *Server) DeleteUser(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.users[strings.ToLower(login)]; u != nil {
		*u = github.User{}
		delete(s.users, strings.ToLower(login))
	}
}

func (s *Server) user(login string) *github.User {
	key := strings.ToLower(login)
	if u := s.users[key]; u != nil {
		return u
	}
	u := &github.User{ID: s.id(), Login: login, Type: "User"}
	if strings.HasSuffix(login, "[bot]") {
		u.Type = "Bot"
	}
	s.users[key] = u
	return u
}

// app returns the App of that slug; an unknown one is registered.
func (s *Server) app(slug string) *app {
	if a := s.apps[slug]; a != nil {
		return a
	}
	a := &app{ID: s.id(), Slug: slug, Name: slug, Owner: s.user(slug + "-owner"), Permissions: github.Permissions{}}
	s.apps[slug] = a
	return a
}

// Team puts people into a team of an organization.
func (s *Server) Team(org, slug string, logins ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.ToLower(org + "/" + slug)
	for _, login := range logins {
		s.teams[key] = append(s.teams[key], strings.ToLower(s.user(login).Login))
	}
}

// Collaborator gives login a permission: "none", "read", "triage", "write", "maintain", "admin".
func (r *Repo) Collaborator(login, permission string) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.collaborators[strings.ToLower(r.s.user(login).Login)] = permission
}

// permission answers as GitHub does: the role, and the permission it amounts to.
// https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
func getPermission(c *call) reply {
	u := c.s.users[strings.ToLower(c.vars["username"])]
	if u == nil {
		return notFound(c.vars["username"] + " is not a user")
	}
	role := c.repo.collaborators[strings.ToLower(u.Login)]
	permission := role
	switch role {
	case "":
		role, permission = "none", "none"
	case "triage":
		permission = "read"
	case "maintain":
		permission = "write"
	}
	body := c.s.userJSON(u)
	body["permissions"] = object{
		"admin": role == "admin", "maintain": role == "admin" || role == "maintain", "push": permission == "admin" || permission == "write",
		"triage": role != "none" && role != "read", "pull": role != "none",
	}
	body["role_name"] = role
	return ok(object{"permission": permission, "role_name": role, "user": body})
}

func getMembership(c *call) reply {
	login := strings.ToLower(c.vars["username"])
	for _, member := range c.s.teams[strings.ToLower(c.vars["org"]+"/"+c.vars["team_slug"])] {
		if member == login {
			return ok(object{"role": "member", "state": "active", "url": c.s.APIURL() + c.path})
		}
	}
	return notFound("Not Found")
}
