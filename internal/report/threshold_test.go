// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"slices"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

func TestWhichDecisionsBlock(t *testing.T) {
	for name, c := range map[string]struct {
		failOn   report.Severity
		kind     report.DecisionKind
		severity report.Severity
		blocks   bool
	}{
		"a denial":                 {"", report.Deny, "", true},
		"a violation":              {"", report.Violation, "", true},
		"a denial of low severity": {"", report.Deny, report.Low, true},
		"a warning":                {"", report.Warn, "", false},
		"a critical warning where no threshold is given":     {"", report.Warn, report.Critical, false},
		"a denial below the threshold":                       {report.High, report.Deny, report.Medium, false},
		"a denial at the threshold":                          {report.High, report.Deny, report.High, true},
		"a denial without severity, whatever the threshold":  {report.Critical, report.Deny, "", true},
		"a warning at the threshold":                         {report.High, report.Warn, report.High, true},
		"a warning without severity, whatever the threshold": {report.Low, report.Warn, "", false},
	} {
		if got := (report.Threshold{PolicyFailOn: c.failOn}).Blocks(report.Decision{Kind: c.kind, Severity: c.severity}); got != c.blocks {
			t.Errorf("%s: blocks = %v", name, got)
		}
	}
}

func TestPoliciesThatWereNotAskedDeny(t *testing.T) {
	for name, p := range map[string]*report.Policy{"no word": nil, "a failure": {Failure: "a timeout"}} {
		if !(report.Threshold{}).Denies(p) {
			t.Errorf("%s is taken for a yes", name)
		}
	}
	if (report.Threshold{}).Denies(&report.Policy{Rules: 3}) {
		t.Error("no decision denies")
	}
}

func TestWhichFindingsFail(t *testing.T) {
	quiet := &report.Suppression{Tool: "trivy", Rule: "X"}
	strict := report.Scanner{Tool: "trivy", FailOn: report.High}
	for name, c := range map[string]struct {
		threshold report.Threshold
		finding   report.Finding
		fails     bool
	}{
		"new and high":                        {report.Threshold{Scanners: []report.Scanner{strict}}, report.Finding{State: report.New, Severity: report.High}, true},
		"new and critical":                    {report.Threshold{Scanners: []report.Scanner{strict}}, report.Finding{State: report.New, Severity: report.Critical}, true},
		"new and medium":                      {report.Threshold{Scanners: []report.Scanner{strict}}, report.Finding{State: report.New, Severity: report.Medium}, false},
		"existing":                            {report.Threshold{Scanners: []report.Scanner{strict}}, report.Finding{State: report.Existing, Severity: report.High}, false},
		"existing, and all count":             {report.Threshold{All: true, Scanners: []report.Scanner{strict}}, report.Finding{State: report.Existing, Severity: report.High}, true},
		"fixed, and all count":                {report.Threshold{All: true, Scanners: []report.Scanner{strict}}, report.Finding{State: report.Fixed, Severity: report.High}, false},
		"suppressed":                          {report.Threshold{Scanners: []report.Scanner{strict}}, report.Finding{State: report.New, Severity: report.High, Suppressed: quiet}, false},
		"no threshold":                        {report.Threshold{Scanners: []report.Scanner{{Tool: "trivy"}}}, report.Finding{State: report.New, Severity: report.Critical}, false},
		"another tool's threshold":            {report.Threshold{Scanners: []report.Scanner{{Tool: "trivy"}, {Tool: "tfsec", FailOn: report.Low}}}, report.Finding{State: report.New, Severity: report.Critical}, false},
		"an unknown severity, of a threshold": {report.Threshold{Scanners: []report.Scanner{strict}}, report.Finding{State: report.New}, false},
	} {
		c.finding.Rules = []report.Rule{{Tool: "trivy", ID: "X"}}
		if got := c.threshold.Fails(c.finding); got != c.fails {
			t.Errorf("%s: fails = %v", name, got)
		}
	}
}

func TestATallyFailsForWhatIsSilent(t *testing.T) {
	good := report.Report{Policy: &report.Policy{}}
	ran := report.Scan{Tools: []report.Scanned{{Tool: "trivy", State: report.Ran}}}
	absent := report.Scan{Tools: []report.Scanned{{Tool: "trivy", State: report.ToolMissing}}}
	required := report.Threshold{Policies: true, Scanners: []report.Scanner{{Tool: "trivy", Required: true}}}
	optional := report.Threshold{Policies: true, Scanners: []report.Scanner{{Tool: "trivy"}}}
	for name, c := range map[string]struct {
		threshold report.Threshold
		report    *report.Report
		scan      *report.Scan
		fails     bool
	}{
		"all ran":                            {required, &good, &ran, false},
		"the plan has no word of policies":   {required, &report.Report{}, &ran, true},
		"there was no plan to judge":         {required, &report.Report{Failure: &report.Failure{}}, &ran, false},
		"a required scanner did not run":     {required, &good, &absent, true},
		"another scanner did not run":        {optional, &good, &absent, false},
		"nothing was asked for":              {required, nil, nil, false},
		"manifests have no word":             {report.Threshold{Manifests: true}, nil, &ran, true},
		"policies that nobody asked for":     {report.Threshold{}, &report.Report{}, nil, false},
		"policies that could not be asked":   {required, &report.Report{Policy: &report.Policy{Failure: "x"}}, &ran, true},
		"a denial":                           {required, &report.Report{Policy: &report.Policy{Decisions: []report.Decision{{Kind: report.Deny}}}}, &ran, true},
		"a denial of a plan that it stopped": {required, &report.Report{Failure: &report.Failure{}, Policy: &report.Policy{Decisions: []report.Decision{{Kind: report.Deny}}}}, &ran, true},
		"a warning":                          {required, &report.Report{Policy: &report.Policy{Decisions: []report.Decision{{Kind: report.Warn}}}}, &ran, false},
	} {
		if got := c.threshold.Sum(c.report, c.scan).Failed(); got != c.fails {
			t.Errorf("%s: failed = %v", name, got)
		}
	}
}

