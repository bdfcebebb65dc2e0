// SPDX-License-Identifier: Apache-2.0

package plans_test

import (
	"testing"

	"github.com/layerbot/layerbot/infra/test/plans"
	"github.com/layerbot/layerbot/infra/test/tree"
)

// TestEveryLayerOfEveryEnvironmentIsApplied plans, applies and plans again the whole chain, and Everything.
func TestEveryLayerOfEveryEnvironmentIsApplied(t *testing.T) {
	for _, environment := range plans.Environments {
		t.Run(environment, func(t *testing.T) {
			t.Parallel()
			c, err := plans.Of(t.Context(), environment)
			if err != nil {
				t.Fatal(err)
			}
			for _, layer := range tree.Layers {
				if c.Layers[layer].Again != "" {
					t.Errorf("a second plan of %s finds changes: %s", layer, c.Layers[layer].Again)
				}
				t.Logf("%s: %d resources, %d outputs", layer, len(c.Layers[layer].Resources), len(c.Layers[layer].Outputs))
			}
		})
	}
}
