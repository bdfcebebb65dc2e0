// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

func TestMergedGolden(t *testing.T) {
	for name, p := range mergedPages() {
		t.Run(name, func(t *testing.T) {
			got := Render(p)
			golden(t, name+".md", got.Body)
			if build(t, got.Body); len(got.Body) > Budget {
				t.Errorf("%d bytes", len(got.Body))
			}
			if again := Render(p); again != got {
				t.Error("the same page is rendered in two ways")
			}
		})
	}
}

func TestMergedOutcome(t *testing.T) {
	all := mergedPages()
	ok := applied("01-network", "dev", 0, bucket)
	fail := func(k report.FailureKind) report.Report {
		return failed("05-compute", "dev", report.Failure{Kind: k, Message: "m"})
	}
	stop := func(k report.FailureKind) report.Report {
		return halted(fail(k), report.Stopped, report.Failure{Kind: k})
	}
	contradiction := applied("05-compute", "dev", 1, web)
	contradiction.Failure = &report.Failure{Kind: report.Broken, Message: "m"}
	planned := changes("05-compute", "dev", 1, web)
	unchanged := changes("05-compute", "dev", 1, web)
	unchanged.Status = report.Unchanged
	onlyReads := changes("05-compute", "dev", 1, report.Change{Address: "data.a.b", Action: report.Read})
	onlyReads.Status = report.Unchanged
	missing := mergedPage(ok)
	missing.Expected = 2
	silent := mergedPage()
	silent.Expected = 1
	left := mergedPage(ok)
	left.Earlier = []Earlier{{Target: target1("03-data", "dev", 0), Status: report.Applied}, {Target: target1("04-db", "dev", 0), Status: report.Changed}}
	blocked := mergedPage()
	blocked.Blocked = Notice{Message: "m"}
	prod := applied("01-network", "prod", 0, bucket)
	test := applied("01-network", "test", 0, bucket)
	for name, tt := range map[string]struct {
		page Page
		want string
	}{
		"all applied":                              {all["merged_applied"], "✅ Applied to dev: 2 targets, 1 without changes"},
		"to two environments":                      {mergedPage(ok, prod), "✅ Applied to dev and prod: 2 targets"},
		"to three environments":                    {mergedPage(ok, prod, test), "✅ Applied to 3 environments: 3 targets"},
		"nothing to do":                            {mergedPage(changes("01-network", "dev", 0), onlyReads), "✅ No changes in dev: 2 targets"},
		"nothing pending":                          {mergedPage(), "✅ Nothing to apply"},
		"applied before":                           {all["merged_before"], "✅ Applied before to dev: 2 targets"},
		"another target is still left":             {left, "⏳ Applied to dev: 1 target, 1 target still to be applied"},
		"changed since review":                     {all["merged_stopped"], "✋ 1 of 3 targets stopped: its plan changed since review"},
		"one target, changed since review":         {mergedPage(stop(report.Stale)), "✋ Stopped: its plan changed since review"},
		"never reviewed":                           {mergedPage(ok, stop(report.Unreviewed)), "✋ 1 of 2 targets stopped: nobody reviewed its plan"},
		"stopped for several reasons":              {all["merged_two_stopped"], "✋ 2 of 2 targets stopped ·"},
		"stopped for a reason nobody knows":        {mergedPage(ok, halted(ok, report.Stopped, report.Failure{Kind: "new"})), "✋ 1 of 2 targets stopped ·"},
		"waits for approval":                       {all["merged_waiting"], "⏳ 1 of 2 targets waits for approval"},
		"held, whatever the status says":           {mergedPage(ok, stop(report.Unpromoted)), "⏳ 1 of 2 targets waits for promotion"},
		"blocked alone":                            {mergedPage(ok, fail(report.Blocked)), "⏳ 1 of 2 targets waits for others"},
		"not reached":                              {mergedPage(ok, fail(report.Unreached)), "⏳ 1 of 2 targets was not reached in time"},
		"waits for several reasons":                {mergedPage(fail(report.Blocked), fail(report.Unapproved)), "⏳ 2 of 2 targets wait ·"},
		"a failure outweighs the rest":             {all["merged_mixed"], "❌ 8 of 9 targets were not applied"},
		"one failure":                              {mergedPage(fail(report.Broken)), "❌ The apply failed"},
		"one lock":                                 {mergedPage(fail(report.Locked)), "❌ Not applied: the state is locked"},
		"one interruption":                         {mergedPage(fail(report.Interrupted)), "❌ The apply was interrupted"},
		"a missing report":                         {missing, "❌ 1 of 2 targets was not applied"},
		"nothing but a missing report":             {silent, "❌ The apply left no report"},
		"nothing could begin":                      {blocked, "❌ Nothing could be applied"},
		"applied and failed is failed":             {mergedPage(ok, contradiction), "❌ 1 of 2 targets was not applied"},
		"a plan is no apply":                       {mergedPage(ok, planned), "❌ 1 of 2 targets was not applied"},
		"unchanged with changes":                   {mergedPage(ok, unchanged), "❌ 1 of 2 targets was not applied"},
		"a report with no status":                  {mergedPage(report.Report{Target: target1("05-compute", "dev", 0)}), "❌ The apply failed"},
		"an applied report has no place in a plan": {pageOf(ok), "❌ The plan failed"},
		"a stopped one neither":                    {pageOf(stop(report.Stale)), "❌ The plan failed"},
	} {
		t.Run(name, func(t *testing.T) {
			body := Render(tt.page).Body
			if !strings.Contains(body, "## "+tt.want) {
				t.Error(body)
			}
			green := strings.HasPrefix(tt.want, "✅")
			if strings.Contains(Terminal(tt.page, false), "✅") != green || strings.Contains(HTML(tt.page), "✅") != green {
				t.Error("another form thinks otherwise")
			}
			checkWhole(t, body, Budget)
		})
	}
}

