// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layerbot/layerbot/internal/github"
)

// merge LOGIN [METHOD] merges the pull request (merge, squash or rebase) and makes the push to its base the current event.
func (s *stage) merge(ts *testscript.TestScript, neg bool, args []string) {
	before := s.tip(ts, s.base)
	method := "merge"
	if len(args) > 1 {
		method = args[1]
	}
	_, err := s.pull.MergeAs(args[0], method)
	ts.Check(err)
	s.use(ts, "push", s.repo.PushEvent(args[0], s.base, before))
}

// attempt N makes what follows the N-th attempt of its run.
func (s *stage) attempt(ts *testscript.TestScript, neg bool, args []string) { s.attempts = args[0] }

// back makes the pull request before the last one the current one.
func (s *stage) back(ts *testscript.TestScript, neg bool, args []string) {
	s.pull = s.pulls[len(s.pulls)-2]
}

// branch NAME [FROM] makes a branch where another is; without that, it ends one.
func (s *stage) branch(ts *testscript.TestScript, neg bool, args []string) {
	change := []string{"-C", s.repo.GitDir, "update-ref", "-d", "refs/heads/" + args[0]}
	if len(args) > 1 {
		change = []string{"-C", s.repo.GitDir, "update-ref", "refs/heads/" + args[0], s.tip(ts, args[1])}
	}
	out, err := exec.Command("git", change...).CombinedOutput()
	if err != nil {
		ts.Fatalf("git %v: %v\n%s", change, err, out)
	}
}

// direct LOGIN BRANCH DIR [forced] pushes the files of DIR to a branch and makes that push the current event; forced, it takes
// the place of the last commit.
func (s *stage) direct(ts *testscript.TestScript, neg bool, args []string) {
	before := s.tip(ts, args[1])
	push := s.repo.Push
	if len(args) > 3 {
		push = s.repo.ForcePush
	}
	from := args[1]
	if before == "" {
		from = "dev"
	}
	_, err := push(args[1], from, "direct", s.files(ts, args[2]))
	ts.Check(err)
	s.use(ts, "push", s.repo.PushEvent(args[0], args[1], before))
}

