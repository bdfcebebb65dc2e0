// SPDX-License-Identifier: Apache-2.0

package hcl

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"
)

// Value reads an attribute that is written out: a constant, or what defaults of variables and locals make of it. An error
// says what it would take to know it, such as a resource.
func (b *Block) Value(attribute string) (cty.Value, error) {
	a, ok := b.Body.Attributes[attribute]
	if !ok {
		return cty.NilVal, fmt.Errorf("%s (%s) has no %s", b.Address(), b.Where(), attribute)
	}
	v, diags := a.Expr.Value(b.layer.scope())
	if diags.HasErrors() {
		return cty.NilVal, fmt.Errorf("%s (%s): %s is not written out: %w", b.Address(), b.Where(), attribute, diags)
	}
	return v, nil
}

// Bool is an attribute that is written out as true or false.
func (b *Block) Bool(attribute string) (bool, error) {
	var is bool
	return is, b.into(attribute, &is)
}

// String is an attribute that is written out as a string.
func (b *Block) String(attribute string) (string, error) {
	var is string
	return is, b.into(attribute, &is)
}

// Number is an attribute that is written out as a whole number.
func (b *Block) Number(attribute string) (int, error) {
	var is int
	return is, b.into(attribute, &is)
}

func (b *Block) into(attribute string, to any) error {
	v, err := b.Value(attribute)
	if err != nil {
		return err
	}
	if err := gocty.FromCtyValue(v, to); err != nil {
		return fmt.Errorf("%s (%s): %s: %w", b.Address(), b.Where(), attribute, err)
	}
	return nil
}

// scope holds the defaults of the layer's variables; types of variables are functions there, so that they do not get in
// the way of reading a default.
func (l *Layer) scope() *hcl.EvalContext {
	defaults := map[string]cty.Value{}
	for _, v := range l.Of("variable") {
		a, ok := v.Body.Attributes["default"]
		if !ok {
			continue
		}
		if val, diags := a.Expr.Value(nil); !diags.HasErrors() {
			defaults[v.Labels[0]] = val
		}
	}
	return &hcl.EvalContext{Variables: map[string]cty.Value{"var": cty.ObjectVal(defaults)}}
}
