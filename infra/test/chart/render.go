// SPDX-License-Identifier: Apache-2.0

// Package chart renders charts/ray as Helm does and says what is wrong with what comes out: what no API server would
// take, and containers that may do more than they need. It asks no cluster.
package chart

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	yamlstream "go.yaml.in/yaml/v3"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"sigs.k8s.io/yaml"
)

// Release is where a chart is installed, as `helm install NAME --namespace NAMESPACE` says it.
type Release struct {
	Name, Namespace string
}

// Values are values of a chart, as a values file holds them.
type Values = map[string]any

// Document is one object of a rendering.
type Document = map[string]any

// Render is what `helm template` writes: the chart's objects, hooks and tests included, in the order of their files'
// names, each with its source. Later values go over earlier ones, and the chart's schema is held against them all.
func Render(dir string, in Release, values ...Values) (string, error) {
	c, err := loader.LoadDir(dir)
	if err != nil {
		return "", err
	}
	all := Values{}
	for _, v := range values {
		all = chartutil.MergeTables(deepCopy(v), all)
	}
	options := chartutil.ReleaseOptions{Name: in.Name, Namespace: in.Namespace, Revision: 1, IsInstall: true}
	top, err := chartutil.ToRenderValues(c, all, options, chartutil.DefaultCapabilities)
	if err != nil {
		return "", err
	}
	files, err := engine.Render(c, top)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasSuffix(name, "NOTES.txt") || strings.TrimSpace(files[name]) == "" {
			continue
		}
		fmt.Fprintf(&b, "---\n# Source: %s\n%s\n", name, strings.Trim(files[name], "\n"))
	}
	return b.String(), nil
}

// Notes is what `helm install` says in the end.
func Notes(dir string, in Release, values Values) (string, error) {
	c, err := loader.LoadDir(dir)
	if err != nil {
		return "", err
	}
	options := chartutil.ReleaseOptions{Name: in.Name, Namespace: in.Namespace, Revision: 1, IsInstall: true}
	top, err := chartutil.ToRenderValues(c, deepCopy(values), options, chartutil.DefaultCapabilities)
	if err != nil {
		return "", err
	}
	files, err := engine.Render(c, top)
	return files[c.Name()+"/templates/NOTES.txt"], err
}

// Parse is the objects of a stream of YAML documents. One that says a key twice is refused, as it would be by no API
// server, which takes the last.
func Parse(stream string) ([]Document, error) {
	var all []Document
	decoder := yamlstream.NewDecoder(strings.NewReader(stream))
	for {
		var node yamlstream.Node
		if err := decoder.Decode(&node); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		src, err := yamlstream.Marshal(&node)
		if err != nil {
			return nil, err
		}
		var doc Document
		if err := yaml.UnmarshalStrict(src, &doc); err != nil {
			return nil, err
		}
		if len(doc) > 0 {
			all = append(all, doc)
		}
	}
}

// ParseValues reads a values file.
func ParseValues(src string) (Values, error) {
	var v Values
	err := yaml.UnmarshalStrict([]byte(src), &v)
	return v, err
}

// deepCopy keeps what Helm does to values from the caller's.
func deepCopy(v Values) Values {
	out := make(Values, len(v))
	for key, value := range v {
		if table, ok := value.(Values); ok {
			value = deepCopy(table)
		}
		out[key] = value
	}
	return out
}
