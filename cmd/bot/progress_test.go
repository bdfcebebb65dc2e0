// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
)

// A line that is wider than the terminal breaks, and what is above the break can never be cleared.
func TestProgressFitsTheTerminal(t *testing.T) {
	var out bytes.Buffer
	b := &bot{env: environment{Terminal: true, Width: 40}, err: &out}
	p := b.progress(5)
	for _, name := range []string{"01-network", "02-observability-dashboards", "03-données", "04-x", "05-y"} {
		p.stage(runner.Progress{Target: layer.Target{Layer: name, Env: "production"}, Stage: "init"})
	}
	p.done(&report.Report{Target: layer.Target{Layer: "01-network", Env: "production"}, Status: report.Unchanged})
	p.stop()
	text := out.String()
	for _, line := range strings.Split(text, "\r\x1b[K") {
		if n := utf8.RuneCountInString(line); n >= 40 && !strings.HasSuffix(line, "\n") {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	if !strings.HasSuffix(text, "\r\x1b[K") {
		t.Errorf("something is left behind: %q", text[max(0, len(text)-80):])
	}
	if !strings.Contains(text, "network/production       no changes in 0.0s\n") {
		t.Errorf("the finished target is missing: %q", text)
	}
}

func TestProgressKeepsTime(t *testing.T) {
	var out bytes.Buffer
	b := &bot{env: environment{Terminal: true, Width: 80}, err: &out}
	p := b.progress(1)
	p.stage(runner.Progress{Target: layer.Target{Layer: "01-network", Env: "dev"}, Stage: "plan"})
	time.Sleep(1100 * time.Millisecond)
	p.stop()
	if text := out.String(); !strings.Contains(text, "[0/1] 1s · network/dev plan") {
		t.Errorf("the time stands still: %q", text)
	}
}

// An apply that was stopped changed nothing: its line must not look like one that did.
func TestProgressTellsWhatWasDone(t *testing.T) {
	adds := []report.Change{{Address: "terraform_data.a", Action: report.Create}}
	for want, r := range map[string]*report.Report{
		"+1 ~0 -0 ±0":          {Status: report.Changed, Changes: adds},
		"applied +1 ~0 -0 ±0":  {Status: report.Applied, Changes: adds},
		"stopped: not this":    {Status: report.Stopped, Changes: adds, Failure: &report.Failure{Message: "not this\nbut that"}},
		"failed: out of quota": {Status: report.Failed, Failure: &report.Failure{Message: "out of quota"}},
		"no changes":           {Status: report.Unchanged},
	} {
		if got := outcome(r); got != want {
			t.Errorf("%s: %q, want %q", r.Status, got, want)
		}
	}
}
