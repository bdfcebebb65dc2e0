// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// Promotion and dependencies can close a circle that no layer alone shows: it is named, and ends.
func TestJobsThatWaitForEachOtherAreHeld(t *testing.T) {
	jobs := []Job{
		{Target: target("a", "dev", 0), Apply: &Order{}},
		{Target: target("b", "dev", 0), Apply: &Order{}},
		{Target: target("c", "dev", 0), Apply: &Order{}},
	}
	line(jobs, map[string][]string{"a/dev": {"b/dev"}, "b/dev": {"a/dev"}, "c/dev": {"a/dev"}})
	var held []string
	for _, j := range jobs {
		if h := j.Apply.Hold; h != nil && h.Kind == report.Blocked && strings.Contains(h.Message, "wait for each other") {
			held = append(held, j.Target.ID())
		}
	}
	if len(held) != 1 || held[0] == "c/dev" {
		t.Errorf("held: %v", held)
	}
	if last := jobs[2]; last.Target.ID() != "c/dev" && last.Target.ID() != "a/dev" {
		t.Errorf("the last is %s", last.Target.ID())
	}
}
