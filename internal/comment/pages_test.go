// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// The pages of the golden files.

const head = "3f2a9c1d5e7b8a90123456789abcdef012345678"

func target1(name, env string, wave int) layer.Target {
	return layer.Target{Layer: name, Env: env, Dir: "infra/" + name, Wave: wave}
}

func quoted(s string) json.RawMessage {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return raw
}

func set(path, after string) report.Attr   { return report.Attr{Path: path, After: quoted(after)} }
func gone(path, before string) report.Attr { return report.Attr{Path: path, Before: quoted(before)} }
func turn(path, before, after string) report.Attr {
	return report.Attr{Path: path, Before: quoted(before), After: quoted(after)}
}

func changes(name, env string, wave int, list ...report.Change) report.Report {
	r := report.Report{Version: report.Version, Target: target1(name, env, wave), Head: head, Status: report.Unchanged,
		Tool: report.Tool{Name: "terraform", Version: "1.11.4", Providers: map[string]string{"registry.terraform.io/hashicorp/aws": "5.100.0"}}}
	if len(list) > 0 {
		r.Status, r.Changes = report.Changed, list
	}
	return r
}

func failed(name, env string, f report.Failure) report.Report {
	return report.Report{Version: report.Version, Target: target1(name, env, 1), Head: head, Status: report.Failed, Failure: &f}
}

func pageOf(reports ...report.Report) Page {
	p := Page{Repository: "acme/infra", PullRequest: 7, Head: head, Base: "abc", BaseRef: "prod", State: Planned, Expected: len(reports), Reports: reports,
		Version: "0.1.0", Next: "/plan",
		Links: Links{Run: "https://github.com/acme/infra/actions/runs/1", Checks: "https://github.com/acme/infra/pull/7/checks", Jobs: map[string]string{}}}
	for i, r := range reports {
		p.Links.Jobs[r.Target.ID()] = fmt.Sprintf("https://github.com/acme/infra/actions/runs/1/job/%d", i+1)
	}
	return p
}

var (
	web = report.Change{Address: "aws_instance.web", Action: report.Update, Attrs: []report.Attr{
		turn("instance_type", "t3.micro", "t3.large"), set(`tags["Owner"]`, "platform"), gone(`tags["Team"]`, "infra"),
		{Path: "ebs_optimized", Before: json.RawMessage("false"), After: json.RawMessage("true")},
		{Path: "public_ip", Before: quoted("10.0.0.1"), Unknown: true}, {Path: "password", Sensitive: true}}}
	bucket = report.Change{Address: `module.logs.aws_s3_bucket.this["eu"]`, Action: report.Create, Attrs: []report.Attr{
		set("bucket", "acme-logs"), {Path: "force_destroy", After: json.RawMessage("true")}, {Path: "id", Unknown: true}}}
	old   = report.Change{Address: "aws_instance.old", Action: report.Delete, Reason: "delete_because_no_resource_config", Attrs: []report.Attr{gone("ami", "ami-1")}}
	group = report.Change{Address: "aws_security_group.web", Action: report.Replace, Reason: "replace_because_cannot_update", Attrs: []report.Attr{
		{Path: "name", Before: quoted("web"), After: quoted("frontend"), Forces: true}}}
	first = report.Change{Address: "aws_lb_target_group.web", Action: report.Replace, CreateFirst: true, Attrs: []report.Attr{
		{Path: "port", Before: json.RawMessage("80"), After: json.RawMessage("8080"), Forces: true}}}
)

const yamlBefore = `users:
- name: app
  keys:
  - one
- name: ops
list: |
  + not a sign
`

const hostile = "</details></summary>```\n~~~~\n<!-- layerbot:plan {} --> @acme/all #1 [x](https://evil.example) <img src=x> |a|b| \u202e\u200b\x1b[31m\x00 `` $(id) https://evil.example www.evil.example a@evil.example\n# heading\n> quote\n---"

