// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestOurOwnLayersHaveNoFinding has all five scanners look at each layer of infra. What they are told to pass over stands in
// docs/security-baseline.md.
func TestOurOwnLayersHaveNoFinding(t *testing.T) {
	t.Parallel()
	out, said, code := own(t, "scan", "all", "prod")
	if code != exitOK {
		t.Fatal(out, said)
	}
	for _, layer := range []string{"bootstrap", "infrastructure", "compute", "applications"} {
		if !regexp.MustCompile(`(?m)^✓ ` + layer + `/prod +nothing$`).MatchString(out + said) {
			t.Errorf("%s: a finding, or nobody looked:\n%s%s", layer, out, said)
		}
	}
	for _, word := range []string{"failed", "not found", "missing", "skipped"} {
		if strings.Contains(out+said, word) {
			t.Errorf("%q:\n%s%s", word, out, said)
		}
	}
}
