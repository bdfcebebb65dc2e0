// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
)

// A progress shows how far the targets are: one line that is written over on a terminal, a line for each finished
// target elsewhere.
type progress struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	width    int
	total    int
	finished int
	started  time.Time
	running  map[string]string // target → stage
	order    []string
	ended    chan struct{} // closed by stop
}

func (b *bot) progress(total int) *progress {
	p := &progress{
		w: b.err, terminal: b.env.Terminal, width: b.env.Width, total: total, started: time.Now(), running: map[string]string{}, ended: make(chan struct{}),
	}
	if p.terminal {
		go p.tick()
	}
	return p
}

// tick keeps the time on the line going while nothing else happens.
func (p *progress) tick() {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-p.ended:
			return
		case <-second.C:
			p.mu.Lock()
			p.draw()
			p.mu.Unlock()
		}
	}
}

// stage takes note of what a target is at.
func (p *progress) stage(s runner.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := s.Target.String()
	if _, ok := p.running[name]; !ok {
		p.order = append(p.order, name)
	}
	p.running[name] = s.Stage
	p.draw()
}

// done takes note of a finished target.
func (p *progress) done(r *report.Report) { p.finish(r.Target, outcome(r), r.Seconds) }

func (p *progress) finish(t layer.Target, what string, seconds float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished++
	p.drop(t)
	p.clear()
	fmt.Fprintf(p.w, "[%*d/%d] %-24s %s in %.1fs\n", len(fmt.Sprint(p.total)), p.finished, p.total, visible(t.String()), visible(what), seconds)
	p.draw()
}

func (p *progress) drop(t layer.Target) {
	name := t.String()
	delete(p.running, name)
	for i, o := range p.order {
		if o == name {
			p.order = append(p.order[:i], p.order[i+1:]...)
			return
		}
	}
}

// stop leaves the terminal clean.
func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.ended)
	p.order = nil
	p.clear()
}

func (p *progress) clear() {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// draw writes the line in one piece. It is never wider than the terminal, where it would break and stay behind.
func (p *progress) draw() {
	if !p.terminal || len(p.order) == 0 {
		return
	}
	var at []string
	for _, name := range p.order[:min(len(p.order), 3)] {
		at = append(at, name+" "+p.running[name])
	}
	if n := len(p.order) - len(at); n > 0 {
		at = append(at, fmt.Sprintf("%d more", n))
	}
	line := []rune(fmt.Sprintf("[%d/%d] %ds · %s", p.finished, p.total, int(time.Since(p.started).Seconds()), visible(strings.Join(at, ", "))))
	if len(line) >= p.width {
		line = append(line[:max(0, p.width-2)], '…')
	}
	fmt.Fprint(p.w, "\r\x1b[K"+string(line))
}

// outcome is one target's result in a word or two.
func outcome(r *report.Report) string {
	switch r.Status {
	case report.Failed, report.Stopped:
		return string(r.Status) + ": " + strings.SplitN(r.Failure.Message, "\n", 2)[0]
	case report.Unchanged:
		return "no changes" + denied(r)
	case report.Applied:
		return "applied " + tally(r)
	default:
		return tally(r) + denied(r)
	}
}

// denied says that policies have something against a plan.
func denied(r *report.Report) string {
	if r.Policy == nil {
		return ""
	}
	if r.Policy.Failure != "" {
		first, _, _ := strings.Cut(r.Policy.Failure, "\n")
		return ", policies not asked: " + strings.TrimSuffix(first, ":")
	}
	if n := len(slices.DeleteFunc(slices.Clone(r.Policy.Decisions), func(d report.Decision) bool { return d.Kind == report.Warn })); n > 0 {
		return fmt.Sprintf(", denied by policy (%d)", n)
	}
	return ""
}

// tally is the objects that a plan changes.
func tally(r *report.Report) string {
	c := r.Count()
	if c.Add+c.Change+c.Destroy+c.Replace == 0 {
		return "+0 ~0 -0 ±0, other changes" // outputs, moves, imports, reads
	}
	return fmt.Sprintf("+%d ~%d -%d ±%d", c.Add, c.Change, c.Destroy, c.Replace)
}
