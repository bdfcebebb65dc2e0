// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// variables reads the values of the root module's variables. Ephemeral ones have none of their own in a plan.
func (p *planReader) variables(dec *jsontext.Decoder) error {
	values := value{kind: object}
	err := members(dec, func(name string) error {
		return members(dec, func(member string) error {
			if member != "value" {
				return dec.SkipValue()
			}
			v, err := decodeValue(dec)
			values.keys, values.items = append(values.keys, name), append(values.items, v)
			return err
		})
	})
	values.sort()
	p.inputs[""] = values
	return err
}

// variable reads how a variable is declared.
func (p *planReader) variable(dec *jsontext.Decoder, module, name string) error {
	return members(dec, func(member string) error {
		if module == "" && (member == "sensitive" || member == "ephemeral") && dec.PeekKind() == jsontext.KindTrue {
			p.hidden = append(p.hidden, name)
		}
		return dec.SkipValue()
	})
}

// provider reads how one provider is configured.
func (p *planReader) provider(dec *jsontext.Decoder, key string) error {
	return members(dec, func(name string) error {
		if name != "expressions" {
			return dec.SkipValue()
		}
		return p.keep(dec, p.providers, key)
	})
}

// keep reads the next value into one of the maps.
func (p *planReader) keep(dec *jsontext.Decoder, into map[string]value, key string) (err error) {
	into[key], err = decodeValue(dec)
	return err
}

// settings hands on how providers are configured, but for what only marks what they make: its values are leaves of the
// resources, and often hold the version of the code. A plan tells of an expression its constant value or what it refers
// to, and of variables their values: what stands behind a local value or around a reference, it does not tell.
func (p *planReader) settings() {
	for _, key := range slices.Sorted(maps.Keys(p.providers)) {
		configured := p.providers[key]
		module, _, below := strings.Cut(key, ":")
		if !below {
			module = ""
		}
		arguments := map[string][][]byte{}
		for i, name := range configured.keys {
			switch name {
			case "default_tags", "default_labels", "ignore_tags":
			default:
				arguments[name] = p.origin(module, &configured.items[i])
			}
		}
		p.print.Configures(p.runner.redact(key), arguments)
	}
}

// origin returns what an expression in a module comes from: itself, and for each variable in it the name and the value,
// or in a called module what its call hands on, with the origin of that.
func (p *planReader) origin(module string, expression *value) [][]byte {
	var parts [][]byte
	seen := map[string]bool{}
	var follow func(module string, e *value)
	follow = func(module string, e *value) {
		parts = append(parts, e.append(nil))
		for _, name := range referred(e, nil) {
			variable := module + ":" + name
			if seen[variable] {
				continue
			}
			seen[variable] = true
			parts = append(parts, []byte(variable))
			inputs := p.inputs[module]
			input := inputs.member(name)
			if module == "" {
				parts = append(parts, input.append(nil))
			} else {
				follow(caller(module), input)
			}
		}
	}
	follow(module, expression)
	return parts
}

// caller returns the module that calls another: "module.a" that of "module.a.module.b", "" is the root.
func caller(module string) string {
	return module[:max(strings.LastIndex(module, ".module."), 0)]
}

// referred appends the names of the variables that an expression refers to, also as "var.x.y" and "var.x[0]".
func referred(e *value, names []string) []string {
	if reference, ok := bytes.CutPrefix(e.raw, []byte(`"var.`)); ok {
		name := string(reference[:bytes.IndexAny(reference, `."[`)]) // ends with a quote at the latest
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for i := range e.items {
		names = referred(&e.items[i], names)
	}
	return names
}
