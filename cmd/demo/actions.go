package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/layerbot/layerbot/internal/github"
)

// actions plays GitHub Actions: for an event it runs gate, then every plan of the matrix at once, then report. Each
// is a process of its own with a fresh clone, a home of its own and the environment of its phase, nothing else.
type actions struct {
	stage *stage
	bot   string // the program
	line  *timeline
	runs  []*run
}

// A webhook is what GitHub tells Actions.
type webhook struct {
	Name     string // "issue_comment"
	Payload  []byte
	Checkout string // the commit that gate runs on: the base of a pull request, else the default branch
}

// A run is one run of the workflow.
type run struct {
	ID     int
	Event  string
	Pull   int
	Gate   *job
	Plans  []*job
	Report *job // nil when gate handed on nothing
	Calls  int  // requests to GitHub's API, by all jobs
	Ticket ticket
}

// A job is one process of a run.
type job struct {
	Name    string
	Began   time.Duration // since the story began
	Took    time.Duration
	Exit    int
	Note    string
	Output  string // what it printed
	Summary string // of the job, Markdown
}

// ticket is what the demo itself reads of gate's ticket.
type ticket struct {
	Head    string `json:"head"`
	Ignored string `json:"ignored"`
	Refusal *struct {
		Message string `json:"message"`
	} `json:"refusal"`
}

// workflow runs the whole workflow for one event.
func (a *actions) workflow(ctx context.Context, number int, ev webhook) (*run, error) {
	r := &run{ID: len(a.runs) + 1, Event: ev.Name, Pull: number}
	a.runs = append(a.runs, r)
	before := len(a.stage.hub.Requests())
	defer func() { r.Calls = a.apiCalls(before) }()

	outputs, err := a.gate(ctx, r, ev)
	if err != nil {
		return r, err
	}
	source, targets := outputs["ticket"], []string(nil)
	if err := json.Unmarshal([]byte(source), &r.Ticket); err != nil {
		return r, fmt.Errorf("gate wrote no ticket: %w\n%s", err, r.Gate.Output)
	}
	if targets, err = matrix(outputs["matrix"]); err != nil {
		return r, err
	}
	r.Gate.Note = r.decision(targets)
	a.line.job(r.Gate)
	if r.Ticket.Ignored != "" {
		return r, nil
	}
	if err := a.plans(ctx, r, source, targets); err != nil {
		return r, err
	}
	return r, a.report(ctx, r, source)
}

// decision says in a few words what gate decided.
func (r *run) decision(targets []string) string {
	switch {
	case r.Ticket.Ignored != "":
		return "nothing to do: " + r.Ticket.Ignored
	case r.Ticket.Refusal != nil:
		return "refused: " + r.Ticket.Refusal.Message
	case len(targets) == 0:
		return "nothing to plan"
	}
	return "to plan: " + strings.Join(targets, ", ")
}

func (a *actions) gate(ctx context.Context, r *run, ev webhook) (map[string]string, error) {
	home, checkout, err := a.runner(ctx, r, "gate", ev.Checkout)
	if err != nil {
		return nil, err
	}
	payload := filepath.Join(home, "event.json")
	if err := os.WriteFile(payload, ev.Payload, 0o600); err != nil {
		return nil, err
	}
	env := a.environment(r, home)
	a.app(env)
	env["GITHUB_EVENT_NAME"], env["GITHUB_EVENT_PATH"] = ev.Name, payload
	r.Gate = &job{Name: "gate"}
	if err := a.job(ctx, r.Gate, process{Dir: checkout, Env: env, Argv: []string{a.bot, "gate"}}); err != nil {
		return nil, err
	}
	file, err := os.ReadFile(env["GITHUB_OUTPUT"])
	if err != nil {
		return nil, err
	}
	return readOutputs(string(file))
}

// plans runs the matrix: all of it at once, as runners would.
func (a *actions) plans(ctx context.Context, r *run, source string, targets []string) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, target := range targets {
		j := &job{Name: target}
		r.Plans = append(r.Plans, j)
		group.Go(func() error {
			home, checkout, err := a.runner(ctx, r, "plan-"+flat(target), r.Ticket.Head)
			if err != nil {
				return err
			}
			file := filepath.Join(home, "ticket.json")
			if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
				return err
			}
			p := process{Dir: checkout, Env: a.environment(r, home), Argv: []string{
				a.bot, "plan", "--ticket", file, "--target", target, "--out", filepath.Join(home, "reports"),
			}}
			if err = a.job(ctx, j, p); err != nil {
				return err
			}
			a.line.job(j)
			return a.upload(r, filepath.Join(home, "reports"))
		})
	}
	return group.Wait()
}

func (a *actions) report(ctx context.Context, r *run, source string) error {
	home, checkout, err := a.runner(ctx, r, "report", "main")
	if err != nil {
		return err
	}
	file := filepath.Join(home, "ticket.json")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		return err
	}
	reports := a.artifacts(r)
	if err := os.MkdirAll(reports, 0o700); err != nil {
		return err
	}
	env := a.environment(r, home)
	a.app(env)
	r.Report = &job{Name: "report"}
	p := process{Dir: checkout, Env: env, Argv: []string{a.bot, "report", "--ticket", file, "--reports", reports}}
	err = a.job(ctx, r.Report, p)
	a.line.job(r.Report)
	return err
}

