// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/layerbot/layerbot/internal/report"
)

// configuration reads from the configuration of a plan what runs code, provisioners and external data sources, and how
// providers are configured.
func (p *planReader) configuration(dec *jsontext.Decoder) error {
	return members(dec, func(name string) error {
		switch name {
		case "provider_config":
			return members(dec, func(key string) error { return p.provider(dec, key) })
		case "root_module":
			return p.module(dec, "")
		}
		return dec.SkipValue()
	})
}

func (p *planReader) module(dec *jsontext.Decoder, prefix string) error {
	return members(dec, func(name string) error {
		switch name {
		case "variables":
			return members(dec, func(name string) error { return p.variable(dec, prefix, name) })
		case "resources":
			return elements(dec, func() error { return p.configured(dec, prefix) })
		case "module_calls":
			return members(dec, func(name string) error { return p.call(dec, prefix+"module."+name+".") })
		}
		return dec.SkipValue()
	})
}

// call reads one module call.
func (p *planReader) call(dec *jsontext.Decoder, prefix string) error {
	return members(dec, func(name string) error {
		switch name {
		case "expressions":
			return p.keep(dec, p.inputs, strings.TrimSuffix(prefix, "."))
		case "module":
			return p.module(dec, prefix)
		}
		return dec.SkipValue()
	})
}

// configured reads one resource block.
func (p *planReader) configured(dec *jsontext.Decoder, prefix string) error {
	var address, mode, kind, provider string
	var provisioners []string
	var configured jsontext.Value
	err := members(dec, func(name string) error {
		switch name {
		case "address":
			return text(dec, &address)
		case "mode":
			return text(dec, &mode)
		case "type":
			return text(dec, &kind)
		case "provider_config_key":
			return text(dec, &provider)
		case "provisioners":
			raw, err := dec.ReadValue()
			if err != nil {
				return err
			}
			configured = raw.Clone()
			lenient := jsontext.NewDecoder(bytes.NewReader(configured), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
			return elements(lenient, func() error {
				var t string
				err := member(lenient, "type", &t)
				provisioners = append(provisioners, t)
				return err
			})
		}
		return dec.SkipValue()
	})
	if len(provisioners) > 0 {
		_ = configured.Canonicalize(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) // was decoded
		p.provisioned[prefix+address] = configured
	}
	if strings.ContainsAny(provider, ".:") { // not the provider's only, unnamed configuration: another region or account
		p.provisioned[prefix+address] = append(p.provisioned[prefix+address], "\x00"+provider...)
	}
	for _, t := range provisioners {
		p.code = append(p.code, report.Code{Kind: "provisioner", Address: prefix + address, Detail: t})
	}
	if mode == "data" && kind == "external" {
		p.code = append(p.code, report.Code{Kind: "external data", Address: prefix + address})
	}
	return err
}

// member reads an object of which only one text matters.
func member(dec *jsontext.Decoder, want string, s *string) error {
	return members(dec, func(name string) error {
		if name == want {
			return text(dec, s)
		}
		return dec.SkipValue()
	})
}
