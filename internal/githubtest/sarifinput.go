// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Limits of one upload.
// https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#file-uploads
const (
	maxSARIF     = 10 << 20 // packed
	maxUnpacked  = 128 << 20
	maxRuns      = 20
	maxResults   = 25_000 // of a run; so are rules
	maxLocations = 1_000  // of a result
	maxTags      = 20     // of a rule
)

// unpackSARIF undoes base64 and gzip. The status of the reply is 0 if it could.
func unpackSARIF(text string) ([]byte, reply) {
	refuse := func(status int, why string) ([]byte, reply) {
		return nil, reply{status: status, body: message(why), violation: why}
	}
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return refuse(http.StatusBadRequest, "sarif is not base64: "+err.Error())
	}
	if len(packed) > maxSARIF {
		return refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("sarif is %d bytes packed, of at most %d", len(packed), maxSARIF))
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return refuse(http.StatusBadRequest, "sarif is not gzip: "+err.Error())
	}
	body, err := io.ReadAll(io.LimitReader(r, maxUnpacked+1))
	switch {
	case err != nil:
		return refuse(http.StatusBadRequest, "sarif is not gzip: "+err.Error())
	case len(body) > maxUnpacked:
		return refuse(http.StatusRequestEntityTooLarge, "sarif unpacks to too much")
	}
	return body, reply{}
}

// The part of SARIF 2.1.0 that code scanning looks at.
// https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#supported-sarif-output-file-properties
type (
	sarifLog struct {
		Version string
		Runs    []sarifRun
	}
	sarifRun struct {
		Tool              struct{ Driver sarifDriver }
		AutomationDetails struct{ ID string }
		Results           *[]sarifResult // null: the tool did not get as far
	}
	sarifDriver struct {
		Name  string
		Rules []sarifRule
	}
	sarifRule struct {
		ID         string
		Properties struct{ Tags []string }
	}
	sarifResult struct {
		RuleID    string
		Level     string
		Message   struct{ Text string }
		Locations []sarifLocation
	}
	sarifLocation struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           *struct{ StartLine, EndLine int }
		}
	}
)

// refusedSARIF says why code scanning would not take a file, or not show what it says; "" if it would.
func refusedSARIF(body []byte) string {
	var file sarifLog
	if err := json.Unmarshal(body, &file); err != nil {
		return "sarif is not JSON: " + err.Error()
	}
	switch {
	case file.Version != "2.1.0":
		return fmt.Sprintf("sarif version %q, not 2.1.0", file.Version)
	case len(file.Runs) == 0 || len(file.Runs) > maxRuns:
		return fmt.Sprintf("%d runs: 1 to %d", len(file.Runs), maxRuns)
	}
	type key struct{ category, tool string }
	seen := map[key]bool{}
	for i, run := range file.Runs {
		k := key{category(run.AutomationDetails.ID), run.Tool.Driver.Name}
		why := run.refused()
		if seen[k] {
			why = fmt.Sprintf("another run has category %q and tool %q", k.category, k.tool)
		}
		if why != "" {
			return fmt.Sprintf("runs[%d]: %s", i, why)
		}
		seen[k] = true
	}
	return ""
}

// category is what goes before the last slash of a run's id: the rest tells runs of one category apart.
// https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#runautomationdetails-object
func category(id string) string { return id[:max(strings.LastIndex(id, "/"), 0)] }

func (run sarifRun) refused() string {
	switch {
	case run.Tool.Driver.Name == "":
		return "tool.driver.name is missing"
	case category(run.AutomationDetails.ID) == "":
		return fmt.Sprintf("automationDetails.id %q has no category: it ends at a slash", run.AutomationDetails.ID)
	case run.Results == nil:
		return "results is missing: nothing found is an empty list"
	case len(*run.Results) > maxResults || len(run.Tool.Driver.Rules) > maxResults:
		return fmt.Sprintf("%d results, %d rules: at most %d", len(*run.Results), len(run.Tool.Driver.Rules), maxResults)
	}
	rules := map[string]bool{}
	for i, rule := range run.Tool.Driver.Rules {
		rules[rule.ID] = true
		switch {
		case rule.ID == "":
			return fmt.Sprintf("rules[%d] has no id", i)
		case len(rule.Properties.Tags) > maxTags:
			return fmt.Sprintf("rules[%d] has %d tags: at most %d", i, len(rule.Properties.Tags), maxTags)
		}
	}
	for i, result := range *run.Results {
		if why := result.refused(rules); why != "" {
			return fmt.Sprintf("results[%d]: %s", i, why)
		}
	}
	return ""
}

func (result sarifResult) refused(rules map[string]bool) string {
	switch {
	case result.Message.Text == "":
		return "message.text is missing"
	case !slices.Contains([]string{"", "none", "note", "warning", "error"}, result.Level):
		return "level " + result.Level
	case !rules[result.RuleID]:
		return fmt.Sprintf("rule %q is not described", result.RuleID)
	case len(result.Locations) == 0 || len(result.Locations) > maxLocations:
		return fmt.Sprintf("%d locations: 1 to %d", len(result.Locations), maxLocations)
	}
	for _, l := range result.Locations {
		at := l.PhysicalLocation
		if u, err := url.Parse(at.ArtifactLocation.URI); err != nil || u.IsAbs() || u.Host != "" || !isFile(u.Path) {
			return fmt.Sprintf("uri %q is no path in the repository", at.ArtifactLocation.URI)
		}
		if r := at.Region; r != nil && (r.StartLine < 1 || cmp.Or(r.EndLine, r.StartLine) < r.StartLine) {
			return fmt.Sprintf("lines %d to %d", r.StartLine, r.EndLine)
		}
	}
	return ""
}

// isFile says whether a path can be of a file in a repository: from its root, with nothing to resolve.
func isFile(path string) bool {
	return fs.ValidPath(path) && path != "."
}
