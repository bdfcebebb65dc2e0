// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/report"
)

// threshold returns what a configuration measures the findings and decisions on a target by.
func threshold(cfg *config.Config) report.Threshold {
	t := report.Threshold{
		Policies: len(cfg.Policies.Paths) > 0, PolicyFailOn: report.Severity(cfg.Policies.FailOn),
		Manifests: len(cfg.Policies.Manifests) > 0, All: cfg.Findings.All,
	}
	for _, s := range cfg.Scanners {
		t.Scanners = append(t.Scanners, report.Scanner{
			Tool: s.Name, Version: s.Version, SHA256: s.SHA256, FailOn: report.Severity(s.FailOn), Required: s.Required,
		})
	}
	return t
}

// Scans reports whether anything looks at the files of the job's target, beside Terraform.
func (j Job) Scans() bool {
	return !j.Deleted && (len(j.Threshold.Scanners) > 0 || j.Threshold.Manifests)
}

// Scans returns those of the jobs whose files are looked at.
func Scans(jobs []Job) []Job {
	var out []Job
	for _, j := range jobs {
		if j.Scans() {
			out = append(out, j)
		}
	}
	return out
}
