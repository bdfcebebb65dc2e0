// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

// conversation prints how many comments the pull request has, and each of them.
func (s *stage) conversation(ts *testscript.TestScript, neg bool, args []string) {
	pull := s.pull
	if len(args) > 0 { // of an earlier pull request
		n, err := strconv.Atoi(args[0])
		ts.Check(err)
		pull = s.pulls[n-1]
	}
	items := pull.Conversation()[1:] // the first is the description
	fmt.Fprintf(ts.Stdout(), "comments: %d\n", len(items))
	for _, item := range items {
		var reactions []string
		for name, n := range item.Reactions {
			reactions = append(reactions, fmt.Sprintf("%s:%d", name, n))
		}
		slices.Sort(reactions)
		fmt.Fprintf(ts.Stdout(), "=== %s edits=%d reactions=%v\n%s\n", item.Author.Login, item.Edits, reactions, item.Body)
	}
}

// checks prints the check runs on the head of the pull request, or with `run` on the commit that the current run is for.
func (s *stage) checks(ts *testscript.TestScript, neg bool, args []string) {
	var sha string
	if len(args) > 0 {
		sha = s.ticket(ts).Head
	} else {
		sha = s.pull.Head()
	}
	runs := s.repo.CheckRuns(sha)
	fmt.Fprintf(ts.Stdout(), "checks: %d\n", len(runs))
	for _, c := range runs {
		fmt.Fprintf(ts.Stdout(), "=== %s: %s: %s\n%s\n", c.Name, c.Conclusion, c.Title, c.Summary)
		for _, a := range c.Annotations {
			fmt.Fprintf(ts.Stdout(), "%s %s:%d %s\n", a.Level, a.Path, a.Start, a.Title)
		}
		for _, b := range c.Actions {
			fmt.Fprintf(ts.Stdout(), "button %s\n", b.Identifier)
		}
	}
}

// requests prints what was asked of GitHub so far, or with `reset` forgets it.
func (s *stage) requests(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) > 0 && args[0] == "reset" {
		s.server.ResetRequests()
		return
	}
	api := 0
	for _, r := range s.server.Requests() {
		if r.Route != "git" {
			api++
		}
		fmt.Fprintf(ts.Stdout(), "%s %s %d\n", r.Method, r.Route, r.Status)
	}
	fmt.Fprintf(ts.Stdout(), "api calls: %d\n", api)
}

// fault METHOD PATH-PREFIX N KIND makes the next N requests fail: a status, "empty", "cut", "lost" or "slow".
func (s *stage) fault(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	var h http.Handler
	switch args[3] {
	case "empty":
		h = githubtest.Empty()
	case "slow":
		h = githubtest.SlowDown(1)
	case "cut", "lost":
	default:
		code, err := strconv.Atoi(args[3])
		ts.Check(err)
		h = githubtest.Status(code, "scripted")
	}
	s.server.Fault(args[0], args[1], n, args[3] == "lost", h)
}

// meanwhile WHAT happens just before the report phase reads the pull request: push DIR, close, reopen, merge, retarget
// BRANCH.
func (s *stage) meanwhile(ts *testscript.TestScript, neg bool, args []string) {
	switch args[0] {
	case "push":
		_, err := s.pull.Push(s.files(ts, args[1]))
		ts.Check(err)
	case "close":
		s.pull.Close()
	case "reopen":
		s.pull.Reopen()
	case "merge":
		_, err := s.pull.Merge("alice")
		ts.Check(err)
	case "retarget":
		_, err := s.pull.Retarget(args[1])
		ts.Check(err)
	}
}

// without-app gives the phases what a workflow without the App has: its own GITHUB_TOKEN.
func (s *stage) withoutApp(ts *testscript.TestScript, neg bool, args []string) {
	s.token = s.server.WorkflowToken(s.repo, github.Permissions{"contents": "read", "pull_requests": "write", "issues": "write", "checks": "write"})
}

// hold FILE locks a local state file as another Terraform does, and says who.
// Source: https://github.com/hashicorp/terraform/blob/v1.11.4/internal/states/statemgr/filesystem_lock_unix.go
func (s *stage) hold(ts *testscript.TestScript, neg bool, args []string) {
	name := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	ts.Check(err)
	s.held = append(s.held, f)
	ts.Check(syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: syscall.F_WRLCK, Whence: 0}))
	info := `{"ID":"11111111-2222-3333-4444-555555555555","Operation":"OperationTypeApply","Who":"bob@laptop","Version":"1.11.4","Created":"2026-01-02T03:04:05Z","Path":"x"}`
	ts.Check(os.WriteFile(filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".lock.info"), []byte(info), 0o600))
}

// tamper WHAT does to the reports what a plan job beside hostile code could do.
func (s *stage) tamper(ts *testscript.TestScript, neg bool, args []string) {
	reports, err := filepath.Glob(filepath.Join(s.dir, "reports", "*"))
	ts.Check(err)
	for _, name := range reports {
		switch args[0] {
		case "delete":
			ts.Check(os.Remove(name))
		case "garbage":
			ts.Check(os.WriteFile(name, []byte("{not a report"), 0o600))
		case "head":
			text, err := os.ReadFile(name)
			ts.Check(err)
			ts.Check(os.WriteFile(name, []byte(strings.ReplaceAll(string(text), s.ticket(ts).Head, strings.Repeat("0", 40))), 0o600))
		}
	}
}
