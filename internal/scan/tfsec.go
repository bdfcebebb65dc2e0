// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"path/filepath"
	"regexp"
)

var tfsec = adapter{
	name: "tfsec", weight: 2,
	settings: []string{".tfsec/config.json", ".tfsec/config.yml", ".tfsec/config.yaml"},
	hears:    []string{"tfsec", "trivy"},
	blind:    []string{".tofu", ".tofu.json"},
	args:     tfsecArgs,
	read:     readTfsec,
	translate: func(data []byte) []byte {
		return ephemeralBlock.ReplaceAll(data, []byte("${1}data     ${2}"))
	},
}

// ephemeralBlock matches the head of a block that came with Terraform 1.10. To tfsec it is a data source, which has a type, a name
// and arguments, too, and for which it has as few rules.
var ephemeralBlock = regexp.MustCompile(`(?m)^([ \t]*)ephemeral([ \t]*"[^"\n]*"[ \t]*"[^"\n]*"[ \t]*\{)`)

func tfsecArgs(r run) []string {
	args := []string{"--format", "json", "--no-color", "--no-module-downloads", "--include-ignored"}
	for _, file := range r.varFiles {
		args = append(args, "--tfvars-file", file)
	}
	if r.settings != "" {
		args = append(args, "--config-file", r.settings)
	}
	if r.workspace != "" {
		args = append(args, "--workspace", r.workspace)
	}
	return append(args, filepath.Join(r.root, filepath.FromSlash(r.dir)))
}

// tfsec prints no findings at all where it cannot read a file; it knows no blocks that came after Terraform 1.4.
var (
	tfsecUnread = regexp.MustCompile(`(?m)^Error: (?:scan failed: )?(.*)$`)
	tfsecBlock  = regexp.MustCompile(`Blocks of type "(\w+)" are not expected here`)
)

// The values of status in tfsec's JSON.
const (
	tfsecFailed = iota
	_
	tfsecIgnored
)

func readTfsec(r run, out output) ([]seen, error) {
	if m := tfsecUnread.FindSubmatch(append(out.stdout[:len(out.stdout):len(out.stdout)], out.stderr...)); m != nil {
		hint := "correct the file; `terraform validate` says more"
		if b := tfsecBlock.FindSubmatch(m[1]); b != nil {
			hint = "tfsec is older than " + string(b[1]) + " blocks and is no longer developed: use trivy, which has its checks"
		}
		return nil, faultf(hint, "it cannot read %s", m[1])
	}
	// 1 is said of findings of which one is high or critical, 2 where all are below that, and by Go of a panic, which prints no JSON.
	if out.code < 0 || out.code > 2 || len(out.stdout) == 0 {
		return nil, died(out)
	}
	var doc struct {
		Results *[]struct {
			RuleID      string `json:"rule_id"`
			LongID      string `json:"long_id"`
			Description string
			Severity    string
			Resource    string
			Status      int
			Links       []string
			Location    struct {
				Filename  string
				StartLine int `json:"start_line"`
				EndLine   int `json:"end_line"`
			}
		}
	}
	if err := decode(out.stdout, &doc); err != nil {
		return nil, err
	}
	if doc.Results == nil {
		return nil, faultf("use the pinned version of tfsec", "what it printed has no results")
	}
	var all []seen
	for _, f := range *doc.Results {
		if f.Status != tfsecFailed && f.Status != tfsecIgnored {
			continue
		}
		s := seen{names: []string{f.LongID}, hushed: f.Status == tfsecIgnored}
		s.tool, s.rule, s.severity = "tfsec", canonicalAVD(f.RuleID), severity(f.Severity)
		s.message, s.address = f.Description, resource(f.Resource)
		if s.rule == "" {
			s.rule = f.LongID
		}
		if len(f.Links) > 0 {
			s.link = f.Links[0]
		}
		s, err := r.place(s, f.Location.Filename, f.Location.StartLine, f.Location.EndLine)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return distinct(all), nil
}
