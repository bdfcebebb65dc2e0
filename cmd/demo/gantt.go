// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"html/template"
	"slices"
	"time"
)

// runView shows a run: its jobs as bars on one axis of time.
type runView struct {
	ID                       int
	Event, Decision, Outcome string
	Seconds                  string
	Jobs                     []jobView
	Checks                   []checkView
}

type jobView struct {
	Name, Kind, Outcome, Seconds string
	Exit                         int
	Left, Width                  float64 // percent of the run
	Output                       string
	Summary                      template.HTML
}

func (p *play) viewRun(r *run) *runView {
	v := &runView{ID: r.ID, Event: r.Event, Outcome: "success"}
	if r.Gate == nil {
		return v
	}
	v.Decision = r.Gate.Note
	jobs := r.jobs()
	var end time.Duration
	for _, j := range jobs {
		end = max(end, j.Began+j.Took)
	}
	whole := end - r.Gate.Began
	v.Seconds = seconds(whole)
	for _, j := range jobs {
		kind := r.Work
		switch {
		case j == r.Gate:
			kind = "gate"
		case slices.Contains(r.Scans, j):
			kind = "scan"
		case j == r.Report:
			kind = "report"
		}
		w := jobView{
			Name: j.Name, Kind: kind, Outcome: "success", Seconds: seconds(j.Took), Exit: j.Exit, Output: j.Output,
			Left: percent(j.Began-r.Gate.Began, whole), Width: percent(j.Took, whole),
		}
		if j.Exit != 0 {
			w.Outcome, v.Outcome = "failure", "failure"
		}
		if j.Summary != "" {
			w.Summary = p.markdown(j.Summary)
		}
		v.Jobs = append(v.Jobs, w)
	}
	for _, c := range r.Checks {
		v.Checks = append(v.Checks, p.viewCheck(c))
	}
	switch {
	case r.Ticket.Refusal != nil:
		v.Outcome = "refused"
	case r.Ticket.Ignored != "":
		v.Outcome = "ignored"
	}
	return v
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()) }

func percent(part, whole time.Duration) float64 {
	if whole <= 0 {
		return 0
	}
	return float64(part*10000/whole) / 100
}
