// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// losses returns "2 resources to destroy, 1 to replace".
func losses(c report.Counts) string {
	switch {
	case c.Replace == 0:
		return count(c.Destroy, "resource") + " to destroy"
	case c.Destroy == 0:
		return count(c.Replace, "resource") + " to replace"
	}
	return count(c.Destroy, "resource") + " to destroy, " + number(c.Replace) + " to replace"
}

// lost returns "2 resources destroyed, 1 replaced".
func lost(c report.Counts) string {
	switch {
	case c.Replace == 0:
		return count(c.Destroy, "resource") + " destroyed"
	case c.Destroy == 0:
		return count(c.Replace, "resource") + " replaced"
	}
	return count(c.Destroy, "resource") + " destroyed, " + number(c.Replace) + " replaced"
}

// tally returns "1 to add, 2 to change", or "" if there is nothing.
func tally(c report.Counts) string {
	return sum(c, [...]string{"to add", "to change", "to destroy", "to replace", "to forget", "to read"})
}

// carried returns "1 added, 2 changed", or "" if there is nothing.
func carried(c report.Counts) string {
	return sum(c, [...]string{"added", "changed", "destroyed", "replaced", "forgotten", "read"})
}

func sum(c report.Counts, words [6]string) string {
	var parts []string
	for _, p := range []struct {
		n    int
		text string
	}{
		{c.Add, words[0]}, {c.Change, words[1]}, {c.Destroy, words[2]}, {c.Replace, words[3]}, {c.Forget, words[4]}, {c.Read, words[5]},
		{c.Moved, "moved"}, {c.Imported, "imported"}, {c.Deferred, "deferred"},
	} {
		if p.n > 0 {
			parts = append(parts, number(p.n)+" "+p.text)
		}
	}
	if c.Outputs > 0 {
		parts = append(parts, count(c.Outputs, "output"))
	}
	return strings.Join(parts, ", ")
}

// sum returns what the targets do in all, or did.
func (v *view) sum() string {
	sum := tally(v.total)
	switch {
	case v.State == Merged:
		sum = carried(v.total)
	case v.State == Drifting && sum != "":
		sum = "an apply would do: " + sum
	}
	more := v.findingsSum()
	if more == "" && sum == "" {
		more = v.allClear()
	}
	switch {
	case v.State == Scanned:
		return "" // the rollup says it
	case sum == "" || more == "":
		return sum + more
	}
	return sum + " · " + more
}

// flagsOf returns the flags of a mode that is not an ordinary plan: "--destroy".
func flagsOf(m report.Mode) string {
	if m.Zero() {
		return ""
	}
	var parts []string
	if m.RefreshOnly {
		parts = append(parts, "--refresh-only")
	}
	if m.Destroy {
		parts = append(parts, "--destroy")
	}
	if len(m.Targets) > 0 {
		parts = append(parts, "--target")
	}
	if len(m.Replace) > 0 {
		parts = append(parts, "--replace")
	}
	return strings.Join(parts, " ")
}
