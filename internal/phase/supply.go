// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"slices"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/secret"
)

// supply returns what a configuration says a target is given: where values come from, never a value.
func supply(cfg *config.Config, t layer.Target) secret.Supply {
	var out secret.Supply
	for _, block := range blocksOf(cfg, t) {
		for _, x := range block.Secrets {
			out.Secrets = append(out.Secrets, secret.Source{Name: x.Name, Env: x.Env, File: x.File, OnePassword: x.OnePassword, AWS: x.AWS})
		}
		for _, v := range block.Variables {
			out.Variables = append(out.Variables, secret.Variable{Name: v.Name, Command: v.Command, Default: v.Default})
		}
	}
	return out
}

// blocksOf returns the layer blocks that name a target.
func blocksOf(cfg *config.Config, t layer.Target) []config.Layer {
	return slices.DeleteFunc(slices.Clone(cfg.LayerBlocks), func(b config.Layer) bool {
		named, err := (&layer.Map{Targets: []layer.Target{t}}).Select([]string{b.Name}, nil)
		return err != nil || len(named) == 0 // discovery warns of a block that names no layer
	})
}
