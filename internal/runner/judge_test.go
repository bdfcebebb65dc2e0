// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// A judge is what policies do: they read a plan.
type judge = func(context.Context, []byte) *report.Policy

// says is a judge with one answer.
func says(p report.Policy) judge {
	return func(context.Context, []byte) *report.Policy { return &p }
}

func decided(kind report.DecisionKind, severity report.Severity) report.Policy {
	return report.Policy{Rules: 1, Decisions: []report.Decision{{Kind: kind, Severity: severity, Package: "p", Rule: "r", Message: "no"}}}
}

// Each case applies a resource whose creation was reviewed, or that nobody saw, under the word of policies.
func TestPoliciesDecideBeforeAnApply(t *testing.T) {
	t.Parallel()
	denied := "stopped same (refused: policies deny this plan: nothing was applied)"
	const applied = "applied same: terraform_data.a"
	for name, tt := range map[string]struct {
		judge     judge
		threshold report.Threshold
		change    func(*Job)
		want      string
	}{
		"nothing is wrong":                    {judge: says(report.Policy{Rules: 1}), want: applied},
		"a warning":                           {judge: says(decided(report.Warn, report.High)), want: applied},
		"a warning that counts":               {judge: says(decided(report.Warn, report.High)), threshold: report.Threshold{PolicyFailOn: report.High}, want: denied},
		"a denial":                            {judge: says(decided(report.Deny, "")), want: denied},
		"a violation":                         {judge: says(decided(report.Violation, "")), want: denied},
		"a denial below what counts":          {judge: says(decided(report.Deny, report.Low)), threshold: report.Threshold{PolicyFailOn: report.High}, want: applied},
		"a denial of what is accepted":        {judge: says(decided(report.Deny, "")), change: func(j *Job) { j.Accept = true }, want: denied},
		"a denial of what nobody saw":         {judge: says(decided(report.Deny, "")), change: func(j *Job) { j.Review = nil }, want: strings.Replace(denied, "same", "different", 1)},
		"no denial of what nobody saw":        {judge: says(report.Policy{}), change: func(j *Job) { j.Review = nil }, want: "stopped different (unreviewed: nobody reviewed this plan: nothing was applied)"},
		"policies that cannot be asked":       {judge: says(report.Policy{Failure: "they took over 30s"}), want: "stopped same (refused: policies could not be asked about this plan: nothing was applied: they took over 30s)"},
		"policies that nobody asks":           {threshold: report.Threshold{Policies: true}, want: "stopped same (refused: policies could not be asked about this plan: nothing was applied)"},
		"policies that nobody asks, accepted": {threshold: report.Threshold{Policies: true}, change: func(j *Job) { j.Accept = true }, want: "stopped same (refused: policies could not be asked about this plan: nothing was applied)"},
		"no policies":                         {threshold: report.Threshold{PolicyFailOn: report.Low}, want: applied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, map[string]string{"app/main.tf": local + trivial}, nil)
			j := b.reviewed(job(target()))
			j.Judge, j.Threshold = tt.judge, tt.threshold
			if tt.change != nil {
				tt.change(&j)
			}
			rep := b.applies(j)
			if got := outcome(rep); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if state := b.state(); (rep.Status == report.Stopped) != (len(state) == 0) {
				t.Errorf("%s, with the state %s", rep.Status, state)
			}
			if rep.Fingerprint == nil || (rep.Policy == nil) != (tt.judge == nil) {
				t.Errorf("%+v", rep)
			}
		})
	}
}

func TestADenialOfWhatChangedSinceReviewSaysBoth(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + trivial}, nil)
	j := b.reviewed(job(target()))
	j.Judge = says(decided(report.Deny, ""))
	b.rewrite(map[string]string{"app/main.tf": local + trivial + `resource "terraform_data" "b" {}`})
	rep := b.applies(j)
	if rep.Failure == nil || rep.Failure.Kind != report.Refused || rep.Verdict != report.Different || len(rep.Differences) != 1 {
		t.Errorf("%s %+v", outcome(rep), rep.Differences)
	}
}

