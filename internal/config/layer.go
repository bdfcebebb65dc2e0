// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

type layerBlock struct {
	Name      string          `hcl:"name,label"`
	At        hcl.Range       `hcl:"name,label_range"`
	Body      hcl.Body        `hcl:",body"`
	DependsOn []string        `hcl:"depends_on,optional"`
	MayMove   bool            `hcl:"backend_may_change,optional"`
	Secrets   []secretBlock   `hcl:"secret,block"`
	Variables []variableBlock `hcl:"variable,block"`
}

var (
	// A layer is named after folders, which may hold letters of any script and spaces.
	layerName  = regexp.MustCompile(`^[\pL\pN_]([\pL\pN\pM._ /+-]{0,198}[\pL\pN\pM_])?$`)
	identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)
)

// layers returns the checked blocks, in file order.
func layers(c *checker, blocks []layerBlock) []Layer {
	var all []Layer
	seen := map[string]hcl.Range{}
	for _, b := range blocks {
		c.unique(seen, "layer", b.Name, b.At)
		all = append(all, b.config(c))
	}
	return all
}

func (b layerBlock) config(c *checker) Layer {
	if !isLayer(b.Name) {
		c.fail(b.At, "Malformed name", "%q is no name of a layer.", b.Name)
	}
	for i, d := range b.DependsOn {
		switch where := atItem(b.Body, "depends_on", i); {
		case !isLayer(d):
			c.fail(where, "Malformed name", "depends_on has %q, which is no name of a layer.", d)
		case d == b.Name:
			c.fail(where, "Dependency in a circle", "Layer %q cannot depend on itself.", d)
		}
	}
	secrets, variables := inputs(c, b.Secrets, b.Variables)
	return Layer{Name: b.Name, DependsOn: b.DependsOn, BackendMayChange: b.MayMove, Secrets: secrets, Variables: variables}
}

func isLayer(name string) bool {
	return layerName.MatchString(name) && inside(name) && !strings.Contains(name, "//") && name != "all"
}
