// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

var deploys = github.Permissions{"deployments": "write"}

const deploymentsPath = "/repos/acme/infra/deployments"

func (w *world) deployment() github.Deployment {
	return github.Deployment{
		SHA: w.head, Task: "apply:05-compute", Environment: "prod", Description: "compute/prod",
		Payload: json.RawMessage(`{"inputs":"sha256:1","z":1e3,"a":"<b>"}`),
	}
}

func (w *world) record(t *testing.T, c *github.Client, d github.Deployment) int64 {
	t.Helper()
	id, err := c.CreateDeployment(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// ids lists what Deployments returns.
func ids(t *testing.T, c *github.Client, environment, task string) string {
	t.Helper()
	list, more, err := c.Deployments(t.Context(), environment, task, 1)
	if err != nil || more {
		t.Fatal(more, err)
	}
	var all []int64
	for _, d := range list {
		all = append(all, d.ID)
	}
	return fmt.Sprint(all)
}

func TestDeploymentIsWrittenAndReadBack(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	c := w.open(t, deploys)
	w.git.ForgeCheck("ci", github.Check{Name: "tests", HeadSHA: w.head, Conclusion: "failure"})         // must not be waited for
	if _, err := w.git.Push("prod", "", "later", map[string][]byte{"later": []byte("x")}); err != nil { // must not be merged
		t.Fatal(err)
	}
	want := w.deployment()
	want.Environment, want.Task, want.Transient = "prod & more/ü+", "apply:a&b=c #1", true
	want.ID = w.record(t, c, want)
	list, more, err := c.Deployments(t.Context(), want.Environment, want.Task, 3)
	if err != nil || more || len(list) != 1 {
		t.Fatal(list, more, err)
	}
	sameText := cmp.Transformer("JSON", func(raw json.RawMessage) (v any) { _ = json.Unmarshal(raw, &v); return v })
	if diff := cmp.Diff(want, list[0], sameText, cmpopts.IgnoreFields(github.Deployment{}, "Created")); diff != "" {
		t.Error(diff)
	}
	if since := time.Since(list[0].Created); since < 0 || since > time.Hour {
		t.Errorf("created at %s", list[0].Created)
	}
	if state, err := c.DeploymentState(t.Context(), want.ID); state != (github.DeploymentState{}) || err != nil {
		t.Errorf("before any: %+v, %v", state, err)
	}
	for _, s := range []github.DeploymentState{
		{State: "queued"}, {State: "in_progress", LogURL: "https://example.com/run"}, {State: "failure", Description: "1 of 2"},
	} {
		if err := c.SetDeployment(t.Context(), want.ID, s); err != nil {
			t.Fatal(err)
		}
		got, err := c.DeploymentState(t.Context(), want.ID)
		if diff := cmp.Diff(s, got, cmpopts.IgnoreFields(s, "Created")); diff != "" || err != nil || got.Created.IsZero() {
			t.Error(diff, err)
		}
	}
}

func TestDeploymentsOfOneTaskNewestFirst(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, deploys)
	made := map[string]int64{}
	for _, name := range []string{"prod 01", "prod 02", "dev 01", "prod 01 again"} {
		d := w.deployment()
		d.Environment, d.Task = strings.Fields(name)[0], "apply:"+strings.Fields(name)[1]
		made[name] = w.record(t, c, d)
	}
	for query, want := range map[[2]string][]int64{
		{"prod", ""}:         {made["prod 01 again"], made["prod 02"], made["prod 01"]},
		{"prod", "apply:01"}: {made["prod 01 again"], made["prod 01"]},
		{"dev", ""}:          {made["dev 01"]},
		{"DEV", "apply:01"}:  {made["dev 01"]},
		{"test", ""}:         nil,
	} {
		if got := ids(t, c, query[0], query[1]); got != fmt.Sprint(want) {
			t.Errorf("%v: %s, want %v", query, got, want)
		}
	}
}

// A layer's success must leave the records of the other layers alone.
func TestSuccessLeavesOtherDeploymentsActive(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, deploys)
	for _, task := range []string{"apply:01", "apply:02", "apply:01"} {
		d := w.deployment()
		d.Task = task
		if err := c.SetDeployment(t.Context(), w.record(t, c, d), github.DeploymentState{State: "success"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range w.git.Deployments() {
		if d.State() != "success" {
			t.Errorf("%s is %s", d.Task, d.State())
		}
	}
}

func TestForgedDeploymentsAndStatusesAreNeverBelieved(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, deploys)
	own := w.record(t, c, w.deployment())
	if err := c.SetDeployment(t.Context(), own, github.DeploymentState{State: "failure"}); err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"ada", "layerbot", "evil[bot]", "github-actions[bot]", "layerbot-2[bot]"} {
		forged := w.git.ForgeDeployment(login, w.deployment())
		w.git.ForgeStatus(login, forged, github.DeploymentState{State: "success"})
		w.git.ForgeStatus(login, own, github.DeploymentState{State: "success"})
		if state, err := c.DeploymentState(t.Context(), forged); state.State != "" || err != nil {
			t.Errorf("%s's own: %+v, %v", login, state, err)
		}
	}
	if got := ids(t, c, "prod", ""); got != fmt.Sprint([]int64{own}) {
		t.Errorf("believed %s", got)
	}
	if state, err := c.DeploymentState(t.Context(), own); state.State != "failure" || err != nil {
		t.Errorf("believed %+v, %v", state, err)
	}
}

// Whoever may write deployments may move ours, with a status, to an environment that nothing was applied in.
func TestDeploymentMovedToAnotherEnvironmentIsNotBelieved(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, deploys)
	d := w.deployment()
	d.Environment = "dev"
	id := w.record(t, c, d)
	body := strings.NewReader(`{"state":"success","environment":"prod"}`)
	req, err := http.NewRequestWithContext(t.Context(), "POST", fmt.Sprintf("%s%s/%d/statuses", w.server.APIURL(), deploymentsPath, id), body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.server.WorkflowToken(w.git, deploys))
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatal(resp, err)
	}
	_ = resp.Body.Close()
	if moved := w.git.Deployments()[0]; moved.Environment != "prod" {
		t.Fatalf("it was not moved: %+v", moved)
	}
	if got := ids(t, c, "prod", ""); got != "[]" {
		t.Errorf("believed %s", got)
	}
}

