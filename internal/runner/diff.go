// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// leaves returns the leaves in which before and after differ, with paths below root. A path of forces
// that reaches a leaf, or lies below it, marks the leaf.
func leaves(root string, before, after *value, forces []value) []report.Leaf {
	d := differ{path: []byte(root)}
	for i := range forces {
		d.forces = append(d.forces, steps(forces[i]))
	}
	d.diff(before, after, nil)
	slices.SortStableFunc(d.out, func(a, b report.Leaf) int { return strings.Compare(a.Path, b.Path) })
	return d.out
}

// steps returns a path of Terraform's replace_paths, such as ["tags","Name"] or ["ingress",0].
func steps(path value) []string {
	var out []string
	for _, item := range path.items {
		step := string(item.raw)
		if strings.HasPrefix(step, `"`) {
			step = unquote(item.raw)
		}
		out = append(out, step)
	}
	return out
}

// A differ walks two values side by side.
type differ struct {
	path   []byte
	forces [][]string
	out    []report.Leaf
}

// diff adds the leaves that differ; at is the path so far in steps.
func (d *differ) diff(before, after *value, at []string) {
	switch {
	case equal(before, after):
	case after.unknown:
		d.add(simple(before), nil, at, func(l *report.Leaf) {
			l.Unknown, l.Sensitive = true, before.secret() || after.sensitive
		})
	case before.sensitive || after.sensitive:
		d.add(before.json(), after.json(), at, func(l *report.Leaf) { l.Sensitive = true })
	case before.is(object) && after.is(object) && len(before.keys)+len(after.keys) > 0:
		d.objects(before, after, at)
	case before.is(list) && after.is(list) && len(before.items)+len(after.items) > 0:
		d.lists(before, after, at)
	case before.kind == scalar || after.kind == scalar:
		d.scalars(before, after, at)
	case before.kind != absent && after.kind != absent: // from a list to a map, or back
		d.diff(before, &nothing, at)
		d.diff(&nothing, after, at)
	default:
		d.add(before.json(), after.json(), at, nil)
	}
}

// is reports whether v can be compared as a k: it is one, or it is not there.
func (v *value) is(k kind) bool { return v.kind == k || v.kind == absent }

// secret reports whether any part of v is sensitive.
func (v *value) secret() bool {
	return v.sensitive || slices.ContainsFunc(v.items, func(v value) bool { return v.secret() })
}

// simple returns v as JSON if it can stand in a leaf: a scalar or an empty collection.
func simple(v *value) []byte {
	if len(v.items) > 0 && !v.sensitive {
		return nil
	}
	return v.json()
}

// scalars compares two values of which at least one is a scalar.
func (d *differ) scalars(before, after *value, at []string) {
	if len(before.items) > 0 {
		d.diff(before, &nothing, at)
		before = &nothing
	}
	if len(after.items) > 0 {
		d.diff(&nothing, after, at)
		after = &nothing
	}
	d.add(before.json(), after.json(), at, nil)
}

func (d *differ) add(before, after []byte, at []string, adjust func(*report.Leaf)) {
	if len(d.path) == 0 && adjust == nil {
		return // an object without attributes
	}
	leaf := report.Leaf{Path: string(d.path), Before: before, After: after}
	leaf.Forces = slices.ContainsFunc(d.forces, func(f []string) bool {
		n := min(len(f), len(at))
		return slices.Equal(f[:n], at[:n])
	})
	if adjust != nil {
		adjust(&leaf)
	}
	d.out = append(d.out, leaf)
}

// objects compares two objects, or an object with nothing.
func (d *differ) objects(before, after *value, at []string) {
	keys := before.keys
	if !slices.Equal(before.keys, after.keys) {
		keys = slices.Concat(before.keys, after.keys)
		slices.Sort(keys)
		keys = slices.Compact(keys)
	}
	asMap := isMap(at, keys)
	for _, key := range keys {
		n := len(d.path)
		d.path = below(d.path, key, asMap)
		d.diff(before.member(key), after.member(key), append(at, key))
		d.path = d.path[:n]
	}
}

