// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// document and statement are a policy as the AWS provider writes it: this order of members, one value as a text and
// several as a list sorted backwards.
type document struct {
	Version    string       `json:",omitempty"`
	ID         string       `json:"Id,omitempty"`
	Statements []*statement `json:"Statement,omitempty"`
}

type statement struct {
	Sid           string                          `json:",omitempty"`
	Effect        string                          `json:",omitempty"`
	Actions       oneOrMany                       `json:"Action,omitempty"`
	NotActions    oneOrMany                       `json:"NotAction,omitempty"`
	Resources     oneOrMany                       `json:"Resource,omitempty"`
	NotResources  oneOrMany                       `json:"NotResource,omitempty"`
	Principals    principals                      `json:"Principal,omitempty"`
	NotPrincipals principals                      `json:"NotPrincipal,omitempty"`
	Conditions    map[string]map[string]oneOrMany `json:"Condition,omitempty"`
}

// oneOrMany is a list that is written as a text where it has one element.
type oneOrMany []string

func (o oneOrMany) MarshalJSON() ([]byte, error) {
	if len(o) == 1 {
		return json.Marshal(o[0])
	}
	return json.Marshal([]string(o))
}

func (o *oneOrMany) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*o = oneOrMany{one}
		return nil
	}
	var scalar any
	if json.Unmarshal(data, &scalar) == nil {
		switch scalar.(type) {
		case bool, float64:
			*o = oneOrMany{string(data)}
			return nil
		}
	}
	return json.Unmarshal(data, (*[]string)(o))
}

// principals are identifiers by type; "*" by itself is of type "*".
type principals map[string]oneOrMany

func (p principals) MarshalJSON() ([]byte, error) {
	if len(p) == 1 && len(p["*"]) == 1 && p["*"][0] == "*" {
		return []byte(`"*"`), nil
	}
	return json.Marshal(map[string]oneOrMany(p))
}

func (p *principals) UnmarshalJSON(data []byte) error {
	if string(data) == `"*"` {
		*p = principals{"*": {"*"}}
		return nil
	}
	return json.Unmarshal(data, (*map[string]oneOrMany)(p))
}

// policyDocument is data "aws_iam_policy_document" with its results.
func policyDocument(config cty.Value) (cty.Value, error) {
	attributes := config.AsValueMap()
	own, err := ownDocument(config)
	if err != nil {
		return config, err
	}
	merged := &document{}
	if err := mergeAll(merged, config.GetAttr("source_policy_documents"), true); err != nil {
		return config, err
	}
	merged.merge(own)
	if err := mergeAll(merged, config.GetAttr("override_policy_documents"), false); err != nil {
		return config, err
	}
	long, err := json.MarshalIndent(merged, "", "  ")
	if err != nil {
		return config, err
	}
	short, err := json.Marshal(merged)
	if err != nil {
		return config, err
	}
	attributes["json"], attributes["minified_json"] = cty.StringVal(string(long)), cty.StringVal(string(short))
	attributes["id"] = cty.StringVal(strconv.Itoa(int(crc32.ChecksumIEEE(long))))
	if attributes["version"].IsNull() {
		attributes["version"] = cty.StringVal(own.Version)
	}
	for _, name := range []string{"override_json", "source_json"} {
		if v, ok := attributes[name]; ok && !v.IsKnown() {
			attributes[name] = cty.NullVal(v.Type())
		}
	}
	return cty.ObjectVal(attributes), nil
}

// ownDocument is what the blocks of the data source say.
func ownDocument(config cty.Value) (*document, error) {
	d := &document{Version: "2012-10-17", ID: text(config.GetAttr("policy_id"))}
	if v := text(config.GetAttr("version")); v != "" {
		d.Version = v
	}
	if d.Version != "2012-10-17" && d.Version != "2008-10-17" {
		return nil, fmt.Errorf(`expected version to be one of ["2008-10-17" "2012-10-17"], got %s`, d.Version)
	}
	seen := map[string]bool{}
	for i, block := range slice(config.GetAttr("statement")) {
		s, err := newStatement(block)
		if err != nil {
			return nil, fmt.Errorf("statement[%d]: %w", i, err)
		}
		if s.Sid != "" && seen[s.Sid] {
			return nil, fmt.Errorf("duplicate Sid (%s)", s.Sid)
		}
		seen[s.Sid] = true
		d.Statements = append(d.Statements, s)
	}
	return d, nil
}

