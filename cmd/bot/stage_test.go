// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layerbot/layerbot/internal/githubtest"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/workflow"
)

// commands are what the scripts can do beside running bot.
var commands = map[string]func(*testscript.TestScript, bool, []string){
	"github":       onStage((*stage).github),
	"push":         onStage((*stage).push),
	"open":         onStage((*stage).open),
	"event":        onStage((*stage).event),
	"comment":      onStage((*stage).comment),
	"phase":        onStage((*stage).phase),
	"phases":       onStage((*stage).phases),
	"conversation": onStage((*stage).conversation),
	"checks":       onStage((*stage).checks),
	"requests":     onStage((*stage).requests),
	"fault":        onStage((*stage).fault),
	"meanwhile":    onStage((*stage).meanwhile),
	"tamper":       onStage((*stage).tamper),
	"without-app":  onStage((*stage).withoutApp),
	"hold":         onStage((*stage).hold),
	"canaries":     onStage((*stage).canaries),
	"leaks":        onStage((*stage).leaks),
	"impostors":    onStage((*stage).impostors),
	"hostile":      onStage((*stage).hostile),
	"orders":       onStage((*stage).orders),
	"collaborator": onStage((*stage).collaborator),
	"merge":        onStage((*stage).merge),
	"direct":       onStage((*stage).direct),
	"alive":        onStage((*stage).alive),
	"attempt":      onStage((*stage).attempt),
	"back":         onStage((*stage).back),
	"branch":       onStage((*stage).branch),
	"review":       onStage((*stage).review),
	"deployments":  onStage((*stage).deployments),
	"issues":       onStage((*stage).issues),
	"state":        onStage((*stage).state),
	"secret":       onStage((*stage).secret),
	"setting":      onStage((*stage).setting),
	"outputs":      onStage((*stage).jobOutputs),
	"ticket":       onStage((*stage).showTicket),
	"release":      onStage((*stage).release),
	"live-files":   onStage((*stage).liveFiles),
	"permissions":  onStage((*stage).permissions),
	"writes":       onStage((*stage).writes),
	"cloud":        onStage((*stage).startCloud),
	"sessions":     onStage((*stage).sessions),
	"oidc":         onStage((*stage).oidc),
	"sts-fails":    onStage((*stage).stsFails),
	"objects":      onStage((*stage).objects),
	"sarif":        onStage((*stage).sarif),
	"installed":    onStage((*stage).installed),
}

type stageKey struct{}

func onStage(f func(*stage, *testscript.TestScript, bool, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		f(ts.Value(stageKey{}).(*stage), ts, neg, args)
	}
}

// A stage is one script's GitHub and one script's Actions.
type stage struct {
	work     string
	sample   string // the repository that scripts begin with
	examples string // the folder of examples
	server   *githubtest.Server
	repo     *githubtest.Repo
	pull     *githubtest.Pull
	base     string // of it
	pulls    []*githubtest.Pull
	fork     *githubtest.Repo // of the last pull request from outside

	eventName, eventFile string
	commit               string // that the run is of, where that counts
	runs                 int
	dir                  string // of the current run
	exits                map[string]int
	token                string     // GITHUB_TOKEN in place of the App, when set
	held                 []*os.File // state files that are locked
	planted              []string   // variables that every phase has beside its own, see canaries
	flags                []string   // of the jobs with Terraform
	given                []string   // variables that the jobs with Terraform have
	settings             []string   // variables of gate
	attempts             string     // which attempt of the run it is
	printed              strings.Builder
	cloud                *cloud // nil: jobs have no AWS
}

func newStage(e *testscript.Env) (*stage, error) {
	here, err := os.Getwd()
	return &stage{work: e.WorkDir, sample: filepath.Join(here, "testdata", "repo"), examples: filepath.Join(here, "..", "..", "examples"), exits: map[string]int{}}, err
}

func (s *stage) close() {
	for _, f := range s.held {
		_ = f.Close() // which ends the lock
	}
	if s.cloud != nil {
		s.cloud.close()
	}
	if s.server != nil {
		_ = s.server.Close() // the script has ended; its result stands
	}
}

// github [DIR] starts a GitHub with the repository acme/infra, whose branches main, dev and prod hold the files of
// DIR, or of testdata/repo. alice may write, rita may read.
func (s *stage) github(ts *testscript.TestScript, neg bool, args []string) {
	var err error
	s.server, err = githubtest.New(githubtest.Options{Validate: true})
	ts.Check(err)
	s.repo = s.server.Repository("acme", "infra")
	s.repo.Collaborator("alice", "write")
	s.repo.Collaborator("rita", "read")
	from := s.sample
	switch {
	case len(args) > 0 && args[0] == "live": // layers whose state lasts from run to run
		from = filepath.Join(filepath.Dir(s.sample), "live")
	case len(args) > 0:
		from = ts.MkAbs(args[0])
	}
	var files map[string][]byte
	if s.cloud != nil {
		files, err = sampleInS3()
		ts.Check(err)
	} else {
		files = s.files(ts, from)
	}
	_, err = s.repo.Push("main", "", "first", files)
	ts.Check(err)
	for _, branch := range []string{"dev", "prod"} {
		_, err = s.repo.Push(branch, "main", "begin "+branch, map[string][]byte{".keep": nil})
		ts.Check(err)
	}
}

