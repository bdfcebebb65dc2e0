// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
)

// attacks are what the scripts of testdata/threats can do beside the others' commands.
var attacks = map[string]func(*testscript.TestScript, bool, []string){
	"jobs":    onStage((*stage).jobs),
	"refused": onStage((*stage).refused),
	"tokens":  onStage((*stage).tokens),
	"team":    onStage((*stage).team),
	"edit":    onStage((*stage).edit),
	"unsay":   onStage((*stage).unsay),
	"claim":   onStage((*stage).claim),
	"flip":    onStage((*stage).flip),
	"entice":  onStage((*stage).entice),
	"forge":   onStage((*stage).forgeReport),
	"spy":     onStage((*stage).spy),
	"argv":    onStage((*stage).argv),
	"markup":  onStage((*stage).markup),
}

// jobs N fails unless the ticket has so many jobs, and the workflow's matrix as well.
func (s *stage) jobs(ts *testscript.TestScript, neg bool, args []string) {
	in, matrix := len(s.ticket(ts).Jobs), len(s.matrix(ts, "matrix"))
	if want, err := strconv.Atoi(args[0]); err != nil || in != want || matrix != want {
		ts.Fatalf("%d jobs in the ticket, %d in the matrix, want %s", in, matrix, args[0])
	}
}

// tokens N fails unless jobs were given so many OIDC tokens.
func (s *stage) tokens(ts *testscript.TestScript, neg bool, args []string) {
	if n := s.cloud.issuer.Issued(); strconv.Itoa(n) != args[0] {
		ts.Fatalf("%d tokens", n)
	}
}

// team ORG SLUG LOGIN… puts people into a team.
func (s *stage) team(ts *testscript.TestScript, neg bool, args []string) {
	s.server.Team(args[0], args[1], args[2:]...)
}

// last returns the comment of a person that was written last.
func (s *stage) last(ts *testscript.TestScript, login string) (id int64) {
	for _, item := range s.pull.Conversation() {
		if item.Author.Login == login && item.ID != 0 {
			id = item.ID
		}
	}
	if id == 0 {
		ts.Fatalf("%s wrote nothing", login)
	}
	return id
}

// edit EDITOR AUTHOR TEXT changes the last comment of AUTHOR and makes that the current event.
func (s *stage) edit(ts *testscript.TestScript, neg bool, args []string) {
	s.use(ts, "issue_comment", s.pull.EditComment(args[0], s.last(ts, args[1]), args[2]))
}

// unsay LOGIN deletes the last comment of LOGIN and makes that the current event.
func (s *stage) unsay(ts *testscript.TestScript, neg bool, args []string) {
	s.use(ts, "issue_comment", s.pull.DeleteComment(args[0], s.last(ts, args[0])))
}

// claim NAME VALUE gives the comment of the current event a field of that value: what the payload says of a person.
func (s *stage) claim(ts *testscript.TestScript, neg bool, args []string) {
	var payload map[string]any
	src, err := os.ReadFile(s.eventFile)
	ts.Check(err)
	ts.Check(json.Unmarshal(src, &payload))
	payload["comment"].(map[string]any)[args[0]] = args[1]
	src, err = json.Marshal(payload)
	ts.Check(err)
	ts.Check(os.WriteFile(s.eventFile, src, 0o600))
}

// refused LOGIN TEXT… is a comment that gate must refuse, with no job. A text in double quotes is read as in Go: it may hold what
// no script can.
func (s *stage) refused(ts *testscript.TestScript, neg bool, args []string) {
	if said, err := strconv.Unquote(args[1]); err == nil {
		args = []string{args[0], said}
	}
	s.comment(ts, false, args)
	var text strings.Builder
	if failed := s.gate(ts, &text); failed || s.ticket(ts).Refusal == nil {
		ts.Fatalf("%q is not refused:\n%s", args[1:], text.String())
	}
	s.jobs(ts, false, []string{"0"})
}

// flip METHOD PATH DIR pushes the files of DIR to the pull request right before the next request to a path below PATH.
func (s *stage) flip(ts *testscript.TestScript, neg bool, args []string) {
	files := s.files(ts, args[2])
	var once sync.Once
	s.server.Hook(args[0], args[1], func() {
		once.Do(func() {
			_, err := s.pull.Push(files)
			ts.Check(err)
		})
	})
}

// entice LOGIN TITLE HEAD BASE opens a pull request from a branch of any name, with any title. HEAD gets the files of the folder
// `change`.
func (s *stage) entice(ts *testscript.TestScript, neg bool, args []string) {
	_, err := s.repo.Push(args[2], args[3], args[1], s.files(ts, "change"))
	ts.Check(err)
	s.pull, err = s.repo.Open(args[0], args[1], args[1], args[2], args[3], nil)
	ts.Check(err)
	s.pulls, s.base = append(s.pulls, s.pull), args[3]
	s.use(ts, "pull_request", s.pull.Event("opened"))
}

