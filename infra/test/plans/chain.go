// SPDX-License-Identifier: Apache-2.0

// Package plans plans and applies every layer of every environment with the provider that stands in for AWS, once for all
// who ask, and shows what came of it. Each layer reads the states of those before it, as on a real account. Nothing
// reaches AWS, and nothing is written into the checkout.
package plans

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/tree"
)

// Everything is no environment but prod with all that is off by default switched on: flags/LAYER.tfvars.
const Everything = "everything"

// Environments are those that there are chains of.
var Environments = append(slices.Clone(tree.Environments), Everything)

// Chain is one environment, every layer applied.
type Chain struct {
	Environment string
	Layers      map[string]*Layer // by folder, such as 05-compute
}

// Layer is a layer of one environment after its apply.
type Layer struct {
	Environment string
	Name        string
	Resources   []Resource     // of the state, with all values known
	Outputs     map[string]any // of the state
	Plan        []byte         // terraform show -json of the plan that was applied
	Again       string         // what a second plan, right after the apply, would change; "" is nothing
}

// read takes a chain from the folders that make left.
func read(folders map[string]string, environment string) (*Chain, error) {
	c := &Chain{Environment: environment, Layers: map[string]*Layer{}}
	for _, name := range tree.Layers {
		dir := folders[name]
		raw, err := os.ReadFile(filepath.Join(dir, name+".tfstate"))
		if err != nil {
			return nil, err
		}
		l := &Layer{Environment: environment, Name: name}
		if l.Resources, l.Outputs, err = readState(raw); err != nil {
			return nil, fmt.Errorf("%s/%s: %w", name, environment, err)
		}
		if l.Plan, err = os.ReadFile(filepath.Join(dir, name+".plan.json")); err != nil {
			return nil, err
		}
		again, err := os.ReadFile(filepath.Join(dir, name+".again"))
		if err != nil {
			return nil, err
		}
		l.Again = string(again)
		c.Layers[name] = l
	}
	return c, nil
}

// Of are the managed resources of a type.
func (l *Layer) Of(kind string) []Resource {
	var found []Resource
	for _, r := range l.Resources {
		if r.Mode == "managed" && r.Type == kind {
			found = append(found, r)
		}
	}
	return found
}

// One is the only managed resource of a type; none, or two, is an error.
func (l *Layer) One(kind string) (Resource, error) {
	found := l.Of(kind)
	if len(found) != 1 {
		return Resource{}, fmt.Errorf("%s/%s has %d %s, not one", l.Name, l.Environment, len(found), kind)
	}
	return found[0], nil
}

// With are the managed resources of a type with this value of a string attribute.
func (l *Layer) With(kind, attribute, value string) []Resource {
	return slices.DeleteFunc(l.Of(kind), func(r Resource) bool { return r.Text(attribute) != value })
}

// Output is an output that is a string; "" where it is null, another type, or not there.
func (l *Layer) Output(name string) string {
	s, _ := l.Outputs[name].(string)
	return s
}

// Sources are the addresses of resources and modules in the plan's configuration with the addresses that each depends on by
// its own depends_on.
func (l *Layer) Sources() (map[string][]string, error) {
	var plan struct {
		Configuration struct {
			Root struct {
				Resources []struct {
					Address   string   `json:"address"`
					DependsOn []string `json:"depends_on"`
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"configuration"`
	}
	if err := json.Unmarshal(l.Plan, &plan); err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, r := range plan.Configuration.Root.Resources {
		out[strings.TrimSpace(r.Address)] = r.DependsOn
	}
	return out, nil
}