// A plan that does nothing is judged, though not stopped; where there is none, nobody is asked.
func TestWhichPlansAreJudged(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + trivial}, nil)
	j := job(target())
	var asked atomic.Int32
	j.Judge = func(_ context.Context, plan []byte) *report.Policy {
		asked.Add(1)
		p := decided(report.Deny, "")
		if !json.Valid(plan) || !bytes.Contains(plan, []byte(`"planned_values"`)) {
			p.Decisions[0].Message = "this is no plan: " + string(plan)
		}
		return &p
	}
	judged := func(what string, rep *report.Report, status report.Status, want bool) {
		t.Helper()
		if rep.Status != status || (rep.Policy != nil) != want || (asked.Swap(0) == 1) != want {
			t.Errorf("%s: %s %+v", what, outcome(rep), rep.Policy)
		}
		if rep.Policy != nil && rep.Policy.Decisions[0].Message != "no" {
			t.Errorf("%s: %s", what, rep.Policy.Decisions[0].Message)
		}
	}
	judged("a plan", b.good(j), report.Changed, true)
	b.apply()
	judged("nothing planned", b.good(j), report.Unchanged, true)
	judged("nothing to apply", b.applies(j), report.Unchanged, true)
	judged("drift", b.drifts(j), report.Unchanged, false)
	judged("unlock", b.sound(b.Unlock(context.Background(), aws.ReadWrite{}, j)), report.Unchanged, false)
	b.rewrite(map[string]string{"app/main.tf": local + `resource "terraform_data" "a" { count = terraform_data.b.id == "" ? 1 : 0 }` + "\n" + `resource "terraform_data" "b" {}`})
	judged("a plan that failed", b.plan(j), report.Failed, false)
	b.rewrite(map[string]string{"app/main.tf": local})
	b.apply()
	judged("an empty layer", b.good(j), report.Unchanged, true)
}

const seen = local + `
variable "asked" {
  sensitive = true
  default   = "canary-variable"
}
variable "object" {
  sensitive = true
  default   = { deep = ["canary-deep"], pin = 471147 }
}
resource "terraform_data" "changed" {
  input = sensitive("canary-changed")
}
resource "terraform_data" "short" {
  input = sensitive("can4")
}
resource "terraform_data" "json" {
  input = sensitive(jsonencode({ user = "admin", password = "canary-in-json" }))
}
resource "terraform_data" "globbed" {
  input = nonsensitive(sensitive("canary-globbed"))
}
resource "terraform_data" "open" {
  for_each = toset(["canary-key"])
  input    = "open-value"
}
resource "terraform_data" "canary-word" {
  input = sensitive("canary-word")
}
output "secret" {
  value     = "canary-output"
  sensitive = true
}
`

// Policies see everything. What they say of it shows no more than the rest of the report.
func TestWhatPoliciesSayIsWithheld(t *testing.T) {
	t.Parallel()
	testWithheld(t, "terraform")
}