// environment is what every job gets: where things are, and no secret.
func (a *actions) environment(r *run, home string) map[string]string {
	return map[string]string{
		"PATH":                os.Getenv("PATH"),
		"HOME":                filepath.Join(home, "home"),
		"TMPDIR":              filepath.Join(home, "tmp"),
		"GITHUB_ACTIONS":      "true",
		"GITHUB_REPOSITORY":   slug,
		"GITHUB_API_URL":      a.stage.hub.APIURL(),
		"GITHUB_SERVER_URL":   a.stage.hub.URL,
		"GITHUB_RUN_ID":       strconv.Itoa(r.ID),
		"GITHUB_OUTPUT":       filepath.Join(home, "output"),
		"GITHUB_STEP_SUMMARY": filepath.Join(home, "summary.md"),
	}
}

// app adds the App's credentials: for gate and report only.
func (a *actions) app(env map[string]string) {
	env["LAYERBOT_APP_ID"] = strconv.FormatInt(a.stage.hub.AppID, 10)
	env["LAYERBOT_APP_PRIVATE_KEY"] = string(a.stage.hub.PrivateKey)
	env["LAYERBOT_INSTALLATION_ID"] = strconv.FormatInt(a.stage.repo.InstallationID, 10)
}

// job runs one process and notes how it went.
func (a *actions) job(ctx context.Context, j *job, p process) error {
	j.Began = a.line.now()
	done := a.line.working(j.Name)
	defer done()
	result, err := p.run(ctx)
	j.Took, j.Exit, j.Output = result.Took, result.Exit, result.Output
	summary, _ := os.ReadFile(p.Env["GITHUB_STEP_SUMMARY"])
	j.Summary = string(summary)
	return err
}

// runner returns the folder of a fresh runner and, in it, a clone of one commit made the way actions/checkout does
// with persist-credentials: false: the token is in the environment of git, never on disk.
func (a *actions) runner(ctx context.Context, r *run, name, commit string) (home, checkout string, err error) {
	name = fmt.Sprintf("%d-%s", r.ID, name)
	if home, err = a.stage.room(name); err != nil {
		return "", "", err
	}
	checkout = filepath.Join(a.stage.checkouts(), name)
	token := a.stage.hub.WorkflowToken(a.stage.repo, github.Permissions{"contents": "read"})
	env := map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": filepath.Join(home, "home"), "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http." + a.stage.hub.URL + "/.extraheader",
		"GIT_CONFIG_VALUE_0": "Authorization: basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:"+token)),
	}
	for _, args := range [][]string{
		{"init", "--quiet", checkout},
		{"-C", checkout, "remote", "add", "origin", a.stage.repo.CloneURL},
		{"-C", checkout, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit},
		{"-C", checkout, "-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", "FETCH_HEAD"},
	} {
		if _, err := (process{Dir: home, Env: env, Argv: append([]string{"git"}, args...)}).must(ctx); err != nil {
			return "", "", err
		}
	}
	return home, checkout, nil
}

// artifacts is the folder into which the artifacts of a run are downloaded, merged, for report.
func (a *actions) artifacts(r *run) string {
	return filepath.Join(a.stage.dir, "artifacts", strconv.Itoa(r.ID))
}

// upload keeps what a job left as an artifact of its run. A job that left nothing has none.
func (a *actions) upload(r *run, dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		return err
	}
	if err := os.MkdirAll(a.artifacts(r), 0o700); err != nil {
		return err
	}
	for _, file := range files {
		if err := os.Rename(file, filepath.Join(a.artifacts(r), filepath.Base(file))); err != nil {
			return err
		}
	}
	return nil
}

// apiCalls counts the requests to the REST API since before.
func (a *actions) apiCalls(before int) int {
	calls := 0
	for _, request := range a.stage.hub.Requests()[before:] {
		if request.Route != "git" {
			calls++
		}
	}
	return calls
}

// flat makes a target's name one path segment.
func flat(target string) string { return strings.ReplaceAll(target, "/", "-") }

// matrix returns the targets of the job matrix that gate wrote.
func matrix(source string) ([]string, error) {
	if source == "" {
		return nil, nil
	}
	var m struct {
		Include []struct {
			Target string `json:"target"`
		} `json:"include"`
	}
	if err := json.Unmarshal([]byte(source), &m); err != nil {
		return nil, fmt.Errorf("gate's matrix: %w", err)
	}
	var targets []string
	for _, entry := range m.Include {
		targets = append(targets, entry.Target)
	}
	return targets, nil
}

// readOutputs parses a GITHUB_OUTPUT file: name=value, or name<<DELIMITER with the value on the lines up to it.
// Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
func readOutputs(file string) (map[string]string, error) {
	outputs := map[string]string{}
	lines := strings.Split(file, "\n")
	for i := 0; i < len(lines); i++ {
		equals, heredoc := strings.Index(lines[i], "="), strings.Index(lines[i], "<<")
		switch {
		case lines[i] == "":
		case heredoc > 0 && (equals < 0 || heredoc < equals):
			name, delimiter := lines[i][:heredoc], lines[i][heredoc+2:]
			var value []string
			for i++; i < len(lines) && lines[i] != delimiter; i++ {
				value = append(value, lines[i])
			}
			if i == len(lines) {
				return nil, fmt.Errorf("output %s: its delimiter %q never comes", name, delimiter)
			}
			outputs[name] = strings.Join(value, "\n")
		case equals > 0:
			outputs[lines[i][:equals]] = lines[i][equals+1:]
		default:
			return nil, fmt.Errorf("line %d of the outputs is neither name=value nor name<<DELIMITER", i+1)
		}
	}
	return outputs, nil
}
