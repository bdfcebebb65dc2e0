// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"

	"github.com/layerbot/layerbot/infra/test/rules"
)

// TestTheLayersKeepEachRule asks each rule of the layers as they stand here.
func TestTheLayersKeepEachRule(t *testing.T) {
	facts, err := rules.Gather(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range rules.All() {
		t.Run(name, func(t *testing.T) {
			if err := r.Check(facts); err != nil {
				t.Errorf("%s\n%v", r.Says, err)
			}
		})
	}
}
