// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// data is the documents of a bundle's files as one.
type data struct {
	root map[string]any
	from map[string]string // path of a value, "config/terraform" → file that it is of
}

func newData() *data { return &data{root: map[string]any{}, from: map[string]string{}} }

// merge adds the document of a file, at the root. Objects are merged; any other value that two files have is a problem.
func (d *data) merge(name, src string) []Problem {
	docs, err := documents(name, []byte(src))
	if err != nil {
		return []Problem{{File: name, Line: lineOf(err), Message: shorten(err.Error(), maxProblem)}}
	}
	var problems []Problem
	for _, doc := range docs {
		object, ok := doc.(map[string]any)
		if !ok || len(docs) > 1 {
			return []Problem{{File: name, Message: "data for policies is one object a file, merged into data"}}
		}
		problems = append(problems, d.add(d.root, object, nil, name)...)
	}
	return problems
}

// add adds what an object has to another, which is at path.
func (d *data) add(to, object map[string]any, path []string, name string) []Problem {
	var problems []Problem
	for _, key := range sorted(object) {
		at := append(slices.Clone(path), key)
		old, there := to[key]
		a, isObject := old.(map[string]any)
		b, both := object[key].(map[string]any)
		switch {
		case !there:
			to[key] = object[key]
			d.own(object[key], at, name)
		case isObject && both:
			problems = append(problems, d.add(a, b, at, name)...)
		default:
			problems = append(problems, Problem{File: name, Message: fmt.Sprintf("data.%s is also in %s: data is merged, and which of both counts is not said", strings.Join(at, "."), d.from[strings.Join(at, "/")])})
		}
	}
	return problems
}

// own notes whose a value and all within are.
func (d *data) own(value any, path []string, name string) {
	d.from[strings.Join(path, "/")] = name
	if object, ok := value.(map[string]any); ok {
		for key := range object {
			d.own(object[key], append(slices.Clone(path), key), name)
		}
	}
}

// sorted returns the keys of a map in their order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
