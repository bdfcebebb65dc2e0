// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"slices"
	"sort"
)

// An order is what setWaves went by. Its indexes are its own, not those of Map.Targets.
type order struct {
	turns  []turn
	index  map[string]int              // ID → index
	beside map[string]map[string][]int // folder that numbers count in → layer → its targets
}

// A turn is the place of one target in an order.
type turn struct {
	id, env string
	up      []int  // what it depends on, without what would close a circle
	rank    int    // see ranks
	among   string // the folder its number counts in, if it waits for lower ones; else ""
}

func (d *discovery) newOrder(targets []*Target, up [][]int, rank []int) *order {
	o := &order{turns: make([]turn, len(targets)), index: map[string]int{}, beside: map[string]map[string][]int{}}
	for i, t := range targets {
		o.turns[i] = turn{id: t.ID(), env: t.Env, up: up[i], rank: rank[i]}
		o.index[t.ID()] = i
		_, among, ok := number(d.info[t].root.base)
		if !ok {
			continue
		}
		if o.beside[among] == nil {
			o.beside[among] = map[string][]int{}
		}
		o.beside[among][t.Layer] = append(o.beside[among][t.Layer], i)
		if !d.info[t].evidence {
			o.turns[i].among = among
		}
	}
	return o
}

// lower returns the targets that a lower number puts before t: of each layer beside it the one of t's environment, or
// all where the layer has none.
func (o *order) lower(t turn) []int {
	var found []int
	for _, all := range o.beside[t.among] {
		sameEnv := func(j int) bool { return o.turns[j].env == t.env }
		hasEnv := slices.ContainsFunc(all, sameEnv)
		for _, j := range all {
			if o.turns[j].rank < t.rank && (sameEnv(j) || !hasEnv) {
				found = append(found, j)
			}
		}
	}
	return found
}

// Upstreams returns the IDs of all targets that must have been applied before the target of id, near and far: what it
// depends on, and, where nothing but numbers gives the order, the lower numbers beside it. Of another layer these are
// the target of the same environment, or all of them where it has none. Each is in an earlier wave; of targets that
// read each other's state, only those before it. Sorted; nil for an unknown id.
func (m *Map) Upstreams(id string) []string {
	if m.order == nil {
		return nil
	}
	o := m.order
	start, ok := o.index[id]
	if !ok {
		return nil
	}
	type numbers struct{ among, env string }
	asked := map[numbers]int{} // the highest rank whose lower ones were added: those of a lower rank are among them
	seen := make([]bool, len(o.turns))
	seen[start] = true
	var ids []string
	for todo := []int{start}; len(todo) > 0; todo = todo[1:] {
		t := o.turns[todo[0]]
		next := t.up
		if by := (numbers{t.among, t.env}); t.among != "" && t.rank > asked[by] {
			asked[by] = t.rank
			next = append(o.lower(t), next...)
		}
		for _, j := range next {
			if !seen[j] {
				seen[j] = true
				todo = append(todo, j)
				ids = append(ids, o.turns[j].id)
			}
		}
	}
	sort.Strings(ids)
	return ids
}
