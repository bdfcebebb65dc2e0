// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
)

// A stage is a server whose violations are looked at, with a pull request that has a comment and a check run.
type stage struct {
	*Server
	repo    *Repo
	pull    *Pull
	comment int64
	check   int64
	deploy  int64
	issue   int
	told    []error
}

func newStage(t *testing.T, o Options) *stage {
	t.Helper()
	st := &stage{}
	o.Violation = func(err error) { st.told = append(st.told, err) }
	o.Validate = true
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	st.Server, st.repo = s, s.Repository("acme", "infra")
	s.Team("acme", "platform", "ada")
	for _, branch := range []string{"main", "change"} {
		from := map[string]string{"main": "", "change": "main"}[branch]
		if _, err := st.repo.Push(branch, from, "Work", map[string][]byte{"dir/" + branch: []byte(branch)}); err != nil {
			t.Fatal(err)
		}
	}
	if st.pull, err = st.repo.Open("ada", "Title", "Body", "change", "main", nil); err != nil {
		t.Fatal(err)
	}
	st.comment, _ = st.pull.Comment("ada", "/plan")
	st.check = st.repo.ForgeCheck(s.AppSlug, github.Check{Name: "layerbot / prod", HeadSHA: st.pull.Head(), Conclusion: "failure"})
	st.deploy = st.repo.ForgeDeployment(s.AppSlug+"[bot]", github.Deployment{SHA: st.pull.Head(), Task: "apply:01-net", Environment: "prod"})
	st.repo.ForgeStatus("ada", st.deploy, github.DeploymentState{State: "queued"})
	st.issue = st.repo.ForgeIssue("ada", "Title", "Body", "drift")
	st.repo.Environment(github.Environment{Name: "prod/eu", Branches: []string{"main"}, Reviewers: 1}, "TOKEN")
	st.repo.Protect("main", github.RequiredCheck{Name: "layerbot / prod"})
	st.repo.Require("main", github.RequiredCheck{Name: "layerbot / prod", AppID: s.AppID})
	return st
}

// token mints one of the App itself, without asking over HTTP.
func (st *stage) token(p github.Permissions, repos ...*Repo) string {
	st.mu.Lock()
	defer st.mu.Unlock()
	if repos == nil {
		repos = []*Repo{st.repo}
	}
	text, _ := st.mint(st.apps[st.AppSlug], repos, p)
	return text
}