// push BRANCH DIR commits the files of DIR; a file that holds only "deleted" is removed.
func (s *stage) push(ts *testscript.TestScript, neg bool, args []string) {
	_, err := s.repo.Push(args[0], "dev", "change", s.files(ts, args[1]))
	ts.Check(err)
}

// open HEAD BASE opens alice's pull request and makes its event the current one; with a third word, from a fork.
func (s *stage) open(ts *testscript.TestScript, neg bool, args []string) {
	var fork *githubtest.Repo
	if len(args) > 2 {
		fork = s.repo.Fork(args[2])
		s.fork = fork
		_, err := fork.Push(args[0], "dev", "from outside", map[string][]byte{"infra/01-network/fork.tf": []byte("# fork\n")})
		ts.Check(err)
	}
	pull, err := s.repo.Open("alice", "A change", "", args[0], args[1], fork)
	ts.Check(err)
	s.pull, s.base = pull, args[1]
	s.pulls = append(s.pulls, pull)
	s.use(ts, "pull_request", pull.Event("opened"))
}

// event ACTION makes an event of the pull request the current one.
func (s *stage) event(ts *testscript.TestScript, neg bool, args []string) {
	switch args[0] {
	case "closed":
		s.pull.Close()
		s.use(ts, "pull_request", s.pull.Event("closed"))
	case "retarget":
		payload, err := s.pull.Retarget(args[1])
		ts.Check(err)
		s.use(ts, "pull_request", payload)
	case "draft":
		s.use(ts, "pull_request", s.pull.SetDraft(args[1] == "true"))
	case "fork-gone":
		ts.Check(s.fork.DeleteFork())
		s.use(ts, "pull_request", s.pull.Event("synchronize"))
	case "rerequested":
		checks := s.repo.CheckRuns(s.pull.Head())
		s.use(ts, "check_run", s.pull.CheckEvent("alice", checks[0].ID, ""))
	case "merge_group":
		payload, err := s.pull.MergeGroup()
		ts.Check(err)
		s.use(ts, "merge_group", payload)
	case "dispatch":
		head, err := exec.Command("git", "-C", s.repo.GitDir, "rev-parse", args[1]).Output()
		ts.Check(err)
		s.commit = strings.TrimSpace(string(head))
		s.use(ts, "workflow_dispatch", s.repo.DispatchEvent("alice", args[1], map[string]string{"command": args[2], "targets": args[3]}))
	case "button":
		checks := s.repo.CheckRuns(s.pull.Head())
		i := slices.IndexFunc(checks, func(c githubtest.CheckRun) bool { return c.Name == args[1] })
		s.use(ts, "check_run", s.pull.CheckEvent(args[2], checks[i].ID, "plan"))
	case "button-applied": // ENV LOGIN, on the check run of the commit that was applied
		checks := s.repo.CheckRuns(s.ticket(ts).Head)
		i := slices.IndexFunc(checks, func(c githubtest.CheckRun) bool { return c.Name == "layerbot apply / "+args[1] })
		s.use(ts, "check_run", s.repo.CheckEvent(args[2], checks[i].ID, "apply"))
	case "schedule":
		s.use(ts, "schedule", s.repo.ScheduleEvent("0 5 * * *"))
	case "file":
		s.use(ts, args[1], []byte(ts.ReadFile(args[2])))
	default:
		s.use(ts, "pull_request", s.pull.Event(args[0]))
	}
}

// comment LOGIN TEXT… writes a comment (one word a line) and makes its event the current one.
func (s *stage) comment(ts *testscript.TestScript, neg bool, args []string) {
	_, payload := s.pull.Comment(args[0], strings.Join(args[1:], "\n"))
	s.use(ts, "issue_comment", payload)
}

func (s *stage) use(ts *testscript.TestScript, name string, payload []byte) {
	s.runs++
	s.dir = filepath.Join(s.work, fmt.Sprintf("run-%d", s.runs))
	for _, artifacts := range []string{"reports", "scans"} {
		ts.Check(os.MkdirAll(filepath.Join(s.dir, artifacts), 0o755))
	}
	s.eventName, s.eventFile = name, filepath.Join(s.dir, "event.json")
	ts.Check(os.WriteFile(s.eventFile, payload, 0o600))
}

