// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/policy"
	"github.com/layerbot/layerbot/internal/report"
)

var (
	judgedDev  = layer.Target{Layer: "02-compute", Env: "dev", Dir: "02-compute"}
	judgedProd = layer.Target{Layer: "02-compute", Env: "prod", Dir: "02-compute"}
)

// left returns a folder with scans, as jobs leave them.
func left(t *testing.T, scans ...report.Scan) string {
	t.Helper()
	dir := t.TempDir()
	for i := range scans {
		if err := report.WriteScan(dir, &scans[i]); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAScanOfAnotherCommitIsNone(t *testing.T) {
	gitleaks := report.Scanner{Tool: "gitleaks", Required: true}
	ticket := &Ticket{Head: "aaaa", MergeBase: "bbbb", Jobs: []Job{{Target: judgedDev, Threshold: report.Threshold{Scanners: []report.Scanner{gitleaks}}}}}
	ran := []report.Scanned{{Tool: "gitleaks", Version: "8.30.1", State: report.Ran}}
	scan := report.Scan{Version: report.ScanVersion, Target: judgedDev, Head: "aaaa", Base: "bbbb", Tools: ran, Findings: []report.Finding{}}
	for name, c := range map[string]struct {
		change func(*report.Scan)
		fails  bool
	}{
		"the right one":         {func(*report.Scan) {}, false},
		"of another head":       {func(s *report.Scan) { s.Head = "cccc" }, true},
		"compared with another": {func(s *report.Scan) { s.Base = "cccc" }, true},
		"compared with nothing": {func(s *report.Scan) { s.Base = "" }, true},
		"with a word of policies that nobody asked for": {func(s *report.Scan) {
			s.Manifests = &report.Policy{Decisions: []report.Decision{{Kind: report.Deny, Message: "m"}}}
		}, false},
	} {
		s := scan
		c.change(&s)
		got, err := scansOf(ticket, os.DirFS(left(t, s)))
		if err != nil || len(got) != 1 {
			t.Fatalf("%s: %v, %v", name, got, err)
		}
		if fails := ticket.Jobs[0].Threshold.Sum(nil, &got[0]).Failed(); fails != c.fails {
			t.Errorf("%s: fails = %v: %+v", name, fails, got[0])
		}
	}
	got, err := scansOf(ticket, os.DirFS(t.TempDir()))
	if err != nil || !ticket.Jobs[0].Threshold.Sum(nil, &got[0]).Failed() {
		t.Errorf("a job that left nothing: %+v, %v", got, err)
	}
}

func TestManifestsThatNobodyJudgedAreNotAllowed(t *testing.T) {
	ticket := &Ticket{Head: "aaaa", Jobs: []Job{{Target: judgedDev, Threshold: report.Threshold{Manifests: true}}}}
	got, err := scansOf(ticket, os.DirFS(left(t, report.Scan{Version: report.ScanVersion, Target: judgedDev, Head: "aaaa", Tools: []report.Scanned{}, Findings: []report.Finding{}})))
	if err != nil || !ticket.Jobs[0].Threshold.Sum(nil, &got[0]).Refused() {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAWordOnManifestsOfAnotherCommitIsNone(t *testing.T) {
	ticket := &Ticket{Head: "aaaa", Jobs: []Job{{Target: judgedDev, Threshold: report.Threshold{Manifests: true}}}}
	old := report.Scan{Version: report.ScanVersion, Target: judgedDev, Head: "bbbb", Tools: []report.Scanned{}, Findings: []report.Finding{}, Manifests: &report.Policy{Decisions: []report.Decision{}}}
	got, err := scansOf(ticket, os.DirFS(left(t, old)))
	if err != nil || !ticket.Jobs[0].Threshold.Sum(nil, &got[0]).Refused() {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestADeletedLayerIsNotScanned(t *testing.T) {
	scanners := report.Threshold{Scanners: []report.Scanner{{Tool: "trivy"}}}
	jobs := []Job{{Target: judgedDev, Deleted: true, Threshold: scanners}, {Target: judgedProd, Threshold: scanners}, {Target: judgedProd}}
	if got := Scans(jobs); len(got) != 1 || got[0].Target.Env != "prod" {
		t.Errorf("%+v", got)
	}
}

// standingOf is a standing of plans of jobs whose policies are rego.
func standingOf(t *testing.T, rego string, reports ...report.Report) *standing {
	t.Helper()
	ticket := &Ticket{Head: "aaaa", Policies: map[string]policy.Bundle{"base": {Files: map[string]string{"policies/p.rego": rego}}}}
	for i := range reports {
		r := &reports[i]
		r.Version, r.Head = report.Version, "aaaa"
		ticket.Jobs = append(ticket.Jobs, Job{Target: r.Target, Terms: "base", Threshold: report.Threshold{Policies: true}})
		ticket.Expected, ticket.Checks = append(ticket.Expected, r.Target), append(ticket.Checks, r.Target.Env)
	}
	s := newStanding(Desk{}, ticket, reports)
	if err := s.examine(context.Background(), os.DirFS(t.TempDir())); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRulesOverSeveralTargetsBlockThoseThatTheyName(t *testing.T) {
	s := standingOf(t, `package p
deny contains {"msg": "dev changes together with prod", "targets": ["02-compute/dev"]} if {
	some a in input.targets
	some b in input.targets
	a.environment == "dev"
	b.environment == "prod"
}`, report.Report{Target: judgedDev, Status: report.Unchanged, Policy: &report.Policy{}}, report.Report{Target: judgedProd, Status: report.Unchanged, Policy: &report.Policy{}})
	s.remember(nil)
	if got := s.conclude("dev") + " " + s.conclude("prod"); got != "failure success" {
		t.Errorf("%s; %+v", got, s.page.Together)
	}
	if o := s.outcome(); !o.Refused || !o.Failed {
		t.Errorf("%+v", o)
	}
}

func TestADenialThatNamesNoTargetOfTheChangeBlocksAll(t *testing.T) {
	s := standingOf(t, `package p
deny contains {"msg": "no", "targets": ["compute"]} if input.targets[0]`, report.Report{Target: judgedDev, Status: report.Unchanged, Policy: &report.Policy{}})
	s.remember(nil)
	if got := s.conclude("dev"); got != "failure" {
		t.Errorf("%s; %+v", got, s.page.Together)
	}
}

// Planned one by one, the targets of a change show a rule over several nothing.
func TestRulesOverSeveralTargetsNeedAllOfTheChange(t *testing.T) {
	const rule = `package p
deny contains {"msg": "dev changes together with prod", "targets": ["02-compute/dev"]} if count(input.targets) > 1`
	good := report.Report{Target: judgedDev, Status: report.Changed, Policy: &report.Policy{}, Fingerprint: &report.Fingerprint{Digest: "sha256:1"}}
	for name, other := range map[string]*report.Report{
		"the other is not planned":     nil,
		"the other cannot be planned":  {Target: judgedProd, Status: report.Failed, Failure: &report.Failure{}},
		"the other's job left no word": {Target: judgedProd, Status: report.Failed, Failure: &report.Failure{Kind: report.Invalid}, Policy: &report.Policy{}},
	} {
		reports := []report.Report{good}
		if other != nil {
			reports = append(reports, *other)
		}
		s := standingOf(t, rule, reports...)
		s.ticket.Expected = []layer.Target{judgedDev, judgedProd}
		s.whole()
		s.remember(nil)
		if e := s.records["dev"].Targets[judgedDev.ID()]; s.conclude("dev") != "failure" || e.Fingerprint != nil {
			t.Errorf("%s: %s; %+v; %+v", name, s.conclude("dev"), e, s.page.Together)
		}
	}
}

func TestAPlanWithoutAWordOfPoliciesIsNotAllowed(t *testing.T) {
	s := standingOf(t, "package p\ndeny contains 1 if false", report.Report{Target: judgedDev, Status: report.Unchanged})
	s.remember(nil)
	if got := s.conclude("dev"); got != "failure" {
		t.Error(got)
	}
}

func TestADeniedPlanGrantsNothing(t *testing.T) {
	denied := report.Report{
		Target: judgedDev, Status: report.Unchanged, Fingerprint: &report.Fingerprint{Digest: "sha256:1"},
		Policy: &report.Policy{Decisions: []report.Decision{{Kind: report.Deny, Message: "no"}}},
	}
	s := standingOf(t, "package p\ndeny contains 1 if false", denied)
	s.remember(nil)
	e := s.records["dev"].Targets[judgedDev.ID()]
	if e.Fingerprint != nil || e.Plan.Denied != 1 {
		t.Errorf("%+v", e)
	}
	text, err := s.records["dev"].attach("")
	if err != nil || readRecord(text).Targets[judgedDev.ID()].Plan.Denied != 1 {
		t.Errorf("the record forgets it: %v", err)
	}
}

// What /scan finds is added to what the check remembers of the plan, which it leaves as it is.
func TestAScanLeavesWhatWasPlanned(t *testing.T) {
	planned := entry{Status: report.Changed, Fingerprint: &report.Fingerprint{Digest: "sha256:1"}, Pull: 7, Plan: report.Tally{Judged: true}}
	before := record{Head: "aaaa", Targets: map[string]entry{judgedDev.ID(): planned}}
	text, err := before.attach("")
	if err != nil {
		t.Fatal(err)
	}
	trivy := report.Threshold{Scanners: []report.Scanner{{Tool: "trivy", Required: true}}}
	ticket := &Ticket{Head: "aaaa", PullRequest: 7, Work: Scanning, Checks: []string{"dev"}, Expected: []layer.Target{judgedDev}, Jobs: []Job{{Target: judgedDev, Threshold: trivy}}}
	s := newStanding(Desk{}, ticket, nil)
	if err := s.examine(context.Background(), os.DirFS(t.TempDir())); err != nil {
		t.Fatal(err)
	}
	s.remember([]github.Check{{Name: "layerbot / dev", Text: text}})
	e := s.records["dev"].Targets[judgedDev.ID()]
	if e.Status != report.Changed || e.Fingerprint == nil || !e.Plan.Judged || e.Files.Lacking != 1 {
		t.Errorf("%+v", e)
	}
	if got := s.conclude("dev"); got != "failure" {
		t.Error(got)
	}
}

func TestFindingsAreAnnotatedTheGravestFirst(t *testing.T) {
	trivy := report.Threshold{Scanners: []report.Scanner{{Tool: "trivy", FailOn: report.High}}}
	s := newStanding(Desk{}, &Ticket{Jobs: []Job{{Target: judgedDev, Threshold: trivy}}}, nil)
	finding := func(line int, state report.FindingState, severity report.Severity) report.Finding {
		return report.Finding{State: state, Severity: severity, File: "a.tf", Line: line, Message: "m", Rules: []report.Rule{{Tool: "trivy", ID: "X", Link: "https://example.com"}}}
	}
	quiet := finding(5, report.New, report.High)
	quiet.Suppressed = &report.Suppression{}
	s.page.Scans = []report.Scan{{Target: judgedDev, Findings: []report.Finding{
		finding(1, report.New, report.Low), finding(2, report.New, report.Medium), finding(3, report.New, report.High), finding(4, report.Existing, report.High), quiet,
	}}}
	var got []string
	for _, a := range s.annotations("dev") {
		got = append(got, a.Level+" "+string(rune('0'+a.Start)))
	}
	if text := strings.Join(got, ", "); text != "failure 3, warning 2, notice 1" {
		t.Error(text)
	}
}
