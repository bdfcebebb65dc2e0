// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"math"
	"sort"
	"strings"
)

// setWaves puts every target into the first wave after all it depends on.
//
// A dependency is a state that is read or what the configuration says; it stands
// in DependsOn. Numeric prefixes only give an order: a numbered layer for which no
// dependency is known waits for all lower numbers beside it, without depending on
// them. Where dependencies are known they are the whole truth: such a layer may
// run before a lower number that it does not use. A layer that a lower number
// depends on counts as that lower number.
func (d *discovery) setWaves(targets []*Target) {
	up := d.edges(targets)
	d.breakCycles(targets, up)
	order := topological(up)
	rank := d.ranks(targets, up, order)

	// By ascending rank, so that every barrier is complete when it is asked for.
	sort.SliceStable(order, func(i, j int) bool { return rank[order[i]] < rank[order[j]] })
	barrier := map[string]int{} // scope → first wave after all lower ranks
	pending := map[string]int{}
	last := math.MinInt
	for _, i := range order {
		if rank[i] != last {
			for among, wave := range pending {
				barrier[among] = max(barrier[among], wave)
			}
			last = rank[i]
		}
		t := targets[i]
		for _, u := range up[i] {
			t.Wave = max(t.Wave, targets[u].Wave+1)
		}
		_, among, ok := number(d.info[t].root.base)
		if !ok {
			continue
		}
		if !d.info[t].evidence {
			t.Wave = max(t.Wave, barrier[among])
		}
		pending[among] = max(pending[among], t.Wave+1)
	}
	d.order = d.newOrder(targets, up, rank)
}

// edges returns, for every target, the indexes of those it depends on: the
// targets in the folders of DependsOn, of the same environment where there is one.
func (d *discovery) edges(targets []*Target) [][]int {
	at := map[string][]int{}
	for i, t := range targets {
		at[t.Dir] = append(at[t.Dir], i)
	}
	up := make([][]int, len(targets))
	for i, t := range targets {
		for _, dir := range t.DependsOn {
			var same []int
			for _, j := range at[dir] {
				if targets[j].Env == t.Env {
					same = append(same, j)
				}
			}
			if len(same) == 0 {
				same = at[dir]
			}
			up[i] = append(up[i], same...)
		}
	}
	return up
}

// breakCycles finds targets that depend on each other, warns of them, and leaves
// those of their dependencies out of the order that go against numbers and names.
// DependsOn keeps them: that they are read stays true.
func (d *discovery) breakCycles(targets []*Target, up [][]int) {
	warned := map[string]bool{}
	for _, group := range components(up) {
		if len(group) < 2 {
			continue
		}
		in := map[int]bool{}
		layers := map[string]bool{}
		for _, i := range group {
			in[i] = true
			layers[targets[i].Layer] = true
		}
		for _, i := range group {
			var kept []int
			for _, j := range up[i] {
				if !in[j] || d.before(targets[j], targets[i]) {
					kept = append(kept, j)
				}
			}
			up[i] = kept
		}
		names := strings.Join(sortedKeys(layers), ", ")
		if !warned[names] {
			warned[names] = true
			d.warn(Problem{Message: "layers read each other's state: " + names, File: targets[group[0]].Dir,
				Hint: "they are ordered by number and name; state the right order with depends_on, or move what they share to a layer of its own"})
		}
	}
}

// before orders targets by the number of their layer, then by name.
func (d *discovery) before(a, b *Target) bool {
	n, _, okA := number(d.info[a].root.base)
	m, _, okB := number(d.info[b].root.base)
	switch {
	case okA != okB:
		return okA
	case n != m:
		return n < m
	case a.Dir != b.Dir:
		return a.Dir < b.Dir
	}
	return a.Env < b.Env
}

// components returns the strongly connected components of a graph (Tarjan), each sorted.
func components(up [][]int) [][]int {
	index, low, on := make([]int, len(up)), make([]int, len(up)), make([]bool, len(up))
	var stack []int
	var found [][]int
	next := 1
	var visit func(v int)
	visit = func(v int) {
		index[v], low[v] = next, next
		next++
		stack = append(stack, v)
		on[v] = true
		for _, w := range up[v] {
			if index[w] == 0 {
				visit(w)
				low[v] = min(low[v], low[w])
			} else if on[w] {
				low[v] = min(low[v], index[w])
			}
		}
		if low[v] != index[v] {
			return
		}
		for i := len(stack) - 1; ; i-- {
			on[stack[i]] = false
			if stack[i] == v {
				group := append([]int{}, stack[i:]...)
				stack = stack[:i]
				sort.Ints(group)
				found = append(found, group)
				return
			}
		}
	}
	for v := range up {
		if index[v] == 0 {
			visit(v)
		}
	}
	return found
}

// topological returns the indexes of an acyclic graph, what others depend on first (Kahn).
func topological(up [][]int) []int {
	waiting := make([]int, len(up))
	down := make([][]int, len(up))
	var order []int
	for i, deps := range up {
		waiting[i] = len(deps)
		for _, j := range deps {
			down[j] = append(down[j], i)
		}
		if len(deps) == 0 {
			order = append(order, i)
		}
	}
	for k := 0; k < len(order); k++ {
		for _, i := range down[order[k]] {
			if waiting[i]--; waiting[i] == 0 {
				order = append(order, i)
			}
		}
	}
	return order
}

// ranks returns the number of every target's layer, or that of the lowest one
// that depends on it, so that no order by numbers contradicts a dependency.
func (d *discovery) ranks(targets []*Target, up [][]int, order []int) []int {
	rank := make([]int, len(targets))
	for i, t := range targets {
		rank[i] = math.MaxInt
		if n, _, ok := number(d.info[t].root.base); ok {
			rank[i] = n
		}
	}
	for k := len(order) - 1; k >= 0; k-- {
		for _, u := range up[order[k]] {
			rank[u] = min(rank[u], rank[order[k]])
		}
	}
	return rank
}
