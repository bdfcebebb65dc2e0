package main

import "testing"

// TestThreat07LayersWithoutAStateOfTheirOwn plays new layers: with a state elsewhere, nowhere, or in another's place.
func TestThreat07LayersWithoutAStateOfTheirOwn(t *testing.T) {
	play(t, "states")
}
