// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"slices"
	"strings"
)

// maxEdits bounds the work of comparing two texts: more lines than these that differ are shown as all gone and
// all new.
const maxEdits = 400

// around is how many equal lines are shown on each side of a changed one.
const around = 3

// An edit is one line of a comparison: ' ' stays, '-' goes, '+' comes.
type edit struct {
	sign byte
	text string
}

// block writes the difference of two texts, sign in column 0, then the indentation, then the content with its own
// signs as they are.
func (d *differ) block(old, now []string, sign string) {
	if len(old) > 0 && slices.Equal(old, now) {
		d.line(" ", blockIndent, "(only spaces or line ends differ)")
		return
	}
	if sign == "-" && now == nil || sign == "+" && old == nil {
		for _, s := range append(old, now...) {
			if d.full() {
				return
			}
			d.content(sign, s)
		}
		return
	}
	edits := compare(old, now)
	show := make([]bool, len(edits))
	for i, e := range edits {
		if e.sign != ' ' {
			for j := max(0, i-around); j < min(len(edits), i+around+1); j++ {
				show[j] = true
			}
		}
	}
	for i := 0; i < len(edits); {
		if d.full() {
			return
		}
		if show[i] {
			d.content(string(edits[i].sign), edits[i].text)
			i++
			continue
		}
		from := i
		for i < len(edits) && !show[i] {
			i++
		}
		d.line(" ", blockIndent, "… ", count(i-from, "equal line"))
	}
}

const blockIndent = "       "

func (d *differ) content(sign, s string) {
	if d.maxValue > 0 && len(s) > d.maxValue {
		s, d.clipped = clip(s, d.maxValue), true
	}
	d.line(strings.TrimRight(sign+blockIndent+visibleBut(s, "\t"), " "))
}

// compare returns the shortest way from old to now, if it has at most maxEdits steps, by E. Myers, "An O(ND)
// Difference Algorithm" (1986); else everything between their common ends is replaced.
func compare(old, now []string) []edit {
	head := 0
	for head < len(old) && head < len(now) && old[head] == now[head] {
		head++
	}
	tail := 0
	for tail < len(old)-head && tail < len(now)-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	edits := make([]edit, 0, len(old)+len(now))
	for _, s := range old[:head] {
		edits = append(edits, edit{' ', s})
	}
	edits = append(edits, middle(old[head:len(old)-tail], now[head:len(now)-tail])...)
	for _, s := range old[len(old)-tail:] {
		edits = append(edits, edit{' ', s})
	}
	return edits
}

func middle(old, now []string) []edit {
	trace, found := search(old, now)
	var back []edit // from the end
	x, y := len(old), len(now)
	if !found {
		for _, s := range slices.Backward(now) {
			back = append(back, edit{'+', s})
		}
		for _, s := range slices.Backward(old) {
			back = append(back, edit{'-', s})
		}
		slices.Reverse(back)
		return back
	}
	for d := len(trace) - 1; d > 0; d-- {
		k, v := x-y, trace[d-1]
		prev := k - 1
		if k == -d || k != d && reach(v, d-1, k-1) < reach(v, d-1, k+1) {
			prev = k + 1
		}
		px := reach(v, d-1, prev)
		py := px - prev
		for x > px && y > py {
			x, y = x-1, y-1
			back = append(back, edit{' ', old[x]})
		}
		if x > px {
			x--
			back = append(back, edit{'-', old[x]})
		} else {
			y--
			back = append(back, edit{'+', now[y]})
		}
	}
	for x > 0 {
		x--
		back = append(back, edit{' ', old[x]})
	}
	slices.Reverse(back)
	return back
}

// search returns, for each number of edits d, how far they reach on each diagonal -d … d.
func search(old, now []string) (trace [][]int, found bool) {
	for d := 0; d <= maxEdits; d++ {
		v := make([]int, 2*d+1)
		for k := -d; k <= d; k += 2 {
			x := 0
			switch {
			case d == 0:
			case k == -d || k != d && reach(trace[d-1], d-1, k-1) < reach(trace[d-1], d-1, k+1):
				x = reach(trace[d-1], d-1, k+1)
			default:
				x = reach(trace[d-1], d-1, k-1) + 1
			}
			for x < len(old) && x-k < len(now) && old[x] == now[x-k] {
				x++
			}
			v[k+d] = x
			if x >= len(old) && x-k >= len(now) {
				return append(trace, v), true
			}
		}
		trace = append(trace, v)
	}
	return nil, false
}

// reach returns how far d edits reach on diagonal k, -1 outside.
func reach(v []int, d, k int) int {
	if k < -d || k > d {
		return -1
	}
	return v[k+d]
}
