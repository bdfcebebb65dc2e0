// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

var (
	regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`)
	accountID  = regexp.MustCompile(`^\d{12}$`)
)

// attribute is an attribute of an object, or NilVal where there is no object or no such attribute.
func attribute(v cty.Value, name string) cty.Value {
	if !known(v) || !v.Type().IsObjectType() || !v.Type().HasAttribute(name) {
		return cty.NilVal
	}
	return v.GetAttr(name)
}

// emptyOf is the collection without elements, or null for what is no collection.
func emptyOf(t cty.Type) cty.Value {
	switch {
	case t.IsListType():
		return cty.ListValEmpty(t.ElementType())
	case t.IsSetType():
		return cty.SetValEmpty(t.ElementType())
	case t.IsMapType():
		return cty.MapValEmpty(t.ElementType())
	default:
		return cty.NullVal(t)
	}
}

// zeroOf is a value of a type of which nothing is known: "", 0, false, empty.
func zeroOf(t cty.Type) cty.Value {
	switch {
	case t == cty.String:
		return cty.StringVal("")
	case t == cty.Number:
		return cty.NumberIntVal(0)
	case t == cty.Bool:
		return cty.False
	case t.IsObjectType():
		attributes := map[string]cty.Value{}
		for name, ty := range t.AttributeTypes() {
			attributes[name] = zeroOf(ty)
		}
		return cty.ObjectVal(attributes)
	default:
		return emptyOf(t)
	}
}

// fromGo is a value that JSON was decoded to, as a value of a type. What an object lacks is zero.
func fromGo(v any, t cty.Type) (cty.Value, error) {
	switch {
	case v == nil:
		return cty.NullVal(t), nil
	case t.IsObjectType():
		given, ok := v.(map[string]any)
		if !ok {
			return cty.NilVal, fmt.Errorf("an object is expected, not %v", v)
		}
		attributes := map[string]cty.Value{}
		for name, ty := range t.AttributeTypes() {
			value, err := zeroOf(ty), error(nil)
			if g, ok := given[name]; ok {
				value, err = fromGo(g, ty)
			}
			if err != nil {
				return cty.NilVal, fmt.Errorf("%s: %w", name, err)
			}
			attributes[name] = value
		}
		return cty.ObjectVal(attributes), nil
	case t.IsListType() || t.IsSetType():
		given, ok := v.([]any)
		if !ok {
			return cty.NilVal, fmt.Errorf("a list is expected, not %v", v)
		}
		var elements []cty.Value
		for _, g := range given {
			element, err := fromGo(g, t.ElementType())
			if err != nil {
				return cty.NilVal, err
			}
			elements = append(elements, element)
		}
		return collection(t, elements), nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return cty.NilVal, err
	}
	if s, ok := v.(string); ok && t != cty.String && (t == cty.Bool || t == cty.Number) {
		return convert.Convert(cty.StringVal(s), t)
	}
	return ctyjson.Unmarshal(raw, t)
}

// attributePath is the path of an attribute by names; the element of a list is "[0]".
func attributePath(path []string) *tftypes.AttributePath {
	if len(path) == 0 {
		return nil
	}
	p := tftypes.NewAttributePath()
	for _, step := range path {
		if strings.HasPrefix(step, "[") {
			var i int
			if _, err := fmt.Sscanf(step, "[%d]", &i); err == nil {
				p = p.WithElementKeyInt(i)
				continue
			}
		}
		p = p.WithAttributeName(step)
	}
	return p
}

// fingerprint is a text of all that is known of an object, the same for the same object.
func fingerprint(v cty.Value) string {
	var b strings.Builder
	err := cty.Walk(v, func(p cty.Path, v cty.Value) (bool, error) {
		if known(v) && v.Type().IsPrimitiveType() {
			s, err := convert.Convert(v, cty.String)
			if err != nil {
				return false, err
			}
			last := ""
			if len(p) > 0 {
				if step, ok := p[len(p)-1].(cty.GetAttrStep); ok {
					last = step.Name
				}
			}
			b.WriteString(last + "=" + s.AsString() + "\n")
		}
		return true, nil
	})
	if err != nil {
		return err.Error()
	}
	return b.String()
}
