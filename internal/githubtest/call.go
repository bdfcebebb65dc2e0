// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/internal/github"
)

// object is a JSON object on its way out.
type object = map[string]any

// A call is one request to the REST API. Handlers run while s.mu is held.
type call struct {
	s     *Server
	r     *http.Request
	path  string // below the base of the API
	body  []byte
	query url.Values
	route *route
	vars  map[string]string
	token *token // nil for an App itself
	app   *app   // that calls as itself
	repo  *Repo  // of the path
	calls int    // how many the token has made
	used  need
}

// A reply is what an operation answers. A violation is told to the test beside it.
type reply struct {
	status    int
	body      any    // nil is an empty body
	link      string // to the other pages
	page      []byte // HTML, in place of body
	location  string // of a redirect
	violation string
}

func ok(body any) reply      { return reply{status: http.StatusOK, body: body} }
func created(body any) reply { return reply{status: http.StatusCreated, body: body} }
func gone() reply            { return reply{status: http.StatusNoContent} }

func message(text string) object {
	return object{"message": text, "documentation_url": "https://docs.github.com/rest", "status": ""}
}

func notFound(text string) reply {
	return reply{status: http.StatusNotFound, body: message(text)}
}

func unauthorized(text string) reply {
	return reply{status: http.StatusUnauthorized, body: message(text)}
}

// forbidden and invalid are answers to what no correct client sends.
func forbidden(text string) reply {
	return reply{status: http.StatusForbidden, body: message(text), violation: text}
}

func invalid(text string) reply {
	return reply{status: http.StatusUnprocessableEntity, body: message(text), violation: text}
}

// write puts a reply on the wire with the headers GitHub sends with every answer.
func (c *call) write(w http.ResponseWriter, rep reply) {
	h := w.Header()
	h.Set("X-GitHub-Media-Type", "github.v3; format=json")
	h.Set("X-GitHub-Request-Id", "SIMULATED")
	if c.token != nil {
		now := c.s.now().Unix()
		h.Set("X-RateLimit-Limit", "5000")
		h.Set("X-RateLimit-Remaining", strconv.Itoa(max(1, 5000-c.calls)))
		h.Set("X-RateLimit-Used", strconv.Itoa(c.calls))
		h.Set("X-RateLimit-Reset", strconv.FormatInt(now-now%3600+3600, 10))
		h.Set("X-RateLimit-Resource", "core")
	}
	if c.route != nil && c.route.needs != nil {
		h.Set("X-Accepted-GitHub-Permissions", accepted(c.route.needs))
	}
	if rep.link != "" {
		h.Set("Link", rep.link)
	}
	if rep.location != "" {
		h.Set("Location", rep.location)
	}
	if rep.page != nil {
		h.Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(rep.status)
		_, _ = w.Write(rep.page) // into memory
		return
	}
	if rep.body == nil {
		w.WriteHeader(rep.status)
		return
	}
	if o, is := rep.body.(object); is && o["status"] == "" && rep.status >= 400 {
		o["status"] = strconv.Itoa(rep.status)
	}
	h.Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(rep.status)
	_ = json.NewEncoder(w).Encode(rep.body) // into memory
}

// record says what the call was.
func (c *call) record(status int) Request {
	r := Request{Method: c.r.Method, Path: c.path, Status: status}
	if c.route != nil {
		r.Route = c.route.template
		r.Write = c.r.Method != http.MethodGet && !c.route.byApp && !c.route.public && c.route.template != "/installation/token"
	}
	if c.token != nil {
		r.Token, r.Granted = c.token.id, c.token.permissions
	} else if c.route != nil && c.route.byApp {
		r.Token = "app"
	}
	if c.used.permission != "" {
		r.Needed = map[string]string{c.used.permission: c.used.level}
	}
	return r
}

// decode reads the JSON body strictly: what GitHub does not know is refused. "{}" stands for an empty body.
func (c *call) decode(into any) (reply, bool) {
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if errors.Is(err, io.EOF) {
		return reply{}, true
	}
	if err == nil && d.More() {
		err = errors.New("more than one JSON value")
	}
	if err != nil {
		rep := invalid("Problems parsing JSON: " + err.Error())
		return rep, false
	}
	return reply{}, true
}

// bot returns the user that the token writes as.
func (c *call) bot() *github.User {
	if c.token.person != nil {
		return c.token.person
	}
	return c.s.user(c.token.app.Slug + "[bot]")
}

// number returns a variable of the path as a number, 0 if it is none.
func (c *call) number(name string) int64 {
	n, _ := strconv.ParseInt(c.vars[name], 10, 64)
	return n
}

// page answers one page of a list with the Link header that leads to the others.
// https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api
func page[T any](c *call, all []T, show func(T) object, wrap func([]object, int) any) reply {
	per := atoi(c.query.Get("per_page"), 30)
	if per > 100 {
		return invalid("per_page is at most 100")
	}
	number := max(1, atoi(c.query.Get("page"), 1))
	last := max(1, (len(all)+per-1)/per)
	var links []string
	link := func(n int, rel string) {
		q := c.r.URL.Query()
		q.Set("page", strconv.Itoa(n))
		links = append(links, fmt.Sprintf(`<%s%s?%s>; rel="%s"`, c.s.APIURL(), c.escaped(), q.Encode(), rel))
	}
	if number > 1 {
		link(number-1, "prev")
	}
	if number < last {
		link(number+1, "next")
		link(last, "last")
	}
	if number > 1 {
		link(1, "first")
	}
	shown := []object{}
	for i := (number - 1) * per; i < min(number*per, len(all)); i++ {
		shown = append(shown, show(all[i]))
	}
	rep := ok(wrap(shown, len(all)))
	rep.link = strings.Join(links, ", ")
	return rep
}

func list(shown []object, _ int) any { return shown }

// escaped is the path as it was sent: a slash in a name is %2F.
func (c *call) escaped() string { return strings.TrimPrefix(c.r.URL.EscapedPath(), "/api/v3") }

func atoi(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return n
	}
	return otherwise
}
