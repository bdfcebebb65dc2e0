// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/report"
)

func TestJudgedGolden(t *testing.T) {
	for name, p := range judgedPages() {
		t.Run(name, func(t *testing.T) {
			got := Render(p)
			switch {
			case name == "policy_only":
				golden(t, name+".terminal.txt", PolicyTerminal(p, false))
			case p.State == Scanned:
				got = ScanReply(p)
				golden(t, name+".terminal.txt", ScanTerminal(p, false))
				golden(t, name+".colour.txt", ScanTerminal(p, true))
			default:
				golden(t, name+".terminal.txt", Terminal(p, false))
				title, summary, text := CheckText(p, "prod", Budget)
				golden(t, name+".check.md", title+"\n\n"+summary+"\n"+text)
			}
			golden(t, name+".md", got.Body)
			golden(t, name+".html", HTML(p))
			build(t, got.Body)
			if first, again := Render(p), Render(p); first != again {
				t.Error("the same page is rendered in two ways")
			}
		})
	}
}

// What the reader must see first stands in the headline.
func TestJudgedOutcome(t *testing.T) {
	all := judgedPages()
	change := func(p Page, f func(*Page)) Page { f(&p); return p }
	quiet := withLimits(pageOf(judge(changes("05-compute", "prod", 1))), report.Threshold{Policies: true})
	scanned := func(limit report.Threshold, edit func(*report.Scan), list ...report.Finding) Page {
		s := scanOf("05-compute", "prod", list...)
		if edit != nil {
			edit(&s)
		}
		p := pageOf(changes("05-compute", "prod", 1, web))
		p.Scans = []report.Scan{s}
		return withLimits(p, limit)
	}
	only := report.Threshold{Scanners: strict.Scanners}
	known := finding(report.Existing, report.Critical, 3, "m", avd132)
	silent := func(i int) func(*report.Scan) { return func(s *report.Scan) { s.Tools[i].State = report.Crashed } }
	var crowd []report.Report
	for i := range 5 {
		crowd = append(crowd, judge(changes(fmt.Sprintf("%02d-x", i), "prod", 1, web), open22))
	}
	for name, tt := range map[string]struct {
		page Page
		want string
	}{
		"denied":                                  {all["judged_denied"], "❌ Denied by policy: compute/prod ·"},
		"denied in many targets":                  {withLimits(pageOf(crowd...), report.Threshold{Policies: true}), "❌ Denied by policy: 5 of 5 targets"},
		"denied before findings":                  {all["judged_mixed"], "❌ Denied by policy: network/prod, compute/prod"},
		"a failed plan before denials":            {all["judged_not_asked"], "❌ 1 of 3 plans failed, 2 not judged by policies"},
		"denied without any change":               {withLimits(pageOf(judge(changes("05-compute", "prod", 1), untagged)), report.Threshold{Policies: true}), "❌ Denied by policy: compute/prod"},
		"a word below the threshold denies not":   {withLimits(pageOf(judge(changes("05-compute", "prod", 1, web), open22)), report.Threshold{Policies: true, PolicyFailOn: "nonsense"}), "❌ Denied by policy"},
		"a mild denial is a warning":              {withLimits(pageOf(judge(changes("05-compute", "prod", 1, web), latest)), report.Threshold{Policies: true, PolicyFailOn: report.Critical}), "🔵 1 target changes"},
		"a severe warning blocks":                 {withLimits(pageOf(judge(changes("05-compute", "prod", 1, web), costly)), report.Threshold{Policies: true, PolicyFailOn: report.Low}), "❌ Denied by policy"},
		"no word of policies that are configured": {withLimits(pageOf(changes("05-compute", "prod", 1, web)), report.Threshold{Policies: true}), "❌ Policies could not be asked: compute/prod"},
		"a word of policies that are not":         {pageOf(judge(changes("05-compute", "prod", 1, web), open22)), "🔵 1 target changes"},
		"together, without a name":                {change(quiet, func(p *Page) { p.Together = &report.Policy{Decisions: []report.Decision{untagged}} }), "❌ Denied by policy: compute/prod"},
		"together, of a target that is not here": {change(quiet, func(p *Page) {
			p.Together = &report.Policy{Decisions: []report.Decision{{Kind: report.Deny, Targets: []string{"x/prod"}}}}
		}), "❌ Denied by policy ·"},
		"together could not be asked":         {change(quiet, func(p *Page) { p.Together = &report.Policy{Failure: "slow"} }), "❌ Policies could not be asked: compute/prod"},
		"new findings that fail":              {scanned(only, nil, findingsOf()...), "❌ 1 new finding fails the check; 1 target changes"},
		"existing ones fail nothing":          {scanned(only, nil, known), "🔵 1 target changes"},
		"existing ones where all count":       {scanned(report.Threshold{Scanners: strict.Scanners, All: true}, nil, known), "❌ 1 finding fails the check; 1 target changes"},
		"a required scanner that did not run": {scanned(only, silent(1)), "❌ tfsec did not run; 1 target changes"},
		"another that did not":                {scanned(only, silent(2)), "🔵 1 target changes"},
		"suppressed findings fail nothing":    {scanned(only, nil, findingsOf()[2]), "🔵 1 target changes"},
		"an earlier denial": {change(quiet, func(p *Page) {
			p.Earlier = []Earlier{{Target: target1("07-dns", "prod", 2), Status: report.Changed, Tally: report.Tally{Judged: true, Denied: 2}}}
		}), "❌ Denied by policy: 1 target planned earlier on this commit"},
		"earlier findings": {change(quiet, func(p *Page) {
			p.Earlier = []Earlier{{Target: target1("07-dns", "prod", 2), Status: report.Changed, Tally: report.Tally{Scanned: true, New: 1, Failing: 1}}}
		}), "❌ The check fails for what scanners said of 1 target earlier"},
		"refused after the merge":   {all["judged_refused"], "✋ 1 of 2 targets stopped: policies do not allow its plan"},
		"applied against policies":  {withLimits(mergedPage(judge(applied("05-compute", "dev", 1, web), open22)), report.Threshold{Policies: true}), "⚠️ Applied to dev: 1 target, and policies do not allow it"},
		"drift is not judged":       {change(withLimits(pageOf(changes("05-compute", "prod", 1)), strict), func(p *Page) { p.State = Drifting }), "✅ No drift in prod"},
		"superseded stays so":       {change(all["judged_mixed"], func(p *Page) { p.State = Superseded }), "🕓 Superseded"},
		"nothing was ever scanned":  {Page{State: Scanned}, "✅ Nothing to scan"},
		"scanning did not begin":    {Page{State: Scanned, Blocked: Notice{Message: "m"}}, "❌ Nothing could be scanned"},
		"a scan without findings":   {change(scanned(only, nil), func(p *Page) { p.State, p.Reports = Scanned, nil }), "✅ No new findings"},
		"a scan with new findings":  {change(scanned(only, nil, findingsOf()[1]), func(p *Page) { p.State, p.Reports = Scanned, nil }), "⚠️ 1 new finding ·"},
		"a scan with a silent tool": {change(scanned(only, silent(2)), func(p *Page) { p.State, p.Reports = Scanned, nil }), "⚠️ 1 scanner did not run"},
		"a scan of half a tool": {change(scanned(only, func(s *report.Scan) { s.Tools[2].Message = "the base could not be scanned" }),
			func(p *Page) { p.State, p.Reports = Scanned, nil }), "⚠️ 1 scanner did not see all"},
		"a scan of no base": {all["scanned_local"], "⚠️ 1 finding\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if body := Render(tt.page).Body; !strings.Contains(body, "## "+tt.want) {
				t.Error(body)
			}
		})
	}
}

