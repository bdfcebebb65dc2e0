// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

func TestOtherFormsGolden(t *testing.T) {
	all := pages()
	for _, name := range []string{"mixed", "destroys", "heredoc", "unchanged", "nothing_affected", "partial", "blocked", "crowd"} {
		p := all[name]
		golden(t, name+".terminal.txt", Terminal(p, false))
		golden(t, name+".html", HTML(p))
		title, summary, text := CheckText(p, "prod", Budget)
		golden(t, name+".check.md", title+"\n\n"+summary+"\n"+text)
	}
	for name, p := range mergedPages() {
		if !slices.Contains([]string{"merged_applied", "merged_stopped", "merged_mixed", "merged_errored_state", "drifting"}, name) {
			continue
		}
		golden(t, name+".terminal.txt", Terminal(p, false))
		golden(t, name+".html", HTML(p))
		title, summary, text := CheckText(p, "dev", Budget)
		golden(t, name+".check.md", title+"\n\n"+summary+"\n"+text)
	}
	golden(t, "mixed.colour.txt", Terminal(all["mixed"], true))
	golden(t, "mixed.full.txt", FullText(all["mixed"].Reports[1]))
	golden(t, "failed.full.txt", FullText(all["mixed"].Reports[3]))
	golden(t, "help.md", HelpText())
	golden(t, "layers.md", LayersTable([]LayerRow{
		{Target: layer.Target{Layer: "01-network", Env: "prod", Dir: "infra/01-network"}, Owners: []string{"@acme/network"}},
		{Target: layer.Target{Layer: "05-compute", Env: "prod", Dir: "infra/05-compute", DependsOn: []string{"infra/01-network"}, Wave: 1,
			Problem: &layer.Problem{Message: "backend-config.hcl is not committed.", File: "infra/05-compute/backend-config.hcl", Hint: "Commit it, or set `backend.values`."}}},
	}, []Skipped{{"06-applications", "not Terraform: a Helm chart"}}))
	golden(t, "layers_none.md", LayersTable(nil, []Skipped{{"charts", "a Helm chart"}}))
}

func TestFullTextShortensNothing(t *testing.T) {
	long := strings.Repeat("abcdefgh", 10_000)
	r := changes("05-compute", "prod", 1, report.Change{Address: "a.b", Action: report.Update, Attrs: []report.Attr{turn("x", long, long+"!")}})
	if text := FullText(r); !strings.Contains(text, `"`+long+`!"`) {
		t.Errorf("%d bytes", len(text))
	}
	if text := HTML(pageOf(r)); !strings.Contains(text, long+"!") {
		t.Errorf("HTML of %d bytes", len(text))
	}
}

// A hint in a terminal names the program, and the end of the output is left out where it repeats the errors.
func TestTerminalSpeaksToWhoeverTypes(t *testing.T) {
	broken := report.Failure{Kind: report.Broken, Message: "Unclosed block", Hint: "apply network first, then /plan compute prod; not a/plan",
		Diagnostics: []report.Diagnostic{{Severity: "error", Summary: "Unclosed block", File: "main.tf", Line: 3}}, Log: "Terraform 1.11.4\nError: Unclosed block\n"}
	want := `compute/prod
  Error: Unclosed block
    on main.tf:3

  apply network first, then bot plan compute prod; not a/plan

✗ compute/prod  failed: Unclosed block

❌ The plan failed
1 target: failed
`
	p := pageOf(failed("05-compute", "prod", broken))
	p.Next = ""
	if diff := cmp.Diff(want, Terminal(p, false)); diff != "" {
		t.Error(diff)
	}
	p.Reports[0].Failure.Log += "panic: a nil pointer\n"
	if text := Terminal(p, false); !strings.Contains(text, "panic: a nil pointer") {
		t.Errorf("the crash is not shown:\n%s", text)
	}
}

// Ten places of one warning are one paragraph.
func TestTerminalSaysAWarningOnce(t *testing.T) {
	r := changes("05-compute", "prod", 1)
	for i := range 10 {
		r.Warnings = append(r.Warnings, report.Diagnostic{Severity: "warning", Summary: "Deprecated attribute", File: "main.tf", Line: i + 1})
	}
	text := Terminal(pageOf(r), false)
	if strings.Count(text, "Deprecated attribute") != 1 || !strings.Contains(text, "main.tf:5\n  and 5 more\n\n=") {
		t.Error(text)
	}
}