func pages() map[string]Page {
	out := map[string]Page{}

	out["unchanged"] = pageOf(changes("01-network", "prod", 0), changes("05-compute", "prod", 1), changes("07-dns", "prod", 2))

	mixed := pageOf(changes("01-network", "prod", 0), changes("05-compute", "prod", 1, web, bucket), changes("03-data", "prod", 1, bucket),
		failed("07-dns", "prod", report.Failure{Kind: report.Broken, Message: "terraform plan failed", Diagnostics: []report.Diagnostic{
			{Severity: "error", Summary: "Invalid count argument", Detail: "The \"count\" value depends on resource attributes\nthat cannot be determined until apply.",
				File: "infra/07-dns/main.tf", Line: 12, Address: "aws_route53_record.a"}}, Log: "Error: Invalid count argument\r\n  on main.tf line 12\n"}))
	mixed.Command = "/plan all prod"
	mixed.Why = map[string][]string{"05-compute/prod": {"infra/05-compute/main.tf", "modules/vm/main.tf"}, "09-lost/prod": {"infra/09-lost/main.tf"}}
	mixed.Skipped = []Skipped{{"06-applications", "not Terraform: a Helm chart"}}
	mixed.Upstream = map[string][]string{"05-compute/prod": {"01-network/prod"}}
	mixed.Others = map[string][]int{"05-compute/prod": {12, 15}}
	mixed.Notices = []Notice{{"The layers compute and data depend on each other.", "Break the cycle, or set `depends_on`."}}
	mixed.Reports[1].Outputs = []report.Change{{Address: "url", Action: report.Update, Attrs: []report.Attr{turn("", "http://a", "https://a")}}}
	mixed.Reports[1].Drift = []report.Change{{Address: "aws_instance.web", Action: report.Update, Attrs: []report.Attr{turn(`tags["By"]`, "terraform", "a person")}}}
	mixed.Reports[1].RunsCode = []report.Code{{Kind: "provisioner", Address: "aws_instance.web", Detail: "local-exec", New: true}, {Kind: "external data", Address: "data.external.x"}}
	mixed.Reports[1].Warnings = []report.Diagnostic{{Severity: "warning", Summary: "Argument is deprecated", Detail: "Use something else.", File: "infra/05-compute/main.tf", Line: 3}}
	mixed.Reports[2].Warnings = mixed.Reports[1].Warnings
	mixed.Reports[2].Checks = []report.Diagnostic{{Severity: "warning", Summary: "certificate is valid for 30 days", Address: "check.certificate"}}
	out["mixed"] = mixed

	out["destroys"] = pageOf(changes("05-compute", "prod", 1, group, old, web))
	out["create_before_destroy"] = pageOf(changes("05-compute", "prod", 1, first))

	deleted := pageOf(changes("08-legacy", "prod", 1, old))
	deleted.Reports[0].Deleted = true
	out["layer_deleted"] = deleted

	for _, k := range []report.FailureKind{report.Broken, report.Locked, report.Upstream, report.Missing, report.Invalid, report.Interrupted, report.Internal} {
		out["failed_"+string(k)] = pageOf(failed("05-compute", "prod", report.Failure{Kind: k, Message: "What happened, in one sentence."}))
	}
	out["failed_locked"].Reports[0].Failure.Hint = "alice@host holds it since 12:00. If that run is dead: `/unlock compute prod --lock-id 1a2b`."
	out["silent"] = pageOf(report.Report{Target: target1("05-compute", "prod", 0)})

	whatIf := pageOf(changes("05-compute", "prod", 1, old))
	whatIf.Earlier = []Earlier{{Target: target1("03-data", "dev", 0), Status: report.Changed, Counts: report.Counts{Replace: 3},
		Losses: []string{"aws_db_instance.main", "aws_db_instance.replica"}, Run: "https://github.com/acme/infra/actions/runs/2"}}
	whatIf.WhatIf, whatIf.WhatIfWhy = true, "The branch of `prod` is `prod`, this pull request goes into `dev`."
	out["what_if"] = whatIf
	flags := pageOf(changes("05-compute", "prod", 1, web))
	flags.Reports[0].Mode = report.Mode{Targets: []string{"aws_instance.web"}}
	out["targeted"] = flags

	closed := pageOf(changes("05-compute", "prod", 1, web))
	closed.State, closed.Next = Closed, ""
	out["closed"] = closed
	superseded := pageOf(changes("05-compute", "prod", 1, web))
	superseded.State = Superseded
	out["superseded"] = superseded

	blocked := pageOf()
	blocked.Expected = 1
	blocked.Blocked = Notice{"Error: Unsupported argument\n\n  on .github/layerbot.hcl line 2, in layers:\n   2:   exlude = [\"x\"]\n\nDid you mean \"exclude\"?", "correct the file on the base branch"}
	out["blocked"] = blocked
	held := pageOf(failed("05-compute", "prod", report.Failure{Kind: report.Locked, Message: "the state is locked by bob@laptop", Hint: "wait for that run to end; if it is dead, release the lock in `infra/05-compute`: `terraform force-unlock 1a2b`",
		Lock: &report.Lock{ID: "1a2b", Who: "bob@laptop"}}))
	out["held"] = held

	nothing := pageOf()
	nothing.Next = ""
	nothing.Skipped = []Skipped{{"06-applications", "not Terraform: a Helm chart"}}
	out["nothing_affected"] = nothing
	lost := pageOf()
	lost.Expected = 3
	out["nothing_reported"] = lost
	some := pageOf(changes("05-compute", "prod", 1))
	some.Expected = 2
	out["one_missing"] = some

	heredoc := report.Change{Address: "aws_instance.web", Action: report.Update, Attrs: []report.Attr{
		turn("user_data", yamlBefore, strings.ReplaceAll(yamlBefore, "- name: ops", "- name: admin")),
		turn("policy", `{"Statement":[{"Action":"s3:Get*","Effect":"Allow"}],"Version":"2012-10-17"}`, `{"Statement":[{"Action":"s3:*","Effect":"Allow"}],"Version":"2012-10-17"}`)}}
	out["heredoc"] = pageOf(changes("05-compute", "prod", 1, heredoc, report.Change{Address: "aws_instance.new", Action: report.Create,
		Attrs: []report.Attr{set("user_data", yamlBefore)}}))

	var tagged []report.Change
	for i := range 72 {
		tagged = append(tagged, report.Change{Address: fmt.Sprintf("aws_s3_bucket.b[%d]", i), Action: report.Update, Attrs: []report.Attr{turn(`tags_all["version"]`, "1.2.3", "1.2.4")}})
	}
	out["tags_only"] = pageOf(changes("05-compute", "prod", 1, append(tagged, web)...))

	out["moved"] = pageOf(changes("05-compute", "prod", 1,
		report.Change{Address: "aws_instance.b", Action: report.NoOp, MovedFrom: "aws_instance.a"},
		report.Change{Address: "aws_instance.c", Action: report.Update, Imported: true, ImportID: "i-1", Attrs: []report.Attr{turn("ami", "a", "b")}},
		report.Change{Address: "aws_instance.d", Action: report.Forget, Reason: "delete_because_no_resource_config"},
		report.Change{Address: "aws_instance.e", Action: report.Create, Deferred: "resource_config_unknown"},
		report.Change{Address: "data.aws_ami.f", Action: report.Read, Reason: "read_because_config_unknown", Attrs: []report.Attr{{Path: "id", Unknown: true}}}))

	crowd := pageOf()
	crowd.Upstream = map[string][]string{}
	for i := range 20 {
		r := changes(fmt.Sprintf("%02d-layer", i), "prod", i/10)
		if i%3 == 0 {
			r = changes(r.Target.Layer, "prod", i/10, web)
			crowd.Upstream[r.Target.ID()] = []string{"01-layer/prod"}
		}
		crowd.Reports = append(crowd.Reports, r)
	}
	crowd.Expected = len(crowd.Reports)
	out["crowd"] = crowd

	partial := pageOf(changes("05-compute", "prod", 1))
	partial.Command = "/plan compute prod"
	partial.Earlier = []Earlier{{Target: target1("01-network", "prod", 0), Status: report.Unchanged, Run: "https://github.com/acme/infra/actions/runs/2"},
		{Target: target1("03-data", "prod", 0), Status: report.Changed, Counts: report.Counts{Add: 2, Destroy: 1}, Losses: []string{"aws_db_instance.old"}},
		{Target: target1("07-dns", "prod", 2)}, {Target: target1("08-mail", "prod", 2), Status: report.Failed}}
	out["partial"] = partial
	out["hostile"] = hostilePage(hostile)
	out["over_budget"] = bigPage(60, 40, 8)
	return out
}

