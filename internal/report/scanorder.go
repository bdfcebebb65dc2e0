// SPDX-License-Identifier: Apache-2.0

package report

import "cmp"

// Compare orders findings as a Scan has them: new, then existing, then fixed; suppressed ones last of each; the most severe
// first; by file, line, rule of the first tool and ID.
func (f Finding) Compare(g Finding) int {
	return cmp.Or(
		cmp.Compare(f.State.rank(), g.State.rank()), cmp.Compare(f.quiet(), g.quiet()), cmp.Compare(g.Severity.Rank(), f.Severity.Rank()),
		cmp.Compare(f.File, g.File), cmp.Compare(f.Line, g.Line), cmp.Compare(f.firstRule(), g.firstRule()), cmp.Compare(f.ID, g.ID))
}

// rank returns the place of a state in the order of a Scan; 0 of no state.
func (s FindingState) rank() int {
	switch s {
	case New:
		return 1
	case Existing:
		return 2
	case Fixed:
		return 3
	}
	return 0
}

func (f Finding) quiet() int {
	if f.Suppressed != nil {
		return 1
	}
	return 0
}

func (f Finding) firstRule() string {
	if len(f.Rules) == 0 {
		return ""
	}
	return f.Rules[0].ID
}
