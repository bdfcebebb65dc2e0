// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

const run1 = "https://github.com/acme/infra/actions/runs/1"

func TestDriftIssueGolden(t *testing.T) {
	r := drifted("05-compute")
	title, body := DriftIssue(&r, run1, "0.1.0")
	golden(t, "drift_issue.md", title+"\n\n"+body)

	pending := changes("07-dns", "prod", 1, web)
	title, body = DriftIssue(&pending, run1, "0.1.0")
	golden(t, "drift_issue_pending.md", title+"\n\n"+body)
}

func TestDriftIssueFitsTheBudget(t *testing.T) {
	r := hugeDrift()
	title, body := DriftIssue(&r, run1, "0.1.0")
	checkWhole(t, body, Budget)
	if len(title) > 250 || !strings.Contains(body, "3,001 resources to replace") || !strings.Contains(body, "3,000 changes") || !strings.Contains(body, "### What to do") {
		t.Errorf("%s\n%s", title, body)
	}
	r.Changes = nil
	if _, body = DriftIssue(&r, run1, "0.1.0"); len(body) > Budget || !strings.Contains(body, "! aws_instance.node[0]\n") {
		t.Error(body)
	}
}

func TestDriftMarkerIsOfOneTarget(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"05-compute", "05-compute-", "05-compute--", `05-compute-\u002d`, "05", "compute", "a -->", "a/b", "ä", "\xff", "\n"} {
		m := DriftMarker(target1(name, "prod", 0))
		if other, ok := seen[m]; ok {
			t.Errorf("%q and %q have the marker %q", name, other, m)
		}
		seen[m] = name
		if strings.Count(m, "--") != 2 || strings.Count(m, "\n") != 1 || !strings.HasSuffix(m, " -->\n") || strings.HasPrefix(m, MarkerPrefix) {
			t.Errorf("%q", m)
		}
	}
	r := drifted("05-compute")
	if _, body := DriftIssue(&r, run1, ""); !strings.HasPrefix(body, DriftMarker(r.Target)) {
		t.Error(body)
	}
}

func TestDriftOutcome(t *testing.T) {
	clean := changes("01-network", "prod", 0)
	late := failed("09-lake", "prod", report.Failure{Kind: report.Unreached, Message: "late"})
	broken := failed("08-jobs", "prod", report.Failure{Kind: report.Broken, Message: "m"})
	applied := applied("01-network", "prod", 0)
	liar := drifted("05-compute")
	liar.Status = report.Unchanged
	page := func(list ...report.Report) Page {
		p := pageOf(list...)
		p.State, p.Next = Drifting, ""
		return p
	}
	missing := page(clean)
	missing.Expected = 2
	for name, tt := range map[string]struct {
		page Page
		want string
	}{
		"no drift":                      {page(clean, clean), "✅ No drift in prod: 2 targets"},
		"drift":                         {page(clean, drifted("05-compute")), "⚠️ 1 of 2 targets drifted"},
		"drift that is said to be none": {page(liar), "⚠️ 1 of 1 target drifted"},
		"not all of it seen":            {page(clean, late), "⏳ No drift so far: 1 of 2 targets not looked at yet"},
		"a failure":                     {page(clean, broken, drifted("05-compute")), "❌ 1 of 3 targets could not be looked at, 1 drifted"},
		"a missing report":              {missing, "❌ 1 of 2 targets could not be looked at"},
		"an apply has no place here":    {page(applied), "❌ 1 of 1 target could not be looked at"},
		"nothing to look at":            {page(), "✅ No drift: there is no target"},
	} {
		t.Run(name, func(t *testing.T) {
			if body := Summary(tt.page, Budget).Body; !strings.Contains(body, "## "+tt.want) {
				t.Error(body)
			}
		})
	}
}

func TestUnlockReplyGolden(t *testing.T) {
	lock := &report.Lock{ID: "1a2b3c4d-0000", Who: "runner@fv-az1", Operation: "OperationTypeApply", Created: "2026-11-22 13:44:52.25 +0000 UTC"}
	held := failed("05-compute", "prod", report.Failure{Kind: report.Locked, Message: "the state is locked", Lock: lock})
	odd := failed("05-compute", "prod", report.Failure{Kind: report.Locked, Message: "the state is locked", Lock: &report.Lock{ID: "a_b c"}})
	broken := failed("05-compute", "prod", report.Failure{Kind: report.Broken, Message: "no credentials", Hint: "set plan_role"})
	free := changes("05-compute", "prod", 0)
	ask := Command{Verb: Unlock, Words: []string{"prod", "compute"}}
	with := func(id string) Command { c := ask; c.LockID = id; return c }
	var all strings.Builder
	for _, x := range []struct {
		name string
		c    Command
		r    report.Report
	}{
		{"who holds it", ask, held},
		{"nobody holds it", ask, free},
		{"it was released", with("1a2b3c4d-0000"), free},
		{"another lock is held", with("9z"), held},
		{"it is still held", with("1a2b3c4d-0000"), held},
		{"an ID that no command takes", ask, odd},
		{"it could not be looked at", ask, broken},
		{"no report", ask, report.Report{Target: free.Target}},
		{"a report of something else", with("1a2b3c4d-0000"), applied("05-compute", "prod", 0)},
	} {
		got := UnlockReply("comment-77", x.c, &x.r)
		if !strings.HasPrefix(got, ReplyMarker("comment-77")+"\n") {
			t.Error(got)
		}
		build(t, got)
		all.WriteString("=== " + x.name + "\n" + got + "\n")
		if x.name == "who holds it" {
			if _, text, _ := strings.Cut(got, "```\n"); true {
				c, ok, err := Parse(text)
				if !ok || err != nil || c.LockID != lock.ID {
					t.Errorf("%v, %v, %v", c, ok, err)
				}
			}
		}
	}
	golden(t, "unlock.md", all.String())
}
