// SPDX-License-Identifier: Apache-2.0

package report

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
)

// Configures takes in how a provider is configured, under its key in the configuration of the plan: "aws", "aws.eu",
// "module.m:aws". Of each argument that is compared, it takes all that it comes from, in an order that is the same in
// every run: the expression, the values that it refers to. They may hold secrets: of all of it, a keyed digest is kept.
// A provider without arguments is not configured. Ignore leaves out "provider.KEY.ARGUMENT". It comes before Sum.
func (f *Fingerprinter) Configures(provider string, arguments map[string][][]byte) {
	var d digest
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		if f.ignores("provider." + provider + "." + name) {
			continue
		}
		d.field(name)
		d.count(len(arguments[name]))
		for _, part := range arguments[name] {
			for _, place := range f.places {
				part = place.hide(part)
			}
			d.bytes(part)
		}
	}
	if len(d.text) == 0 {
		return
	}
	if f.settings == nil {
		f.settings = map[string]string{}
	}
	for f.settings[provider] != "" { // two keys that redaction made one
		provider += "'"
	}
	mac := hmac.New(sha256.New, f.key)
	mac.Write(d.text)
	f.settings[provider] = hex.EncodeToString(mac.Sum(nil)[:8])
}

// settingDifferences says which providers are not configured as they were in the reviewed plan.
func settingDifferences(was, now map[string]string) []Difference {
	var out []Difference
	both := map[string]string{}
	maps.Copy(both, was)
	maps.Copy(both, now)
	for provider := range both {
		why := "its configuration differs"
		switch {
		case was[provider] == now[provider]:
			continue
		case was[provider] == "":
			why = "is new"
		case now[provider] == "":
			why = "is gone"
		}
		out = append(out, Difference{Address: "provider." + provider, Why: why})
	}
	return out
}
