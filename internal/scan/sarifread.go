// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/layerbot/layerbot/internal/report"
)

// What of one tool's SARIF is read at most.
const (
	maxSARIF   = 64 << 20
	maxResults = 50_000
	maxLine    = 10_000_000
)

// readSARIF reads the SARIF 2.1.0 of a tool strictly, with paths relative to the tree that was scanned. Results at no
// place in the tree are errors, not findings; so is a run without results (which is how a tool says that it did not come
// that far: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317493). A severity is that of
// the rule's security-severity, by GitHub's bounds, else that of the level.
func readSARIF(tool string, data []byte) ([]raw, error) {
	if len(data) > maxSARIF {
		return nil, fmt.Errorf("more than %d MiB", maxSARIF>>20)
	}
	var log sarifIn
	if err := json.Unmarshal(data, &log, jsontext.AllowInvalidUTF8(true)); err != nil {
		return nil, fmt.Errorf("no SARIF: %w", err)
	}
	switch {
	case log.Version != "2.1.0":
		return nil, fmt.Errorf("SARIF of version %.20q, not 2.1.0", log.Version)
	case len(log.Runs) == 0:
		return nil, errors.New("SARIF without a run")
	}
	var all []raw
	for _, run := range log.Runs {
		if err := run.complete(); err != nil {
			return nil, err
		}
		if len(all)+len(run.Results) > maxResults {
			return nil, fmt.Errorf("more than %d results", maxResults)
		}
		for i := range run.Results {
			r, found, err := run.read(tool, &run.Results[i])
			if err != nil {
				return nil, fmt.Errorf("result %d: %w", i+1, err)
			}
			if found {
				all = append(all, r)
			}
		}
	}
	return all, nil
}

// The parts of SARIF that are read.
type (
	sarifIn struct {
		Version string  `json:"version"`
		Runs    []inRun `json:"runs"`
	}
	inRun struct {
		Tool struct {
			Driver     inComponent   `json:"driver"`
			Extensions []inComponent `json:"extensions"`
		} `json:"tool"`
		Invocations []struct {
			Successful *bool `json:"executionSuccessful"`
		} `json:"invocations"`
		Artifacts []struct {
			Location inArtifact `json:"location"`
		} `json:"artifacts"`
		Bases   map[string]inArtifact `json:"originalUriBaseIds"`
		Results []inResult            `json:"results"`
	}
	inComponent struct {
		Rules []inRule `json:"rules"`
	}
	inRule struct {
		ID       string            `json:"id"`
		Short    inText            `json:"shortDescription"`
		HelpURI  string            `json:"helpUri"`
		Messages map[string]inText `json:"messageStrings"`
		Default  struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
		Properties inProperties `json:"properties"`
	}
	inProperties struct {
		Severity jsontext.Value `json:"security-severity"` // a number, as a string by GitHub's rules
		Problem  jsontext.Value `json:"problem.severity"`
	}
	inText struct {
		Text      string   `json:"text"`
		ID        string   `json:"id"`
		Arguments []string `json:"arguments"`
	}
	inResult struct {
		RuleID    string `json:"ruleId"`
		RuleIndex *int   `json:"ruleIndex"`
		Rule      struct {
			ID    string `json:"id"`
			Index *int   `json:"index"`
		} `json:"rule"`
		Kind          string          `json:"kind"`
		Level         string          `json:"level"`
		BaselineState string          `json:"baselineState"`
		Message       inText          `json:"message"`
		Locations     []inLocation    `json:"locations"`
		Suppressions  []inSuppression `json:"suppressions"`
		Properties    inProperties    `json:"properties"`
	}
	inLocation struct {
		Physical struct {
			Artifact inArtifact `json:"artifactLocation"`
			Region   struct {
				Start int `json:"startLine"`
				End   int `json:"endLine"`
			} `json:"region"`
		} `json:"physicalLocation"`
		Logical []struct {
			Name string `json:"fullyQualifiedName"`
			Kind string `json:"kind"`
		} `json:"logicalLocations"`
	}
	inArtifact struct {
		URI   string `json:"uri"`
		Base  string `json:"uriBaseId"`
		Index *int   `json:"index"`
	}
	inSuppression struct {
		Status        string     `json:"status"`
		Justification string     `json:"justification"`
		Location      inLocation `json:"location"`
	}
)

