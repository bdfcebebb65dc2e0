// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxNodes is how many values the documents of one file may have, with what aliases stand for counted each time.
const maxNodes = 200_000

// maxDepth is how deep they may be nested.
const maxDepth = 200

// documents returns the documents of a YAML or JSON file as values of JSON. Empty ones are left out.
//
// YAML is read as Kubernetes reads it, by YAML 1.1: a plain yes or on is true, and a key is a string.
func documents(name string, src []byte) ([]any, error) {
	if path.Ext(name) == ".json" {
		return jsonDocuments(src)
	}
	var docs []any
	left := maxNodes
	for d := yaml.NewDecoder(bytes.NewReader(src)); ; {
		var n yaml.Node
		if err := d.Decode(&n); errors.Is(err, io.EOF) {
			return docs, nil
		} else if err != nil {
			return nil, fmt.Errorf("it is no YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		}
		v, err := (&reader{left: &left}).value(&n, 0)
		if err != nil {
			return nil, err
		}
		if v != nil {
			docs = append(docs, v)
		}
	}
}

func jsonDocuments(src []byte) ([]any, error) {
	var docs []any
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	for {
		var v any
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return docs, nil
		} else if err != nil {
			offset := int64(len(src))
			if bad := new(json.SyntaxError); errors.As(err, &bad) {
				offset = min(bad.Offset, offset)
			}
			at := 1 + bytes.Count(src[:offset], []byte("\n"))
			return nil, fmt.Errorf("line %d: it is no JSON: %w", at, err)
		}
		if v != nil {
			docs = append(docs, v)
		}
	}
}

// A reader turns nodes of YAML into values of JSON.
type reader struct{ left *int }

func (r *reader) value(n *yaml.Node, depth int) (any, error) {
	if *r.left--; *r.left < 0 {
		return nil, fmt.Errorf("line %d: the file has more than %d values, aliases counted each time", n.Line, maxNodes)
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("line %d: more than %d levels, or an alias within itself", n.Line, maxDepth)
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return r.value(n.Content[0], depth)
	case yaml.AliasNode:
		return r.value(n.Alias, depth+1)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			var err error
			if list[i], err = r.value(item, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	case yaml.MappingNode:
		return r.mapping(n, depth)
	default:
		return scalar(n)
	}
}

// mapping returns an object: keys that are written win over those that << merges, and earlier merges over later ones.
func (r *reader) mapping(n *yaml.Node, depth int) (map[string]any, error) {
	object := map[string]any{}
	var merged []*yaml.Node
	for pair := range slices.Chunk(n.Content, 2) {
		key := pair[0]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Tag == "!!merge" {
			merged = append(merged, pair[1])
			continue
		}
		if key.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("line %d: a key is no string", key.Line)
		}
		if _, twice := object[key.Value]; twice {
			return nil, fmt.Errorf("line %d: the key %q is there twice", key.Line, key.Value)
		}
		v, err := r.value(pair[1], depth+1)
		if err != nil {
			return nil, err
		}
		object[key.Value] = v
	}
	for _, m := range merged {
		if err := r.mergeInto(object, m, depth+1); err != nil {
			return nil, err
		}
	}
	return object, nil
}

func (r *reader) mergeInto(object map[string]any, n *yaml.Node, depth int) error {
	v, err := r.value(n, depth)
	if err != nil {
		return err
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, from := range list {
		keys, ok := from.(map[string]any)
		if !ok {
			return fmt.Errorf("line %d: << merges what is no mapping", n.Line)
		}
		for key, value := range keys {
			if _, there := object[key]; !there {
				object[key] = value
			}
		}
	}
	return nil
}

// yaml11 matches what YAML 1.1 has for truth besides true and false.
var yaml11 = regexp.MustCompile(`^(?:([yY]|yes|Yes|YES|on|On|ON)|[nN]|no|No|NO|off|Off|OFF)$`)

// scalar returns the value of a scalar. Those that JSON does not have – times, bytes, infinity – stay as they are written.
func scalar(n *yaml.Node) (any, error) {
	plain := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) == 0
	if m := yaml11.FindStringSubmatch(n.Value); m != nil && plain {
		return m[1] != "", nil
	}
	switch n.ShortTag() {
	case "!!null", "!!bool", "!!int", "!!float":
		var v any
		if err := n.Decode(&v); err != nil {
			return nil, fmt.Errorf("line %d: %s", n.Line, strings.TrimPrefix(err.Error(), "yaml: "))
		}
		if f, ok := v.(float64); ok && (math.IsInf(f, 0) || math.IsNaN(f)) {
			return n.Value, nil
		}
		return v, nil
	}
	return n.Value, nil
}

var lineNumber = regexp.MustCompile(`\bline (\d+)`)

// lineOf returns the line that an error is about; 0 if it does not say.
func lineOf(err error) int {
	m := lineNumber.FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}
