// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layerbot/layerbot/internal/report"
)

// propose BRANCH BASE [+PATH]… [FILE REGEXP TEXT]… commits files of the platform, all below those paths, and changes of files to
// a new branch, and opens alice's pull request with it. Without either it brings every file. A change that finds not exactly
// one place fails: the layers were rewritten.
func (s *stage) propose(ts *testscript.TestScript, neg bool, args []string) {
	root := filepath.Join(s.work, "platform")
	files := map[string][]byte{}
	if len(args) == 2 {
		files = s.files(ts, root)
	}
	rest := args[2:]
	for ; len(rest) > 0 && strings.HasPrefix(rest[0], "+"); rest = rest[1:] {
		for name, text := range s.files(ts, root) {
			if below := rest[0][1:]; name == below || strings.HasPrefix(name, below+"/") {
				files[name] = text
			}
		}
	}
	for change := range slices.Chunk(rest, 3) {
		name, old := change[0], regexp.MustCompile(change[1])
		text, ok := files[name]
		if !ok {
			var err error
			text, err = os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
			ts.Check(err)
		}
		if n := len(old.FindAll(text, -1)); n != 1 {
			ts.Fatalf("%s has %d places like %q, not one", name, n, old)
		}
		files[name] = old.ReplaceAll(text, []byte(strings.ReplaceAll(change[2], `\n`, "\n")))
	}
	_, err := s.repo.Push(args[0], args[1], "change", files)
	ts.Check(err)
	s.pull, err = s.repo.Open("alice", "A change", "", args[0], args[1], nil)
	ts.Check(err)
	s.pulls, s.base = append(s.pulls, s.pull), args[1]
	s.use(ts, "pull_request", s.pull.Event("opened"))
}

// denied TARGET RULE TEXT plans the pull request, which a policy must deny by this rule and no other, with a message that holds
// the text: on the pull request, in the check, and with nothing granted.
func (s *stage) denied(ts *testscript.TestScript, neg bool, args []string) {
	target, rule, said := args[0], args[1], args[2]
	s.mirrored(ts, true, nil)
	if plan, scan := s.exits["plan"], s.exits["scan"]; plan+scan != exitRefused {
		ts.Fatalf("bot plan ended with %d and bot scan with %d: one of them with %d, the other with 0", plan, scan, exitRefused)
	}
	against := s.rulesAgainst(ts, target)
	for name := range against {
		if name != rule {
			ts.Fatalf("%s is denied by the rule %s as well: %q", target, name, against[name])
		}
	}
	messages := against[rule]
	if !slices.ContainsFunc(messages, func(m string) bool { return strings.Contains(m, said) }) {
		ts.Fatalf("the rule %s does not say %q, but %q", rule, said, messages)
	}
	var shown strings.Builder
	for _, item := range s.pull.Conversation() {
		shown.WriteString(item.Body)
	}
	for _, m := range messages {
		if text := plainText(shown.String()); !strings.Contains(text, plainText(m)) {
			ts.Fatalf("the comment does not say %q:\n%s", m, text)
		}
	}
	env := target[strings.LastIndex(target, "/")+1:]
	seen := false
	for _, c := range s.repo.CheckRuns(s.pull.Head()) {
		if c.Name == "layerbot / "+env {
			seen = true
			if c.Conclusion != "failure" {
				ts.Fatalf("the check %s is %s", c.Name, c.Conclusion)
			}
		}
	}
	if !seen {
		ts.Fatalf("there is no check of %s", env)
	}
	if all := s.repo.Deployments(); len(all) > 0 {
		ts.Fatalf("something is granted: %+v", all)
	}
}

// turns lets as many scripts as there are processors run Terraform with AWS's schema: it takes all of one.
var turns = make(chan struct{}, runtime.GOMAXPROCS(0))

// mirrored is phases with the providers that stand in.
func (s *stage) mirrored(ts *testscript.TestScript, neg bool, args []string) {
	mirror, err := standinMirror()
	ts.Check(err)
	turns <- struct{}{}
	defer func() { <-turns }()
	s.phases(ts, neg, append([]string{"--provider-mirror", mirror}, args...))
}

// plainText is a text without what Markdown and HTML need beside its letters.
func plainText(text string) string {
	text = strings.NewReplacer("&#34;", `"`, "&quot;", `"`, "&lt;", "<", "&gt;", ">", "&amp;", "&", `\`, "", "`", "").Replace(text)
	return strings.Join(strings.Fields(text), " ")
}

// rulesAgainst are the denials of a target's plan and of its manifests: messages by rule.
func (s *stage) rulesAgainst(ts *testscript.TestScript, target string) map[string][]string {
	job, err := s.ticket(ts).Job(target)
	ts.Check(err)
	var plan report.Report
	var scan report.Scan
	for name, into := range map[string]any{
		filepath.Join("reports", report.FileName(job.Target)):   &plan,
		filepath.Join("scans", report.ScanFileName(job.Target)): &scan,
	} {
		text, err := os.ReadFile(filepath.Join(s.dir, name))
		ts.Check(err)
		ts.Check(json.Unmarshal(text, into))
	}
	rules := map[string][]string{}
	for _, asked := range []*report.Policy{plan.Policy, scan.Manifests} {
		if asked == nil || asked.Failure != "" {
			ts.Fatalf("policies were not asked about %s: %+v", target, asked)
		}
		for _, d := range asked.Decisions {
			if d.Kind != report.Warn {
				rules[d.Rule] = append(rules[d.Rule], d.Message)
			}
		}
	}
	return rules
}

// waves prints the targets of the ticket, a wave a line.
func (s *stage) waves(ts *testscript.TestScript, neg bool, args []string) {
	var lines []string
	for _, j := range s.ticket(ts).Jobs {
		wave := 0
		if j.Apply != nil {
			wave = j.Apply.Wave
		}
		lines = append(lines, fmt.Sprintf("%d %s", wave, j.Target.ID()))
	}
	slices.Sort(lines)
	fmt.Fprintln(ts.Stdout(), strings.Join(lines, "\n"))
}

// platformObjects ENV prints the keys in the bucket of an environment.
func (s *stage) platformObjects(ts *testscript.TestScript, neg bool, args []string) {
	b, err := bootstrapped(args[0])
	ts.Check(err)
	keys, err := s.cloud.keys(b.bucket)
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), strings.Join(keys, "\n"))
}

// standinCanary is a part of each secret that the stand-in's ephemeral resources open with: the token of the cluster's API.
const standinCanary = "standin-canary"

// unseen ENV… fails if a credential of the registry, or the token that Helm has, stands anywhere: in what the phases left for
// others to read, or in any object of those environments' buckets.
func (s *stage) unseen(ts *testscript.TestScript, neg bool, args []string) {
	left := s.left(ts)
	for _, env := range args {
		b, err := bootstrapped(env)
		ts.Check(err)
		keys, err := s.cloud.keys(b.bucket)
		ts.Check(err)
		if len(keys) < 2 {
			ts.Fatalf("the bucket of %s holds %v: there is nothing to look at", env, keys)
		}
		for _, key := range keys {
			content, err := s.cloud.get(b.bucket, key)
			ts.Check(err)
			left[b.bucket+"/"+key] = string(content)
		}
	}
	for where, text := range left {
		text = maskLine.ReplaceAllString(text, "")
		for _, secret := range []string{acrUsername, acrPassword, standinCanary} {
			for _, form := range appearances(secret) {
				if strings.Contains(text, form) {
					ts.Fatalf("%s shows a credential of the registry, or the cluster's token, as %q", where, form)
				}
			}
		}
	}
	s.leaks(ts, false, nil)
}