// phases [FLAG…] runs gate, every job with Terraform (with the flags) and report, as Actions would, and prints what each
// said.
func (s *stage) phases(ts *testscript.TestScript, neg bool, args []string) {
	var text strings.Builder
	s.flags = args
	defer func() { s.flags = nil }()
	failed := s.gate(ts, &text)
	if s.ticketWritten() {
		for _, name := range s.matrices(ts) {
			for _, id := range s.matrix(ts, name) {
				failed = s.job(ts, &text, id) || failed
			}
		}
		if s.output(ts, "scans") != "" {
			failed = s.scan(ts, &text) || failed
		}
		failed = s.report(ts, &text) || failed
	}
	s.end(ts, neg, failed, text.String())
}

// matrices returns the outputs of gate that hold the jobs, in the order a workflow runs them.
func (s *stage) matrices(ts *testscript.TestScript) []string {
	var names []string
	for _, name := range []string{"matrix", "wave-1", "wave-2", "wave-3", "wave-4", "wave-5", "wave-6", "wave-7", "wave-8"} {
		if strings.Contains(s.outputs(ts), "\n"+name+"<<") {
			names = append(names, name)
		}
	}
	return names
}

// phase NAME [TARGET] runs one phase.
func (s *stage) phase(ts *testscript.TestScript, neg bool, args []string) {
	var text strings.Builder
	failed := false
	switch args[0] {
	case "gate":
		failed = s.gate(ts, &text)
	case "job":
		failed = s.job(ts, &text, args[1])
	case "interrupt":
		failed = s.interrupt(ts, &text, args[1])
	case "scan":
		failed = s.scan(ts, &text)
	case "report":
		failed = s.report(ts, &text)
	}
	s.end(ts, neg, failed, text.String())
}

func (s *stage) end(ts *testscript.TestScript, neg, failed bool, text string) {
	fmt.Fprint(ts.Stdout(), text)
	switch {
	case failed && !neg:
		ts.Fatalf("a phase failed")
	case !failed && neg:
		ts.Fatalf("no phase failed")
	}
	for _, v := range s.server.Violations() {
		ts.Fatalf("GitHub would have refused: %v", v)
	}
}

func (s *stage) gate(ts *testscript.TestScript, text *strings.Builder) (failed bool) {
	dir := s.clone(ts, "gate", "main")
	_ = os.Remove(filepath.Join(s.dir, "output")) // a step's own, also when it is run again
	return s.bot(ts, text, dir, append(s.withApp(), s.settings...), "gate", "--out", filepath.Join(s.dir, "ticket.json"))
}

// job runs Terraform on one target, as the ticket says.
func (s *stage) job(ts *testscript.TestScript, text *strings.Builder, id string) (failed bool) {
	t := s.ticket(ts)
	verb := workflow.Verb(t.Work)
	dir := s.clone(ts, verb+"-"+strings.NewReplacer("/", "-", "\n", "-").Replace(id), t.Head)
	env := slices.Concat([]string{"GITHUB_STEP_SUMMARY=" + filepath.Join(s.dir, "job-summary.md"), "GITHUB_OUTPUT=" + filepath.Join(s.dir, "job-output")}, s.run(), s.given)
	if s.cloud != nil {
		env = append(env, s.cloud.job(t, id[strings.LastIndex(id, "/")+1:])...)
	}
	given := []string{verb, "--ticket", filepath.Join(s.dir, "ticket.json"), "--target", id, "--out", filepath.Join(s.dir, "reports")}
	return s.bot(ts, text, dir, env, append(given, s.flags...)...)
}

// scan has scanners look at the files of the ticket's targets, in a job without any credential.
func (s *stage) scan(ts *testscript.TestScript, text *strings.Builder) (failed bool) {
	dir := s.clone(ts, "scan", s.ticket(ts).Head)
	env := slices.Concat([]string{"GITHUB_STEP_SUMMARY=" + filepath.Join(s.dir, "scan-summary.md")}, s.run())
	return s.bot(ts, text, dir, env, "scan", "--ticket", filepath.Join(s.dir, "ticket.json"), "--out", filepath.Join(s.dir, "scans"))
}

func (s *stage) report(ts *testscript.TestScript, text *strings.Builder) (failed bool) {
	return s.bot(ts, text, s.work, s.withApp(), "report",
		"--ticket", filepath.Join(s.dir, "ticket.json"), "--reports", filepath.Join(s.dir, "reports"), "--scans", filepath.Join(s.dir, "scans"),
		"--html", filepath.Join(s.dir, "page.html"))
}

