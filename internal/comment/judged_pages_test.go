// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"fmt"
	"slices"

	"github.com/layerbot/layerbot/internal/report"
)

// The pages of the golden files on policies and scanners.

const base = "abc0000000000000000000000000000000000000"

// strict is a threshold with everything configured.
var strict = report.Threshold{Policies: true, Manifests: true, Scanners: []report.Scanner{
	{Tool: "trivy", FailOn: report.High}, {Tool: "tfsec", Required: true}, {Tool: "checkov"}, {Tool: "gitleaks", FailOn: report.Low}}}

// withLimits returns p with a threshold for each of its targets.
func withLimits(p Page, t report.Threshold) Page {
	p.Thresholds = map[string]report.Threshold{}
	for _, r := range p.Reports {
		p.Thresholds[r.Target.ID()] = t
	}
	for _, s := range p.Scans {
		p.Thresholds[s.Target.ID()] = t
	}
	for _, e := range p.Earlier {
		p.Thresholds[e.Target.ID()] = t
	}
	p.Links.Files = "https://github.com/acme/infra/blob/" + head + "/"
	return p
}

func allow() *report.Policy { return &report.Policy{Decisions: []report.Decision{}, Rules: 12} }

// judge returns r with what policies say of it.
func judge(r report.Report, list ...report.Decision) report.Report {
	r.Policy = allow()
	r.Policy.Decisions = append(r.Policy.Decisions, list...)
	return r
}

// scanOf returns a scan in which every scanner ran.
func scanOf(name, env string, list ...report.Finding) report.Scan {
	s := report.Scan{Version: report.ScanVersion, Target: target1(name, env, 1), Head: head, Base: base, Findings: list, Manifests: allow()}
	for _, tool := range []struct{ name, version string }{{"trivy", "0.74.0"}, {"tfsec", "1.28.14"}, {"checkov", "3.3.1"}, {"gitleaks", "8.30.1"}} {
		s.Tools = append(s.Tools, report.Scanned{Tool: tool.name, Version: tool.version, State: report.Ran})
	}
	return s
}

func finding(state report.FindingState, severity report.Severity, line int, message string, rules ...report.Rule) report.Finding {
	return report.Finding{ID: fmt.Sprint(state, severity, line), State: state, Severity: severity, Message: message, File: "infra/05-compute/main.tf", Line: line,
		Address: "aws_s3_bucket.logs", Rules: rules}
}

var (
	avd132    = report.Rule{Tool: "trivy", ID: "AVD-AWS-0132", Link: "https://avd.aquasec.com/misconfig/avd-aws-0132"}
	ckv145    = report.Rule{Tool: "checkov", ID: "CKV_AWS_145", Link: "https://docs.prismacloud.io/aws-145"}
	ckv18     = report.Rule{Tool: "checkov", ID: "CKV_AWS_18", Link: "https://elsewhere.example/18"}
	open22    = report.Decision{Kind: report.Deny, Package: "terraform", Rule: "open_ingress", Severity: report.Critical, Address: "aws_security_group.web", Message: "port 22 is open to 0.0.0.0/0", File: "infra/05-compute/main.tf", Line: 31, Source: "policies/terraform.rego:12"}
	untagged  = report.Decision{Kind: report.Violation, Package: "terraform", Rule: "tags", Address: "aws_instance.web", Message: "the tag Owner is missing", Source: "policies/terraform.rego:40"}
	costly    = report.Decision{Kind: report.Warn, Package: "terraform", Rule: "cost", Severity: report.Low, Address: "aws_instance.web", Message: "t3.large costs more than t3.micro", Source: "policies/terraform.rego:66"}
	latest    = report.Decision{Kind: report.Deny, Package: "ray", Rule: "image", Severity: report.High, Address: "RayCluster/main", Message: "the image has no digest", File: "charts/ray.yaml", Line: 4, Source: "policies/ray.rego:9"}
	bothOpen  = report.Decision{Kind: report.Deny, Package: "terraform", Rule: "peering", Message: "both ends of the peering are public", Source: "policies/together.rego:3", Targets: []string{"01-network/prod", "05-compute/prod"}}
	plainKeys = report.Suppression{Tool: "checkov", Rule: "CKV_AWS_145", Reason: "logs are public anyway", File: "infra/05-compute/main.tf", Line: 8, New: true}
	noReason  = report.Suppression{Tool: "trivy", Rule: "AVD-AWS-0086", File: ".trivyignore", Line: 2}
)

func quieted(f report.Finding, s report.Suppression) report.Finding {
	f.Suppressed = &s
	return f
}

