// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"slices"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

type check struct {
	id, suite          int64
	repo               *Repo
	app                *app
	name, head         string
	status, conclusion string
	started, completed time.Time
	detailsURL         string
	externalID         string
	title              *string
	summary, text      *string
	annotations        []annotation
	actions            []action
}

type annotation struct {
	Path        string `json:"path"`
	StartLine   int    `json:"start_line"`
	EndLine     int    `json:"end_line"`
	StartColumn *int   `json:"start_column"`
	EndColumn   *int   `json:"end_column"`
	Level       string `json:"annotation_level"`
	Message     string `json:"message"`
	Title       string `json:"title"`
	RawDetails  string `json:"raw_details"`
}

type action struct{ Label, Description, Identifier string }

// A CheckRun is a check run with what GitHub knows of it beside what was asked for.
type CheckRun struct {
	github.Check
	ID     int64
	AppID  int64
	Status string // "queued", "in_progress", "completed"
}

// Checks returns the check runs on the head of the pull request, of every App, oldest first.
func (p *Pull) Checks() []github.Check {
	var all []github.Check
	for _, r := range p.repo.CheckRuns(p.Head()) {
		all = append(all, r.Check)
	}
	return all
}

// CheckRuns returns the check runs on a commit, of every App, oldest first.
func (r *Repo) CheckRuns(sha string) []CheckRun {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	var all []CheckRun
	for _, k := range r.s.checks {
		if k.repo == r && k.head == sha {
			all = append(all, k.show())
		}
	}
	return all
}

func (k *check) show() CheckRun {
	shown := CheckRun{ID: k.id, AppID: k.app.ID, Status: k.status, Check: github.Check{
		Name: k.name, HeadSHA: k.head, Conclusion: k.conclusion, Title: value(k.title), Summary: value(k.summary), Text: value(k.text),
		ExternalID: k.externalID, DetailsURL: k.detailsURL,
	}}
	for _, a := range k.annotations {
		shown.Annotations = append(shown.Annotations, github.Annotation{Path: a.Path, Start: a.StartLine, End: a.EndLine, Level: a.Level, Title: a.Title, Message: a.Message})
	}
	for _, b := range k.actions {
		shown.Actions = append(shown.Actions, github.Button(b))
	}
	return shown
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// ForgeCheck writes a completed check run as another App, to be mistaken for ours.
func (r *Repo) ForgeCheck(appSlug string, c github.Check) int64 {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	k := r.addCheck(r.s.app(appSlug), c.Name, c.HeadSHA)
	k.status, k.conclusion, k.completed, k.externalID = "completed", c.Conclusion, r.s.now(), c.ExternalID
	k.title, k.summary, k.text = &c.Title, &c.Summary, &c.Text
	return k.id
}

func (r *Repo) addCheck(by *app, name, sha string) *check {
	k := &check{id: r.s.id(), repo: r, app: by, name: name, head: sha, status: "queued", started: r.s.now()}
	for _, other := range r.s.checks {
		if other.repo == r && other.app == by && other.head == sha {
			k.suite = other.suite
		}
	}
	if k.suite == 0 {
		k.suite = r.s.id()
	}
	k.detailsURL = k.htmlURL()
	r.s.checks = append(r.s.checks, k)
	return k
}

func createCheck(c *call) reply {
	var in checkInput
	if rep, fine := c.decode(&in); !fine {
		return rep
	}
	if in.Name == "" || in.HeadSHA == "" {
		return invalid("Invalid request: name and head_sha are required")
	}
	if why := in.refused(); why != "" {
		return invalid("Invalid request: " + why)
	}
	sha := c.repo.resolve(in.HeadSHA)
	if sha != in.HeadSHA {
		return invalid("No commit found for SHA: " + in.HeadSHA)
	}
	k := c.repo.addCheck(c.token.app, in.Name, sha)
	in.apply(k, c.s.now())
	return created(c.s.checkJSON(k))
}

// check returns the check run of the path, nil if it is not in this repository.
func (c *call) check() *check {
	for _, k := range c.s.checks {
		if k.repo == c.repo && k.id == c.number("check_run_id") {
			return k
		}
	}
	return nil
}

func getCheck(c *call) reply {
	k := c.check()
	if k == nil {
		return notFound("Not Found")
	}
	return ok(c.s.checkJSON(k))
}

func updateCheck(c *call) reply {
	k := c.check()
	if k == nil {
		return notFound("Not Found")
	}
	if k.app != c.token.app {
		return forbidden("Invalid app_id: a check run can only be modified by the GitHub App that created it.")
	}
	var in checkInput
	if rep, fine := c.decode(&in); !fine {
		return rep
	}
	if in.HeadSHA != "" {
		return invalid("Invalid request: head_sha cannot be changed")
	}
	if why := in.refused(); why != "" {
		return invalid("Invalid request: " + why)
	}
	if in.Name != "" {
		k.name = in.Name
	}
	in.apply(k, c.s.now())
	return ok(c.s.checkJSON(k))
}

func listAnnotations(c *call) reply {
	k := c.check()
	if k == nil {
		return notFound("Not Found")
	}
	return page(c, k.annotations, func(a annotation) object { return c.s.annotationJSON(k, a) }, list)
}

// listChecks lists the newest first, and of one name and App only the newest unless filter=all.
func listChecks(c *call) reply {
	sha := c.repo.resolve(c.vars["ref"])
	if sha == "" {
		return reply{status: 422, body: message("No commit found for SHA: " + c.vars["ref"])}
	}
	var found []*check
	for _, k := range slices.Backward(c.s.checks) {
		if k.repo == c.repo && k.head == sha && c.asked(k) {
			found = append(found, k)
		}
	}
	if c.query.Get("filter") != "all" {
		type key struct {
			app  *app
			name string
		}
		seen := map[key]bool{}
		found = slices.DeleteFunc(found, func(k *check) bool {
			id := key{k.app, k.name}
			old := seen[id]
			seen[id] = true
			return old
		})
	}
	return page(c, found, c.s.checkJSON, func(shown []object, total int) any {
		return object{"total_count": total, "check_runs": shown}
	})
}

// asked says whether the query of a list asks for k.
func (c *call) asked(k *check) bool {
	q := c.query
	return (!q.Has("check_name") || q.Get("check_name") == k.name) && (!q.Has("status") || q.Get("status") == k.status) &&
		(!q.Has("app_id") || int64(atoi(q.Get("app_id"), 0)) == k.app.ID)
}
