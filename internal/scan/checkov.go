// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"
)

var checkov = adapter{
	name: "checkov", weight: 4,
	settings: []string{".checkov.yaml", ".checkov.yml"},
	hears:    []string{"checkov"},
	blind:    []string{".tf.json", ".tofu", ".tofu.json"},
	steer:    checkovSettings,
	args:     checkovArgs,
	read:     readCheckov,
}

// checkovArgs has checkov look at Terraform only, secrets being what gitleaks is for, without asking anybody.
func checkovArgs(r run) []string {
	args := []string{
		"--directory", r.root, "--framework", "terraform", "--output", "json", "--compact",
		"--skip-download", "--download-external-modules", "false",
	}
	for _, file := range r.varFiles {
		args = append(args, "--var-file", file)
	}
	if r.settings != "" {
		args = append(args, "--config-file", r.settings)
	}
	return args
}

// checkovSettings keeps of .checkov.yaml what chooses among findings. The rest names programs to load, which a change
// could put there, places to send to, or what becomes of the result.
// Source: https://www.checkov.io/2.Basics/CLI%20Command%20Reference.html
func checkovSettings(text []byte) ([]byte, error) {
	var s struct {
		Check     any `yaml:"check,omitempty"`
		SkipCheck any `yaml:"skip-check,omitempty"`
		SkipPath  any `yaml:"skip-path,omitempty"`
	}
	if err := yaml.Unmarshal(text, &s); err != nil {
		return nil, err
	}
	return yaml.Marshal(s)
}

// A checkovDoc is what checkov says of one framework.
type checkovDoc struct {
	CheckovVersion string `json:"checkov_version"` // where nothing was looked at, and only there
	Results        *struct {
		Failed  []checkovRecord `json:"failed_checks"`
		Skipped []checkovRecord `json:"skipped_checks"`
		Unread  []string        `json:"parsing_errors"`
	}
}

type checkovRecord struct {
	CheckID   string `json:"check_id"`
	CheckName string `json:"check_name"`
	FilePath  string `json:"file_path"`
	Lines     []int  `json:"file_line_range"`
	Resource  string
	Severity  string
	Guideline string
	Result    struct {
		Comment string `json:"suppress_comment"`
	} `json:"check_result"`
}

func readCheckov(r run, out output) ([]seen, error) {
	if out.code != 0 && out.code != 1 || len(bytes.TrimSpace(out.stdout)) == 0 {
		return nil, died(out)
	}
	docs, err := checkovDocs(out.stdout)
	if err != nil {
		return nil, err
	}
	var all []seen
	for _, doc := range docs {
		if doc.Results == nil {
			if doc.CheckovVersion == "" {
				return nil, faultf("use the pinned version of checkov", "what it printed has no results")
			}
			continue
		}
		if len(doc.Results.Unread) > 0 {
			return nil, faultf("correct the file; `terraform validate` says more", "it cannot read %s", strings.TrimPrefix(doc.Results.Unread[0], "/"))
		}
		for i, c := range append(doc.Results.Failed, doc.Results.Skipped...) {
			s, err := r.checkov(c)
			if err != nil {
				return nil, err
			}
			s.hushed, s.reason = i >= len(doc.Results.Failed), oneLine(c.Result.Comment, maxFault)
			all = append(all, s)
		}
	}
	return distinct(all), nil
}

// checkovDocs reads what checkov prints: an object, or a list of them where it took files for several frameworks.
func checkovDocs(text []byte) ([]checkovDoc, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		text = bytes.Join([][]byte{[]byte("["), text, []byte("]")}, nil)
	}
	var all []json.RawMessage
	if err := decode(text, &all); err != nil {
		return nil, err
	}
	docs := make([]checkovDoc, len(all))
	for i, one := range all {
		if err := decode(one, &docs[i]); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

func (r run) checkov(c checkovRecord) (seen, error) {
	var s seen
	s.tool, s.rule, s.message, s.link = "checkov", c.CheckID, c.CheckName, c.Guideline
	s.address = instanceKeys.ReplaceAllString(c.Resource, "")
	if s.link == "" {
		s.link = "https://www.checkov.io/5.Policy%20Index/terraform.html"
	}
	word := c.Severity
	if word == "" { // it tells none without the platform
		word = checkovSeverities[c.CheckID]
	}
	s.severity = severity(word)
	var line, end int
	if len(c.Lines) == 2 {
		line, end = c.Lines[0], c.Lines[1]
	}
	return r.place(s, strings.TrimPrefix(c.FilePath, "/"), line, end)
}