// findingsOf has findings of every kind.
func findingsOf() []report.Finding {
	return []report.Finding{
		finding(report.New, report.High, 7, "Bucket is not encrypted", ckv145, avd132),
		finding(report.New, report.Medium, 7, "Access is not logged", ckv18),
		quieted(finding(report.New, report.High, 9, "Bucket is not encrypted with a key of yours", ckv145), plainKeys),
		finding(report.Existing, report.Low, 20, "Bucket has no versions", avd132),
		finding(report.Existing, "", 21, "Deprecated interpolation", report.Rule{Tool: "tflint", ID: "terraform_deprecated_interpolation"}),
		finding(report.Fixed, report.High, 3, "Bucket was public", avd132),
	}
}

func judgedPages() map[string]Page {
	out := map[string]Page{}

	dev, prod := scanOf("05-compute", "dev", findingsOf()...), scanOf("05-compute", "prod", findingsOf()...)
	for _, s := range []*report.Scan{&dev, &prod} {
		s.Suppressions = []report.Suppression{plainKeys, noReason}
	}
	prod.Manifests = &report.Policy{Decisions: []report.Decision{latest}, Rules: 4}
	prod.Tools[1] = report.Scanned{Tool: "tfsec", State: report.ToolMissing, Message: "tfsec 1.28.14 is not to be had here", Hint: "install it, or set `required = false`"}
	prod.Tools[2] = report.Scanned{Tool: "checkov", State: report.Crashed, Message: "checkov printed no SARIF"}
	p := pageOf(judge(changes("01-network", "prod", 0)), judge(changes("05-compute", "prod", 1, web, group), open22, untagged, costly), judge(changes("05-compute", "dev", 1, web), costly))
	p.Scans = []report.Scan{scanOf("01-network", "prod"), prod, dev}
	p.Together = &report.Policy{Decisions: []report.Decision{bothOpen}, Rules: 1}
	p.Earlier = []Earlier{{Target: target1("07-dns", "prod", 2), Status: report.Changed, Counts: report.Counts{Add: 1}, Tally: report.Tally{Judged: true, Denied: 1, Scanned: true, New: 2}}}
	out["judged_mixed"] = withLimits(p, strict)

	out["judged_denied"] = withLimits(pageOf(judge(changes("05-compute", "prod", 1, web), open22)), report.Threshold{Policies: true})

	p = pageOf(judge(changes("05-compute", "prod", 1, web)), judge(changes("01-network", "prod", 0)))
	p.Scans = []report.Scan{scanOf("05-compute", "prod"), scanOf("01-network", "prod")}
	out["judged_clean"] = withLimits(p, strict)

	p = pageOf(judge(changes("01-network", "prod", 0)), judge(changes("05-compute", "prod", 1)))
	p.Scans = []report.Scan{scanOf("01-network", "prod"), scanOf("05-compute", "prod", finding(report.Existing, report.Low, 20, "Bucket has no versions", avd132))}
	out["judged_quiet"] = withLimits(p, strict)

	p = pageOf(changes("05-compute", "prod", 1, web), failed("07-dns", "prod", report.Failure{Kind: report.Broken, Message: "no"}),
		judge(changes("03-data", "prod", 1, bucket)))
	p.Reports[2].Policy.Failure, p.Reports[2].Policy.Hint = "policies/slow.rego took longer than 30 s", "make the rule faster"
	out["judged_not_asked"] = withLimits(p, report.Threshold{Policies: true})

	p = pageOf(changes("05-compute", "prod", 1, web))
	p.Scans = []report.Scan{scanOf("05-compute", "prod", findingsOf()...), scanOf("09-lake", "prod", findingsOf()[1:]...)}
	out["judged_findings"] = withLimits(p, report.Threshold{Scanners: strict.Scanners})

	refused := halted(judge(changes("05-compute", "dev", 1, web, old), open22, costly), report.Stopped,
		report.Failure{Kind: report.Refused, Message: "policies deny this plan"})
	p = mergedPage(refused, judge(applied("01-network", "dev", 0, bucket), costly))
	p.Accept = "/apply compute dev" // as if it could be accepted
	out["judged_refused"] = withLimits(p, report.Threshold{Policies: true})
	both := p
	both.Reports = append(slices.Clone(p.Reports), judge(stalePlan()))
	both.Reports[2].Target = target1("06-mail", "dev", 1)
	out["judged_refused_and_stale"] = withLimits(both, report.Threshold{Policies: true})

	p = pageOf()
	p.State, p.Command, p.Next, p.Scans = Scanned, "/scan compute", "/scan", []report.Scan{prod, dev}
	out["scanned"] = withLimits(p, strict)
	local := scanOf("05-compute", "dev", finding(report.Existing, report.Low, 20, "Bucket has no versions", avd132))
	local.Base, local.Head = "", ""
	p = pageOf()
	p.State, p.PullRequest, p.Head, p.Links, p.Next, p.Scans = Scanned, 0, "", Links{}, "", []report.Scan{local}
	out["scanned_local"] = withLimits(p, strict)
	p = pageOf(judge(changes("05-compute", "prod", 1, web), open22, costly), judge(changes("01-network", "prod", 0)),
		failed("07-dns", "prod", report.Failure{Kind: report.Broken, Message: "terraform plan failed"}))
	p.State = Scanned
	out["policy_only"] = withLimits(p, report.Threshold{Policies: true})
	return out
}