// What GitHub says of the App, and what of the author, where it says less.
func TestWhoMadeADeployment(t *testing.T) {
	const bot, self = `{"id":5,"login":"layerbot[bot]","type":"Bot"}`, `{"id":4242,"slug":"layerbot"}`
	for name, test := range map[string]struct {
		creator, through string
		want, asks       bool
	}{
		"us, the App unnamed":           {bot, `null`, true, true},
		"us, the App named":             {bot, `{"id":4242}`, true, false},
		"a person through our App":      {`{"id":6,"login":"ada","type":"User"}`, `{"id":4242}`, false, false},
		"a person of our bot's name":    {`{"id":6,"login":"layerbot[bot]","type":"User"}`, `null`, false, false},
		"another bot, its App unnamed":  {`{"id":7,"login":"layerbot2[bot]","type":"Bot"}`, `null`, false, true},
		"another App":                   {`{"id":7,"login":"evil[bot]","type":"Bot"}`, `{"id":10}`, false, false},
		"somebody who is gone":          {`null`, `null`, false, false},
		"somebody gone through our App": {`null`, `{"id":4242}`, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			list := fmt.Sprintf(`[{"id":1,"sha":%q,"task":"x","original_environment":"prod","creator":%s,"performed_via_github_app":%s}]`, sha, test.creator, test.through)
			f := newFake(t, minted, say(200, list), say(200, self))
			c, err := f.app(9).Open(t.Context(), someRepo, readOnly)
			if err != nil {
				t.Fatal(err)
			}
			got, _, err := c.Deployments(t.Context(), "prod", "", 1)
			if (len(got) == 1) != test.want || err != nil {
				t.Errorf("got %+v, %v", got, err)
			}
			if asked := len(f.requests()) == 3; asked != test.asks {
				t.Errorf("asked who we are: %t", asked)
			}
		})
	}
	f := newFake(t, minted, say(200, `[{"id":1,"creator":`+bot+`}]`), say(200, `{"id":10,"slug":"other"}`))
	c, err := f.app(9).Open(t.Context(), someRepo, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = c.Deployments(t.Context(), "prod", "", 1)
	refused[*github.UnavailableError](t, err)
}

