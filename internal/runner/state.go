// SPDX-License-Identifier: Apache-2.0

package runner

import "github.com/go-json-experiment/json/jsontext"

// state learns the sensitive values of a state, or of what is planned. Changes alone do not tell all of them: data
// sources are in none, and what does not change may be a part of what does.
// Source: https://developer.hashicorp.com/terraform/internals/json-format#values-representation
func (p *planReader) state(dec *jsontext.Decoder) error {
	if p.secrets == nil {
		return dec.SkipValue()
	}
	return members(dec, func(name string) error {
		switch name {
		case "values":
			return p.state(dec)
		case "outputs":
			return members(dec, func(name string) error { return p.object(dec, "output."+name) })
		case "root_module":
			return p.objects(dec)
		}
		return dec.SkipValue()
	})
}

// objects reads the objects of one module and of those below it.
func (p *planReader) objects(dec *jsontext.Decoder) error {
	return members(dec, func(name string) error {
		switch name {
		case "resources":
			return elements(dec, func() error { return p.object(dec, "") })
		case "child_modules":
			return elements(dec, func() error { return p.objects(dec) })
		}
		return dec.SkipValue()
	})
}

// object reads one resource, or the output of the given address.
func (p *planReader) object(dec *jsontext.Decoder, address string) error {
	var root []byte
	var v, hidden value
	err := members(dec, func(name string) (err error) {
		switch name {
		case "address":
			return text(dec, &address)
		case "value":
			root = []byte(name)
			v, err = decodeValue(dec)
			return err
		case "values":
			v, err = decodeValue(dec)
			return err
		case "sensitive", "sensitive_values":
			hidden, err = decodeValue(dec)
			return err
		}
		return dec.SkipValue()
	})
	v.hide(&hidden)
	p.secrets.learn(address, root, nil, &v)
	return err
}
