// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"
	"regexp"

	"go.yaml.in/yaml/v3"
)

var trivy = adapter{
	name: "trivy", weight: 3,
	settings: []string{"trivy.yaml"},
	ignores:  []string{".trivyignore", ".trivyignore.yaml"},
	marks:    []string{"trivy:", "tfsec:"},
	hears:    []string{"trivy", "tfsec"},
	steer:    trivySettings,
	args:     trivyArgs,
	read:     readTrivy,
}

// trivyArgs has trivy look at Terraform only, with the checks that it was built with.
func trivyArgs(r run) []string {
	args := []string{
		"config", "--format", "json", "--misconfig-scanners", "terraform",
		"--skip-check-update", "--skip-version-check", "--disable-telemetry",
	}
	for _, file := range r.varFiles {
		args = append(args, "--tf-vars", file)
	}
	if r.settings != "" {
		args = append(args, "--config", r.settings)
	}
	if r.ignore != "" {
		args = append(args, "--ignorefile", r.ignore)
	}
	return append(args, r.root)
}

// trivySettings keeps of trivy.yaml what chooses among findings. The rest names places to load rules and modules from,
// which a change could put something into, or to write to.
// Source: https://trivy.dev/latest/docs/references/configuration/config-file/
func trivySettings(text []byte) ([]byte, error) {
	var s struct {
		Severity any `yaml:"severity,omitempty"`
		Scan     struct {
			SkipDirs  any `yaml:"skip-dirs,omitempty"`
			SkipFiles any `yaml:"skip-files,omitempty"`
		} `yaml:"scan,omitempty"`
	}
	if err := yaml.Unmarshal(text, &s); err != nil {
		return nil, err
	}
	return yaml.Marshal(s)
}

// Trivy says what it could not read in its log only, and then goes on without.
var trivyUnread = regexp.MustCompile(`Error parsing file\s.*?err="((?:[^"\\]|\\.)*)"`)

func readTrivy(r run, out output) ([]seen, error) {
	if m := trivyUnread.FindSubmatch(out.stderr); m != nil {
		return nil, faultf("correct the file; `terraform validate` says more", "it cannot read %s", oneLine(string(m[1]), maxFault))
	}
	var doc struct {
		SchemaVersion int
		Results       []struct {
			Target            string
			Misconfigurations []struct {
				ID, AVDID, Title, Message, PrimaryURL, Severity, Status string
				CauseMetadata                                           struct {
					Resource           string
					StartLine, EndLine int
				}
			}
		}
	}
	if out.code != 0 {
		if bytes.Contains(out.stderr, []byte("panic: value is null")) {
			return nil, faultf("see that the target's var-files are committed, or give the variables that it has no value for a default",
				"it crashed: it cannot do without a value that is null")
		}
		return nil, died(out)
	}
	if err := decode(out.stdout, &doc); err != nil {
		return nil, err
	}
	if doc.SchemaVersion != 2 {
		return nil, faultf("use the pinned version of trivy", "what it printed has schema version %d, and 2 is read", doc.SchemaVersion)
	}
	var all []seen
	for _, result := range doc.Results {
		for _, m := range result.Misconfigurations {
			if m.Status != "FAIL" {
				continue
			}
			id := m.AVDID
			if id == "" {
				id = m.ID
			}
			s := seen{names: []string{m.ID}}
			s.tool, s.rule, s.severity = "trivy", canonicalAVD(id), severity(m.Severity)
			s.message, s.link, s.address = m.Message, m.PrimaryURL, resource(m.CauseMetadata.Resource)
			if s.message == "" {
				s.message = m.Title
			}
			s, err := r.place(s, result.Target, m.CauseMetadata.StartLine, m.CauseMetadata.EndLine)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return distinct(all), nil
}