func TestTheAppIsAskedForItsNameOnce(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		c := w.open(t, deploys)
		w.record(t, c, w.deployment())
		ids(t, c, "prod", "")
		ids(t, c, "prod", "")
	}
	if n := strings.Count(strings.Join(w.calls(), "\n"), "GET /app\n"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestWorkflowTokenHasItsOwnDeployments(t *testing.T) {
	w := newWorld(t)
	c, err := github.WithToken(w.options(), w.repo, w.server.WorkflowToken(w.git, deploys))
	if err != nil {
		t.Fatal(err)
	}
	w.git.ForgeDeployment("layerbot[bot]", w.deployment())
	w.git.ForgeDeployment("ada", w.deployment())
	if got := ids(t, c, "prod", ""); got != "[]" {
		t.Errorf("believed %s", got)
	}
	own := w.record(t, c, w.deployment())
	if got := ids(t, c, "prod", ""); got != fmt.Sprint([]int64{own}) {
		t.Errorf("got %s", got)
	}
}

func TestNeverTwoDeployments(t *testing.T) {
	writeFaults(t, func(t *testing.T, fault func(w *world, method, path string)) {
		w := newWorld(t)
		c := w.open(t, deploys)
		fault(w, "POST", deploymentsPath)
		id := w.record(t, c, w.deployment())
		if got := ids(t, c, "prod", ""); got != fmt.Sprint([]int64{id}) {
			t.Errorf("recorded %d, there are %s", id, got)
		}
		fault(w, "POST", deploymentsPath)
		if err := c.SetDeployment(t.Context(), id, github.DeploymentState{State: "success"}); err != nil {
			t.Fatal(err)
		}
		if state, err := c.DeploymentState(t.Context(), id); state.State != "success" || err != nil {
			t.Errorf("state %+v, %v", state, err)
		}
	})
}

// An earlier apply of the same commit, a different one, and a forged one are not what the lost answer was about.
func TestLostAnswerFindsOnlyTheNewDeployment(t *testing.T) {
	for name, change := range map[string]func(w *world, d *github.Deployment) (login string){
		"one that ran before": func(*world, *github.Deployment) string { return "layerbot[bot]" },
		"another payload": func(_ *world, d *github.Deployment) string {
			d.Payload = json.RawMessage(`{"inputs":"sha256:2"}`)
			return "layerbot[bot]"
		},
		"no payload":           func(_ *world, d *github.Deployment) string { d.Payload = nil; return "layerbot[bot]" },
		"another commit":       func(w *world, d *github.Deployment) string { d.SHA = w.pull.Base(); return "layerbot[bot]" },
		"another task":         func(_ *world, d *github.Deployment) string { d.Task = "apply:06"; return "layerbot[bot]" },
		"another environment":  func(_ *world, d *github.Deployment) string { d.Environment = "dev"; return "layerbot[bot]" },
		"somebody else's copy": func(*world, *github.Deployment) string { return "ada" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.open(t, deploys)
			other := w.deployment()
			old := w.git.ForgeDeployment(change(w, &other), other)
			if name == "one that ran before" {
				w.git.ForgeStatus("layerbot[bot]", old, github.DeploymentState{State: "failure"})
			}
			w.server.Fault("POST", deploymentsPath, 1, false, nil)
			if id := w.record(t, c, w.deployment()); id == old || len(w.git.Deployments()) != 2 {
				t.Errorf("%d was taken for it", id)
			}
		})
	}
}

