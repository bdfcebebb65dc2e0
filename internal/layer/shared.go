// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"slices"
)

// Shared returns those of Inputs(t) that are not its environment's own: without the var-files and backend files that
// are for this environment by their name, their folder or the template that chose them, without what else lies in its
// folder ("environments/prod"), and without the files that code reads for this environment's values only. It is found
// from t alone, so that it stays the same when environments come and go. Sorted.
//
// Promotion compares the target of the previous environment, as it is at the commit to apply, with what was applied
// of it: Shared of that target then and now. The lists of two environments need not compare: where each is a root of
// its own ("live/prod/vpc"), the code in its folder is part of what it shares.
func (m *Map) Shared(t Target) []string {
	if m.inputs == nil {
		return nil
	}
	own := m.inputs.own[t.ID()]
	return slices.DeleteFunc(m.Inputs(t), func(name string) bool {
		return own[name] || slices.ContainsFunc(above(path.Dir(name)), func(at string) bool { return own[at] })
	})
}