func (run *inRun) complete() error {
	for _, i := range run.Invocations {
		if i.Successful != nil && !*i.Successful {
			return errors.New("a run that says that it failed")
		}
	}
	if run.Results == nil {
		return errors.New("a run without results")
	}
	return nil
}

// read makes a raw of a result. found is false of one that is no finding.
func (run *inRun) read(tool string, in *inResult) (r raw, found bool, err error) {
	switch in.Kind {
	case "", "fail", "open", "review":
	default:
		return raw{}, false, nil // passed, or of no matter
	}
	if in.BaselineState == "absent" {
		return raw{}, false, nil
	}
	rule := run.rule(in)
	r = raw{
		tool: tool, rule: oneLine(cmp.Or(in.RuleID, in.Rule.ID, rule.ID), maxName),
		severity: severityOf(in, rule), message: messageOf(in, rule), link: httpsOnly(rule.HelpURI),
	}
	if r.rule == "" {
		return raw{}, false, errors.New("no rule")
	}
	if len(in.Locations) == 0 {
		return raw{}, false, fmt.Errorf("%s is at no place", r.rule)
	}
	at := in.Locations[0]
	if r.file, r.line, r.end, err = run.place(at); err != nil {
		return raw{}, false, fmt.Errorf("%s: %w", r.rule, err)
	}
	for _, l := range at.Logical {
		if l.Kind == "resource" {
			r.address = oneLine(l.Name, maxAddress)
		}
	}
	r.suppressed, err = run.suppression(r, in.Suppressions)
	return r, err == nil, err
}

// rule returns what the run tells of the rule of a result; the zero value if nothing.
func (run *inRun) rule(in *inResult) inRule {
	id, index := cmp.Or(in.RuleID, in.Rule.ID), cmp.Or(in.RuleIndex, in.Rule.Index)
	all := run.Tool.Driver.Rules
	if index != nil && *index >= 0 && *index < len(all) && (id == "" || all[*index].ID == id) {
		return all[*index]
	}
	for _, c := range append([]inComponent{run.Tool.Driver}, run.Tool.Extensions...) {
		for _, r := range c.Rules {
			if r.ID == id {
				return r
			}
		}
	}
	return inRule{}
}

func messageOf(in *inResult, rule inRule) string {
	text := in.Message.Text
	if text == "" && in.Message.ID != "" {
		text = rule.Messages[in.Message.ID].Text
		for i, arg := range in.Message.Arguments {
			text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", shorten(arg, maxMessage))
			text = shorten(text, 4*maxMessage)
		}
	}
	return cmp.Or(oneLine(text, maxMessage), oneLine(rule.Short.Text, maxMessage), "no message")
}

// severityOf returns how bad a result is. Bounds of the number:
// https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#reportingdescriptor-object
func severityOf(in *inResult, rule inRule) report.Severity {
	for _, p := range []inProperties{in.Properties, rule.Properties} {
		if n, err := strconv.ParseFloat(strings.Trim(string(p.Severity), `"`), 64); err == nil {
			switch {
			case n >= 9:
				return report.Critical
			case n >= 7:
				return report.High
			case n >= 4:
				return report.Medium
			case n >= 0:
				return report.Low
			}
		}
	}
	problem := strings.Trim(cmp.Or(string(in.Properties.Problem), string(rule.Properties.Problem)), `"`)
	switch level := cmp.Or(in.Level, rule.Default.Level, problem, "warning"); level { // the default of SARIF
	case "none", "recommendation":
		return report.Low
	default:
		return report.ParseSeverity(level)
	}
}

// suppression returns what keeps a result quiet, if anything does.
func (run *inRun) suppression(r raw, all []inSuppression) (*report.Suppression, error) {
	for _, in := range all {
		if in.Status == "rejected" || in.Status == "underReview" {
			continue
		}
		s := &report.Suppression{Tool: r.tool, Rule: r.rule, Reason: oneLine(in.Justification, maxMessage), File: r.file, Line: r.line}
		if in.Location.Physical.Artifact != (inArtifact{}) {
			var err error
			if s.File, s.Line, _, err = run.place(in.Location); err != nil {
				return nil, fmt.Errorf("a suppression of %s: %w", r.rule, err)
			}
		}
		return s, nil
	}
	return nil, nil //nolint:nilnil // not suppressed
}