// manyFindings adds n new, existing and suppressed findings to the targets of p.
func manyFindings(p Page, n int) Page {
	targets := len(p.Reports)
	words := []report.Severity{report.Critical, report.High, report.Medium, report.Low, ""}
	for i := range n {
		f := finding(report.New, words[i%5], i+1, fmt.Sprintf("Finding number %d: a storage bucket of this module is neither encrypted nor logged", i), avd132, report.Rule{Tool: "checkov", ID: fmt.Sprintf("CKV_AWS_%d", i%150)})
		f.File = fmt.Sprintf("infra/%02d-layer/storage_%d.tf", i%targets, i%40)
		switch {
		case i%10 == 9:
			f = quieted(f, report.Suppression{Tool: "checkov", Rule: "CKV_AWS_1", Reason: "accepted", File: f.File, Line: i + 1, New: i%20 == 9})
		case i%2 == 1:
			f.State = report.Existing
		}
		if i < targets {
			p.Scans = append(p.Scans, report.Scan{Target: p.Reports[i].Target, Head: head, Base: base, Tools: scanOf("a", "b").Tools})
		}
		p.Scans[i%targets].Findings = append(p.Scans[i%targets].Findings, f)
	}
	return withLimits(p, report.Threshold{Scanners: strict.Scanners})
}

// hostileJudged has s wherever policies and scanners can put a text.
func hostileJudged(s string) Page {
	rules := []report.Rule{{Tool: s, ID: s, Link: s}, {Tool: "trivy", ID: s, Link: "https://avd.aquasec.com/" + s + "/../x y"}}
	f := func(state report.FindingState, severity report.Severity) report.Finding {
		return report.Finding{ID: s, State: state, Severity: severity, Message: s, File: s, Line: 1, Address: s, Rules: rules}
	}
	quiet := report.Suppression{Tool: s, Rule: s, Reason: s, File: s, Line: 1, New: true}
	scan := report.Scan{Target: target1(s, s, 1), Head: s, Base: s, Omitted: 2, Tools: []report.Scanned{{Tool: s, Version: s, State: report.Ran},
		{Tool: s + "2", State: report.ScanState(s), Message: s, Hint: s}, {Tool: "tfsec", State: report.Crashed, Message: s, Hint: s}},
		Findings: []report.Finding{f(report.New, report.High), f(report.New, report.Severity(s)), f(report.Existing, report.Low), f(report.FindingState(s), report.Low),
			f(report.Fixed, report.Low), quieted(f(report.New, report.High), quiet), quieted(f(report.New, report.High), report.Suppression{File: s, Line: 3})},
		Suppressions: []report.Suppression{quiet, {Tool: s, Rule: s, File: s, Line: 2}}, Manifests: &report.Policy{Failure: s, Hint: s}}
	p := pageOf(judge(changes(s, s, 1, web), hostileDecisions(s)...))
	p.Scans = []report.Scan{scan}
	p.Together = &report.Policy{Decisions: []report.Decision{{Kind: report.Deny, Message: s, Targets: []string{s, s + "/" + s}}}, Omitted: 3}
	p.Earlier = []Earlier{{Target: target1(s+"e", s, 1), Run: p.Links.Run, Tally: report.Tally{Judged: true, Denied: 1, Scanned: true, Silent: 1}}}
	p = withLimits(p, strict)
	p.Links.Files = "" // of their own test: see TestFileLinksStayInTheRepository
	return p
}

func hostileDecisions(s string) []report.Decision {
	var list []report.Decision
	for _, kind := range []report.DecisionKind{report.Deny, report.Warn, report.DecisionKind(s)} {
		list = append(list, report.Decision{Kind: kind, Package: s, Rule: s, Severity: report.Severity(s), Address: s, Message: s, File: s, Line: 1, Source: s, Targets: []string{s}})
	}
	return list
}

func hostileRefused(s string) Page {
	r := halted(judge(changes(s, s, 1, web), hostileDecisions(s)...), report.Stopped, report.Failure{Kind: report.Refused, Message: s, Hint: s})
	p := withLimits(mergedPage(r), strict)
	p.Links.Files, p.Accept = "", s
	return p
}
