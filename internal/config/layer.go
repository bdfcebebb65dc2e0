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
	Secrets   []secretBlock   `hcl:"secret,block"`
	Variables []variableBlock `hcl:"variable,block"`
}

type secretBlock struct {
	Name        string    `hcl:"name,label"`
	At          hcl.Range `hcl:"name,label_range"`
	Body        hcl.Body  `hcl:",body"`
	Env         string    `hcl:"env,optional"`
	OnePassword string    `hcl:"onepassword,optional"`
}

type variableBlock struct {
	Name    string    `hcl:"name,label"`
	At      hcl.Range `hcl:"name,label_range"`
	Body    hcl.Body  `hcl:",body"`
	Command string    `hcl:"command,optional"`
	Default string    `hcl:"default,optional"`
}

var (
	// A layer is named after folders, which may hold letters of any script and spaces.
	layerName   = regexp.MustCompile(`^[\pL\pN_]([\pL\pN\pM._ /+-]{0,198}[\pL\pN\pM_])?$`)
	identifier  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)
	envVariable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	// https://developer.1password.com/docs/cli/secret-reference-syntax/
	opReference = regexp.MustCompile(`^op://[^/\s]+( [^/\s]+)*/[^/]+/[^/]+(/[^/]+)?$`)
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
	l := Layer{Name: b.Name, DependsOn: b.DependsOn}
	seen := map[string]hcl.Range{} // secrets and variables both become TF_VAR_<name>
	for _, s := range b.Secrets {
		c.input(seen, s.Name, s.At)
		s.check(c)
		l.Secrets = append(l.Secrets, Secret{Name: s.Name, Env: s.Env, OnePassword: s.OnePassword})
	}
	for _, v := range b.Variables {
		c.input(seen, v.Name, v.At)
		if strings.TrimSpace(v.Command) == "" {
			c.fail(at(v.Body, "command"), "Missing command", "Variable %q needs a command that prints its value; a fixed value belongs into a var-file.", v.Name)
		}
		l.Variables = append(l.Variables, Variable{Name: v.Name, Command: v.Command, Default: v.Default})
	}
	return l
}

// input checks the name of an input variable of Terraform.
func (c *checker) input(seen map[string]hcl.Range, name string, at hcl.Range) {
	c.unique(seen, "variable", name, at)
	if !identifier.MatchString(name) {
		c.fail(at, "Malformed name", "%q is no name of a Terraform variable.", name)
	}
}

func (b secretBlock) check(c *checker) {
	if (b.Env == "") == (b.OnePassword == "") {
		c.fail(b.At, "One source needed", "Secret %q needs exactly one of env and onepassword.", b.Name)
	}
	c.matches(b.Body, "env", b.Env, envVariable, `the name of an environment variable such as "ACR_PASSWORD"`)
	c.matches(b.Body, "onepassword", b.OnePassword, opReference, `a reference such as "op://vault/item/field"`)
}

func isLayer(name string) bool {
	return layerName.MatchString(name) && inside(name) && !strings.Contains(name, "//") && name != "all"
}