// What was not applied is called applied nowhere, in no form.
func TestNothingIsCalledApplied(t *testing.T) {
	for k := range failures {
		p := mergedPage(failed("05-compute", "dev", report.Failure{Kind: k, Message: "m", Hint: "h"}))
		title, summary, text := CheckText(p, "dev", Budget)
		for form, got := range map[string]string{"comment": Render(p).Body, "check": title + summary + text, "terminal": Terminal(p, false), "HTML": HTML(p)} {
			got = strings.NewReplacer("not applied", "", "Not applied", "").Replace(got)
			if strings.Contains(got, "applied |") || strings.Contains(got, "] applied") || strings.Contains(got, "✓") || strings.Contains(got, "✅") || strings.Contains(got, " 1 applied") {
				t.Errorf("%s, %s:\n%s", k, form, got)
			}
		}
	}
}

func TestWhatIsCarriedOutIsCounted(t *testing.T) {
	r := halted(changes("05-compute", "dev", 1, seven()...), report.Failed, report.Failure{Kind: report.Broken, Message: "m"}, "aws_instance.old", "aws_s3_bucket.b[0]")
	moved := halted(changes("05-compute", "dev", 1, append(seven(), report.Change{Address: "aws_vpc.b", MovedFrom: "aws_vpc.a", Action: report.NoOp},
		report.Change{Address: "aws_vpc.gone", Action: report.Forget}, report.Change{Address: "data.aws_vpc.c", Action: report.Read})...),
		report.Failed, report.Failure{Kind: report.Broken, Message: "m"}, "aws_vpc.b")
	for name, tt := range map[string]struct {
		report report.Report
		row    string
	}{
		"some of it":                     {r, "| ❌ failed after 2 of 7 changes | 1 | 0 | 1 | 0 | 0 |"},
		"what only concerns the state":   {moved, "| ❌ failed after 1 of 9 changes | 0 | 0 | 0 | 0 | 1/0 |"},
		"nothing of it":                  {halted(r, report.Failed, *r.Failure), "| ❌ failed | – | – | – | – | – |"},
		"begun, and nothing":             {func() report.Report { r := r; r.Apply = &report.Apply{}; return r }(), "| ❌ failed after 0 of 7 changes | 0 | 0 | 0 | 0 | 0 |"},
		"more than the report tells of":  {func() report.Report { r := r; r.Changes = nil; return r }(), "| ❌ failed after 2 of 2 changes | 0 | 0 | 0 | 0 | 0 |"},
		"interrupted":                    {func() report.Report { r := r; r.Failure = &report.Failure{Kind: report.Interrupted}; return r }(), "| ❌ interrupted after 2 of 7 changes |"},
		"a stopped plan did nothing yet": {halted(r, report.Stopped, report.Failure{Kind: report.Stale}), "| ✋ stopped: changed since review | – | – | – | – | – |"},
		"everything, outputs are counted": {func() report.Report {
			r := applied("05-compute", "dev", 1, web)
			r.Outputs = []report.Change{{Address: "url"}}
			return r
		}(), "| applied | 0 | 1 | 0 | 0 | 0 | 1 |"},
	} {
		t.Run(name, func(t *testing.T) {
			p := mergedPage(tt.report)
			p.Links = Links{}
			if body := Render(p).Body; !strings.Contains(body, tt.row) {
				t.Error(body)
			}
		})
	}
}

