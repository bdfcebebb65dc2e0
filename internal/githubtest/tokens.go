// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

// A token lets an installation of an App act on some repositories for an hour, or a person on theirs.
type token struct {
	id          string
	app         *app          // nil of a person's
	person      *github.User  // nil of an App's
	install     *installation // nil of a person's, and of Actions'
	repos       []int64
	permissions github.Permissions
	expires     time.Time
	calls       int
}

// enter checks who calls and whether they may: 401, 404 or 403 as GitHub answers.
func (c *call) enter() (reply, bool) {
	text := bearer(c.r)
	switch {
	case c.route.public:
		return reply{}, true
	case c.route.byApp:
		var refusal string
		if c.app, refusal = c.s.verifyJWT(text); refusal != "" {
			return unauthorized(refusal), false
		}
		return c.enterRepo()
	}
	if c.token = c.s.tokens[text]; c.token == nil || !c.s.options.Now().Before(c.token.expires) {
		c.token = nil
		return unauthorized("Bad credentials"), false
	}
	c.token.calls++
	c.calls = c.token.calls
	if it := c.token.install; it != nil && !it.suspended.IsZero() {
		return reply{status: http.StatusForbidden, body: message("This installation has been suspended")}, false
	}
	if rep, in := c.enterRepo(); !in {
		return rep, false
	}
	if c.route.needs == nil {
		return reply{}, true
	}
	for _, n := range c.route.needs {
		if n.metBy(c.token.permissions) {
			c.used = n
			return reply{}, true
		}
	}
	if c.token.person != nil { // no violation: what a person was given nobody can know beforehand
		return reply{status: http.StatusForbidden, body: message("Resource not accessible by personal access token")}, false
	}
	rep := forbidden("Resource not accessible by integration")
	rep.violation = fmt.Sprintf("the token has %v, and needs %s", c.token.permissions, accepted(c.route.needs))
	return rep, false
}

// accepted lists permissions as GitHub's header does: any one of them is enough.
func accepted(needs []need) string {
	var all []string
	for _, n := range needs {
		all = append(all, n.permission+"="+n.level)
	}
	return strings.Join(all, "; ")
}

// enterRepo finds the repository of the path; a token for others does not see it.
func (c *call) enterRepo() (reply, bool) {
	owner, has := c.vars["owner"]
	if !has {
		return reply{}, true
	}
	c.repo = c.s.repos[repoKey(owner, c.vars["repo"])]
	if c.repo == nil {
		return notFound("Not Found"), false
	}
	if c.token != nil && !c.token.sees(c.repo) {
		rep := notFound("Not Found")
		if c.token.person == nil {
			rep.violation = "the token is not for this repository"
		}
		return rep, false
	}
	return reply{}, true
}

// bearer returns what the request authenticates with.
func bearer(r *http.Request) string {
	kind, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(kind, "bearer") || strings.EqualFold(kind, "token") {
		return text
	}
	return ""
}

// verifyJWT checks an App's JWT and returns the App, or GitHub's words if it is refused. As GitHub it allows for no clock
// drift: it is the client that dates iat back by 60 seconds and stays below 10 minutes.
// https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
func (s *Server) verifyJWT(text string) (a *app, refusal string) {
	const undecodable = "A JSON web token could not be decoded"
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, undecodable
	}
	var raw [3][]byte
	for i, part := range parts {
		b, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			return nil, undecodable
		}
		raw[i] = b
	}
	var header struct{ Alg string }
	var claims struct {
		Iss      any
		Iat, Exp float64
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if json.Unmarshal(raw[0], &header) != nil || json.Unmarshal(raw[1], &claims) != nil || header.Alg != "RS256" {
		return nil, undecodable
	}
	for _, one := range s.apps {
		if one.key != nil && fmt.Sprint(claims.Iss) == strconv.FormatInt(one.ID, 10) {
			a = one
		}
	}
	now := float64(s.options.Now().Unix())
	switch {
	case a == nil:
		return nil, "'Issuer' claim ('iss') must be the App's id"
	case rsa.VerifyPKCS1v15(a.key, crypto.SHA256, sum[:], raw[2]) != nil:
		return nil, undecodable
	case claims.Iat > now:
		return nil, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
	case claims.Exp <= now:
		return nil, "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
	case claims.Exp > now+600:
		return nil, "'Expiration time' claim ('exp') is too far in the future"
	}
	return a, ""
}