// below returns the path of a member of what has the path.
func below(path []byte, key string, asMap bool) []byte {
	switch {
	case asMap:
		return append(append(append(path, '['), quote(key)...), ']')
	case len(path) > 0:
		path = append(path, '.')
	}
	return append(path, key...)
}

// elementOf returns the path of an element, by its index, of what has the path.
func elementOf(path []byte, index string) []byte {
	return append(append(append(path, '['), index...), ']')
}

// isMap guesses whether an object of the JSON is a map of the configuration, whose keys are data, and not an
// object, whose keys are names. The JSON does not say.
func isMap(at, keys []string) bool {
	if len(at) == 0 {
		return false
	}
	switch at[len(at)-1] {
	case "tags", "tags_all", "labels", "annotations", "triggers", "variables", "keepers":
		return true
	}
	return slices.ContainsFunc(keys, func(key string) bool { return !identifier(key) })
}

// identifier reports whether key could be the name of an attribute.
func identifier(key string) bool {
	for i, r := range []byte(key) {
		if !(r == '_' || r >= 'a' && r <= 'z' || i > 0 && r >= '0' && r <= '9') {
			return false
		}
	}
	return key != ""
}

// lists compares two lists. Elements that both have are set aside, in order; the JSON shows a set as a sorted
// list, where comparing by index would make one new element look like a change of all that follow.
func (d *differ) lists(before, after *value, at []string) {
	gone, come := unmatched(before.items, after.items)
	if len(gone) == len(come) {
		for i := range gone {
			d.element(come[i], &before.items[gone[i]], &after.items[come[i]], at)
		}
		return
	}
	for _, i := range gone {
		if !slices.Contains(come, i) {
			d.element(i, &before.items[i], &nothing, at)
		}
	}
	for _, i := range come {
		if slices.Contains(gone, i) {
			d.element(i, &before.items[i], &after.items[i], at)
		} else {
			d.element(i, &nothing, &after.items[i], at)
		}
	}
}

func (d *differ) element(i int, before, after *value, at []string) {
	n := len(d.path)
	index := strconv.Itoa(i)
	d.path = elementOf(d.path, index)
	d.diff(before, after, append(at, index))
	d.path = d.path[:n]
}

// unmatched returns the indexes of the elements of a and of b that a longest common subsequence leaves over.
func unmatched(a, b []value) (inA, inB []int) {
	start := 0
	for start < len(a) && start < len(b) && equal(&a[start], &b[start]) {
		start++
	}
	endA, endB := len(a), len(b)
	for endA > start && endB > start && equal(&a[endA-1], &b[endB-1]) {
		endA, endB = endA-1, endB-1
	}
	a, b = a[start:endA], b[start:endB]
	if len(a)*len(b) > 4<<20 { // too long to be worth it
		for i := range a {
			inA = append(inA, start+i)
		}
		for i := range b {
			inB = append(inB, start+i)
		}
		return inA, inB
	}
	return subsequence(canonicals(a), canonicals(b), start)
}

// canonicals returns values in a form that is quick to compare.
func canonicals(values []value) []string {
	out := make([]string, len(values))
	for i := range values {
		out[i] = string(values[i].append(nil))
	}
	return out
}

// subsequence is the textbook longest common subsequence; what is not in it is returned, shifted by start.
func subsequence(a, b []string, start int) (inA, inB []int) {
	same := func(i, j int) bool { return a[i] == b[j] && strings.IndexByte(a[i], unknownMark) < 0 }
	width := len(b) + 1
	length := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if same(i, j) {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			} else {
				length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && same(i, j):
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && length[(i+1)*width+j] >= length[i*width+j+1]:
			inA = append(inA, start+i)
			i++
		default:
			inB = append(inB, start+j)
			j++
		}
	}
	return inA, inB
}