func TestCells(t *testing.T) {
	v := newView(Page{})
	one := scanOf("05-compute", "prod")
	one.Tools[1].State = report.ToolMissing
	for want, n := range map[string]report.Tally{
		"– –":                {},
		"✅ ✅":                {Judged: true, Scanned: true, Fixed: 3, Suppressed: 2},
		"❌ 2 denied ❌ 2 new": {Judged: true, Denied: 2, Scanned: true, New: 2, Failing: 2},
		"❌ 2 denied, 1 warning ❌ 3 new, 2 failing":           {Judged: true, Denied: 2, Warned: 1, Scanned: true, New: 3, Failing: 2},
		"⚠️ 1 warning 3 new, 4 existing":                     {Judged: true, Warned: 1, Scanned: true, New: 3, Existing: 4},
		"❌ not asked ⚠️ tfsec did not run":                   {Judged: true, Unasked: true, Scanned: true, Silent: 1},
		"❌ 1 denied, not all asked ❌ 2 scanners did not run": {Judged: true, Unasked: true, Denied: 1, Scanned: true, Silent: 2, Lacking: 1},
		"– ❌ 2 failing, 1,234 existing":                      {Scanned: true, Existing: 1234, Failing: 2},
	} {
		x := &target{Report: &report.Report{}, tally: n, scan: &one}
		if got := v.policyCell(x) + " " + v.scanCell(x); got != want {
			t.Errorf("%+v: %q, want %q", n, got, want)
		}
	}
}

