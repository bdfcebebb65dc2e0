// SPDX-License-Identifier: Apache-2.0

package config

import (
	"os"
	"strings"
	"testing"
)

// TestReadme holds the README to what it says of the configuration.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "```hcl\n")
	example, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("the README has no example")
	}
	cfg, err := Parse(Path, []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.LayerBlocks) != 1 || len(cfg.LayerBlocks[0].Secrets) != 4 || cfg.Environment("prod").Previous != "test" || len(cfg.Recovery.Recipients) != 1 {
		t.Errorf("it reads as %+v", cfg)
	}
}
