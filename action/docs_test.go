// SPDX-License-Identifier: Apache-2.0

package action_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A page is a document for people.
type page struct {
	file   string // from the root
	prose  string // without fences, and without code in lines
	spans  []string
	fences []fence
}

// A fence is a block of code.
type fence struct{ language, text string }

// pages returns the documents that users and contributors read.
func pages(t *testing.T) (all []page) {
	t.Helper()
	for _, pattern := range []string{"*.md", "docs/*.md", ".github/app/*.md", "examples/*/README.md", "policies/*.md", "infra/*.md", "infra/*/README.md", "charts/*/README.md"} {
		files, err := filepath.Glob(filepath.Join("..", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, read(strings.TrimPrefix(filepath.ToSlash(name), "../"), string(text)))
		}
	}
	return all
}

var (
	fenced = regexp.MustCompile("(?ms)^( *)```(\\w*)\n(.*?)^ *```$")
	quoted = regexp.MustCompile("`[^`]+`")
	noted  = regexp.MustCompile(`(?s)<!--.*?-->`)
)

// read takes a document apart.
func read(file, text string) page {
	p := page{file: file}
	for _, m := range fenced.FindAllStringSubmatch(text, -1) {
		p.fences = append(p.fences, fence{m[2], strings.ReplaceAll("\n"+m[3], "\n"+m[1], "\n")[1:]})
	}
	text = noted.ReplaceAllString(fenced.ReplaceAllString(text, ""), "")
	for _, span := range quoted.FindAllString(text, -1) {
		p.spans = append(p.spans, strings.Join(strings.Fields(strings.Trim(span, "`")), " "))
	}
	p.prose = quoted.ReplaceAllStringFunc(text, func(span string) string { return strings.Map(mask, span) })
	return p
}

// mask keeps of code what a heading's anchor is made of, and nothing that could be a link.
func mask(r rune) rune {
	if strings.ContainsRune("[]()", r) {
		return -1
	}
	return r
}

var links = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	found := 0
	all, anchors := pages(t), map[string][]string{}
	for _, p := range all {
		anchors[p.file] = p.anchors()
	}
	for _, p := range all {
		for _, m := range links.FindAllStringSubmatch(p.prose, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			found++
			if why := lost(p.file, m[1], anchors); why != "" {
				t.Errorf("%s: %s: %s", p.file, m[1], why)
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d links were found", found)
	}
}

// lost says why a link of a document leads nowhere; "" if it leads somewhere.
func lost(from, link string, anchors map[string][]string) string {
	name, anchor, _ := strings.Cut(link, "#")
	to := from
	if name != "" {
		to = filepath.Join(filepath.Dir(from), name)
	}
	text, err := os.ReadFile(filepath.Join("..", to))
	if info, serr := os.Stat(filepath.Join("..", to)); serr == nil && info.IsDir() && anchor == "" {
		return ""
	}
	var line int
	switch n, _ := fmt.Sscanf(anchor, "L%d", &line); {
	case err != nil:
		return "there is no such file"
	case anchor == "", n == 1 && line <= strings.Count(string(text), "\n"), slices.Contains(anchors[to], anchor):
		return ""
	}
	return "the file has no such place"
}

var (
	headings = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	dropped  = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
)

// anchors returns the places of a document, as GitHub names them: the headings in small letters, spaces as hyphens, without
// other signs; those that come again are numbered.
func (p page) anchors() (all []string) {
	times := map[string]int{}
	for _, m := range headings.FindAllStringSubmatch(p.prose, -1) {
		name := strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")
		if times[name]++; times[name] > 1 {
			name = fmt.Sprintf("%s-%d", name, times[name]-1)
		}
		all = append(all, name)
	}
	return all
}

// TestEveryWorkflowShownWouldRun looks at each workflow of the documents, or part of one: what it calls of Layerbot is there, and
// takes what it is given.
func TestEveryWorkflowShownWouldRun(t *testing.T) {
	found := 0
	for _, p := range pages(t) {
		for _, f := range p.fences {
			if f.language != "yaml" {
				continue
			}
			var w struct {
				call `yaml:",inline"` // of a part that begins with uses
				Jobs map[string]call
			}
			if err := yaml.Unmarshal([]byte(f.text), &w); err != nil {
				t.Errorf("%s: %v in\n%s", p.file, err, f.text)
			}
			calls := []call{w.call}
			for _, j := range w.Jobs {
				calls = append(append(calls, j), j.Steps...)
			}
			for _, c := range calls {
				if !strings.HasPrefix(c.Uses, "layerbot/") {
					continue
				}
				found++
				for _, why := range c.wrong(t) {
					t.Errorf("%s: %s", p.file, why)
				}
			}
		}
	}
	if found == 0 {
		t.Error("no workflow was found")
	}
}

// A call is a job, or a step, that uses something.
type call struct {
	Uses    string
	With    map[string]any
	Secrets map[string]any
	Steps   []call
}

// A parameter is an input or a secret.
type parameter struct{ Required bool }

// A callee is action.yml, or a reusable workflow.
type callee struct {
	Inputs map[string]parameter
	On     struct {
		Call struct {
			Inputs, Secrets map[string]parameter
		} `yaml:"workflow_call"`
	}
}

var uses = regexp.MustCompile(`^layerbot/layerbot(/[^@]+)?@([0-9a-f]{40}|COMMIT)$`)

// wrong says what is wrong with a call of something of Layerbot.
func (c call) wrong(t *testing.T) (all []string) {
	t.Helper()
	m := uses.FindStringSubmatch(c.Uses)
	if m == nil {
		return []string{c.Uses + " names no commit"}
	}
	name := strings.TrimPrefix(m[1], "/")
	if name == "" {
		name = "action.yml"
	}
	text, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		return []string{c.Uses + " names no file"}
	}
	var to callee
	if err := yaml.Unmarshal(text, &to); err != nil {
		t.Fatal(err)
	}
	if name == "action.yml" {
		return misfit(name+": input", c.With, to.Inputs)
	}
	return append(misfit(name+": input", c.With, to.On.Call.Inputs), misfit(name+": secret", c.Secrets, to.On.Call.Secrets)...)
}