func TestDeploymentThatCannotBeRecordedIsAnError(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, deploys)
	w.server.Fault("POST", "", 100, false, nil)
	_, err := c.CreateDeployment(t.Context(), w.deployment())
	refused[*github.UnavailableError](t, err)
	err = c.SetDeployment(t.Context(), 1, github.DeploymentState{State: "success"})
	refused[*github.UnavailableError](t, err)
	if posts := strings.Count(strings.Join(w.calls(), "\n"), "POST"); posts > 10 {
		t.Errorf("%d posts", posts)
	}
}

func TestDeploymentsAreReadPageByPage(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, deploys)
	for range 230 {
		w.git.ForgeDeployment("layerbot[bot]", w.deployment())
	}
	for pages, want := range map[int]int{0: 0, 1: 100, 2: 200, 3: 230, 4: 230, 1000: 230} {
		w.server.ResetRequests()
		list, more, err := c.Deployments(t.Context(), "prod", "", pages)
		if err != nil || len(list) != want || more != (want < 230) {
			t.Errorf("%d pages: %d, more %t, %v", pages, len(list), more, err)
		}
		if reads := strings.Count(strings.Join(w.calls(), "\n"), "/deployments"); reads > 3 {
			t.Errorf("%d pages: %d requests", pages, reads)
		}
	}
	own := w.git.Deployments()[0].ID
	w.git.ForgeStatus("layerbot[bot]", own, github.DeploymentState{State: "success"})
	for range 150 {
		w.git.ForgeStatus("ada", own, github.DeploymentState{State: "failure"})
	}
	if state, err := c.DeploymentState(t.Context(), own); state.State != "success" || err != nil {
		t.Errorf("below 150 statuses of others: %+v, %v", state, err)
	}
}

// One that is made between two pages moves others to the next page.
func TestDeploymentMadeBetweenTwoPagesIsListedOnce(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, deploys)
	for range 150 {
		w.git.ForgeDeployment("layerbot[bot]", w.deployment())
	}
	reads := 0
	w.server.Hook("GET", deploymentsPath, func() {
		if reads++; reads == 2 {
			w.git.ForgeDeployment("layerbot[bot]", w.deployment())
		}
	})
	if list, more, err := c.Deployments(t.Context(), "prod", "", 5); err != nil || more || len(list) != 150 {
		t.Errorf("%d, more %t, %v", len(list), more, err)
	}
}

func TestAnswersAboutDeploymentsThatAreNone(t *testing.T) {
	for name, answer := range map[string]string{"no id": `{"url":"x"}`, "merged instead": `{"message":"Auto-merged main into prod on deployment."}`} {
		f := newFake(t, say(201, answer), say(200, `[]`), say(201, `{"id":7}`))
		d := github.Deployment{SHA: sha, Task: "x", Environment: "prod"}
		if id, err := f.client().CreateDeployment(t.Context(), d); id != 7 || err != nil {
			t.Errorf("%s: %d, %v", name, id, err)
		}
	}
}

func TestPayloadComesBackHoweverItIsWritten(t *testing.T) {
	for payload, want := range map[string]string{
		`{"a":1}`: `{"a":1}`, `"{\"a\":1}"`: `{"a":1}`, `""`: "", `null`: "", `"text"`: "", `[1]`: "", `"[1]"`: "", `{}`: "{}", `"{"`: "",
	} {
		f := newFake(t, say(200, fmt.Sprintf(`[{"id":1,"sha":%q,"original_environment":"prod","creator":{"login":"github-actions[bot]","type":"Bot"},"payload":%s}]`, sha, payload)))
		list, _, err := f.client().Deployments(t.Context(), "prod", "", 1)
		if err != nil || len(list) != 1 || string(list[0].Payload) != want {
			t.Errorf("%s: %+v, %v", payload, list, err)
		}
	}
}