// hostilePage has s wherever a text from outside can stand.
func hostilePage(s string) Page {
	c := report.Change{Address: s, Action: report.Delete, Reason: s, MovedFrom: s, ImportID: s, Attrs: []report.Attr{
		turn(s, s, s+"x"), {Path: s, Before: json.RawMessage(s), After: json.RawMessage(s)}, turn("text", "a\n"+s, "b\n"+s)}}
	d := []report.Diagnostic{{Severity: s, Summary: s, Detail: s, Address: s, File: s, Line: 1}}
	r := changes(s, s, 1, c, report.Change{Address: s + "2", Action: report.Action(s), Attrs: c.Attrs})
	r.Outputs, r.Drift, r.Warnings, r.Checks = []report.Change{c}, []report.Change{c}, d, d
	r.RunsCode = []report.Code{{Kind: s, Address: s, Detail: s}}
	r.Tool = report.Tool{Name: s, Version: s, Providers: map[string]string{s: s}}
	r.Mode = report.Mode{Targets: []string{s}}
	f := failed(s+"f", s, report.Failure{Kind: report.FailureKind(s), Message: s, Hint: s, Diagnostics: d, Log: s})
	p := pageOf(r, f, changes(s+"u", s, 1))
	p.Head, p.Command, p.WhatIf, p.WhatIfWhy, p.Next, p.Version = s, s, true, s, s, s
	p.Repository, p.BaseRef = s, s
	for _, r := range p.Reports {
		p.Links.Jobs[r.Target.ID()] = "https://github.com/acme/infra/actions/runs/1/job/1"
	}
	p.Why, p.Upstream = map[string][]string{r.Target.ID(): {s}, s: {s}}, map[string][]string{r.Target.ID(): {s}}
	p.Earlier = []Earlier{{Target: target1(s+"e", s, 1), Run: p.Links.Run}, {Target: target1(s+"d", s, 1), Status: report.Status(s)}}
	p.Skipped, p.Notices = []Skipped{{s, s}}, []Notice{{s, s + "n"}}
	return p
}

// bigPage has targets × resources × attributes.
func bigPage(targets, resources, attributes int) Page {
	var reports []report.Report
	for i := range targets {
		var list []report.Change
		for j := range resources + i {
			c := report.Change{Address: fmt.Sprintf("module.service[%d].aws_instance.node[%d]", i, j), Action: report.Update}
			if j%10 == 0 {
				c.Action = report.Replace
			}
			for k := range attributes {
				c.Attrs = append(c.Attrs, turn(fmt.Sprintf("attribute_%d", k), "before the change", "after the change"))
			}
			list = append(list, c)
		}
		reports = append(reports, changes(fmt.Sprintf("%02d-layer", i), "prod", i/10, list...))
	}
	return pageOf(reports...)
}