// misfit says what is given and not taken, or needed and not given.
func misfit(kind string, given map[string]any, taken map[string]parameter) (all []string) {
	for name := range given {
		if _, ok := taken[name]; !ok {
			all = append(all, kind+" "+name+" does not exist")
		}
	}
	for name, p := range taken {
		if _, ok := given[name]; p.Required && !ok {
			all = append(all, kind+" "+name+" is missing")
		}
	}
	return all
}

// TestEveryCommandShownIsOne asks the program about each command of it that a document shows: its verb and its flags.
func TestEveryCommandShownIsOne(t *testing.T) {
	bot := build(t)
	shown := map[string][]string{} // command → documents
	for _, p := range pages(t) {
		for _, line := range p.commands() {
			shown[line] = append(shown[line], p.file)
		}
	}
	if len(shown) < 30 {
		t.Errorf("only %d commands were found", len(shown))
	}
	var group sync.WaitGroup
	defer group.Wait()
	for line, files := range shown {
		group.Go(func() {
			args := strings.Fields(line)
			out, err := exec.CommandContext(t.Context(), bot, append(args, "--help")...).CombinedOutput()
			if err != nil {
				t.Errorf("%s: bot %s: %s", files, line, out)
			}
			_, usage, _ := strings.Cut(string(out), "Usage:\n  bot ")
			takesNone := strings.HasPrefix(usage, args[0]+" [flags]\n")
			if !strings.HasPrefix(usage, args[0]+" ") || takesNone && len(args) > 1 && !strings.HasPrefix(args[1], "-") {
				t.Errorf("%s: bot %s: there is no such command", files, line)
			}
		})
	}
}

// build returns the program.
func build(t *testing.T) string {
	t.Helper()
	bot := filepath.Join(t.TempDir(), "bot")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w", "-o", bot, "../cmd/bot")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bot
}

