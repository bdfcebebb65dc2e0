// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
)

// inputs are the digests of what determines a target at one commit.
type inputs struct {
	all    string // everything: when it differs from the last applied one, the target is pending
	shared string // what the layer's environments have in common: what is promoted from one to the next
}

// inputsOf returns the digests of the targets of m in tree. They cover names and contents of the files, and what the
// configuration hands to Terraform besides; not the values of secrets, nor what commands print.
func inputsOf(tree Tree, m *layer.Map, cfg *config.Config) (map[string]inputs, error) {
	out := map[string]inputs{}
	for _, t := range m.Targets {
		given := supply(cfg, t)
		all, err := sum(tree, m.Inputs(t), t.Dir, t.VarFiles, t.BackendConfig, t.BackendValues, t.Workspace, given)
		if err != nil {
			return nil, fmt.Errorf("digest the inputs of %s: %w", t, err)
		}
		shared, err := sum(tree, m.Shared(t), given)
		if err != nil {
			return nil, fmt.Errorf("digest the inputs of %s: %w", t, err)
		}
		out[t.ID()] = inputs{all: all, shared: shared}
	}
	return out, nil
}

// sum digests files of a tree, and more.
func sum(tree Tree, files []string, more ...any) (string, error) {
	h := sha256.New()
	for _, name := range slices.Sorted(slices.Values(files)) {
		object, _ := tree.Object(name)
		field(h, name)
		field(h, object)
	}
	for _, v := range more {
		text, err := json.Marshal(v) // maps in the order of their keys
		if err != nil {
			return "", err
		}
		field(h, string(text))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// field writes a text so that no two sequences of texts run together.
func field(h hash.Hash, text string) { fmt.Fprintf(h, "%d:%s", len(text), text) }
