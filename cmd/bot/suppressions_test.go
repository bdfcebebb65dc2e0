// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// What this repository suppresses is accounted for in docs/security-baseline.md.
func TestOurOwnSuppressionsAreAccountedFor(t *testing.T) {
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	if code := run([]string{"-C", top, "scan", "--suppressions"}, environment{}, io.Discard, &said); code != exitOK {
		t.Error(said.String())
	}
}
