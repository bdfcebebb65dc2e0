// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// One annotation that GitHub refuses loses the whole check, so that what a plan job left must not be able to make one.
func TestAnnotationsAreWhatGitHubTakes(t *testing.T) {
	long := strings.Repeat("é", 100_000)
	r := report.Report{Target: layer.Target{Layer: "02-compute", Env: "dev"}, Status: report.Failed, Failure: &report.Failure{}}
	for _, file := range []string{"", "/etc/passwd", "../x.tf", "a/../b.tf", "a//b.tf", "./a.tf", "a\xff.tf", long} {
		r.Failure.Diagnostics = append(r.Failure.Diagnostics, report.Diagnostic{File: file, Line: 1, Summary: "s"})
	}
	for _, line := range []int{0, -1, 1 << 40} {
		r.Failure.Diagnostics = append(r.Failure.Diagnostics, report.Diagnostic{File: "a.tf", Line: line, Summary: "s"})
	}
	r.Failure.Diagnostics = append(r.Failure.Diagnostics, report.Diagnostic{File: "good.tf", Line: 7, Summary: long + "\x00", Detail: "a\x00\x1b[2Jb\nc" + long})
	s := newStanding(Desk{}, &Ticket{Jobs: []Job{{Target: r.Target}}}, []report.Report{r})
	got := s.annotations("dev")
	if len(got) != 1 || got[0].Path != "good.tf" {
		t.Fatalf("%d annotations", len(got))
	}
	if len(got[0].Title) > 255 || len(got[0].Message) > 4000 || strings.ContainsAny(got[0].Title+got[0].Message, "\x00\x1b") {
		t.Errorf("%+v", got[0])
	}
}