// withApp is the environment of the phases that hold the App's key.
func (s *stage) withApp() []string {
	credentials := []string{
		"LAYERBOT_APP_ID=" + strconv.FormatInt(s.server.AppID, 10), "LAYERBOT_APP_PRIVATE_KEY=" + string(s.server.PrivateKey),
		"LAYERBOT_INSTALLATION_ID=" + strconv.FormatInt(s.repo.InstallationID, 10),
	}
	if s.token != "" {
		credentials = []string{"GITHUB_TOKEN=" + s.token}
	}
	return slices.Concat(credentials, s.run(), []string{
		"GITHUB_EVENT_NAME=" + s.eventName, "GITHUB_EVENT_PATH=" + s.eventFile,
		"GITHUB_REPOSITORY=acme/infra", "GITHUB_API_URL=" + s.server.APIURL(), "GITHUB_SERVER_URL=" + s.server.URL,
		"GITHUB_SHA=" + s.commit, "GITHUB_OUTPUT=" + filepath.Join(s.dir, "output"), "GITHUB_STEP_SUMMARY=" + filepath.Join(s.dir, "summary.md"),
	})
}

// run says which run, and which attempt of it, a job belongs to.
func (s *stage) run() []string {
	return []string{"GITHUB_RUN_ID=" + strconv.Itoa(4000+s.runs), "GITHUB_RUN_ATTEMPT=" + s.attempts}
}

// bot runs the program with an environment of its own, and says what it printed.
func (s *stage) bot(ts *testscript.TestScript, text *strings.Builder, dir string, env []string, args ...string) (failed bool) {
	cmd := exec.Command("bot", args...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + ts.Getenv("PATH"), "HOME=" + s.work, "TMPDIR=" + s.work,
		"GITHUB_ACTIONS=true", "CHECKPOINT_DISABLE=1", "LAYERBOT_CACHE_DIR=" + ts.Getenv("LAYERBOT_CACHE_DIR")}, slices.Concat(s.planted, env)...)
	out, err := cmd.CombinedOutput()
	s.printed.Write(out)
	fmt.Fprintf(text, "--- bot %s\n%s", args[0], out)
	s.exits[args[0]] = cmd.ProcessState.ExitCode()
	if err != nil {
		fmt.Fprintf(text, "(exit %d)\n", s.exits[args[0]])
	}
	return err != nil
}

// clone is actions/checkout of a commit with all history and no credentials kept.
func (s *stage) clone(ts *testscript.TestScript, name, rev string) string {
	dir := filepath.Join(s.dir, name)
	ts.Check(os.RemoveAll(dir)) // a phase that is run again begins anew
	for _, args := range [][]string{
		{"clone", "--quiet", "--no-checkout", s.repo.GitDir, dir},
		{"-C", dir, "checkout", "--quiet", "--detach", rev},
	} {
		out, err := exec.Command("git", args...).CombinedOutput()
		if err != nil {
			ts.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return dir
}

func (s *stage) ticketWritten() bool {
	_, err := os.Stat(filepath.Join(s.dir, "ticket.json"))
	return err == nil
}

func (s *stage) ticket(ts *testscript.TestScript) *phase.Ticket {
	f, err := os.Open(filepath.Join(s.dir, "ticket.json"))
	ts.Check(err)
	defer f.Close()
	t, err := phase.ReadTicket(f)
	ts.Check(err)
	return t
}

// matrix reads a matrix from the step's outputs, as a workflow does.
func (s *stage) matrix(ts *testscript.TestScript, name string) []string {
	var m struct{ Include []workflow.Leg }
	var ids []string
	text := s.output(ts, name)
	if text == "" { // there is no such job
		return ids
	}
	ts.Check(json.Unmarshal([]byte(text), &m))
	for _, l := range m.Include {
		ids = append(ids, l.Target)
	}
	return ids
}

// output returns an output of gate, of one line.
func (s *stage) output(ts *testscript.TestScript, name string) string {
	_, rest, _ := strings.Cut(s.outputs(ts), "\n"+name+"<<")
	_, rest, _ = strings.Cut(rest, "\n")
	line, _, _ := strings.Cut(rest, "\n")
	return line
}

func (s *stage) outputs(ts *testscript.TestScript) string {
	output, err := os.ReadFile(filepath.Join(s.dir, "output"))
	ts.Check(err)
	return "\n" + string(output)
}

// files reads a folder of the script; "-> x" files become links as GitHub's repository has them.
func (s *stage) files(ts *testscript.TestScript, name string) map[string][]byte {
	root := ts.MkAbs(name)
	files := map[string][]byte{}
	ts.Check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if strings.TrimSpace(string(content)) == "deleted" {
			content = nil
		}
		rel, rerr := filepath.Rel(root, path)
		files[filepath.ToSlash(rel)] = content
		if rerr != nil {
			return rerr
		}
		return err
	}))
	return files
}