func TestAPlanThatCannotBeAcceptedSaysSo(t *testing.T) {
	p := mergedPages()["merged_stopped"]
	for name, change := range map[string]func(){
		"no command":     func() { p.Accept = "" },
		"no fingerprint": func() { p.Accept, p.Reports[1].Fingerprint = "/apply compute dev", nil },
	} {
		change()
		if body := Render(p).Body; strings.Contains(body, "To accept exactly") || !strings.Contains(body, "What changed is below; accept it with") {
			t.Errorf("%s: %s", name, body)
		}
	}
}

// The check of one environment accepts nothing in another.
func TestACheckAcceptsItsOwnEnvironmentOnly(t *testing.T) {
	other := stalePlan()
	other.Target.Env = "prod"
	p := mergedPage(stalePlan(), other)
	p.Accept = "/apply compute dev prod"
	title, summary, text := CheckText(p, "prod", Budget)
	if title != "Stopped: its plan changed since review" || strings.Contains(summary+text, "dev") || !strings.Contains(text, "```\n/apply compute prod\n```") {
		t.Errorf("%s\n%s\n%s", title, summary, text)
	}
	if body := Render(p).Body; strings.Count(body, p.Accept) != 1 {
		t.Error(body)
	}
}

func TestOutputs(t *testing.T) {
	r := applied("05-compute", "dev", 1, web)
	r.Apply.Outputs = outputsOf()
	p := mergedPage(r)
	if body := Render(p).Body; !strings.Contains(body, "db_password = (sensitive)") || !strings.Contains(body, "\n  - name: main\n") {
		t.Error(body)
	}
	long := strings.Repeat("abcdefgh", 1000)
	for i := range 30 {
		r.Apply.Outputs = append(r.Apply.Outputs, report.Output{Name: "long_" + strings.Repeat("x", i), Value: quoted(long)})
	}
	got := Render(p)
	if checkWhole(t, got.Body, Budget); !strings.Contains(got.Body, "(8,002 bytes, shortened)") && !strings.Contains(got.Body, "more outputs: see ") || !got.Truncated {
		t.Errorf("truncated %v: %s", got.Truncated, got.Body)
	}
	for _, form := range []string{HTML(p)} {
		if strings.Count(form, long) != 30 {
			t.Errorf("%d of 30 values are whole", strings.Count(form, long))
		}
	}
	for name, tt := range map[string]struct{ value, want string }{
		"null":          {`null`, "x = null\n"},
		"empty text":    {`""`, "x = \"\"\n"},
		"small list":    {`["a","b"]`, "x = [\"a\",\"b\"]\n"},
		"a line end":    {`"a\n"`, "x = \"a\\n\"\n"},
		"not even JSON": {"{\n", "x = {\\n\n"},
	} {
		if got := outputText(report.Output{Name: "x", Value: json.RawMessage(tt.value)}, 0); got != tt.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Whatever a report calls its file and folder, the commands to push a state are those of the shell's words.
func TestCommandsQuoteTheirWords(t *testing.T) {
	for _, s := range []string{"infra/05-compute", "infra/my layer", "$(reboot)", "a'b", "-x", "", "; rm x", "`id`", "a\"b", "*"} {
		out, err := exec.Command("sh", "-c", "printf %s "+shellWord(s)).Output()
		if err != nil || string(out) != s {
			t.Errorf("%q is %q, %v", s, out, err)
		}
	}
	p := mergedPages()["merged_errored_state"]
	p.Reports[0].Tool.Name, p.Reports[0].Target.Dir = "tofu", "infra/my layer"
	if body := Render(p).Body; !strings.Contains(body, "tofu -chdir='infra/my layer' state push") {
		t.Error(body)
	}
	p.Reports[0].Tool.Name = "rm"
	if body := Render(p).Body; !strings.Contains(body, "\nterraform -chdir=") {
		t.Error(body)
	}
}

func TestLocksAreReleasedByTheirID(t *testing.T) {
	p := mergedPages()["merged_locked"]
	if body := Render(p).Body; !strings.Contains(body, "```\n/unlock compute dev --lock-id 1a2b3c4d-0000-1111-2222-333344445555\n```") {
		t.Error(body)
	}
	for name, change := range map[string]func(){
		"an ID that no command takes": func() { p.Reports[0].Failure.Lock = &report.Lock{ID: "x; rm -rf /"} },
		"no lock":                     func() { p.Reports[0].Failure.Lock = nil },
		"nobody to comment to":        func() { p.Reports[0].Failure.Lock, p.PullRequest = &report.Lock{ID: "1a"}, 0 },
	} {
		change()
		if body := Render(p).Body; strings.Contains(body, "--lock-id") || !strings.Contains(body, "A hint that is not as good.") {
			t.Errorf("%s: %s", name, body)
		}
	}
}

func TestManyAppliedTargetsAreOneFold(t *testing.T) {
	p := mergedPages()["merged_sixty"]
	body := Render(p).Body
	head, _, _ := strings.Cut(body, manyOpen)
	if strings.Contains(head, "<details") || strings.Count(body, manyOpen) != 1 || strings.Count(body, "<summary>What was done</summary>") != 60 {
		t.Error(body)
	}
}

func TestTheNextCommandIsExplained(t *testing.T) {
	all := mergedPages()
	for name, want := range map[string]string{
		"merged_mixed": "Try again", "merged_waiting": "Apply what is left", "merged_stopped": "Plan and compare again, accepting nothing", "merged_applied": "Next",
	} {
		p := all[name]
		p.Next = "/apply"
		if body := Render(p).Body; !strings.Contains(body, "\n"+want+":\n\n```\n/apply\n```\n") {
			t.Errorf("%s: %s", name, body)
		}
	}
}

func TestTerminalWithoutAPullRequest(t *testing.T) {
	p := mergedPage(failed("05-compute", "dev", report.Failure{Kind: report.Unpromoted, Message: "not yet", Hint: "apply it in test, then `/apply compute dev`"}))
	p.PullRequest, p.Accept = 0, ""
	if text := Terminal(p, false); !strings.Contains(text, "then `bot apply compute dev`") || strings.Contains(text, "/apply") {
		t.Error(text)
	}
}

// A push that no pull request stands behind has nowhere to comment: the workflow takes the command.
func TestCommandsWithoutAPullRequest(t *testing.T) {
	p := mergedPages()["merged_stopped"]
	p.PullRequest, p.Next = 0, "/apply"
	body := Render(p).Body
	for _, want := range []string{
		": run the workflow by hand on the branch `" + p.BaseRef + "`, its input `command` being `apply` and its input `targets`:\n\n```\n",
		"\nPlan and compare again, accepting nothing: run the workflow by hand on the branch `" + p.BaseRef + "`, its input `command` being `apply`.\n",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing:\n%s", want, body)
		}
	}
	if strings.Contains(body, "\n/apply") {
		t.Errorf("it tells to comment:\n%s", body)
	}
}
