// SPDX-License-Identifier: Apache-2.0

package workflow

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
)

func order(name, env string, wave int) phase.Job {
	return phase.Job{Target: target(name, env), Apply: &phase.Order{Wave: wave}}
}

func held(j phase.Job) phase.Job {
	j.Apply.Hold = &phase.Hold{Kind: report.Blocked}
	return j
}

func TestOutputs(t *testing.T) {
	for name, c := range map[string]struct {
		ticket phase.Ticket
		want   map[string]string // outputs but the ticket; of a matrix the artifacts with their targets
	}{
		"plans": {
			phase.Ticket{Head: "abc", Jobs: []phase.Job{scanned(target("01-a", "dev")), scanned(target("01-a", "prod")), {Target: target("02-b", "dev")}}},
			map[string]string{
				"work": "plan", "head": "abc", "jobs": "3", "report": "true",
				"matrix": "plan-1:01-a/dev plan-2:01-a/prod plan-3:02-b/dev", "scans": "scan-1:01-a/dev,01-a/prod",
			},
		},
		"nothing to plan":  {phase.Ticket{Head: "abc"}, map[string]string{"work": "plan", "head": "abc", "jobs": "0", "report": "true"}},
		"nothing to do":    {phase.Ticket{Ignored: "a chat"}, map[string]string{"work": "plan", "head": "", "jobs": "0"}},
		"scanners only":    {phase.Ticket{Work: phase.Scanning, Jobs: []phase.Job{scanned(target("01-a", "dev"))}}, map[string]string{"work": "scan", "head": "", "jobs": "1", "report": "true", "scans": "scan-1:01-a/dev"}},
		"a lock to let go": {phase.Ticket{Work: phase.Unlocking, Jobs: []phase.Job{{Target: target("01-a", "dev")}}}, map[string]string{"work": "apply", "head": "", "jobs": "1", "report": "true", "waves": "1", "wave-1": "apply-1-1:01-a/dev"}},
		"drift is not scanned": {
			phase.Ticket{Work: phase.Drifting, Jobs: []phase.Job{scanned(target("01-a", "dev"))}},
			map[string]string{"work": "drift", "head": "", "jobs": "1", "report": "true", "matrix": "drift-1:01-a/dev"},
		},
		"waves, one of them held up": {
			phase.Ticket{Work: phase.Applying, Jobs: []phase.Job{order("01-a", "dev", 1), order("01-a", "prod", 1), held(order("02-b", "dev", 2)), order("03-c", "dev", 3)}},
			map[string]string{"work": "apply", "head": "", "jobs": "4", "report": "true", "waves": "3", "wave-1": "apply-1-1:01-a/dev apply-1-2:01-a/prod", "wave-3": "apply-3-1:03-c/dev"},
		},
		"deeper than there are waves": {
			phase.Ticket{Work: phase.Applying, Jobs: []phase.Job{order("1", "dev", 1), order("8", "dev", 8), order("8", "prod", 8), order("9", "dev", 9), order("10", "dev", 10)}},
			map[string]string{"work": "apply", "head": "", "jobs": "5", "report": "true", "waves": "8", "wave-1": "apply-1-1:1/dev", "wave-8": "apply-8-1:8/dev,9/dev,10/dev apply-8-2:8/prod"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Outputs(&c.ticket)
			if err != nil {
				t.Fatal(err)
			}
			ticket, err := Unpack([]byte(got["ticket"]))
			if err != nil {
				t.Fatal(err)
			}
			if read, err := phase.ReadTicket(strings.NewReader(string(ticket))); err != nil || len(read.Jobs) != len(c.ticket.Jobs) {
				t.Errorf("the ticket: %v", err)
			}
			delete(got, "ticket")
			for name, text := range got {
				if strings.HasPrefix(text, "{") {
					got[name] = brief(t, text)
				}
			}
			if !maps.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// brief returns a matrix as "plan-1:TARGET,TARGET plan-2:TARGET".
func brief(t *testing.T, text string) string {
	t.Helper()
	var m struct{ Include []Leg }
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	var legs []string
	for _, l := range m.Include {
		legs = append(legs, strings.TrimPrefix(l.Artifact, "layerbot-")+":"+strings.ReplaceAll(strings.ReplaceAll(l.Target, "infra/", ""), "\n", ","))
	}
	return strings.Join(legs, " ")
}

func TestNoTwoJobsShareAnArtifact(t *testing.T) {
	ticket := &phase.Ticket{Work: phase.Applying}
	for wave := range 12 {
		for _, name := range []string{"a", "b", "c"} {
			ticket.Jobs = append(ticket.Jobs, order(name+strings.Repeat("x", wave), "dev", wave+1), order(name+strings.Repeat("x", wave), "prod", wave+1))
		}
	}
	var artifacts []string
	for _, l := range slices.Concat(spread(ticket).waves...) {
		artifacts = append(artifacts, l.Artifact)
	}
	slices.Sort(artifacts)
	if n := len(slices.Compact(slices.Clone(artifacts))); n != len(artifacts) || n != 7*6+2 {
		t.Errorf("%d artifacts of %d jobs", n, len(artifacts))
	}
}