func TestUnusableDeploymentIsRefusedBeforeAnythingIsSent(t *testing.T) {
	good := github.Deployment{SHA: sha, Task: "apply:01", Environment: "prod"}
	for name, spoil := range map[string]func(*github.Deployment){
		"a branch":             func(d *github.Deployment) { d.SHA = "prod" },
		"no commit":            func(d *github.Deployment) { d.SHA = "" },
		"no task":              func(d *github.Deployment) { d.Task = "" },
		"no environment":       func(d *github.Deployment) { d.Environment = "" },
		"too long a name":      func(d *github.Deployment) { d.Environment = strings.Repeat("é", 256) },
		"a payload that is no": func(d *github.Deployment) { d.Payload = json.RawMessage(`"text"`) },
		"half a payload":       func(d *github.Deployment) { d.Payload = json.RawMessage(`{"a":`) },
	} {
		f, d := newFake(t, say(500, "")), good
		spoil(&d)
		if _, err := f.client().CreateDeployment(t.Context(), d); err == nil || len(f.requests()) != 0 {
			t.Errorf("%s: %v after %d requests", name, err, len(f.requests()))
		}
	}
	f := newFake(t, say(500, ""))
	for _, state := range []string{"", "pending", "SUCCESS"} {
		if err := f.client().SetDeployment(t.Context(), 1, github.DeploymentState{State: state}); err == nil || len(f.requests()) != 0 {
			t.Errorf("state %q: %v", state, err)
		}
	}
	if _, _, err := f.client().Deployments(t.Context(), "", "", 1); err == nil || len(f.requests()) != 0 {
		t.Errorf("no environment: %v", err)
	}
}

func TestDescriptionIsCutAtACharacter(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	c := w.open(t, deploys)
	d := w.deployment()
	d.Environment = strings.Repeat("é", 255)
	for length, want := range map[int]string{140: strings.Repeat("é", 140), 141: strings.Repeat("é", 139) + "…"} {
		d.Description = strings.Repeat("é", length)
		id := w.record(t, c, d)
		if err := c.SetDeployment(t.Context(), id, github.DeploymentState{State: "error", Description: d.Description}); err != nil {
			t.Fatal(err)
		}
		all := w.git.Deployments()
		last := all[len(all)-1]
		if last.Description != want || last.Statuses[0].Description != want || utf8.RuneCountInString(want) != 140 {
			t.Errorf("%d: %q", length, last.Description)
		}
	}
}

func FuzzDeployments(f *testing.F) {
	f.Add(`[{"id":1,"sha":"` + sha + `","original_environment":"prod","creator":{"login":"github-actions[bot]","type":"Bot"},"payload":"{}"}]`)
	f.Add(`[{"payload":{"a":[null]}},null,{}]`)
	f.Add(`[{"id":"x"}]`)
	f.Fuzz(func(t *testing.T, answer string) {
		c, err := github.WithToken(github.Options{
			Transport: answering(answer), Sleep: func(context.Context, time.Duration) error { return nil },
		}, someRepo, canary)
		if err != nil {
			t.Fatal(err)
		}
		list, _, err := c.Deployments(t.Context(), "prod", "", 1)
		if err != nil && list != nil {
			t.Error("an error and a list")
		}
		for _, d := range list {
			if len(d.SHA) < 40 || d.Environment != "prod" || d.Payload != nil && (!json.Valid(d.Payload) || !strings.HasPrefix(strings.TrimSpace(string(d.Payload)), "{")) {
				t.Errorf("believed %+v", d)
			}
		}
	})
}

// answering is a transport that gives every request the same answer.
type answering string

func (a answering) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

// A full page, from the answer to the list.
func BenchmarkDeployments(b *testing.B) {
	one := fmt.Sprintf(`{"id":%%d,"sha":%q,"task":"apply:05-compute","original_environment":"prod","creator":{"login":"github-actions[bot]","type":"Bot"},`+
		`"payload":{"layerbot":1,"target":"05-compute/prod","digest":%q},"created_at":"2026-01-01T00:00:00Z"}`, sha, sha)
	var page []string
	for i := range 100 {
		page = append(page, fmt.Sprintf(one, i+1))
	}
	answer := answering("[" + strings.Join(page, ",") + "]")
	c, err := github.WithToken(github.Options{Transport: answer}, someRepo, canary)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(answer)))
	b.ReportAllocs()
	for b.Loop() {
		if list, _, err := c.Deployments(b.Context(), "prod", "", 1); err != nil || len(list) != 100 {
			b.Fatal(len(list), err)
		}
	}
}