// forge does to the report of a target what a plan job beside hostile code could do to any of its run:
//
//	forge ID flip WORD            changes one letter of the first digest (or whatever follows WORD in quotes)
//	forge ID from N               puts there what the run N left for the same target
//	forge ID unchanged            calls it unchanged
//	forge ID scan                 leaves a scan of it beside, by which all is well
//	forge ID beside               leaves another of the same name in a folder, and one of a like name
func (s *stage) forgeReport(ts *testscript.TestScript, neg bool, args []string) {
	job, err := s.ticket(ts).Job(args[0])
	ts.Check(err)
	dir := filepath.Join(s.dir, "reports")
	name := filepath.Join(dir, report.FileName(job.Target))
	src, err := os.ReadFile(name)
	ts.Check(err)
	switch args[1] {
	case "flip":
		at := strings.Index(string(src), args[2]) + len(args[2])
		src[at] ^= 1
	case "from":
		src, err = os.ReadFile(filepath.Join(s.work, "run-"+args[2], "reports", filepath.Base(name)))
		ts.Check(err)
	case "unchanged":
		src, err = json.Marshal(&report.Report{Version: report.Version, Target: job.Target, Head: s.ticket(ts).Head, Status: report.Unchanged})
		ts.Check(err)
	case "scan":
		ts.Check(report.WriteScan(dir, clean(job, s.ticket(ts))))
		return
	case "beside":
		ts.Check(os.MkdirAll(filepath.Join(dir, "second"), 0o755))
		for _, other := range []string{filepath.Join(dir, "second", filepath.Base(name)), name + ".json", strings.TrimSuffix(name, ".json") + " (1).json"} {
			ts.Check(os.WriteFile(other, src, 0o600))
		}
		ts.Check(os.Remove(name))
		return
	default:
		ts.Fatalf("no such forgery: %s", args[1])
	}
	ts.Check(os.WriteFile(name, src, 0o600))
}

// clean is a scan by which everything ran and nothing was found.
func clean(j phase.Job, t *phase.Ticket) *report.Scan {
	s := &report.Scan{Version: report.ScanVersion, Target: j.Target, Head: t.Head, Base: t.MergeBase, Findings: []report.Finding{}}
	for _, c := range j.Threshold.Scanners {
		s.Tools = append(s.Tools, report.Scanned{Tool: c.Tool, Version: "1.0.0", State: report.Ran})
	}
	return s
}

// spy puts programs before terraform and git that write down the arguments they are given and go on as these.
func (s *stage) spy(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs("spies")
	ts.Check(os.MkdirAll(dir, 0o755))
	for _, name := range []string{"terraform", "git"} {
		program, err := exec.LookPath(name)
		ts.Check(err)
		script := fmt.Sprintf("#!/bin/sh\nprintf '%%s\\036' %s \"$@\" >>'%s'\nprintf '\\035' >>'%s'\nexec '%s' \"$@\"\n",
			name, filepath.Join(dir, "argv"), filepath.Join(dir, "argv"), program)
		ts.Check(os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755))
	}
	ts.Setenv("PATH", dir+string(os.PathListSeparator)+ts.Getenv("PATH"))
}

// argv prints the command lines that the spies wrote down, one a line with each word quoted, and forgets them. It fails if a
// word of one holds one of args.
func (s *stage) argv(ts *testscript.TestScript, neg bool, args []string) {
	name := filepath.Join(ts.MkAbs("spies"), "argv")
	src, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		ts.Fatalf("%v", err)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(src), "\x1d"), "\x1d") {
		var quoted []string
		for word := range strings.SplitSeq(strings.TrimSuffix(line, "\x1e"), "\x1e") {
			if slices.ContainsFunc(args, func(hostile string) bool { return strings.Contains(word, hostile) }) {
				ts.Fatalf("the word %q reached %q", word, line)
			}
			quoted = append(quoted, strconv.Quote(word))
		}
		fmt.Fprintln(ts.Stdout(), strings.Join(quoted, " "))
	}
	ts.Check(os.RemoveAll(name))
}

// markup fails unless what the App wrote is, to a CommonMark parser, made of nothing but the App's own HTML and links, and no
// fence or block of it is left open.
func (s *stage) markup(ts *testscript.TestScript, neg bool, args []string) {
	var written []string
	for _, item := range s.pull.Conversation() {
		if item.Author.Login == "layerbot[bot]" {
			written = append(written, item.Body)
		}
	}
	for _, c := range s.repo.CheckRuns(s.pull.Head()) {
		written = append(written, c.Summary, c.Text)
	}
	if len(written) < 2 {
		ts.Fatalf("the App wrote nothing")
	}
	for _, body := range written {
		if what := foreign(body); what != "" {
			ts.Fatalf("%s in\n%s", what, body)
		}
	}
}

var (
	ownHTML   = regexp.MustCompile(`^(?:<!-- layerbot:[^\n]* -->|</?(?:details|summary|code|sub|b)(?: open)?>|\s)+$`)
	inSummary = regexp.MustCompile(`<summary>.*</summary>`)
	ownLink   = regexp.MustCompile(`^(?:https?://[^/]+/acme/infra/|#)`)
	summons   = regexp.MustCompile(`(?:^|[^\w/])@[A-Za-z0-9]`)
)

// foreign returns what is in a body that the App does not write; "" if there is nothing.
func foreign(body string) (found string) {
	source := []byte(body)
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.HTMLBlock:
			if raw := inSummary.ReplaceAllString(string(n.Lines().Value(source)), "<summary></summary>"); !ownHTML.MatchString(raw) {
				found = fmt.Sprintf("the HTML %q", raw)
			}
		case *ast.RawHTML:
			if raw := string(n.Segments.Value(source)); !ownHTML.MatchString(raw) {
				found = fmt.Sprintf("the HTML %q", raw)
			}
		case *ast.Link:
			if !ownLink.Match(n.Destination) {
				found = fmt.Sprintf("a link to %q", n.Destination)
			}
		case *ast.Image, *ast.AutoLink:
			found = fmt.Sprintf("a %s", n.Kind())
		case *ast.FencedCodeBlock, *ast.CodeSpan:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			if s := string(n.Value(source)); summons.MatchString(s) {
				found = fmt.Sprintf("a mention in %q", s)
			}
		}
		return ast.WalkContinue, nil
	})
	return found
}
