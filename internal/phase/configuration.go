// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
)

// readConfig reads the configuration of a tree; one without it has the default.
func readConfig(files layer.Files, from config.Source) (*config.Config, error) {
	src, err := files.ReadFile(from.Name())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", from.Name(), err)
	}
	return from.Parse(src)
}

// discover finds the layers and warns of environments that are declared and that no layer has.
func discover(ctx context.Context, files layer.Files, cfg *config.Config) (*layer.Map, error) {
	m, err := layer.Discover(ctx, files, layerOptions(cfg))
	if err != nil || len(m.Targets) == 0 {
		return m, err
	}
	envs := map[string]bool{}
	for _, t := range m.Targets {
		envs[t.Env] = true
	}
	for _, e := range cfg.Environments {
		if !envs[e.Name] {
			m.Warnings = append(m.Warnings, layer.Problem{
				File: cfg.Path, Message: fmt.Sprintf("no layer has the environment %q", e.Name),
				Hint: "there are: " + strings.Join(slices.Sorted(maps.Keys(envs)), ", ") + "; correct the name of the block, or give a layer values for it",
			})
		}
	}
	return m, nil
}

// layerOptions is what a configuration says about layers.
func layerOptions(c *config.Config) layer.Options {
	o := layer.Options{
		Include: c.Layers.Include, Exclude: c.Layers.Exclude, VarFiles: c.Layers.VarFiles,
		BackendFile: c.Layers.BackendFile, BackendValues: c.Layers.BackendValues,
		DependsOn: map[string][]string{},
	}
	for _, e := range c.Environments {
		o.Environments = append(o.Environments, e.Name)
	}
	for _, l := range c.LayerBlocks {
		if len(l.DependsOn) > 0 {
			o.DependsOn[l.Name] = l.DependsOn
		}
	}
	return o
}
