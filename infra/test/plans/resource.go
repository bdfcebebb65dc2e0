// SPDX-License-Identifier: Apache-2.0

package plans

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Resource is one instance in a state: a resource, or what a data source read.
type Resource struct {
	Address string // module.x.aws_iam_role.this["a"]
	Mode    string // managed or data
	Type    string
	Name    string
	Key     string // the key of for_each, or the number of count; "" of neither
	Values  map[string]any
}

// Text is a string attribute; "" where it is null or not there.
func (r Resource) Text(attribute string) string {
	s, _ := r.Values[attribute].(string)
	return s
}

// Flag is a boolean attribute; false where it is null or not there.
func (r Resource) Flag(attribute string) bool {
	b, _ := r.Values[attribute].(bool)
	return b
}

// Number is a numeric attribute; 0 where it is null or not there.
func (r Resource) Number(attribute string) int {
	f, _ := r.Values[attribute].(float64)
	return int(f)
}

// Texts is a list or set of strings.
func (r Resource) Texts(attribute string) []string {
	return texts(r.Values[attribute])
}

// Map is a map of strings, such as tags.
func (r Resource) Map(attribute string) map[string]string {
	out := map[string]string{}
	m, _ := r.Values[attribute].(map[string]any)
	for k, v := range m {
		if s, ok := v.(string); ok {
			out[k] = s
		}
	}
	return out
}

// Blocks are nested blocks of a name, each as a resource without an address.
func (r Resource) Blocks(name string) []Resource {
	list, _ := r.Values[name].([]any)
	var out []Resource
	for _, e := range list {
		if m, ok := e.(map[string]any); ok {
			out = append(out, Resource{Address: r.Address + "." + name, Values: m})
		}
	}
	return out
}

// Block is the first nested block of a name, an empty one where there is none.
func (r Resource) Block(name string) Resource {
	if all := r.Blocks(name); len(all) > 0 {
		return all[0]
	}
	return Resource{Address: r.Address + "." + name, Values: map[string]any{}}
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// stateFile is a state as Terraform stores it, version 4.
type stateFile struct {
	Version int `json:"version"`
	Outputs map[string]struct {
		Value     any  `json:"value"`
		Sensitive bool `json:"sensitive"`
	} `json:"outputs"`
	Resources []struct {
		Module    string `json:"module"`
		Mode      string `json:"mode"`
		Type      string `json:"type"`
		Name      string `json:"name"`
		Instances []struct {
			IndexKey   any            `json:"index_key"`
			Attributes map[string]any `json:"attributes"`
		} `json:"instances"`
	} `json:"resources"`
}

// readState is what a state file holds.
func readState(raw []byte) ([]Resource, map[string]any, error) {
	var f stateFile
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, nil, err
	}
	if f.Version != 4 {
		return nil, nil, fmt.Errorf("a state of version %d is not known here", f.Version)
	}
	var all []Resource
	for _, r := range f.Resources {
		base := strings.TrimPrefix(r.Module+"."+r.Type+"."+r.Name, ".")
		if r.Mode == "data" {
			base = strings.TrimPrefix(r.Module+".data."+r.Type+"."+r.Name, ".")
		}
		for _, in := range r.Instances {
			one := Resource{Address: base, Mode: r.Mode, Type: r.Type, Name: r.Name, Values: in.Attributes}
			switch key := in.IndexKey.(type) {
			case string:
				one.Key, one.Address = key, fmt.Sprintf("%s[%q]", base, key)
			case float64:
				one.Key, one.Address = fmt.Sprint(int(key)), fmt.Sprintf("%s[%d]", base, int(key))
			}
			all = append(all, one)
		}
	}
	outputs := map[string]any{}
	for name, o := range f.Outputs {
		outputs[name] = o.Value
	}
	return all, outputs, nil
}
