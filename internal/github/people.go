// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Permission returns what login may do: "admin", "write", "read" or "none". Triage and maintain arrive as
// "read" and "write", as GitHub reports them. Nobody, a malformed login and one GitHub does not know have "none".
func (c *Client) Permission(ctx context.Context, login string) (string, error) {
	if !validLogin(login) {
		return "none", nil
	}
	doing := "read the permission of " + login
	var answer struct {
		Permission string `json:"permission"`
	}
	err := c.send(ctx, doing, http.MethodGet, "collaborators/"+url.PathEscape(login)+"/permission", nil, &answer)
	switch {
	case isNotFound(err):
		return "none", nil
	case err != nil:
		return "", err
	}
	switch answer.Permission {
	case "admin", "write", "read", "none":
		return answer.Permission, nil
	}
	return "", &UnavailableError{Doing: c.doing(doing), Err: errNonsense}
}

// TeamMember reports whether login is an active member of a team, given by its slug, of an organization, or of a
// team below it. It needs members: read. A team that does not exist has no members.
func (c *Client) TeamMember(ctx context.Context, org, slug, login string) (bool, error) {
	if !validName(org) || !validName(slug) || !validLogin(login) {
		return false, nil
	}
	var answer struct {
		State string `json:"state"`
	}
	_, err := send(ctx, c.api, fmt.Sprintf("look for %s in team %s/%s", login, org, slug), http.MethodGet,
		fmt.Sprintf("orgs/%s/teams/%s/memberships/%s", org, slug, url.PathEscape(login)), nil, &answer)
	if isNotFound(err) {
		return false, nil
	}
	return err == nil && answer.State == "active", err
}

func validLogin(login string) bool { return validName(strings.TrimSuffix(login, "[bot]")) }