// createToken mints an installation token, narrowed as asked.
// https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
func createToken(c *call) reply {
	var ask struct {
		Repositories  []string
		RepositoryIDs []int64 `json:"repository_ids"`
		Permissions   github.Permissions
	}
	if rep, fine := c.decode(&ask); !fine {
		return rep
	}
	it := c.installation(c.number("installation_id"))
	switch {
	case it == nil:
		return notFound("Not Found")
	case !it.suspended.IsZero():
		return reply{status: http.StatusForbidden, body: message("This installation has been suspended")}
	}
	repos := it.repos
	if len(ask.Repositories)+len(ask.RepositoryIDs) > 0 {
		repos = slices.DeleteFunc(slices.Clone(it.repos), func(r *Repo) bool {
			return !slices.Contains(ask.Repositories, r.Name) && !slices.Contains(ask.RepositoryIDs, r.ID)
		})
		if len(repos) != len(ask.Repositories)+len(ask.RepositoryIDs) {
			return invalid("There is at least one repository that does not exist or is not accessible to the parent installation.")
		}
	}
	granted := c.app.Permissions
	for name, level := range ask.Permissions {
		const refusal = "The permissions requested are not granted to this installation."
		if level != "read" && level != "write" {
			return invalid(refusal)
		}
		if !(need{name, level}).metBy(granted) { // no violation: what an owner grants nobody can know beforehand
			return reply{status: http.StatusUnprocessableEntity, body: message(refusal)}
		}
	}
	if ask.Permissions != nil {
		granted = ask.Permissions
	}
	text, t := c.s.mint(c.app, repos, granted)
	t.install = it
	body := object{"token": text, "expires_at": stamp(t.expires), "permissions": t.permissions, "repository_selection": it.selection()}
	if len(repos) < len(it.repos) || len(ask.Repositories)+len(ask.RepositoryIDs) > 0 {
		body["repository_selection"] = "selected"
		body["repositories"] = each(repos, c.s.repoJSON)
	}
	return created(body)
}

// newToken makes a token that nobody has yet. Every one has metadata: read.
func (s *Server) newToken(p github.Permissions) *token {
	t := &token{id: "t" + strconv.FormatInt(s.id(), 10), permissions: github.Permissions{}, expires: s.now().Add(time.Hour)}
	maps.Copy(t.permissions, p)
	t.permissions["metadata"] = "read"
	return t
}

// mint makes a token of an App.
func (s *Server) mint(a *app, repos []*Repo, p github.Permissions) (string, *token) {
	t := s.newToken(p)
	t.app = a
	for _, r := range repos {
		t.repos = append(t.repos, r.ID)
	}
	text := "ghs_" + (rand.Text() + rand.Text())[:36]
	if s.options.LongTokens {
		part := func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) }
		text = fmt.Sprintf("ghs_%d_%s.%s.%s", a.ID, part(`{"alg":"ES256","typ":"JWT"}`), part(`{"jti":"`+t.id+`","exp":`+strconv.FormatInt(t.expires.Unix(), 10)+`}`), part(rand.Text()+rand.Text()))
	}
	s.tokens[text] = t
	return text, t
}

// WorkflowToken mints what Actions calls GITHUB_TOKEN, for one repository with the given permissions.
func (s *Server) WorkflowToken(r *Repo, p github.Permissions) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, _ := s.mint(s.apps[actionsSlug], []*Repo{r}, p)
	return text
}

// PersonToken mints a fine-grained personal access token, with the given permissions on the repositories where the person
// is a collaborator. There is none for checks: they are for Apps.
// https://docs.github.com/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
func (s *Server) PersonToken(login string, p github.Permissions) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.newToken(p)
	t.person = s.user(login)
	delete(t.permissions, "checks")
	text := "github_pat_" + rand.Text() + "_" + rand.Text() + rand.Text()
	s.tokens[text] = t
	return text
}

// sees reports whether a repository is there for the token.
func (t *token) sees(r *Repo) bool {
	if t.person != nil {
		role := r.collaborators[strings.ToLower(t.person.Login)]
		return role != "" && role != "none"
	}
	return slices.Contains(t.repos, r.ID)
}

// LiveTokens returns how many tokens of the App are neither expired nor revoked.
func (s *Server) LiveTokens() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		if t.app == s.apps[s.AppSlug] && s.options.Now().Before(t.expires) {
			n++
		}
	}
	return n
}

// RevokeTokens revokes every token of the App, as an owner can at any time.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.tokens, func(_ string, t *token) bool { return t.app == s.apps[s.AppSlug] })
}

func deleteToken(c *call) reply {
	delete(c.s.tokens, bearer(c.r))
	return gone()
}
