// SPDX-License-Identifier: Apache-2.0

package inventory_test

import (
	"testing"

	"github.com/layerbot/layerbot/infra/test/inventory"
	"github.com/layerbot/layerbot/infra/test/rules"
)

func TestTheListIsWhole(t *testing.T) {
	for _, fault := range inventory.Faults(inventory.All()) {
		t.Error(fault)
	}
}

func TestEachRuleStandsAtANumberAndEachNumbersRuleIsOne(t *testing.T) {
	used := map[string]bool{}
	all := rules.All()
	for _, n := range inventory.All() {
		for _, c := range n.Checks {
			if c.Kind != inventory.Rule {
				continue
			}
			used[c.Name] = true
			if _, ok := all[c.Name]; !ok {
				t.Errorf("%s: there is no rule %s", n.Label, c.Name)
			}
		}
	}
	for name := range all {
		if !used[name] {
			t.Errorf("no number has the rule %s", name)
		}
	}
}

func TestWhatIsMissingIsSeen(t *testing.T) {
	good := inventory.All()
	cases := map[string]func(all []inventory.Number) []inventory.Number{
		"a number is missing":   func(all []inventory.Number) []inventory.Number { return append(all[:20:20], all[21:]...) },
		"the last is missing":   func(all []inventory.Number) []inventory.Number { return all[:len(all)-1] },
		"a number says nothing": func(all []inventory.Number) []inventory.Number { all[30].What = ""; return all },
		"a number has no check": func(all []inventory.Number) []inventory.Number { all[30].Checks = nil; return all },
		"a kind has no check":   func(all []inventory.Number) []inventory.Number { all[30].Kinds += "Q"; return all },
		"a check has no name": func(all []inventory.Number) []inventory.Number {
			all[30].Checks = append(all[30].Checks, inventory.Check{Kind: inventory.Live, Name: "aws"})
			return all
		},
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			if len(inventory.Faults(spoil(append([]inventory.Number{}, good...)))) == 0 {
				t.Error("nobody noticed")
			}
		})
	}
}