func testWithheld(t *testing.T, tool string) {
	b := newBench(t, map[string]string{"app/main.tf": seen}, nil)
	canaries := []string{"canary-variable", "canary-deep", "471147", "canary-changed", "can4", "canary-in-json", "canary-globbed", "canary-output", "canary-word"}
	j := job(target())
	j.Tool, j.Sensitive = tool, []string{"terraform_data.globbed.input"}
	j.Judge = func(_ context.Context, plan []byte) *report.Policy {
		var p report.Policy
		for _, c := range canaries {
			if !bytes.Contains(plan, []byte(c)) {
				t.Errorf("policies cannot see %s", c)
			}
			said := "it is " + c + "."
			p.Decisions = append(p.Decisions, report.Decision{Kind: report.Deny, Package: said, Rule: said, Address: "x." + said, Message: said, File: "dir/" + c, Source: said})
		}
		p.Decisions = append(p.Decisions,
			report.Decision{Kind: report.Deny, Message: base64.StdEncoding.EncodeToString([]byte("it is canary-changed"))},
			report.Decision{Kind: report.Deny, Address: "terraform_data.canary-word", Message: "open-value ghp_" + strings.Repeat("x", 36)},
			report.Decision{Kind: report.Deny, Address: `terraform_data.open["canary-globbed"]`, Message: strings.Repeat("can4 ", 800)},
		)
		return &p
	}
	check := func(what string, rep *report.Report) {
		t.Helper()
		p := rep.Policy
		rep.Policy = &report.Policy{}
		if rest := dump(t, rep); strings.Contains(rest, "471147") {
			t.Errorf("%s: %s", what, rest)
		}
		rep.Policy = p
		n := len(p.Decisions)
		text, err := json.Marshal(p.Decisions[:n-2])
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range append(canaries, "Y2FuYXJ5", "NhbmFyeS", "jYW5hcn") {
			if bytes.Contains(text, []byte(c)) {
				t.Errorf("%s: %s shows:\n%s", what, c, text)
			}
		}
		if strings.Count(string(text), "it is [redacted].") != 5*len(canaries) {
			t.Errorf("%s: more than that is withheld: %s", what, text)
		}
		if d := p.Decisions[n-2]; d.Address != "terraform_data.canary-word" || d.Message != "open-value [redacted]" {
			t.Errorf("%s: %+v", what, d)
		}
		if d := p.Decisions[n-1]; d.Address != `terraform_data.open["[redacted]"]` || len(d.Message) > maxSaid || strings.Contains(d.Message, "can4") {
			t.Errorf("%s: %+v", what, d)
		}
	}
	check("creation", b.good(j))
	b.apply()
	check("nothing changes", b.good(j))
	failing := j
	failing.Judge = says(report.Policy{Failure: "canary-output is in the way", Hint: "remove canary-globbed"})
	if p := b.good(failing).Policy; p.Failure != "[redacted] is in the way" || p.Hint != "remove [redacted]" {
		t.Errorf("%+v", p)
	}
}

func TestDecisionsAreOnLines(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{
		"app/main.tf":       local + trivial + "\nmodule \"m\" {\n  source = \"../modules/m\"\n  count  = 1\n}\n",
		"modules/m/main.tf": "\nresource \"terraform_data\" \"b\" {\n  for_each = toset([\"x.y\"])\n}\n",
	}, nil)
	answer := report.Policy{Decisions: []report.Decision{
		{Kind: report.Deny, Address: "terraform_data.a"},
		{Kind: report.Deny, Address: `module.m[0].terraform_data.b["x.y"]`},
		{Kind: report.Deny, Address: "terraform_data.a", File: "other.tf", Line: 7},
		{Kind: report.Deny, Address: "terraform_data.a", File: "../../other.tf", Line: 7},
		{Kind: report.Deny, Address: "terraform_data.none"},
		{Kind: report.Deny},
	}}
	before := slices.Clone(answer.Decisions)
	j := job(target())
	j.Judge = says(answer)
	var got []string
	for _, d := range b.good(j).Policy.Decisions {
		got = append(got, fmt.Sprintf("%s %s:%d", d.Address, d.File, d.Line))
	}
	want := []string{
		"terraform_data.a app/main.tf:4", `module.m[0].terraform_data.b["x.y"] modules/m/main.tf:2`,
		"terraform_data.a other.tf:7", "terraform_data.a app/main.tf:4", "terraform_data.none :0", " :0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, answer.Decisions); diff != "" {
		t.Errorf("the answer was changed: %s", diff)
	}
}

