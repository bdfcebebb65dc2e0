// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// A timeline tells on the terminal what happens, line by line, and keeps the same in plain text. On a terminal it
// is coloured and its last line shows what is under way.
type timeline struct {
	mu     sync.Mutex
	out    io.Writer
	colour bool // and a moving last line
	began  time.Time
	plain  strings.Builder
	busy   []string
	since  time.Time
	stop   chan struct{}

	whole *timeline // of a passage: what it is a part of
	lines [][]piece // of a passage: what was told so far
}

// The colours of a terminal, named by what they are used for.
const (
	bold  = "1"
	faint = "2"
	good  = "32"
	bad   = "31;1"
	said  = "36"
)

func newTimeline(out io.Writer, colour bool) *timeline {
	return &timeline{out: out, colour: colour, began: time.Now()}
}

// passage returns a timeline whose lines are held back until it ends: what happens meanwhile elsewhere does not come
// between them.
func (t *timeline) passage() *timeline { return &timeline{whole: t, began: t.began} }

// end tells what a passage held back.
func (t *timeline) end() {
	t.whole.mu.Lock()
	defer t.whole.mu.Unlock()
	for _, pieces := range t.lines {
		t.whole.put(pieces)
	}
}

// now is the time since the demo began.
func (t *timeline) now() time.Duration { return time.Since(t.began) }

// A piece is some text in one colour; "" is the terminal's own.
type piece struct{ colour, text string }

// print writes one line.
func (t *timeline) print(pieces ...piece) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.whole != nil {
		t.lines = append(t.lines, pieces)
		return
	}
	t.put(pieces)
}

func (t *timeline) put(pieces []piece) {
	t.erase()
	for _, p := range pieces {
		if p.text == "" {
			continue
		}
		t.plain.WriteString(p.text)
		if t.colour && p.colour != "" {
			fmt.Fprintf(t.out, "\x1b[%sm%s\x1b[0m", p.colour, p.text)
			continue
		}
		_, _ = io.WriteString(t.out, p.text)
	}
	t.plain.WriteByte('\n')
	_, _ = io.WriteString(t.out, "\n")
}

// chapter begins a part of the story.
func (t *timeline) chapter(mark, title string) {
	t.print()
	t.print(piece{faint, fmt.Sprintf("%5.1f s  %-7s", t.now().Seconds(), mark)}, piece{bold, title})
}

// tell says who did what, and in which words.
func (t *timeline) tell(who, what, words string) {
	if words != "" {
		what += " "
	}
	t.print(piece{"", indent}, piece{said, who}, piece{"", " " + what}, piece{bold, words})
}

// job says how one process went.
func (t *timeline) job(j *job) {
	mark := piece{good, "✓ "}
	if j.Exit != 0 {
		mark = piece{bad, "✗ "}
	}
	took := fmt.Sprintf("%5.1f s", j.Took.Seconds())
	if j.Note != "" {
		took += "  "
	}
	t.print(piece{"", indent}, mark, piece{"", fmt.Sprintf("%-16s", j.Name)}, piece{faint, took}, piece{"", j.Note})
}

// outcome says whether a scene went as the story has it.
func (t *timeline) outcome(fine string, problems []string) {
	if len(problems) == 0 {
		t.print(piece{"", indent}, piece{good, "→ "}, piece{"", fine})
	}
	for _, problem := range problems {
		t.print(piece{"", indent}, piece{bad, "✗ " + problem})
	}
}

// quote shows what the processes of a run printed: for scenes that went wrong.
func (t *timeline) quote(r *run) {
	for _, j := range r.jobs() {
		if j.Output == "" {
			continue
		}
		t.print(piece{"", indent}, piece{faint, j.Name + " printed:"})
		for line := range strings.Lines(j.Output) {
			t.print(piece{"", indent}, piece{faint, "│ " + strings.TrimRight(line, "\r\n")})
		}
	}
}

const indent = "                 "

// working shows on the last line of a terminal that name is under way, until done is called.
func (t *timeline) working(name string) (done func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy = append(t.busy, name)
	if t.colour && t.stop == nil {
		t.stop, t.since = make(chan struct{}), time.Now()
		go t.spin(t.stop)
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if i := slices.Index(t.busy, name); i >= 0 {
			t.busy = slices.Delete(t.busy, i, i+1)
		}
		if len(t.busy) == 0 && t.stop != nil {
			close(t.stop)
			t.stop = nil
			t.erase()
		}
	}
}

func (t *timeline) spin(stop chan struct{}) {
	frames := []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-time.After(100 * time.Millisecond):
		}
		t.mu.Lock()
		if t.stop == stop {
			names := strings.Join(t.busy, ", ")
			if len(t.busy) > 2 { // one line of a narrow terminal must hold it
				names = fmt.Sprintf("%d jobs", len(t.busy))
			}
			t.erase()
			fmt.Fprintf(t.out, "%s\x1b[36m%c\x1b[0m %s \x1b[2m%.1f s\x1b[0m", indent, frames[i%len(frames)], names, time.Since(t.since).Seconds())
		}
		t.mu.Unlock()
	}
}

// erase takes away the moving last line.
func (t *timeline) erase() {
	if t.colour {
		_, _ = io.WriteString(t.out, "\r\x1b[K")
	}
}

// text returns everything that was told, in plain text.
func (t *timeline) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.plain.String()
}