func TestSentencesLeaveNamesAlone(t *testing.T) {
	for text, want := range map[string]string{
		"the state is locked":              "The state is locked.",
		"infra/a.hcl: it is not committed": "infra/a.hcl: it is not committed.",
		"compute/dev: the plan differs":    "compute/dev: the plan differs.",
		"apply it?":                        "Apply it?",
		"":                                 "",
	} {
		if got := asSentence(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// What a failed target says itself is not said above it, too.
func TestNoticesRepeatNoFailure(t *testing.T) {
	p := pageOf(failed("05-compute", "prod", report.Failure{Kind: report.Broken, Message: "no backend file", Hint: "Commit it."}))
	p.Notices = []Notice{{"the backend file is not committed", "Commit it."}, {"another thing", "Look."}}
	body := Render(p).Body
	if strings.Count(body, "Commit it.") != 1 || !strings.Contains(body, "Another thing. Look.") {
		t.Error(body)
	}
}

func TestRefusalKeepsLines(t *testing.T) {
	got := Refusal("k", "Unsupported argument\n  on a.hcl line 2\n```\n@alice", "mend it")
	want := "<!-- layerbot:reply k -->\n````text\nUnsupported argument\n  on a.hcl line 2\n```\n@alice\n````\n\nMend it.\n"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestRefusal(t *testing.T) {
	got := Refusal("comment-77", "There is no layer “@acme” <b>.", "Did you mean `compute`? `/layers` lists them.")
	want := "<!-- layerbot:reply comment_77 -->\nThere is no layer “@\u200bacme” &lt;b&gt;.\n\nDid you mean `compute`? `/layers` lists them.\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if strings.HasPrefix(got, MarkerPrefix) {
		t.Error("a reply looks like the living comment")
	}
	for _, key := range []string{"--><b>", "a\nb", strings.Repeat("-", 500)} {
		build(t, Refusal(key, "x", ""))
	}
}

func TestLayersTableBuildsNothing(t *testing.T) {
	rows := func(s string) []LayerRow {
		return []LayerRow{{Target: layer.Target{Layer: s, Env: s, Dir: s, DependsOn: []string{s}, Problem: &layer.Problem{Message: s, Hint: s}}, Owners: []string{s}}}
	}
	want := build(t, LayersTable(rows("harmless"), []Skipped{{"a", "b"}}))
	if diff := cmp.Diff(want, build(t, LayersTable(rows(hostile), []Skipped{{hostile, hostile}}))); diff != "" {
		t.Error(diff)
	}
	var many []LayerRow
	for range 5000 {
		many = append(many, rows("layer")...)
	}
	text := LayersTable(many, nil)
	if checkForm(t, text); len(text) > Budget || !strings.Contains(text, "more: `bot layers`") {
		t.Errorf("%d bytes", len(text))
	}
}

func TestMarker(t *testing.T) {
	p := pageOf(changes("05-compute--", "prod", 1), changes("01-net", "prod", 1))
	m, ok := ReadMarker(strings.ReplaceAll(Render(p).Body, "\n", "\r\n"))
	want := Marker{Head: head, Targets: []string{"01-net/prod", "05-compute--/prod"}}
	if diff := cmp.Diff(want, m); !ok || diff != "" {
		t.Errorf("ok %v: %s", ok, diff)
	}
	for name, body := range map[string]string{
		"nothing":               "",
		"a reply":               Refusal("k", "m", ""),
		"not at the start":      "\n" + Render(p).Body,
		"no JSON":               MarkerPrefix + "x -->\n",
		"not closed":            MarkerPrefix + `{"head":"ab","targets":[]}`,
		"an unknown field":      MarkerPrefix + `{"head":"ab","targets":[],"x":1} -->`,
		"two values":            MarkerPrefix + `{"head":"ab","targets":[]}{} -->`,
		"text behind":           MarkerPrefix + `{"head":"ab","targets":[]} --> x`,
		"a head that is no hex": MarkerPrefix + `{"head":"main","targets":[]} -->`,
		"a wrong type":          MarkerPrefix + `{"head":"ab","targets":"x"} -->`,
	} {
		if m, ok := ReadMarker(body); ok {
			t.Errorf("%s is read as %v", name, m)
		}
	}
}

func FuzzReadMarker(f *testing.F) {
	f.Add("a", "--", false)
	f.Add("-->", "<!-- layerbot:plan", true)
	f.Fuzz(func(t *testing.T, a, b string, truncated bool) {
		if len(a)+len(b) > 1000 {
			return
		}
		text := Marker{Targets: []string{a, b}, Truncated: truncated}.String()
		got, ok := ReadMarker(text)
		if !ok || strings.Count(text, "--") != 2 || strings.Count(text, "\n") != 1 {
			t.Fatalf("%q: %v", text, ok)
		}
		var want []string // JSON replaces invalid UTF-8
		raw, _ := json.Marshal([]string{a, b})
		_ = json.Unmarshal(raw, &want)
		if diff := cmp.Diff(want, got.Targets); diff != "" {
			t.Error(diff)
		}
	})
}

// What a report claims is not believed when it contradicts itself, and silence is no success.
func TestOutcome(t *testing.T) {
	all := pages()
	earlier := pageOf(changes("05-compute", "prod", 1))
	earlier.Earlier = []Earlier{{Target: target1("03-data", "prod", 0), Status: report.Changed}}
	contradiction := changes("05-compute", "prod", 1, web)
	contradiction.Status = report.Unchanged
	odd := changes("05-compute", "prod", 1)
	odd.Status = "fine"
	withFailure := changes("05-compute", "prod", 1)
	withFailure.Failure = &report.Failure{Kind: "new kind", Message: "m"}
	mixedEnvs := pageOf(changes("05-compute", "prod", 1, old), changes("05-compute", "dev", 1))
	for name, tt := range map[string]struct {
		page Page
		want string
	}{
		"nothing affected is fine":                           {all["nothing_affected"], "## ✅ Nothing affected"},
		"nothing reported is a failure":                      {all["nothing_reported"], "## ❌ No plans: 3 targets expected, none reported"},
		"a missing report is a failure":                      {all["one_missing"], "## ❌ 1 of 2 targets left no report"},
		"no changes":                                         {all["unchanged"], "## ✅ No changes"},
		"a failure":                                          {all["mixed"], "## ❌ 1 of 4 plans failed"},
		"a report with no status":                            {all["silent"], "## ❌ The plan failed"},
		"a status nobody knows":                              {pageOf(odd), "## ❌ The plan failed"},
		"a failure beside another status":                    {pageOf(withFailure), "## ❌ The plan failed"},
		"changes in a report that says unchanged":            {pageOf(contradiction), "## 🔵 1 target changes"},
		"nothing here, and an affected target never planned": {all["partial"], "## ❌ 2 affected targets have no plan on this commit"},
		"nothing here, and changes earlier":                  {earlier, "## 🔵 No changes in this run, 1 target planned earlier changes"},
		"something destroyed":                                {mixedEnvs, "## ⚠️ 1 of 2 targets changes, 1 resource to destroy"},
		"closed":                                             {all["closed"], "## ⚪ Closed"},
		"superseded, which is never green":                   {all["superseded"], "## 🕓 Superseded"},
		"superseded with failures is superseded as well":     {func() Page { p := all["mixed"]; p.State = Superseded; return p }(), "## 🕓 Superseded"},
	} {
		t.Run(name, func(t *testing.T) {
			if body := Render(tt.page).Body; !strings.Contains(body, tt.want) {
				t.Error(body)
			}
		})
	}
}

func TestCheckTextIsOfOneEnvironment(t *testing.T) {
	p := pageOf(changes("05-compute", "prod", 1, old), changes("05-compute", "dev", 1), failed("07-dns", "test", report.Failure{Message: "m"}))
	for env, want := range map[string]string{"prod": "1 target changes, 1 resource to destroy", "dev": "No changes", "test": "The plan failed", "none": "Nothing affected"} {
		title, summary, text := CheckText(p, env, Budget)
		if title != want || !strings.Contains(summary, want) {
			t.Errorf("%s: %q, %s", env, title, summary)
		}
		if env != "prod" && strings.Contains(summary+text, "aws_instance.old") {
			t.Errorf("%s shows what prod changes", env)
		}
	}
	p.Expected = 4
	if title, _, _ := CheckText(p, "none", Budget); title != "No plans: 1 target expected, none reported" {
		t.Error(title)
	}
}

func TestSummaryDoesNotPointToItself(t *testing.T) {
	got := Summary(bigPage(60, 40, 8), 64<<10)
	if !got.Truncated || strings.Contains(got.Body, "the [run's summary]") || !strings.Contains(got.Body, "Everything is in the report kept with") {
		t.Error(got.Body[:3000])
	}
	if strings.HasPrefix(got.Body, MarkerPrefix) {
		t.Error("a summary has the marker of the comment")
	}
}

func TestQuietPlansAreShort(t *testing.T) {
	if body := Render(pages()["unchanged"]).Body; strings.Count(body, "\n") > 20 || strings.Contains(body, "|---") {
		t.Error(body)
	}
}

func TestShortNamesUnlessTheyClash(t *testing.T) {
	body := Render(pageOf(changes("04-data", "prod", 1, web), changes("05-data", "prod", 1, web), changes("06-dns", "prod", 1, web))).Body
	for _, want := range []string{"| `04-data/prod` |", "| `05-data/prod` |", "| `dns/prod` |"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
}

func TestTerminalShowsTheEndOfALongOutput(t *testing.T) {
	var log strings.Builder
	for i := range 300 {
		fmt.Fprintf(&log, "line %d.\n", i)
	}
	text := Terminal(mergedPage(failed("05-compute", "dev", report.Failure{Kind: report.Broken, Message: "m", Log: log.String()})), false)
	if n := strings.Count(text, "line "); n != maxTail || !strings.Contains(text, "line 299.") {
		t.Errorf("%d lines:\n%s", n, text)
	}
}
