// SPDX-License-Identifier: Apache-2.0

package inventory

import (
	"fmt"
	"strings"
)

// All are the lines of the inventory in its order: the layout, then 1 to 112.
func All() []Number {
	var all []Number
	for _, part := range [][]Number{layout(), cluster(), nodes(), identity(), registries(), platform(), outputs(), security(), policies(), last()} {
		all = append(all, part...)
	}
	return all
}

// Faults are what is wrong with a list before anything is run: a number that is missing or not in its place, one that
// says nothing or has no check, a kind that no check covers.
func Faults(all []Number) []string {
	var faults []string
	next := 1
	for _, n := range all {
		if !strings.HasPrefix(n.Label, "L") {
			if n.Label != fmt.Sprint(next) {
				faults = append(faults, fmt.Sprintf("%s stands where %d should", n.Label, next))
			}
			next++
		}
		if n.What == "" || n.Kinds == "" || len(n.Checks) == 0 {
			faults = append(faults, n.Label+" is blank")
		}
		for _, letter := range n.Kinds {
			covered := false
			for _, c := range n.Checks {
				covered = covered || c.Covers(letter)
			}
			if !covered {
				faults = append(faults, fmt.Sprintf("%s asks for %c, which no check of it is", n.Label, letter))
			}
		}
		for _, c := range n.Checks {
			if c.Name == "" || (c.Kind == Live && c.Shows == "") {
				faults = append(faults, fmt.Sprintf("%s has a check that says nothing", n.Label))
			}
		}
	}
	if next != 113 {
		faults = append(faults, fmt.Sprintf("the list ends at %d", next-1))
	}
	return faults
}