func TestPoliciesJoinInOrder(t *testing.T) {
	p := &report.Policy{Rules: 2, Decisions: []report.Decision{{Kind: report.Deny, Address: "b"}, {Kind: report.Warn, Address: "a"}}}
	p.Join(&report.Policy{Rules: 3, Decisions: []report.Decision{{Kind: report.Violation, Address: "c", Severity: report.High}, {Kind: report.Deny, Address: "a"}}})
	got := ""
	for _, d := range p.Decisions {
		got += d.Address
	}
	if got != "caba" || p.Rules != 3 {
		t.Errorf("%s, %d rules", got, p.Rules)
	}
	p.Join(&report.Policy{Decisions: make([]report.Decision, 1000)})
	if len(p.Decisions) != report.MaxDecisions || p.Omitted != 4 {
		t.Errorf("%d decisions, %d left out", len(p.Decisions), p.Omitted)
	}
	if p.Join(&report.Policy{Failure: "x"}); p.Failure != "x" || p.Decisions != nil {
		t.Errorf("%+v", p)
	}
}

// A change could bring about a thousand decisions that only warn, so that the one that blocks is left out.
func TestNoMultitudePushesOutADecisionThatBlocks(t *testing.T) {
	ofAll := func(kind report.DecisionKind, severity report.Severity) report.Decision {
		return report.Decision{Kind: kind, Severity: severity, Address: "z"}
	}
	for _, kind := range []report.DecisionKind{report.Deny, report.Violation, report.Warn} {
		for _, severity := range []report.Severity{"", report.Low, report.Medium, report.High, report.Critical} {
			for _, failOn := range []report.Severity{"", report.Low, report.Medium, report.High, report.Critical} {
				threshold := report.Threshold{Policies: true, PolicyFailOn: failOn}
				if !threshold.Blocks(ofAll(kind, severity)) {
					continue
				}
				p := &report.Policy{Decisions: []report.Decision{ofAll(kind, severity)}}
				for _, noise := range []report.DecisionKind{report.Deny, report.Warn} {
					for _, weight := range []report.Severity{"", report.Low, report.Medium, report.High, report.Critical} {
						if d := (report.Decision{Kind: noise, Severity: weight, Address: "a"}); !threshold.Blocks(d) {
							p.Decisions = append(p.Decisions, slices.Repeat([]report.Decision{d}, report.MaxDecisions+1)...)
						}
					}
				}
				p.Sort()
				if len(p.Decisions) > report.MaxDecisions || !threshold.Denies(p) {
					t.Errorf("fail_on %q: %s %q is not among the %d decisions that stay", failOn, kind, severity, len(p.Decisions))
				}
			}
		}
	}
}

// Likewise findings of a scanner that fails nothing.
func TestNoMultitudePushesOutAFindingThatFails(t *testing.T) {
	strict := report.Scanner{Tool: "gitleaks", FailOn: report.High}
	fresh, quiet, old := report.Finding{State: report.New}, report.Finding{State: report.New, Suppressed: &report.Suppression{}}, report.Finding{State: report.Existing}
	for name, c := range map[string]struct {
		threshold report.Threshold
		last      report.Finding
		fails     bool
	}{
		"new ones are left out":                          {report.Threshold{Scanners: []report.Scanner{strict}}, fresh, true},
		"all new ones that nothing keeps quiet are told": {report.Threshold{Scanners: []report.Scanner{strict}}, quiet, false},
		"existing ones are left out":                     {report.Threshold{Scanners: []report.Scanner{strict}}, old, false},
		"existing ones that count, after quiet ones":     {report.Threshold{Scanners: []report.Scanner{strict}, All: true}, quiet, true},
		"existing ones that count":                       {report.Threshold{Scanners: []report.Scanner{strict}, All: true}, old, true},
		"nothing fails":                                  {report.Threshold{Scanners: []report.Scanner{{Tool: "checkov"}}}, fresh, false},
	} {
		s := &report.Scan{Findings: []report.Finding{c.last}, Omitted: 1}
		if got := c.threshold.Sum(nil, s).Failed(); got != c.fails {
			t.Errorf("%s: failed = %v", name, got)
		}
	}
}

func TestAScannerThatGivesNothingFailsWhereItsFindingsWould(t *testing.T) {
	for name, c := range map[string]struct {
		scanner report.Scanner
		state   report.ScanState
		lacks   bool
	}{
		"it crashed, and its findings fail": {report.Scanner{FailOn: report.High}, report.Crashed, true},
		"it crashed, and they do not":       {report.Scanner{}, report.Crashed, false},
		"it is not there":                   {report.Scanner{FailOn: report.High}, report.ToolMissing, false},
		"it is another version":             {report.Scanner{FailOn: report.High}, report.WrongVersion, false},
		"it is not there, and it has to be": {report.Scanner{Required: true}, report.ToolMissing, true},
		"it ran":                            {report.Scanner{FailOn: report.Low, Required: true}, report.Ran, false},
	} {
		c.scanner.Tool = "trivy"
		if got := (report.Threshold{Scanners: []report.Scanner{c.scanner}}).Lacks(report.Scanned{Tool: "trivy", State: c.state}); got != c.lacks {
			t.Errorf("%s: lacks = %v", name, got)
		}
	}
}
