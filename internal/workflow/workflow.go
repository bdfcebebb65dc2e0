// SPDX-License-Identifier: Apache-2.0

// Package workflow knows how a ticket becomes the jobs of a GitHub Actions
// workflow: the outputs of gate, the matrices that the jobs come from, and the
// artifact that each of them leaves.
//
// It decides on data: it reads no environment and writes no file.
package workflow

import (
	"encoding/json"
	"fmt"

	"github.com/layerbot/layerbot/internal/phase"
)

// Outputs returns the outputs of gate by name: ticket, ticket2 … (its parts), head, work, jobs, report ("true" where there is
// anything to report), matrix, scans, waves and wave-1 to wave-8. What has no value, and a matrix that would have no job, is
// not there.
func Outputs(t *phase.Ticket) (map[string]string, error) {
	ticket, err := t.JSON()
	if err != nil {
		return nil, err
	}
	out := map[string]string{"work": Verb(t.Work), "head": t.Head, "jobs": fmt.Sprint(len(t.Jobs))}
	if !t.Silent() {
		out["report"] = "true"
	}
	parts, err := pack(ticket)
	if err != nil {
		return nil, err
	}
	for i, part := range parts {
		out[partName(i)] = part
	}
	p := spread(t)
	if t.Work == phase.Applying || t.Work == phase.Unlocking {
		out["waves"] = "0"
	}
	for i, wave := range p.waves {
		if len(wave) > 0 {
			out["waves"] = fmt.Sprint(i + 1)
		}
		if err := matrix(out, fmt.Sprintf("wave-%d", i+1), wave); err != nil {
			return nil, err
		}
	}
	if err := matrix(out, "scans", p.scans); err != nil {
		return nil, err
	}
	return out, matrix(out, "matrix", p.plans)
}

// matrix sets the output that `strategy.matrix` is given by fromJSON. GitHub refuses one without a job.
func matrix(out map[string]string, name string, legs []Leg) error {
	if len(legs) == 0 {
		return nil
	}
	text, err := json.Marshal(map[string][]Leg{"include": legs})
	out[name] = string(text)
	return err
}

// Verb returns the command that does the work of a ticket.
func Verb(w phase.Work) string {
	switch w {
	case phase.Applying, phase.Unlocking:
		return "apply"
	case phase.Drifting:
		return "drift"
	case phase.Scanning:
		return "scan"
	default:
		return "plan"
	}
}
