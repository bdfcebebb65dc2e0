// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// MaxRuns is how many runs GitHub takes in one upload.
// Source: https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#validating-your-sarif-file
const MaxRuns = 20

// What GitHub takes of one run, and of texts. Source: as of MaxRuns.
const (
	maxRunResults = 25_000
	maxTags       = 20
	maxText       = 1024
)

// SARIF returns the findings of scans as SARIF 2.1.0, one run a target, whose category (automationDetails.id) is
// "layerbot/<target ID>/". Suppressed findings are marked so; fixed ones are left out. At most MaxRuns scans, and what
// GitHub takes of each run (25,000 results; texts and locations within its limits). version is Layerbot's.
//
// A scanner that did not run is told in the run's invocation. GitHub takes what a run does not repeat for fixed: a scan
// with such a scanner is better not uploaded.
func SARIF(scans []report.Scan, version string) ([]byte, error) {
	if len(scans) > MaxRuns {
		return nil, fmt.Errorf("%d scans; one upload takes %d", len(scans), MaxRuns)
	}
	log := outLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []outRun{}}
	for i := range scans {
		log.Runs = append(log.Runs, runOf(&scans[i], version))
	}
	data, err := json.Marshal(log)
	if err != nil {
		return nil, fmt.Errorf("write SARIF: %w", err)
	}
	return data, nil
}

func runOf(s *report.Scan, version string) outRun {
	run := outRun{Results: []outResult{}, ColumnKind: "utf16CodeUnits", Invocations: []outInvocation{invocationOf(s.Tools)}}
	run.Automation.ID = "layerbot/" + s.Target.ID() + "/"
	run.Tool.Driver = outDriver{
		Name: "Layerbot", Version: oneLine(version, maxName), Information: "https://github.com/layerbot/layerbot", Rules: []outRule{},
	}
	index := map[string]int{} // of a rule, by its ID
	for _, f := range s.Findings {
		if f.State == report.Fixed || len(f.Rules) == 0 || len(run.Results) == maxRunResults {
			continue
		}
		id := canonical(f.Rules[0].ID)
		i, ok := index[id]
		if !ok {
			i = len(run.Tool.Driver.Rules)
			index[id] = i
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, newRule(id, f))
		}
		run.Tool.Driver.Rules[i].add(f)
		run.Results = append(run.Results, resultOf(f, id, i))
	}
	for i := range run.Tool.Driver.Rules {
		run.Tool.Driver.Rules[i].finish()
	}
	return run
}

// invocationOf tells which scanners did not run.
func invocationOf(tools []report.Scanned) outInvocation {
	in := outInvocation{Successful: true}
	for _, t := range tools {
		if t.State != report.Ran {
			in.Successful = false
			in.Notifications = append(in.Notifications, outNotification{"error", outText{Text: plain(t.Tool + ": " + t.Message)}})
		}
	}
	return in
}

func resultOf(f report.Finding, rule string, index int) outResult {
	r := outResult{
		RuleID: rule, RuleIndex: index, Level: levelOf(f.Severity), Message: outText{Text: plain(f.Message)},
		Fingerprints: map[string]string{"primaryLocationLineHash": f.ID, "layerbotFinding/v1": f.ID},
		Locations:    []outLocation{locationOf(f.File, f.Line, f.End)},
	}
	if f.Address != "" {
		r.Locations[0].Logical = []outLogical{{oneLine(f.Address, maxAddress), "resource"}}
	}
	if s := f.Suppressed; s != nil {
		at := locationOf(s.File, s.Line, 0)
		kind := "inSource"
		if ignoreReader(s.File) != nil {
			kind = "external"
		}
		r.Suppressions = []outSuppression{{kind, "accepted", oneLine(s.Reason, maxText), &at}}
	}
	return r
}

func locationOf(file string, line, end int) outLocation {
	var at outLocation
	at.Physical.Artifact.URI, at.Physical.Artifact.Base = encodeURI(file), "%SRCROOT%"
	at.Physical.Region.Start, at.Physical.Region.End = max(line, 1), max(line, end, 1)
	return at
}

// encodeURI makes a relative address of a path. Each part is encoded by itself, so that a colon begins no scheme.
func encodeURI(file string) string {
	const safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
	var b strings.Builder
	for _, c := range []byte(path.Clean(file)) {
		if strings.IndexByte(safe, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// plain makes a text in which there is no link, https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317468.
func plain(text string) string {
	if text = oneLine(strings.ReplaceAll(text, "](", "] ("), maxText); text == "" {
		return "no message"
	}
	return text
}

func levelOf(s report.Severity) string {
	switch s {
	case report.Critical, report.High:
		return "error"
	case report.Low:
		return "note"
	default:
		return "warning"
	}
}

// newRule returns a rule as its first finding describes it.
func newRule(id string, f report.Finding) outRule {
	text := outText{Text: plain(f.Message)}
	return outRule{ID: oneLine(id, maxName), Short: text, Full: text}
}

// add notes what else a finding tells of its rule.
func (r *outRule) add(f report.Finding) {
	if f.Severity.Rank() > r.severity.Rank() {
		r.severity = f.Severity
	}
	for _, rule := range f.Rules {
		if !slices.ContainsFunc(r.names, func(o report.Rule) bool { return o.Tool == rule.Tool && o.ID == rule.ID }) && len(r.names) < maxTags-1 {
			r.names = append(r.names, rule)
		}
	}
}

// finish writes down what add noted. The numbers are such that GitHub calls them what we do.
func (r *outRule) finish() {
	number := map[report.Severity]string{report.Critical: "9.5", report.High: "8.0", report.Medium: "5.5", report.Low: "2.0"}
	r.Properties.Severity, r.Properties.Tags = number[r.severity], []string{"security"}
	r.Default.Level = levelOf(r.severity)
	for _, n := range r.names {
		line := n.Tool + ": " + n.ID
		markdown := "- " + n.Tool + ": `" + strings.ReplaceAll(n.ID, "`", "'") + "`"
		if link := httpsOnly(n.Link); link != "" {
			line += " " + link
			markdown += " <" + link + ">"
			if r.HelpURI == "" {
				r.HelpURI = link
			}
		}
		r.Help.Text += oneLine(line, maxText) + "\n"
		r.Help.Markdown += oneLine(markdown, maxText) + "\n"
		if !slices.Contains(r.Properties.Tags, n.Tool) {
			r.Properties.Tags = append(r.Properties.Tags, n.Tool)
		}
	}
}