func newStatement(block cty.Value) (*statement, error) {
	s := &statement{Sid: text(block.GetAttr("sid")), Effect: "Allow"}
	if e := text(block.GetAttr("effect")); e != "" {
		s.Effect = e
	}
	if s.Effect != "Allow" && s.Effect != "Deny" {
		return nil, fmt.Errorf(`expected effect to be one of ["Allow" "Deny"], got %s`, s.Effect)
	}
	lists := map[string]*oneOrMany{"actions": &s.Actions, "not_actions": &s.NotActions, "resources": &s.Resources, "not_resources": &s.NotResources}
	for name, list := range lists {
		*list = backwards(block.GetAttr(name))
	}
	if s.Actions != nil && s.NotActions != nil || s.Resources != nil && s.NotResources != nil {
		return nil, errors.New("actions and not_actions, resources and not_resources exclude each other")
	}
	s.Principals, s.NotPrincipals = newPrincipals(block.GetAttr("principals")), newPrincipals(block.GetAttr("not_principals"))
	for _, c := range slice(block.GetAttr("condition")) {
		if s.Conditions == nil {
			s.Conditions = map[string]map[string]oneOrMany{}
		}
		test, variable := text(c.GetAttr("test")), text(c.GetAttr("variable"))
		if s.Conditions[test] == nil {
			s.Conditions[test] = map[string]oneOrMany{}
		}
		for _, value := range slice(c.GetAttr("values")) {
			s.Conditions[test][variable] = append(s.Conditions[test][variable], variables(text(value)))
		}
	}
	return s, nil
}

func newPrincipals(blocks cty.Value) principals {
	var p principals
	for _, b := range slice(blocks) {
		if p == nil {
			p = principals{}
		}
		typ := text(b.GetAttr("type"))
		p[typ] = append(p[typ], backwards(b.GetAttr("identifiers"))...)
	}
	return p
}

// slice is the elements of a collection, none where there is no collection.
func slice(v cty.Value) []cty.Value {
	if !known(v) {
		return nil
	}
	return v.AsValueSlice()
}

// backwards is a set of texts in the order in which the provider writes it.
func backwards(v cty.Value) oneOrMany {
	var list oneOrMany
	for _, element := range slice(v) {
		list = append(list, variables(text(element)))
	}
	slices.Sort(list)
	slices.Reverse(list)
	return list
}

// variables turns &{…}, which Terraform leaves alone, into the ${…} of policies.
func variables(s string) string { return strings.ReplaceAll(s, "&{", "${") }

// mergeAll merges documents given as JSON. In sources a Sid must not come twice.
func mergeAll(into *document, documents cty.Value, once bool) error {
	for i, raw := range slice(documents) {
		if text(raw) == "" {
			continue
		}
		d := &document{}
		if err := json.Unmarshal([]byte(text(raw)), d); err != nil {
			return fmt.Errorf("policy document %d is no policy: %w", i, err)
		}
		if once {
			for _, s := range d.Statements {
				if s.Sid != "" && slices.ContainsFunc(into.Statements, func(o *statement) bool { return o.Sid == s.Sid }) {
					return fmt.Errorf("duplicate Sid (%s) in source_policy_documents (item %d)", s.Sid, i)
				}
			}
		}
		into.merge(d)
	}
	return nil
}

// merge adds the statements of another document; one with the Sid of one that is there takes its place.
func (d *document) merge(other *document) {
	if other.ID != "" {
		d.ID = other.ID
	}
	d.Version = max(d.Version, other.Version)
	for _, s := range other.Statements {
		i := slices.IndexFunc(d.Statements, func(o *statement) bool { return s.Sid != "" && o.Sid == s.Sid })
		if i < 0 {
			d.Statements = append(d.Statements, s)
		} else {
			d.Statements[i] = s
		}
	}
}