// A denial counts for the plan that is carried out, not for the one that was stale.
func TestThePlanThatIsMadeAnewIsJudged(t *testing.T) {
	t.Parallel()
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{"terraform": `#!/bin/sh
if [ "$1" = apply ] && [ ! -e ` + dir + `/once ]; then
  touch ` + dir + `/once
  ` + terraform + ` apply -auto-approve -target=terraform_data.a >&2 || exit 9
fi
exec ` + terraform + ` "$@"
`})
	b := newBench(t, map[string]string{"app/main.tf": local + trivial + `resource "terraform_data" "b" {}`},
		func(o *Options) { o.Environ["PATH"] = dir + ":" + o.Environ["PATH"] })
	j := job(target())
	j.Accept = true
	var asked int
	j.Judge = func(context.Context, []byte) *report.Policy {
		if asked++; asked == 1 {
			return &report.Policy{Rules: 1}
		}
		p := decided(report.Deny, "")
		return &p
	}
	rep := b.applies(j)
	if rep.Failure == nil || rep.Failure.Kind != report.Refused || asked != 2 {
		t.Errorf("asked %d times: %s", asked, outcome(rep))
	}
	if _, there := resources(t, b.state())["terraform_data.b"]; there {
		t.Error("it was applied")
	}
}

func TestAPlanThatIsTooLargeForPoliciesIsNotAllowed(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + trivial}, nil)
	j := b.reviewed(job(target()))
	b.maxJudged = 1000
	j.Judge = func(context.Context, []byte) *report.Policy {
		t.Error("they were asked")
		return &report.Policy{}
	}
	if rep := b.good(j); rep.Policy == nil || rep.Policy.Failure == "" || rep.Policy.Hint == "" || len(rep.Changes) != 1 {
		t.Errorf("%+v", rep)
	}
	if rep := b.applies(j); rep.Failure == nil || rep.Failure.Kind != report.Refused || rep.Failure.Hint != "split the layer" || len(b.state()) != 0 {
		t.Error(outcome(rep))
	}
}

// Policies that were cut short by the end of the run have said nothing.
func TestARunThatEndsWhilePoliciesAreAskedIsInterrupted(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + trivial}, nil)
	j := b.reviewed(job(target()))
	interrupted := func(what string, run func(context.Context) (*report.Report, error)) {
		ctx, cancel := context.WithCancel(context.Background())
		j.Judge = func(context.Context, []byte) *report.Policy {
			cancel()
			return &report.Policy{}
		}
		rep, err := run(ctx)
		if !errors.Is(err, context.Canceled) || rep.Failure == nil || rep.Failure.Kind != report.Interrupted || rep.Policy != nil || len(b.state()) != 0 {
			t.Errorf("%s: %v %s", what, err, outcome(rep))
		}
	}
	interrupted("plan", func(ctx context.Context) (*report.Report, error) { return b.Plan(ctx, aws.ReadOnly{}, j) })
	interrupted("apply", func(ctx context.Context) (*report.Report, error) { return b.Apply(ctx, aws.ReadWrite{}, j) })
}

// What policies are asked about is in memory: all files of the run, of the checkout and of the temporary folder are
// looked through all the time, and while policies are asked.
func TestThePlansJSONIsInNoFile(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	b := newBench(t, map[string]string{"app/main.tf": local + trivial}, func(o *Options) { o.Environ["RUNNER_TEMP"] = temp })
	look := func() (files int) {
		for _, dir := range []string{temp, b.root, b.o.CacheDir} {
			_ = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, _ error) error {
				if data, err := os.ReadFile(path); err == nil {
					files++
					if bytes.Contains(data, []byte(`"resource_changes"`)) || bytes.Contains(data, []byte(`"planned_values"`)) {
						t.Errorf("%s holds the plan", path)
					}
				}
				return nil
			})
		}
		return files
	}
	ended := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			select {
			case <-ended:
				return
			case <-time.After(2 * time.Millisecond):
				look()
			}
		}
	})
	j := job(target())
	j.Accept = true
	j.Judge = func(_ context.Context, plan []byte) *report.Policy {
		if files := look(); !bytes.Contains(plan, []byte(`"resource_changes"`)) || files < 3 {
			t.Errorf("%d files, and the plan %s", files, plan)
		}
		return &report.Policy{}
	}
	rep := b.applies(j)
	close(ended)
	watch.Wait()
	if rep.Status != report.Applied {
		t.Error(outcome(rep))
	}
}
