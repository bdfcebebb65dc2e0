// SPDX-License-Identifier: Apache-2.0

// Package rules says what must hold of the layers, read from the inventory and not from their code. Each rule looks at
// the HCL where only that shows it, and else at what every environment came to after an apply with the provider's real
// schema, where references, modules and defaults have become values.
package rules

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/layerbot/layerbot/infra/test/hcl"
	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/plans"
	"github.com/layerbot/layerbot/infra/test/tree"
)

// Facts are what rules look at.
type Facts struct {
	Root   string
	Layers map[string]*hcl.Layer   // by folder, such as 05-compute
	Chains map[string]*plans.Chain // by environment
	Roles  map[string][]iam.Role   // by environment
}

// Gather reads the layers and applies them where nobody has yet.
func Gather(ctx context.Context) (*Facts, error) {
	root, err := tree.Root()
	if err != nil {
		return nil, err
	}
	f := &Facts{Root: root, Layers: map[string]*hcl.Layer{}, Roles: map[string][]iam.Role{}}
	for _, name := range tree.Layers {
		if f.Layers[name], err = hcl.Load(filepath.Join(root, "infra", name)); err != nil {
			return nil, err
		}
	}
	if f.Chains, err = plans.All(ctx); err != nil {
		return nil, err
	}
	for environment, c := range f.Chains {
		if f.Roles[environment], err = iam.Roles(c); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Rule is one thing that must hold. Check returns all that speaks against it.
type Rule struct {
	Says  string
	Check func(*Facts) error
}

// All are the rules by name.
func All() map[string]Rule {
	all := map[string]Rule{}
	for _, part := range []map[string]Rule{written(), bootstrap(), network(), access(), nodes(), identity(), registries(), outputs(), irsa()} {
		for name, r := range part {
			if _, twice := all[name]; twice {
				panic("two rules are called " + name)
			}
			all[name] = r
		}
	}
	return all
}

// findings collect what speaks against a rule.
type findings struct{ errs []error }

// want notes what is said where ok is false.
func (v *findings) want(ok bool, format string, args ...any) {
	if !ok {
		v.errs = append(v.errs, fmt.Errorf(format, args...))
	}
}

// note keeps an error, if it is one, and is true where it is none.
func (v *findings) note(err error) bool {
	if err != nil {
		v.errs = append(v.errs, err)
	}
	return err == nil
}

func (v *findings) result() error { return errors.Join(v.errs...) }

// everywhere asks of a layer in each environment, Everything too.
func everywhere(layer string, ask func(v *findings, l *plans.Layer, c *plans.Chain)) func(*Facts) error {
	return in(plans.Environments, layer, ask)
}

// in asks of a layer in some environments. Errors begin with where.
func in(environments []string, layer string, ask func(v *findings, l *plans.Layer, c *plans.Chain)) func(*Facts) error {
	return func(f *Facts) error {
		var all findings
		for _, environment := range environments {
			c := f.Chains[environment]
			var v findings
			ask(&v, c.Layers[layer], c)
			for _, err := range v.errs {
				all.note(fmt.Errorf("%s/%s: %w", tree.Short(layer), environment, err))
			}
		}
		return all.result()
	}
}

const (
	bootstrapLayer      = "01-bootstrap"
	infrastructureLayer = "03-infrastructure"
	computeLayer        = "05-compute"
	applicationsLayer   = "06-applications"
)
