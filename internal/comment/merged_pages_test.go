// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// The pages of the golden files on what comes after the merge.

// applied returns the report of an apply that carried out list.
func applied(name, env string, wave int, list ...report.Change) report.Report {
	r := changes(name, env, wave, list...)
	r.Status, r.Verdict, r.Apply = report.Applied, report.Same, &report.Apply{Done: []string{}}
	for _, c := range list {
		r.Apply.Done = append(r.Apply.Done, c.Address)
	}
	return r
}

// halted returns the report of an apply that was not carried out, or not to its end.
func halted(r report.Report, status report.Status, f report.Failure, done ...string) report.Report {
	r.Status, r.Failure, r.Apply = status, &f, nil
	if done != nil {
		r.Apply = &report.Apply{Done: done}
	}
	return r
}

func mergedPage(reports ...report.Report) Page {
	p := pageOf(reports...)
	p.State, p.BaseRef, p.Next = Merged, "dev", ""
	return p
}

const kubeconfig = "apiVersion: v1\nclusters:\n- name: main\n  cluster:\n    server: https://10.0.0.1\n"

// outputsOf has one output of each kind.
func outputsOf() []report.Output {
	return []report.Output{
		{Name: "db_password", Sensitive: true},
		{Name: "kubeconfig", Value: quoted(kubeconfig)},
		{Name: "policy", Value: quoted(`{"Statement":[{"Action":"s3:*","Effect":"Allow"}],"Version":"2012-10-17"}`)},
		{Name: "replicas", Value: json.RawMessage("3")},
		{Name: "report"},
		{Name: "subnets", Value: json.RawMessage(`{"private":["subnet-0a1b2c3d","subnet-1a1b2c3d"],"public":["subnet-2a1b2c3d"]}`)},
		{Name: "url", Value: quoted("https://app.dev.example.com")},
	}
}

// seven returns seven changes, the first of which destroys.
func seven() []report.Change {
	list := []report.Change{old}
	for i := range 6 {
		list = append(list, report.Change{Address: fmt.Sprintf("aws_s3_bucket.b[%d]", i), Action: report.Create, Attrs: []report.Attr{set("bucket", fmt.Sprintf("acme-%d", i))}})
	}
	return list
}

func stalePlan() report.Report {
	r := halted(changes("05-compute", "dev", 1, group, old, web), report.Stopped, report.Failure{Kind: report.Stale, Message: "the plan is not the one that was reviewed",
		Hint: "what changed is below; accept it with `/apply compute dev`, or revert"})
	r.Verdict, r.Fingerprint = report.Different, &report.Fingerprint{Digest: "sha256:0"}
	r.Differences = []report.Difference{
		{Why: "terraform 1.11.4 → 1.12.0"},
		{Address: "aws_instance.gone", Was: report.Create, Why: "is not planned any more"},
		{Address: "aws_instance.old", Now: report.Delete, Why: "was not in the reviewed plan"},
		{Address: "aws_instance.web", Was: report.Update, Now: report.Update, Why: "its values differ"},
		{Address: "aws_security_group.web", Was: report.Update, Now: report.Replace, Why: "its action differs"},
		{Address: "output.url", Was: report.Update, Now: report.Update, Why: "its values differ"},
	}
	return r
}