// tip returns the commit of a branch; "" if there is none.
func (s *stage) tip(ts *testscript.TestScript, branch string) string {
	out, err := exec.Command("git", "-C", s.repo.GitDir, "rev-parse", "--quiet", "--verify", "refs/heads/"+branch).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// alive BRANCH WORD… applies targets of a branch from a checkout, as people did before Layerbot came. Many scripts begin
// with the same: where there is no state yet, it is made once and copied.
func (s *stage) alive(ts *testscript.TestScript, neg bool, args []string) {
	states := filepath.Join(s.work, "states")
	if _, err := os.Stat(states); err == nil {
		s.applied(ts, s.work, args)
		return
	}
	tree, err := exec.Command("git", "-C", s.repo.GitDir, "rev-parse", s.tip(ts, args[0])+":infra").Output()
	ts.Check(err)
	made, _ := beginnings.LoadOrStore(string(tree)+strings.Join(args[1:], " "), &beginning{})
	b := made.(*beginning)
	b.once.Do(func() {
		b.dir = filepath.Join(os.Getenv(beginningsDir), fmt.Sprintf("%x", sha256.Sum256([]byte(string(tree)+strings.Join(args[1:], " ")))))
		s.applied(ts, b.dir, args)
	})
	ts.Check(os.CopyFS(states, os.DirFS(filepath.Join(b.dir, "states"))))
}

// beginnings are the states that scripts begin with, by the files and the targets they are of.
var beginnings sync.Map

// A beginning is made by the first script that needs it.
type beginning struct {
	once sync.Once
	dir  string
}

// applied runs bot apply over a checkout of a branch in a folder; the states stand in it, beside the checkout.
func (s *stage) applied(ts *testscript.TestScript, work string, args []string) {
	dir := filepath.Join(work, "before", "checkout")
	ts.Check(os.RemoveAll(dir))
	for _, git := range [][]string{
		{"clone", "--quiet", "--no-checkout", s.repo.GitDir, dir},
		{"-C", dir, "checkout", "--quiet", "--detach", s.tip(ts, args[0])},
	} {
		out, err := exec.Command("git", git...).CombinedOutput()
		if err != nil {
			ts.Fatalf("git %v: %v\n%s", git, err, out)
		}
	}
	cmd := exec.Command("bot", append([]string{"apply", "--auto-approve"}, args[1:]...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+s.work, "TMPDIR="+s.work, "GITHUB_ACTIONS=", "LAYERBOT_CACHE_DIR="+ts.Getenv("LAYERBOT_CACHE_DIR"))
	if out, err := cmd.CombinedOutput(); err != nil {
		ts.Fatalf("bot apply: %v\n%s", err, out)
	}
}

// review LOGIN STATE reviews the pull request: APPROVED, CHANGES_REQUESTED, COMMENTED.
func (s *stage) review(ts *testscript.TestScript, neg bool, args []string) {
	s.pull.Review(args[0], args[1])
}

// deployments prints them, oldest first, with the states that each had.
func (s *stage) deployments(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) > 0 && args[0] == "forge" {
		s.forge(ts, args[1:])
		return
	}
	for _, d := range s.repo.Deployments() {
		var states []string
		for _, v := range d.Statuses {
			states = append(states, v.State)
		}
		last := ""
		if n := len(d.Statuses); n > 0 {
			last = ": " + d.Statuses[n-1].Description
		}
		fmt.Fprintf(ts.Stdout(), "%s %s %s by %s%s\n", d.Environment, d.Task, strings.Join(states, ","), d.Creator, last)
	}
}

// forge LOGIN: somebody who may write deployments copies the last one of the App's and calls it a success.
func (s *stage) forge(ts *testscript.TestScript, args []string) {
	all := s.repo.Deployments()
	last := all[len(all)-1]
	id := s.repo.ForgeDeployment(args[0], last.Deployment)
	s.repo.ForgeStatus(args[0], id, github.DeploymentState{State: "success"})
	s.repo.ForgeStatus(args[0], last.ID, github.DeploymentState{State: "success"})
}

// issues prints the issues of the repository.
func (s *stage) issues(ts *testscript.TestScript, neg bool, args []string) {
	for _, i := range s.repo.Issues() {
		fmt.Fprintf(ts.Stdout(), "=== #%d %s: %s edits=%d %v\n%s\n", i.Number, i.State, i.Title, i.Edits, i.Labels, i.Body)
	}
}

// state NAME prints a state file of the scripts' layers; with `exists`-like use: it fails if there is none.
func (s *stage) state(ts *testscript.TestScript, neg bool, args []string) {
	text, err := os.ReadFile(filepath.Join(s.work, "states", args[0]+".tfstate"))
	if os.IsNotExist(err) != neg {
		ts.Fatalf("state %s: %v", args[0], err)
	}
	fmt.Fprintf(ts.Stdout(), "%s\n", text)
}

// permissions prints what each token since `requests reset` could do, and what of that it did not use.
func (s *stage) permissions(ts *testscript.TestScript, neg bool, args []string) {
	granted, used := map[string]map[string]string{}, map[string]map[string]string{}
	var order []string
	for _, r := range s.server.Requests() {
		if r.Token == "" || r.Token == "app" {
			continue
		}
		if granted[r.Token] == nil {
			granted[r.Token], used[r.Token] = r.Granted, map[string]string{"metadata": "read"}
			order = append(order, r.Token)
		}
		for name, level := range r.Needed {
			if used[r.Token][name] != "write" {
				used[r.Token][name] = level
			}
		}
	}
	for _, token := range order {
		var all, unused []string
		for _, name := range slices.Sorted(maps.Keys(granted[token])) {
			all = append(all, name+"="+granted[token][name])
			if used[token][name] != granted[token][name] {
				unused = append(unused, name+"="+granted[token][name])
			}
		}
		fmt.Fprintln(ts.Stdout(), strings.Join(all, " "))
		if len(unused) > 0 {
			fmt.Fprintln(ts.Stdout(), "  unused: "+strings.Join(unused, " "))
		}
	}
}

// writes MOST fails if more was written since `requests reset` than that, tokens included.
func (s *stage) writes(ts *testscript.TestScript, neg bool, args []string) {
	n := 0
	for _, r := range s.server.Requests() {
		if r.Method != "GET" && r.Route != "git" {
			n++
		}
	}
	fmt.Fprintf(ts.Stdout(), "writes: %d\n", n)
	if most, err := strconv.Atoi(args[0]); err != nil || n > most {
		ts.Fatalf("%d writes, at most %s", n, args[0])
	}
}

// live-files DIR puts the layers whose state lasts into a folder.
func (s *stage) liveFiles(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(os.CopyFS(ts.MkAbs(args[0]), os.DirFS(filepath.Join(filepath.Dir(s.sample), "live"))))
}

// interrupt runs the job of a target and interrupts it as a cancelled run does, once the file `begun` is there.
func (s *stage) interrupt(ts *testscript.TestScript, text *strings.Builder, id string) (failed bool) {
	dir := s.clone(ts, "apply-"+strings.ReplaceAll(id, "/", "-"), s.ticket(ts).Head)
	cmd := exec.Command("bot", "apply", "--ticket", filepath.Join(s.dir, "ticket.json"), "--target", id, "--out", filepath.Join(s.dir, "reports"))
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, text, text
	cmd.Env = append(s.run(), "PATH="+ts.Getenv("PATH"), "HOME="+s.work, "TMPDIR="+s.work, "GITHUB_ACTIONS=true", "LAYERBOT_CACHE_DIR="+ts.Getenv("LAYERBOT_CACHE_DIR"))
	ts.Check(cmd.Start())
	for range 600 {
		if _, err := os.Stat(filepath.Join(s.work, "begun")); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	began := time.Now()
	ts.Check(cmd.Process.Signal(os.Interrupt))
	err := cmd.Wait()
	if took := time.Since(began); took > 6*time.Second {
		ts.Fatalf("it took %s to end", took)
	}
	return err != nil
}

// release lets go of the state files that are held.
func (s *stage) release(ts *testscript.TestScript, neg bool, args []string) {
	for _, f := range s.held {
		ts.Check(f.Close())
	}
	s.held = nil
}

// secret NAME VALUE gives the jobs with Terraform a variable.
func (s *stage) secret(ts *testscript.TestScript, neg bool, args []string) {
	s.given = append(s.given, args[0]+"="+args[1])
}

// setting NAME VALUE gives gate a variable.
func (s *stage) setting(ts *testscript.TestScript, neg bool, args []string) {
	s.settings = append(s.settings, args[0]+"="+args[1])
}

// outputs prints the outputs of the last job with Terraform, NAME=value, for values of one line.
func (s *stage) jobOutputs(ts *testscript.TestScript, neg bool, args []string) {
	text, err := os.ReadFile(filepath.Join(s.dir, "job-output"))
	ts.Check(err)
	fmt.Fprint(ts.Stdout(), regexp.MustCompile(`(?m)^([a-z-]+)<<(ghadelimiter_\w+)\n(.*)\n(ghadelimiter_\w+)$`).ReplaceAllString(string(text), "$1=$3"))
}

// ticket prints the ticket.
func (s *stage) showTicket(ts *testscript.TestScript, neg bool, args []string) {
	text, err := os.ReadFile(filepath.Join(s.dir, "ticket.json"))
	ts.Check(err)
	fmt.Fprint(ts.Stdout(), string(text))
}
