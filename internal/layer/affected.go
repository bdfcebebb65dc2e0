// SPDX-License-Identifier: Apache-2.0

package layer

import "sort"

// An Affected is a target that a change touches.
type Affected struct {
	Target
	Why     []string `json:"why"`               // the changed files that pulled it in, sorted
	Deleted bool     `json:"deleted,omitempty"` // the target exists at the base and no longer at the head
}

// AffectedBy returns the targets of head (and those of base that head no longer has) that the changed files
// touch: the layer's own files, every local module it reaches, its var-files, backend-config and lock file,
// through symbolic links. changed holds paths of both sides of a rename.
//
// A target whose folder moved while its state stayed where it was is not deleted.
// Targets of head come first, in its order.
func AffectedBy(base, head *Map, changed []string) []Affected {
	why := newReasons(head)
	gone := newReasons(base)
	successor := successors(base, head)
	for _, name := range changed {
		before, after := base.holds(name), head.holds(name)
		if after || !before { // what is gone is judged by what it was
			why.add(name)
		}
		if before || !after {
			gone.add(name)
		}
	}
	found := []Affected{}
	var deleted []Affected
	for i, t := range base.Targets {
		if successor[i] < 0 {
			deleted = append(deleted, Affected{Target: t, Why: sortedKeys(gone.files[i]), Deleted: true})
			continue
		}
		for name := range gone.files[i] {
			why.put(successor[i], name)
		}
	}
	for i := range head.Targets {
		if len(why.files[i]) > 0 {
			found = append(found, Affected{Target: head.Targets[i], Why: sortedKeys(why.files[i])})
		}
	}
	sort.SliceStable(deleted, func(i, j int) bool { return deleted[i].ID() < deleted[j].ID() })
	return append(found, deleted...)
}

// holds reports whether a file is in the tree of a map.
func (m *Map) holds(name string) bool { return m.inputs != nil && m.inputs.tree.has[name] }

// reasons collects, for the targets of one map, the changed files that touch each.
type reasons struct {
	m     *Map
	files map[int]map[string]bool
}

func newReasons(m *Map) *reasons { return &reasons{m: m, files: map[int]map[string]bool{}} }

func (r *reasons) add(name string) {
	if r.m.inputs == nil {
		return
	}
	for i := range r.m.inputs.touched(name) {
		r.put(i, name)
	}
}

func (r *reasons) put(i int, name string) {
	if r.files[i] == nil {
		r.files[i] = map[string]bool{}
	}
	r.files[i][name] = true
}

// successors returns, for each target of base, the index of the target of head
// that it is now: the one of the same name, else the one that keeps its state in
// the same place; -1 when there is none.
func successors(base, head *Map) []int {
	byID, byState := map[string]int{}, map[state]int{}
	for j, t := range head.Targets {
		byID[t.ID()] = j
		if s, ok := head.stateOf(j); ok {
			byState[s] = j
		}
	}
	next := make([]int, len(base.Targets))
	for i, t := range base.Targets {
		next[i] = -1
		if j, ok := byID[t.ID()]; ok {
			next[i] = j
		} else if s, ok := base.stateOf(i); ok {
			if j, ok := byState[s]; ok {
				next[i] = j
			}
		}
	}
	return next
}
