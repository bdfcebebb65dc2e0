// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"testing"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// A file that is no plan is a mistake of whoever names it, not a plan that policies deny.
func TestExitCodeOfFiles(t *testing.T) {
	deny := report.Policy{Decisions: []report.Decision{{Kind: report.Deny}}}
	unasked := report.Policy{Failure: "it is no JSON"}
	half := report.Policy{Failure: "a rule is slow", Decisions: deny.Decisions}
	for name, tt := range map[string]struct {
		files []report.Policy
		want  error
	}{
		"allowed":                 {[]report.Policy{{}, {Decisions: []report.Decision{{Kind: report.Warn}}}}, nil},
		"denied":                  {[]report.Policy{{}, deny}, exit(exitRefused)},
		"not asked":               {[]report.Policy{unasked, {}}, exit(exitError)},
		"denied before not asked": {[]report.Policy{unasked, deny}, exit(exitRefused)},
		"denied by half of them":  {[]report.Policy{half}, exit(exitRefused)},
	} {
		t.Run(name, func(t *testing.T) {
			target := layer.Target{Layer: "plan.json", Env: "file"}
			page := comment.Page{Thresholds: map[string]report.Threshold{target.ID(): {Policies: true}}}
			for i := range tt.files {
				page.Reports = append(page.Reports, report.Report{Target: target, Policy: &tt.files[i]})
			}
			if err := filesVerdict(page); !errors.Is(err, tt.want) {
				t.Errorf("%v, not %v", err, tt.want)
			}
		})
	}
}
