// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/layerbot/layerbot/infra/test/tree"
)

var setting = regexp.MustCompile(`(?m)^(\w+)\s*=\s*"([^"]*)"`)

// stateBackend reads the backend files of all layers and environments.
func stateBackend(f *Facts) error {
	var v findings
	for _, layer := range tree.Layers {
		block, err := f.Layers[layer].One("terraform")
		if v.note(err) {
			backends := block.Inside("backend")
			v.want(len(backends) == 1 && backends[0].Labels[0] == "s3", "%s: there is no s3 backend", layer)
			for _, b := range backends {
				lock, err := b.Bool("use_lockfile")
				v.note(err)
				v.want(lock, "%s: there is no lock", layer)
			}
		}
		for _, environment := range tree.Environments {
			path := filepath.Join(f.Root, "infra", layer, "environments", environment, "backend-config.hcl")
			raw, err := os.ReadFile(path)
			if !v.note(err) {
				continue
			}
			is := map[string]string{}
			for _, m := range setting.FindAllStringSubmatch(string(raw), -1) {
				is[m[1]] = m[2]
			}
			where := fmt.Sprintf("%s/%s", layer, environment)
			v.want(is["key"] == tree.Short(layer)+"/terraform.tfstate", "%s: the key is %q", where, is["key"])
			v.want(is["bucket"] == f.Chains[environment].Layers[bootstrapLayer].Output("state_bucket"), "%s: the bucket is %q", where, is["bucket"])
		}
	}
	return v.result()
}