var (
	continued = regexp.MustCompile(`\\\n`)
	commands  = regexp.MustCompile(`(?m)^(?:\$ )?bot ([a-z][^|#>\n]*)`)
	brackets  = strings.NewReplacer("[", "", "]", "", "'", "", `"`, "")
)

// commands returns the command lines of bot in fences and in code, without its own name; not `bot COMMAND`, which is any.
func (p page) commands() (all []string) {
	var text strings.Builder
	for _, f := range p.fences {
		for _, part := range strings.Split(continued.ReplaceAllString(f.text, " "), "|") {
			text.WriteString(strings.TrimSpace(part) + "\n")
		}
	}
	text.WriteString(strings.Join(p.spans, "\n"))
	for _, m := range commands.FindAllStringSubmatch(text.String(), -1) {
		all = append(all, strings.TrimSpace(brackets.Replace(m[1])))
	}
	return all
}

// TestTheLimitsToldAreThoseOfTheCode holds docs/architecture.md to the numbers that it tells.
func TestTheLimitsToldAreThoseOfTheCode(t *testing.T) {
	for _, c := range []struct{ file, code, told string }{
		{"internal/workflow/leg.go", "maxMatrix = 256", "| jobs of one matrix | 256 |"},
		{"internal/workflow/leg.go", "scansPerLeg = 8", "| targets of one scan job | 8 |"},
		{"internal/workflow/leg.go", "maxWaves = 8", "| waves | 8 jobs"},
		{"internal/workflow/pack.go", "maxParts = 4", "4 parts"},
		{"internal/workflow/pack.go", "maxPart = 120_000", "of 120,000 bytes"},
		{"internal/phase/ticket.go", "maxTicket = 640 << 10", "640 KiB of JSON"},
		{"internal/policy/bundle.go", "MaxPacked = 256 << 10", "256 KiB packed"},
		{"internal/policy/bundle.go", "maxUnpacked = 4 << 20", "4 MiB and"},
		{"internal/policy/bundle.go", "maxFiles    = 1000", "1,000 files"},
		{"internal/report/read.go", "MaxBytes = 32 << 20", "| a report | 32 MiB |"},
		{"internal/runner/judge.go", "maxJudged = 256 << 20", "for policies | 256 MiB |"},
		{"internal/scan/settle.go", "maxFindings = 5000", "| findings of one target | 5,000 |"},
		{"internal/comment/render.go", "Budget = 65000", "| the comment | 65,000 bytes |"},
		{"internal/phase/record.go", "maxCheckText = 25_000", "25,000 bytes for people"},
		{"internal/phase/record.go", "maxRecord    = 40_000", "40,000 for the fingerprints"},
		{"internal/phase/annotation.go", "maxAnnotations = 100", "| annotations of a check | 100 |"},
		{"internal/comment/command.go", "maxWords = 256", "| names in one command | 256 |"},
		{"internal/phase/ledger.go", "ledgerPages    = 3 ", "300 an environment"},
		{"internal/phase/ledger.go", "ledgerAttempts = 20 ", "20 attempts"},
		{"internal/phase/memory.go", "maxCommits = 5000", "| commits looked through for merges | 5,000 |"},
		{"internal/github/retry.go", "maxWait  = 15 * time.Minute", "| waiting for GitHub, one request | 15 minutes |"},
		{"internal/github/retry.go", "attempts = 4 ", "four times at most"},
		{"internal/runner/runner.go", "o.LockTimeout = 10 * time.Second", "| waiting for a state lock | 10 seconds;"},
		{".github/workflows/gitops.yml", "default: 60", "60 minutes a job (`plan-timeout`)"},
		{".github/workflows/gitops.yml", "default: 45m", "after 45 (`drift-budget`)"},
		{".github/workflows/gitops.yml", "default: 350", "350 minutes a job (`apply-timeout`)"},
	} {
		for file, text := range map[string]string{c.file: c.code, "docs/architecture.md": c.told} {
			if got, err := os.ReadFile(filepath.Join("..", file)); err != nil || !strings.Contains(string(got), text) {
				t.Errorf("%s does not say %q (%v): the code and what docs/architecture.md tells of it go together", file, text, err)
			}
		}
	}
}
