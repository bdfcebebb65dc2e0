// SPDX-License-Identifier: Apache-2.0

package eventbridge

import (
	"errors"
	"fmt"
	"slices"
)

// Match says whether an event, as its JSON, matches the pattern.
func (p *Pattern) Match(event []byte) (bool, error) {
	value, err := decode(event)
	if err != nil {
		return false, fmt.Errorf("event: %w", err)
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return false, errors.New("event: not an object")
	}
	if p.root == nil {
		return false, nil
	}
	m := matcher{event: fields}
	return m.object(p.root, fields, nil), nil
}

// matcher knows the whole event: that a field does not exist is said of its path, not of one element of a list.
type matcher struct{ event map[string]any }

func (m matcher) object(o *object, value map[string]any, path []string) bool {
	for _, f := range o.fields {
		at := slices.Concat(path, []string{f.name})
		if !m.field(f, value[f.name], at) {
			return false
		}
	}
	for _, alternatives := range o.ors {
		if !m.any(alternatives, value, path) {
			return false
		}
	}
	return true
}

func (m matcher) any(alternatives []*object, value map[string]any, path []string) bool {
	for _, o := range alternatives {
		if m.object(o, value, path) {
			return true
		}
	}
	return false
}

// field matches what stands below a name in the event; nil where nothing does, or null, which below tells apart.
func (m matcher) field(f field, value any, path []string) bool {
	if f.below != nil {
		return m.below(f.below, value, path)
	}
	present := leavesAt(m.event, path)
	for _, l := range f.leaves {
		if l.absent {
			if len(present) == 0 {
				return true
			}
			continue
		}
		// A name that is not there and one that is null look alike in value.
		if value == nil && len(present) == 0 {
			continue
		}
		for _, v := range leavesOf(value) {
			if l.matches(v) {
				return true
			}
		}
	}
	return false
}

// below matches an object of the pattern with an object of the event, or with one element of a list of them: fields of two
// elements never match together.
func (m matcher) below(o *object, value any, path []string) bool {
	switch v := value.(type) {
	case map[string]any:
		return m.object(o, v, path)
	case []any:
		for _, item := range v {
			if m.below(o, item, path) {
				return true
			}
		}
		return len(v) == 0 && m.object(o, map[string]any{}, path)
	default:
		// Nothing is there, or no object: what asks for the absence of a field below is right.
		return m.object(o, map[string]any{}, path)
	}
}

// leavesOf are the values that are no objects, a list's for a list.
func leavesOf(value any) []any {
	switch v := value.(type) {
	case map[string]any:
		return nil
	case []any:
		var all []any
		for _, item := range v {
			all = append(all, leavesOf(item)...)
		}
		return all
	default:
		return []any{v}
	}
}

// leavesAt are the leaves at a path, through lists.
func leavesAt(value any, path []string) []any {
	if list, ok := value.([]any); ok && len(path) > 0 {
		var all []any
		for _, item := range list {
			all = append(all, leavesAt(item, path)...)
		}
		return all
	}
	if len(path) == 0 {
		return leavesOf(value)
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	next, there := fields[path[0]]
	if !there {
		return nil
	}
	return leavesAt(next, path[1:])
}
