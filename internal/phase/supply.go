package phase

import (
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/secret"
)

// supply returns what the configuration says a target is given: where values come from, never a value.
func (s scene) supply(t layer.Target) secret.Supply {
	var out secret.Supply
	for _, block := range s.cfg.LayerBlocks {
		named, err := (&layer.Map{Targets: []layer.Target{t}}).Select([]string{block.Name}, nil)
		if err != nil || len(named) == 0 {
			continue // discovery warns of a block that names no layer
		}
		for _, x := range block.Secrets {
			out.Secrets = append(out.Secrets, secret.Source{Name: x.Name, Env: x.Env, File: x.File, OnePassword: x.OnePassword, AWS: x.AWS})
		}
		for _, v := range block.Variables {
			out.Variables = append(out.Variables, secret.Variable{Name: v.Name, Command: v.Command, Default: v.Default})
		}
	}
	return out
}