func (st *stage) do(t *testing.T, method, path, token, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, st.APIURL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

// fill writes real values into the template of a route.
func (st *stage) fill(template string) string {
	ref := "change"
	if strings.Contains(template, "/git/ref/") {
		ref = "heads/change"
	}
	if strings.HasSuffix(template, "/issues/{issue_number}") {
		template = strings.ReplaceAll(template, "{issue_number}", fmt.Sprint(st.issue))
	}
	return strings.NewReplacer(
		"{owner}", "acme", "{repo}", "infra", "{pull_number}", "1", "{issue_number}", "1", "{comment_id}", fmt.Sprint(st.comment), "{ref}", ref,
		"{check_run_id}", fmt.Sprint(st.check), "{commit_sha}", st.pull.Head(), "{username}", "ada", "{path}", "dir", "{org}", "acme", "{team_slug}", "platform",
		"{deployment_id}", fmt.Sprint(st.deploy), "{installation_id}", fmt.Sprint(st.repo.InstallationID),
		"{environment_name}", "prod%2Feu", "{branch}", "main",
	).Replace(template)
}

// bodyOf is what a request to a route must say.
func (st *stage) bodyOf(r route) string {
	switch {
	case strings.HasSuffix(r.template, "/reactions") && r.method == "POST":
		return `{"content":"eyes"}`
	case strings.HasSuffix(r.template, "/check-runs") && r.method == "POST":
		return `{"name":"layerbot / dev","head_sha":"` + st.pull.Head() + `"}`
	case strings.Contains(r.template, "/check-runs/") && r.method == "PATCH":
		return `{"status":"in_progress"}`
	case strings.HasSuffix(r.template, "/deployments") && r.method == "POST":
		return `{"ref":"change","auto_merge":false,"required_contexts":[]}`
	case strings.HasSuffix(r.template, "/statuses") && r.method == "POST":
		return `{"state":"in_progress"}`
	case strings.HasSuffix(r.template, "/sarifs"):
		return st.upload(sarifOf(""))
	case strings.HasSuffix(r.template, "/issues") && r.method == "POST":
		return `{"title":"text"}`
	case r.method == "POST" || r.method == "PATCH":
		return `{"body":"text"}`
	}
	return ""
}

func TestEachRouteNeedsItsPermissionAndNoMore(t *testing.T) {
	st := newStage(t, Options{})
	for _, r := range routes {
		if r.needs == nil {
			continue
		}
		t.Run(r.method+r.template, func(t *testing.T) {
			st.told = nil
			st.comment, _ = st.pull.Comment("ada", "/plan")
			none := st.token(nil)
			if r.needs[0] != metadata[0] {
				resp, text := st.do(t, r.method, st.fill(r.template), none, st.bodyOf(r))
				if resp.StatusCode != http.StatusForbidden || !strings.Contains(text, "Resource not accessible by integration") {
					t.Errorf("without a permission: %d %s", resp.StatusCode, text)
				}
				if got := resp.Header.Get("X-Accepted-GitHub-Permissions"); got != accepted(r.needs) {
					t.Errorf("it should name what it accepts: %q", got)
				}
				if len(st.told) != 1 {
					t.Errorf("violations: %v", st.told)
				}
			}
			if r.needs[0].level == "write" {
				if resp, _ := st.do(t, r.method, st.fill(r.template), st.token(github.Permissions{r.needs[0].permission: "read"}), st.bodyOf(r)); resp.StatusCode != http.StatusForbidden {
					t.Errorf("reading is not writing: %d", resp.StatusCode)
				}
			}
			st.told = nil
			for _, n := range slices.Backward(r.needs) {
				st.ResetRequests()
				st.comment, _ = st.pull.Comment("ada", "/plan")
				resp, text := st.do(t, r.method, st.fill(r.template), st.token(github.Permissions{n.permission: n.level}), st.bodyOf(r))
				if resp.StatusCode >= 300 || len(st.told) > 0 {
					t.Errorf("with %v: %d %s, violations %v", n, resp.StatusCode, text, st.told)
				}
				if got := st.Requests()[0]; got.Needed[n.permission] != n.level || got.Route != r.template || got.Write != (r.method != "GET") {
					t.Errorf("recorded as %+v", got)
				}
			}
		})
	}
}

func TestRoutesAreThoseOfTheDescription(t *testing.T) {
	d, err := loadDescription()
	if err != nil {
		t.Fatal(err)
	}
	operations := 0
	for _, item := range d.doc.Paths.Map() {
		operations += len(item.Operations())
	}
	for _, r := range routes {
		item := d.doc.Paths.Value(r.template)
		if item == nil || item.GetOperation(r.method) == nil {
			t.Errorf("GitHub describes no %s %s", r.method, r.template)
			continue
		}
		var names []string
		for _, parameter := range item.GetOperation(r.method).Parameters {
			if parameter.Value.In == "query" {
				names = append(names, parameter.Value.Name)
			}
		}
		for _, name := range strings.Fields(r.query) {
			if !slices.Contains(names, name) {
				t.Errorf("GitHub describes no parameter %s of %s %s, but %v", name, r.method, r.template, names)
			}
		}
	}
	if operations != len(routes) {
		t.Errorf("%d operations are described, %d are served", operations, len(routes))
	}
}

func TestWhatGitHubWouldRefuseIsAViolation(t *testing.T) {
	st := newStage(t, Options{})
	st.Repository("acme", "other")
	long := strings.Repeat("é", 65536)
	check := func(more string) string { return `{"name":"c","head_sha":"HEAD",` + more + `}` }
	output := func(more string) string {
		return check(`"output":{"title":"t","summary":"s",` + more + `}`)
	}
	annotations := strings.Repeat(`{"path":"a","start_line":1,"end_line":1,"annotation_level":"notice","message":"m"},`, 51)
	button := func(label string) string {
		return `{"label":"` + label + `","description":"d","identifier":"i"}`
	}
	for _, tt := range []struct {
		name, method, path, body string
		want                     int
	}{
		{"a route that is not there", "GET", "/repos/acme/infra/nothing", "", 404},
		{"a method that is not there", "PUT", "/repos/acme/infra/pulls/1", "", 404},
		{"an unknown query parameter", "GET", "/repos/acme/infra/pulls?sate=open", "", 422},
		{"pages over 100", "GET", "/repos/acme/infra/issues/1/comments?per_page=101", "", 422},
		{"an unknown field", "POST", "/repos/acme/infra/issues/1/comments", `{"body":"b","text":"t"}`, 422},
		{"no JSON", "POST", "/repos/acme/infra/issues/1/comments", `{"body":`, 422},
		{"a blank comment", "POST", "/repos/acme/infra/issues/1/comments", `{"body":" "}`, 422},
		{"a comment too long", "POST", "/repos/acme/infra/issues/1/comments", `{"body":"` + long + `x"}`, 422},
		{"an edit too long", "PATCH", "/repos/acme/infra/issues/comments/COMMENT", `{"body":"` + long + `x"}`, 422},
		{"an unknown reaction", "POST", "/repos/acme/infra/issues/comments/COMMENT/reactions", `{"content":"thumbs"}`, 422},
		{"a check of no commit", "POST", "/repos/acme/infra/check-runs", `{"name":"c","head_sha":"` + strings.Repeat("1", 40) + `"}`, 422},
		{"a check without a name", "POST", "/repos/acme/infra/check-runs", `{"head_sha":"HEAD"}`, 422},
		{"completed without a conclusion", "POST", "/repos/acme/infra/check-runs", check(`"status":"completed"`), 422},
		{"a conclusion before the end", "POST", "/repos/acme/infra/check-runs", check(`"status":"queued","conclusion":"success"`), 422},
		{"an unknown conclusion", "POST", "/repos/acme/infra/check-runs", check(`"conclusion":"fine"`), 422},
		{"output without a summary", "POST", "/repos/acme/infra/check-runs", check(`"output":{"title":"t"}`), 422},
		{"a summary too long", "POST", "/repos/acme/infra/check-runs", check(`"output":{"title":"t","summary":"` + long + `"}`), 422},
		{"a text too long", "POST", "/repos/acme/infra/check-runs", output(`"text":"` + long + `"`), 422},
		{"51 annotations", "POST", "/repos/acme/infra/check-runs", output(`"annotations":[` + strings.TrimSuffix(annotations, ",") + `]`), 422},
		{"an annotation that ends before it starts", "POST", "/repos/acme/infra/check-runs", output(`"annotations":[{"path":"a","start_line":2,"end_line":1,"annotation_level":"notice","message":"m"}]`), 422},
		{"an annotation of an absolute path", "POST", "/repos/acme/infra/check-runs", output(`"annotations":[{"path":"/a","start_line":1,"end_line":1,"annotation_level":"notice","message":"m"}]`), 422},
		{"an annotation outside the repository", "POST", "/repos/acme/infra/check-runs", output(`"annotations":[{"path":"../a","start_line":1,"end_line":1,"annotation_level":"notice","message":"m"}]`), 422},
		{"an annotation of an unknown level", "POST", "/repos/acme/infra/check-runs", output(`"annotations":[{"path":"a","start_line":1,"end_line":1,"annotation_level":"error","message":"m"}]`), 422},
		{"a silent annotation", "POST", "/repos/acme/infra/check-runs", output(`"annotations":[{"path":"a","start_line":1,"end_line":1,"annotation_level":"notice","message":""}]`), 422},
		{"four buttons", "POST", "/repos/acme/infra/check-runs", check(`"actions":[` + strings.Join(slices.Repeat([]string{button("a")}, 4), ",") + `]`), 422},
		{"a button with 21 characters", "POST", "/repos/acme/infra/check-runs", check(`"actions":[` + button(strings.Repeat("a", 21)) + `]`), 422},
		{"a check moved to another commit", "PATCH", "/repos/acme/infra/check-runs/CHECK", `{"head_sha":"HEAD"}`, 422},
		{"another App's check", "PATCH", "/repos/acme/infra/check-runs/FOREIGN", `{"status":"queued"}`, 403},
		{"a deployment of nothing", "POST", "/repos/acme/infra/deployments", `{"ref":"nowhere"}`, 422},
		{"a deployment without a ref", "POST", "/repos/acme/infra/deployments", `{"task":"apply:01"}`, 422},
		{"a payload that is a list", "POST", "/repos/acme/infra/deployments", `{"ref":"change","payload":[1]}`, 422},
		{"an environment of 256 characters", "POST", "/repos/acme/infra/deployments", `{"ref":"change","environment":"` + long[:2*256] + `"}`, 422},
		{"a description of 141 characters", "POST", "/repos/acme/infra/deployments", `{"ref":"change","description":"` + long[:2*141] + `"}`, 422},
		{"an unknown state", "POST", "/repos/acme/infra/deployments/DEPLOYMENT/statuses", `{"state":"done"}`, 422},
		{"no state", "POST", "/repos/acme/infra/deployments/DEPLOYMENT/statuses", `{}`, 422},
		{"a status with 141 characters", "POST", "/repos/acme/infra/deployments/DEPLOYMENT/statuses", `{"state":"success","description":"` + long[:2*141] + `"}`, 422},
		{"a status for an environment of 256 characters", "POST", "/repos/acme/infra/deployments/DEPLOYMENT/statuses", `{"state":"success","environment":"` + long[:2*256] + `"}`, 422},
		{"deployments by who made them", "GET", "/repos/acme/infra/deployments?creator=ada", "", 422},
		{"an issue without a title", "POST", "/repos/acme/infra/issues", `{"body":"b"}`, 422},
		{"an issue with a blank title", "POST", "/repos/acme/infra/issues", `{"title":" "}`, 422},
		{"a title of 257 characters", "POST", "/repos/acme/infra/issues", `{"title":"` + long[:2*257] + `"}`, 422},
		{"an issue too long", "POST", "/repos/acme/infra/issues", `{"title":"t","body":"` + long + `x"}`, 422},
		{"an issue closed from the start", "POST", "/repos/acme/infra/issues", `{"title":"t","state":"closed"}`, 422},
		{"an issue half closed", "PATCH", "/repos/acme/infra/issues/ISSUE", `{"state":"all"}`, 422},
		{"a pull request as an issue", "PATCH", "/repos/acme/infra/issues/1", `{"title":"t"}`, 422},
		{"issues in an order of ours", "GET", "/repos/acme/infra/issues?sort=comments", "", 422},
		{"pull requests in an order of ours", "GET", "/repos/acme/infra/pulls?sort=popularity", "", 422},
		{"another repository", "GET", "/repos/acme/other/pulls", "", 404},
		{"a field of the wrong case", "POST", "/repos/acme/infra/issues/1/comments", `{"Body":"b"}`, 201}, // only the description knows
	} {
		t.Run(tt.name, func(t *testing.T) {
			st.told = nil
			st.comment, _ = st.pull.Comment("ada", "/plan")
			before := st.pull.Conversation()
			foreign := st.repo.ForgeCheck("impostor", github.Check{Name: "layerbot / prod", HeadSHA: st.pull.Head()})
			replace := strings.NewReplacer("COMMENT", fmt.Sprint(st.comment), "CHECK", fmt.Sprint(st.check), "FOREIGN", fmt.Sprint(foreign), "HEAD", st.pull.Head(), "DEPLOYMENT", fmt.Sprint(st.deploy), "ISSUE", fmt.Sprint(st.issue))
			token := st.token(github.Permissions{"pull_requests": "write", "issues": "write", "checks": "write", "deployments": "write"})
			deployments, issues := st.repo.Deployments(), st.repo.Issues()
			resp, text := st.do(t, tt.method, replace.Replace(tt.path), token, replace.Replace(tt.body))
			if resp.StatusCode != tt.want || len(st.told) != 1 {
				t.Errorf("%d %.200s, violations %v; want %d and one", resp.StatusCode, text, st.told, tt.want)
			}
			if after := st.pull.Conversation(); resp.StatusCode >= 400 && !reflect.DeepEqual(after, before) {
				t.Errorf("what was refused was done: %+v", after)
			}
			if !reflect.DeepEqual(st.repo.Deployments(), deployments) || !reflect.DeepEqual(st.repo.Issues(), issues) {
				t.Errorf("what was refused was done: %+v, %+v", st.repo.Deployments(), st.repo.Issues())
			}
		})
	}
}

func TestAtTheLimitIsFine(t *testing.T) {
	st := newStage(t, Options{})
	token := st.token(github.Permissions{"pull_requests": "write", "checks": "write"})
	body, err := json.Marshal(map[string]string{"body": strings.Repeat("é", 65536)})
	if err != nil {
		t.Fatal(err)
	}
	if resp, _ := st.do(t, "POST", "/repos/acme/infra/issues/1/comments", token, string(body)); resp.StatusCode != 201 {
		t.Error(resp.Status)
	}
	check := `{"name":"c","head_sha":"` + st.pull.Head() + `","conclusion":"success","output":{"title":"t","summary":"` + strings.Repeat("é", 65535) + `"}}`
	if resp, text := st.do(t, "POST", "/repos/acme/infra/check-runs", token, check); resp.StatusCode != 201 {
		t.Error(resp.Status, text)
	}
	if len(st.told) > 0 {
		t.Error(st.told)
	}
}