func mergedPages() map[string]Page {
	out := map[string]Page{}

	all := mergedPage(applied("01-network", "dev", 0, bucket), applied("05-compute", "dev", 1, web, bucket), changes("07-dns", "dev", 2))
	all.Reports[1].Verdict, all.Reports[1].Apply.Outputs = report.Refined, outputsOf()
	all.Next = "/apply"
	all.Next = ""
	out["merged_applied"] = all

	destroyed := mergedPage(applied("05-compute", "dev", 1, group, old, web), applied("08-legacy", "dev", 1, old))
	destroyed.Reports[0].Verdict, destroyed.Reports[1].Deleted = report.Remainder, true
	destroyed.Earlier = []Earlier{{Target: target1("01-network", "dev", 0), Status: report.Applied, Run: "https://github.com/acme/infra/actions/runs/2"},
		{Target: target1("03-data", "dev", 0), Status: report.Unchanged}}
	out["merged_destroyed"] = destroyed

	stopped := mergedPage(applied("01-network", "dev", 0, bucket, old), stalePlan(), changes("07-dns", "dev", 2))
	stopped.Accept = "/apply compute dev"
	out["merged_stopped"] = stopped

	unreviewed := halted(changes("07-dns", "dev", 1, web), report.Stopped, report.Failure{Kind: report.Unreviewed, Message: "nobody reviewed a plan of this target"})
	unreviewed.Fingerprint = &report.Fingerprint{Digest: "sha256:1"}
	two := mergedPage(stalePlan(), unreviewed)
	two.Accept, two.Reports[0].Outputs = "/apply compute dns dev", []report.Change{{Address: "url", Action: report.Update, Attrs: []report.Attr{turn("", "http://a", "https://a")}}}
	out["merged_two_stopped"] = two

	broken := halted(changes("03-data", "dev", 1, seven()...), report.Failed, report.Failure{Kind: report.Broken, Message: "3 of 7 changes were carried out, then: BucketAlreadyExists",
		Diagnostics: []report.Diagnostic{{Severity: "error", Summary: "creating S3 Bucket (acme-2): BucketAlreadyExists", File: "infra/03-data/main.tf", Line: 7, Address: "aws_s3_bucket.b[2]"}},
		Log:         "aws_s3_bucket.b[2]: Creating...\n"}, "aws_instance.old", "aws_s3_bucket.b[0]", "aws_s3_bucket.b[1]")
	mixed := mergedPage(applied("01-network", "dev", 0, bucket), broken,
		failed("05-compute", "dev", report.Failure{Kind: report.Blocked, Message: "data/dev was not applied"}),
		failed("06-mail", "dev", report.Failure{Kind: report.Blocked, Message: "data/dev was not applied"}),
		failed("07-dns", "dev", report.Failure{Kind: report.Blocked, Message: "mail/dev was not applied"}),
		failed("08-jobs", "prod", report.Failure{Kind: report.Unapproved, Message: "the environment prod takes an approval on the commit that was merged", Hint: "have it approved, then `/apply jobs prod`"}),
		failed("09-lake", "prod", report.Failure{Kind: report.Unpromoted, Message: "this was not applied in test yet"}),
		failed("10-web", "dev", report.Failure{Kind: report.Missing, Message: "the job left no report"}),
		stalePlan())
	mixed.Reports[8].Target = target1("11-edge", "dev", 3)
	mixed.Reports[2].Target.DependsOn, mixed.Reports[3].Target.DependsOn = []string{"infra/01-network", "infra/03-data"}, []string{"infra/03-data"}
	mixed.Upstream = map[string][]string{"07-dns/dev": {"06-mail/dev", "01-network/dev"}}
	mixed.Previous = map[string]string{"prod": "test"}
	mixed.Next, mixed.Accept = "/apply", "/apply edge dev"
	out["merged_mixed"] = mixed

	lock := &report.Lock{ID: "1a2b3c4d-0000-1111-2222-333344445555", Who: "runner@fv-az1", Operation: "OperationTypeApply", Created: "2026-11-22 13:44:52.25 +0000 UTC"}
	interrupted := mergedPage(halted(changes("05-compute", "dev", 1, seven()...), report.Failed,
		report.Failure{Kind: report.Interrupted, Message: "an earlier apply of this target was killed", Lock: lock}, "aws_instance.old"))
	interrupted.Next = "/apply compute dev"
	out["merged_interrupted"] = interrupted
	locked := mergedPage(failed("05-compute", "dev", report.Failure{Kind: report.Locked, Message: "the state is locked", Hint: "a hint that is not as good", Lock: lock}))
	locked.Next = "/apply compute dev"
	out["merged_locked"] = locked

	errored := mergedPage(halted(changes("05-compute", "dev", 1, seven()...), report.Failed, report.Failure{Kind: report.Broken, Message: "the state could not be stored: 500",
		Hint: "a hint that is not as good"}, "aws_instance.old", "aws_s3_bucket.b[0]"))
	errored.Reports[0].Apply.State = "05-compute_dev.errored.tfstate.age"
	out["merged_errored_state"] = errored

	sixty := mergedPage()
	for i := range 60 {
		r := applied(fmt.Sprintf("%02d-layer", i), "dev", i/10, web)
		r.Apply.Outputs = []report.Output{{Name: "id", Value: quoted(fmt.Sprintf("vpc-%02d", i))}}
		sixty.Reports = append(sixty.Reports, r)
	}
	sixty.Expected = 60
	out["merged_sixty"] = sixty

	huge := stalePlan()
	huge.Changes, huge.Differences = nil, nil
	for i := range 300 {
		c := report.Change{Address: fmt.Sprintf("module.service.aws_instance.node[%d]", i), Action: report.Update, Attrs: slices.Repeat([]report.Attr{turn("user_data", "before the change", "after the change")}, 8)}
		if i%30 == 0 {
			c.Action = report.Replace
		}
		huge.Changes = append(huge.Changes, c)
		huge.Differences = append(huge.Differences, report.Difference{Address: c.Address, Was: report.Update, Now: c.Action, Why: "its values differ"})
	}
	out["merged_300_stopped"] = mergedPage(huge, applied("01-network", "dev", 0, bucket))
	p := out["merged_300_stopped"]
	p.Accept = "/apply compute dev"
	out["merged_300_stopped"] = p

	wait := mergedPage(applied("01-network", "prod", 0, bucket), failed("05-compute", "prod", report.Failure{Kind: report.Unapproved, Message: "nobody with write permission approved the merged commit"}))
	wait.Next = "/apply"
	out["merged_waiting"] = wait
	out["merged_nothing"] = mergedPage()
	before := mergedPage()
	before.Earlier = destroyed.Earlier
	out["merged_before"] = before

	out["drifting"] = driftPage()
	out["merged_hostile"] = hostileMerged(hostile)
	return out
}

