// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"context"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/layerbot/layerbot/internal/report"
)

// maxManifest is the most bytes of one file.
const maxManifest = 8 << 20

// Manifests asks what is wrong with the documents of a YAML or JSON file, each by itself, and so each of the items of a
// List. The address of a decision without one is the document's "Kind/name", its File name. What is no YAML is the
// Failure of the result. Rules that look at nothing but input.targets are left out.
func (s *Set) Manifests(ctx context.Context, name string, src []byte) *report.Policy {
	if len(src) > maxManifest {
		return unread(name, fmt.Errorf("it has %d bytes, where %d are the most", len(src), maxManifest))
	}
	values, err := documents(name, src)
	if err != nil {
		return unread(name, err)
	}
	var docs []document
	for _, v := range items(values) {
		input, err := ast.InterfaceToValue(v)
		if err != nil {
			return unread(name, err)
		}
		docs = append(docs, document{input: input, address: addressOf(v), file: name})
	}
	return s.ask(ctx, s.single, docs)
}

// unread is the word on a file that policies cannot be asked about.
func unread(name string, err error) *report.Policy {
	return failed(fmt.Sprintf("%s cannot be put before the policies: %s", name, err), "mend the file, or leave it out of the manifests of `policies`: what cannot be read is not allowed")
}

// items returns documents with those of kind List replaced by what they list.
func items(docs []any) []any {
	var all []any
	for _, doc := range docs {
		object, _ := doc.(map[string]any)
		list, isList := object["items"].([]any)
		if isList && object["kind"] == "List" {
			all = append(all, items(list)...)
		} else {
			all = append(all, doc)
		}
	}
	return all
}

// addressOf returns "Kind/name" of a manifest, as far as it has them.
func addressOf(doc any) string {
	object, _ := doc.(map[string]any)
	meta, _ := object["metadata"].(map[string]any)
	kind, _ := object["kind"].(string)
	name, _ := meta["name"].(string)
	if name == "" {
		name, _ = meta["generateName"].(string)
	}
	if kind == "" || name == "" {
		return line(kind + name)
	}
	return line(kind + "/" + name)
}
