// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"fmt"
	"testing"
)

// The edits of the tests: each changes something else.
var (
	firewall = [3]string{"01-network/main.tf", `from = "10.0.0.0/8"`, `from = "10.1.0.0/16"`}
	buckets  = [3]string{"02-data/environments/dev/00-config.auto.tfvars", "db.t4g.medium", "db.t4g.large"}
	nodes    = [3]string{"03-compute/environments/dev/00-config.auto.tfvars", "max = 3", "max = 4"}
	more     = [3]string{"03-compute/environments/dev/00-config.auto.tfvars", "max = 4", "max = 5"}
)

func TestThreePlansOfAPullRequestAreOneComment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sample(t, "01-network 02-data 03-compute", nil))
	p, opened := w.open(t, "dev", firewall, buckets, nodes)
	r := w.run(t, opened)
	r.wantJobs(t, "gate success", "plan network/dev success", "plan data/dev success", "plan compute/dev success", "report success")
	first := w.one(t, p)
	wantIn(t, "the comment", first.Body, "network/dev", "data/dev", "compute/dev")
	if c := w.check(t, p.Head(), "layerbot / dev"); c.Conclusion != "success" {
		t.Errorf("the check is %+v", c)
	}
	for _, name := range []string{"plan network/dev", "report"} {
		wantIn(t, "the summary of "+name, r.jobs[name].summary, "network/dev")
	}
	page := r.files(t, r.artifacts)[fmt.Sprintf("%d.1/layerbot-report/report.html", r.id)]
	wantIn(t, "the page", page, "network/dev")
	wantIn(t, "the comment", first.Body, fmt.Sprintf("[Full report](%s/%s/actions/runs/%d#artifacts)", w.hub.URL, slug, r.id))

	w.run(t, w.update(t, p, more))
	if second := w.one(t, p); second.ID != first.ID || second.Edits == 0 || second.Body == first.Body {
		t.Errorf("the comment was not edited in place: %d %d", first.ID, second.ID)
	}
}

func TestPlanThatDiedIsReportedAsFailedBesideTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sample(t, "01-network 03-compute", nil))
	w.deadly = []string{"03-compute"}
	p, opened := w.open(t, "dev", firewall, nodes)
	r := w.run(t, opened)
	r.wantJobs(t, "gate success", "plan network/dev success", "plan compute/dev failure", "report success")
	wantIn(t, "the comment", w.one(t, p).Body, "`network/dev` | changes", "`compute/dev` | ❌")
	if c := w.check(t, p.Head(), "layerbot / dev"); c.Conclusion != "failure" {
		t.Errorf("the check is %+v", c)
	}
}

func TestCommentPlansWhatItNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sample(t, "01-network 03-compute", nil))
	p, opened := w.open(t, "prod", [3]string{"03-compute/main.tf", "t4g.nano", "t4g.micro"})
	w.run(t, opened).wantJobs(t, "gate success", "plan compute/prod success", "report success")

	r := w.run(t, comment(p, "alice", "\r\n/plan compute prod"))
	r.wantJobs(t, "gate success", "plan compute/prod success", "report success")
	r.usesWhatItAskedFor(t)
	w.one(t, p)
	check := w.check(t, p.Head(), "layerbot / prod")
	w.run(t, onMain("check_run", p.CheckEvent("alice", check.ID, "plan"))).wantJobs(t, "gate success", "plan compute/prod success", "report success")

	check.Name = "coverage"
	coverage := w.repo.ForgeCheck("coverage", check.Check)
	chat, said := p.Comment("alice", "I would /plan this")
	w.hub.User("renovate[bot]")
	w.hub.ResetRequests()
	for name, ev := range map[string]event{
		"what people say to each other": onMain("issue_comment", said),
		"what a bot says":               comment(p, "renovate[bot]", "/plan"),
		"the button of another check":   onMain("check_run", p.CheckEvent("alice", coverage, "plan")),
		"an edited comment":             onMain("issue_comment", p.EditComment("alice", chat, "/plan")),
	} {
		w.run(t, ev).wantJobs(t)
		if got := w.hub.Requests(); len(got) > 0 {
			t.Errorf("%s made requests: %+v", name, got)
		}
	}
	w.run(t, comment(p, "dana", "/plan")).wantJobs(t, "gate success", "report success") // may not: refused
}