func drifted(name string) report.Report {
	r := changes(name, "prod", 1, group)
	r.Drift = []report.Change{{Address: "aws_security_group.web", Action: report.Update, Attrs: []report.Attr{turn("name", "web", "by-hand")}},
		{Address: "aws_instance.lost", Action: report.Delete, Attrs: []report.Attr{gone("ami", "ami-1")}}}
	return r
}

func driftPage() Page {
	only := drifted("06-mail")
	only.Changes = nil
	p := pageOf(changes("01-network", "prod", 0), drifted("05-compute"), only, changes("07-dns", "prod", 1, web),
		failed("08-jobs", "prod", report.Failure{Kind: report.Broken, Message: "no credentials"}),
		failed("09-lake", "prod", report.Failure{Kind: report.Unreached, Message: "the time budget of 20 minutes ended first"}))
	p.State, p.PullRequest, p.Next = Drifting, 0, ""
	return p
}

// hostileMerged has s wherever a text from outside can stand after the merge.
func hostileMerged(s string) Page {
	base := hostilePage(s)
	lock := &report.Lock{ID: s + "_", Who: s, Operation: s, Created: s, Path: s} // no ID that a command takes
	done := base.Reports[0]
	done.Failure, done.Status, done.Verdict = nil, report.Applied, report.Different
	done.Mode = report.Mode{}
	done.Differences = []report.Difference{{Why: s}, {Address: s, Was: report.Action(s), Why: s}, {Address: s, Now: report.Action(s), Why: s}, {Address: s, Was: "a", Now: "b", Why: s}}
	done.Apply = &report.Apply{Done: []string{s}, Outputs: []report.Output{{Name: s, Value: quoted(s)}, {Name: s, Value: quoted("a\n" + s)}, {Name: s, Sensitive: true}, {Name: s, Value: json.RawMessage(s)}}}
	stop := func(name string, k report.FailureKind) report.Report {
		r := done
		r.Target.Layer, r.Apply, r.Fingerprint = s+name, nil, &report.Fingerprint{}
		r.Status, r.Failure = report.Stopped, &report.Failure{Kind: k, Message: s, Hint: s}
		return r
	}
	fail := func(name string, f report.Failure, state string) report.Report {
		r := done
		r.Target.Layer, r.Apply = s+name, &report.Apply{Done: []string{s, s + "2"}, State: state}
		r.Status, r.Failure = report.Failed, &f
		return r
	}
	p := base
	p.State = Merged
	p.Reports = []report.Report{done, stop("1", report.Stale), stop("2", report.Unreviewed), stop("3", report.FailureKind(s)),
		fail("4", report.Failure{Kind: report.Broken, Message: s, Hint: s, Log: s}, s),
		fail("5", report.Failure{Kind: report.Locked, Message: s, Lock: lock}, ""),
		fail("6", report.Failure{Kind: report.Interrupted, Message: s, Lock: &report.Lock{ID: "1a", Who: s, Operation: s, Created: s}}, ""),
		failed(s+"7", s, report.Failure{Kind: report.Blocked, Message: s}), failed(s+"8", s, report.Failure{Kind: report.Unpromoted, Message: s, Hint: s}), base.Reports[2]}
	p.Accept, p.Previous = s, map[string]string{s: s}
	p.Upstream = map[string][]string{p.Reports[7].Target.ID(): {s}}
	p.Earlier = []Earlier{{Target: target1(s+"e", s, 1), Run: p.Links.Run, Status: report.Applied}, {Target: target1(s+"d", s, 1), Status: report.Status(s)}}
	p.Expected = len(p.Reports)
	for _, r := range p.Reports {
		p.Links.Jobs[r.Target.ID()] = "https://github.com/acme/infra/actions/runs/1/job/1"
	}
	return p
}

// hostileDrift has s wherever a text from outside can stand in a search for drift.
func hostileDrift(s string) Page {
	p := hostilePage(s)
	p.State = Drifting
	p.Reports = append(p.Reports, failed(s+"r", s, report.Failure{Kind: report.Unreached, Message: s, Hint: s}))
	return p
}

// hugeDrift is drift that no issue could hold.
func hugeDrift() report.Report {
	r := drifted("05-compute")
	r.Drift = nil
	for i := range 3000 {
		r.Drift = append(r.Drift, report.Change{Address: fmt.Sprintf("aws_instance.node[%d]", i), Action: report.Update, Attrs: []report.Attr{turn("user_data", strings.Repeat("a", 100), strings.Repeat("b", 100))}})
		r.Changes = append(r.Changes, report.Change{Address: fmt.Sprintf("aws_instance.node[%d]", i), Action: report.Replace})
	}
	return r
}
