package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

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

// alive BRANCH WORD… applies targets of a branch from a checkout, as people did before Layerbot came.
func (s *stage) alive(ts *testscript.TestScript, neg bool, args []string) {
	s.dir = filepath.Join(s.work, "before")
	dir := s.clone(ts, "checkout", s.tip(ts, args[0]))
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

// live-files DIR puts the layers whose state lasts into a folder.
func (s *stage) liveFiles(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(os.CopyFS(ts.MkAbs(args[0]), os.DirFS(filepath.Join(filepath.Dir(s.sample), "live"))))
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
