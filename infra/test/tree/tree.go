// SPDX-License-Identifier: Apache-2.0

// Package tree knows where things stand in this repository: the checks of infra start in many folders and find the same
// files from each.
package tree

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Layers are the folders of infra that hold state, in the order in which they are applied.
var Layers = []string{"01-bootstrap", "03-infrastructure", "05-compute", "06-applications"}

// Environments are the folders below a layer's environments/.
var Environments = []string{"dev", "test", "prod", "sbx"}

// Root is the absolute path of the repository that the working directory belongs to.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module github.com/layerbot/layerbot\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is in no checkout of layerbot", start)
		}
	}
}

// Short is the name that states and outputs of others call a layer by: 05-compute is compute.
func Short(layer string) string {
	_, short, found := strings.Cut(layer, "-")
	if !found {
		return layer
	}
	return short
}