func TestTalliesCountWhatIsSaidOfSeveral(t *testing.T) {
	p := judgedPages()["judged_mixed"]
	got := tallies(p)
	want := map[string]report.Tally{
		"01-network/prod": {Judged: true, Denied: 1, Scanned: true},
		"05-compute/prod": {Judged: true, Denied: 4, Warned: 1, Scanned: true, New: 2, Existing: 2, Fixed: 1, Suppressed: 1, Failing: 1, Silent: 2, Lacking: 1},
		"05-compute/dev":  {Judged: true, Warned: 1, Scanned: true, New: 2, Existing: 2, Fixed: 1, Suppressed: 1, Failing: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	p.Together = &report.Policy{Failure: "slow"}
	if got := tallies(p)["01-network/prod"]; !got.Unasked || got.Denied != 0 {
		t.Errorf("%+v", got)
	}
}

// One finding in the files that several environments share is one row, and differing ones are never one.
func TestFindingsOfSharedFilesAreOneRow(t *testing.T) {
	p := pageOf(changes("05-compute", "dev", 1, web), changes("05-compute", "prod", 1, web))
	same := finding(report.New, report.Medium, 7, "the same", ckv18)
	other := same
	other.Message = "another"
	p.Scans = []report.Scan{scanOf("05-compute", "dev", same, other), scanOf("05-compute", "prod", same)}
	body := Render(withLimits(p, report.Threshold{Scanners: strict.Scanners})).Body
	for _, want := range []string{"in `compute/dev`, `compute/prod`: the same\n", "in `compute/dev`: another\n", "· 2 new findings"} {
		if strings.Count(body, want) != 1 {
			t.Errorf("%q is not there once:\n%s", want, body)
		}
	}
}

// The same finding may fail in one environment only.
func TestEachTargetHasItsOwnThreshold(t *testing.T) {
	p := pageOf(judge(changes("05-compute", "dev", 1, web), costly), judge(changes("05-compute", "prod", 1, web), costly))
	f := finding(report.New, report.High, 7, "m", avd132)
	p.Scans = []report.Scan{scanOf("05-compute", "dev", f), scanOf("05-compute", "prod", f)}
	p = withLimits(p, report.Threshold{Policies: true, Scanners: []report.Scanner{{Tool: "trivy"}}})
	p.Thresholds["05-compute/prod"] = report.Threshold{Policies: true, PolicyFailOn: report.Low, Scanners: []report.Scanner{{Tool: "trivy", FailOn: report.High}}}
	body := Render(p).Body
	for _, want := range []string{"| ⚠️ 1 warning | 1 new |", "| ❌ 1 denied | ❌ 1 new |", "- ❌ **denied, low**", "- ⚠️ **warning, low**", "- ❌ **high**", "- **high**"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing:\n%s", want, body)
		}
	}
}

func TestARefusedPlanCannotBeAccepted(t *testing.T) {
	all := judgedPages()
	for name, forms := range map[string][]string{
		"judged_refused": {Render(all["judged_refused"]).Body, Terminal(all["judged_refused"], false), HTML(all["judged_refused"])},
	} {
		for _, text := range forms {
			if strings.Contains(text, "ccept exactly") || strings.Contains(text, "Before accepting") || !strings.Contains(text, "port 22 is open") {
				t.Errorf("%s: %s", name, text)
			}
		}
	}
	p := all["judged_refused_and_stale"]
	p.Accept = "/apply mail dev"
	body := Render(p).Body
	if strings.Count(body, "To accept exactly this plan") != 1 || !strings.Contains(body, "```\n/apply mail dev\n```") || strings.Contains(body, "```\n/apply compute dev") {
		t.Error(body)
	}
	p.Reports[0].Policy = &report.Policy{Failure: "the rule took too long"}
	if body := Render(p).Body; !strings.Contains(body, "stopped: policies not asked") || !strings.Contains(body, "| ❌ not asked |") {
		t.Error(body)
	}
}

func TestFileLinksStayInTheRepository(t *testing.T) {
	v := newView(Page{Links: Links{Files: "https://github.com/acme/infra/blob/abc"}})
	for file, want := range map[string]string{
		"main.tf":               "https://github.com/acme/infra/blob/abc/main.tf#L3",
		"a b/c?d#e.tf":          "https://github.com/acme/infra/blob/abc/a%20b/c%3Fd%23e.tf#L3",
		`a\..\..\evil.tf`:       `https://github.com/acme/infra/blob/abc/a%5C..%5C..%5Cevil.tf#L3`,
		"a%2e%2e/b.tf":          "https://github.com/acme/infra/blob/abc/a%252e%252e/b.tf#L3",
		"../../evil":            "",
		"a/../../../evil":       "",
		"/etc/passwd":           "",
		"//evil.example/x":      "",
		"https://evil.example/": "",
		"javascript:alert(1)":   "https://github.com/acme/infra/blob/abc/javascript:alert%281%29#L3",
		"":                      "",
		".":                     "",
		"\xff":                  "",
	} {
		got := v.fileLink(file, 3)
		if want != "" { // as it stands in a comment
			got = strings.NewReplacer("(", "%28", ")", "%29").Replace(got)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", file, got, want)
		}
	}
	if got := newView(Page{}).fileLink("main.tf", 3); got != "" {
		t.Errorf("a link to nowhere: %q", got)
	}
	for address, want := range map[string]bool{
		"https://avd.aquasec.com/misconfig/avd-aws-0132":                    true,
		"https://github.com/terraform-linters/tflint-ruleset-aws/README.md": true,
		"https://github.com/terraform-linters/../evil/x":                    false,
		"https://github.com/terraform-linters/%2e%2e/evil":                  false,
		"https://github.com/evil/x":                                         false,
		"https://avd.aquasec.com.evil.example/x":                            false,
		"https://avd.aquasec.com@evil.example/x":                            false,
		"http://avd.aquasec.com/x":                                          false,
		"javascript:alert(1)":                                               false,
		"https://avd.aquasec.com/x)[y](https://evil.example":                false,
		"": false,
	} {
		if documented(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
}

func TestACheckJudgesItsOwnEnvironmentOnly(t *testing.T) {
	p := judgedPages()["judged_mixed"]
	title, summary, text := CheckText(p, "dev", Budget)
	if title != "1 new finding fails the check; 1 target changes" || strings.Contains(summary+text, "prod`") || strings.Contains(text, "port 22") {
		t.Errorf("%s\n%s\n%s", title, summary, text)
	}
	title, summary, text = CheckText(p, "prod", Budget)
	if title != "Denied by policy: network/prod, compute/prod" || strings.Contains(summary+text, "compute/dev`") || !strings.Contains(text, "both ends of the peering") {
		t.Errorf("%s\n%s\n%s", title, summary, text)
	}
}

func TestWrap(t *testing.T) {
	long := strings.Repeat("word ", 60) + strings.Repeat("x", 200) + " end"
	lines := strings.Split(strings.TrimSuffix(wrap(long, "    "), "\n"), "\n")
	for _, s := range lines {
		if !strings.HasPrefix(s, "    ") || utf8.RuneCountInString(s) > maxWidth && !strings.Contains(s, "xxx") {
			t.Errorf("%q", s)
		}
	}
	if got := strings.Join(strings.Fields(strings.Join(lines, "\n")), " "); got != long {
		t.Errorf("wrapped, it is another text: %q", got)
	}
	if got := wrap(" ", "  "); got != "" {
		t.Errorf("%q", got)
	}
}

// Thousands of findings and denials leave the comment whole, what blocks stays in sight, and what is left out is said.
func TestFindingsFitTheBudget(t *testing.T) {
	many := manyFindings(bigPage(60, 40, 20), 2000)
	var decisions []report.Decision
	for i := range 500 {
		d := open22
		d.Rule, d.Line, d.Message = fmt.Sprintf("rule_%d", i%7), i+1, fmt.Sprintf("denial number %d: %s", i, strings.Repeat("why ", 60))
		decisions = append(decisions, d)
	}
	denied := manyFindings(bigPage(60, 10, 2), 2000)
	for i := range denied.Reports {
		denied.Reports[i] = judge(denied.Reports[i], decisions[i*3:i*3+3]...)
	}
	limit := strict
	limit.Manifests = false
	denied = withLimits(denied, limit)
	one := withLimits(pageOf(judge(changes("05-compute", "prod", 1, web), decisions...)), limit)
	one.Scans = []report.Scan{scanOf("05-compute", "prod", manyFindings(bigPage(1, 1, 1), 2000).Scans[0].Findings...)}
	refused := withLimits(mergedPage(halted(judge(changes("05-compute", "dev", 1, web), decisions...), report.Stopped, report.Failure{Kind: report.Refused, Message: "m"})), limit)
	loud := hostileJudged(strings.Repeat("\x00@<&#`|~ ", 500))
	for i := range 300 {
		loud.Scans[0].Findings = append(loud.Scans[0].Findings, loud.Scans[0].Findings[0])
		loud.Scans[0].Findings[len(loud.Scans[0].Findings)-1].Line = i + 10
	}
	var required []report.Report
	silent := pageOf()
	for i := range 300 {
		required = append(required, changes(fmt.Sprintf("%03d-layer", i), "prod", 1, web))
		s := scanOf(fmt.Sprintf("%03d-layer", i), "prod")
		s.Tools[1].State, s.Tools[1].Message = report.Crashed, fmt.Sprintf("crash number %d", i)
		silent.Scans = append(silent.Scans, s)
	}
	silent.Reports, silent.Expected = required, len(required)
	for name, p := range map[string]Page{"2,000 findings and plans of 5 MB": many, "180 denials besides": denied, "500 denials and 2,000 findings in one target": one,
		"500 denials after the merge": refused, "hostile texts": loud, "300 crashed scanners": withLimits(silent, report.Threshold{Scanners: strict.Scanners})} {
		t.Run(name, func(t *testing.T) {
			got := Render(p)
			checkWhole(t, got.Body, Budget)
			if m, ok := ReadMarker(got.Body); !ok || m.Truncated != got.Truncated || !got.Truncated {
				t.Errorf("marker %v, ok %v, truncated %v", m, ok, got.Truncated)
			}
			checkWhole(t, Summary(p, 1<<20).Body, 1<<20)
			checkWhole(t, Summary(p, 16<<10).Body, 16<<10)
			checkWhole(t, ScanReply(p).Body, Budget-maxReplyMarker)
			title, summary, text := CheckText(p, "prod", Budget)
			if len(title) > 255 || len(summary) > 65535 || len(text) > Budget {
				t.Errorf("check: %d, %d, %d bytes", len(title), len(summary), len(text))
			}
		})
	}
	body := Render(denied).Body
	n := strings.Count(body, "denial number ")
	for _, m := range regexp.MustCompile(`(?m)^- ❌ \*\*denied.*: (\d+) more$`).FindAllStringSubmatch(body, -1) {
		more, _ := strconv.Atoi(m[1])
		n += more
	}
	if n != 180 {
		t.Errorf("%d denials are accounted for:\n%s", n, body)
	}
	for _, want := range []string{"Denied by policy: 60 of 60 targets", "Shortened to fit: ", "denials partly by rule", "new findings as counts", "existing findings as counts"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing:\n%s", want, body)
		}
	}
	if html := HTML(denied); strings.Count(html, "denial number ") != 180 || strings.Count(html, "Finding number ") != 2000 {
		t.Error("the HTML page is shortened")
	}
}

// A scan alone leaves the plans of earlier runs as they were, and the check speaks of both.
func TestAScanBesideEarlierPlans(t *testing.T) {
	p := pageOf()
	p.Scans = []report.Scan{scanOf("05-compute", "prod", findingsOf()...)}
	p.Earlier = []Earlier{{Target: target1("05-compute", "prod", 1), Status: report.Changed, Counts: report.Counts{Add: 2},
		Tally: report.Tally{Judged: true, Warned: 3, Scanned: true, New: 2, Failing: 1}}}
	p = withLimits(p, report.Threshold{Policies: true, Scanners: strict.Scanners})
	title, summary, text := CheckText(p, "prod", Budget)
	if title != "1 new finding fails the check" || !strings.Contains(summary, "| `compute/prod` | ❌ 2 to add | – | – | – | – | – | ⚠️ 3 warnings | ❌ 2 new, 1 failing, 2 existing |") ||
		!strings.Contains(text, "Bucket is not encrypted") {
		t.Errorf("%s\n%s\n%s", title, summary, text)
	}
	p.Earlier[0].Tally.Denied = 1
	if title, _, _ := CheckText(p, "prod", Budget); title != "Denied by policy: 1 target planned earlier on this commit" {
		t.Error(title)
	}
	p.Earlier[0].Status = ""
	if title, _, _ := CheckText(p, "prod", Budget); title != "1 affected target has no plan on this commit" {
		t.Error(title)
	}
}

// On a terminal what is most urgent stands last, what nobody has to look at is counted, and no target is named where all are.
func TestTerminalOfManyFindings(t *testing.T) {
	kept := func(line int, reason string) report.Finding {
		f := finding(report.Existing, report.High, line, "kept", avd132)
		f.Suppressed = &report.Suppression{Tool: "trivy", Rule: "AVD-AWS-0132", Reason: reason, File: f.File, Line: line}
		return f
	}
	list := []report.Finding{
		finding(report.New, report.Critical, 3, "open to all", avd132), finding(report.New, report.Low, 9, "not described", avd132),
		kept(20, "public"), kept(30, "public"), kept(40, ""),
	}
	var p Page
	for _, env := range []string{"dev", "test", "prod"} {
		p.Scans = append(p.Scans, scanOf("05-compute", env, list...))
	}
	p.Scans[0].Tools[0].Message = "the base could not be scanned"
	text := ScanTerminal(withLimits(p, report.Threshold{Scanners: strict.Scanners}), false)
	at := 0
	for _, want := range []string{
		"3 suppressed findings, 1 without a reason\n  and 2 more: `bot scan --suppressions` lists them", "without a reason\n", "other new finding", "not described",
		"in all 3 targets", "1 scanner did not see all", "the base could not be scanned\n    in compute/dev", "Fails the check", "open to all",
	} {
		i := strings.Index(text[at:], want)
		if i < 0 {
			t.Fatalf("%q is missing, or too early:\n%s", want, text)
		}
		at += i
	}
	if strings.Contains(text, "public") {
		t.Error(text)
	}
	p.Scans = p.Scans[1:2]
	if text := ScanTerminal(withLimits(p, report.Threshold{Scanners: strict.Scanners}), false); strings.Contains(text, "in compute/") {
		t.Error(text)
	}
}

// tallies returns, by the IDs of targets, what a page shows that policies and scanners say of each.
func tallies(p Page) map[string]report.Tally {
	out := map[string]report.Tally{}
	for _, t := range newView(p).all() {
		out[t.id] = t.tally
	}
	return out
}
