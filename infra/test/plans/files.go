// SPDX-License-Identifier: Apache-2.0

package plans

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/tree"
)

// parts are the folders that layers are made of.
var parts = []string{"infra", "charts"}

// Copy puts infra and what it refers to into a folder in which Terraform may leave what it likes.
func Copy(root, to string) error {
	for _, part := range parts {
		err := files(root, part, func(name string) error {
			dest := filepath.Join(to, name)
			if err := os.MkdirAll(filepath.Dir(dest), 0o700); err != nil {
				return err
			}
			return copyFile(filepath.Join(root, name), dest)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// files calls do with each file below a folder, in order, but for what Terraform or a test leaves there.
func files(root, folder string, do func(name string) error) error {
	return filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && (d.Name() == ".terraform" || name == filepath.Join("infra", "test") && folder != name):
			return filepath.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		return do(name)
	})
}

// digests change with anything that a layer of an environment is made of: by layer.
func digests(root, environment string) (map[string]string, error) {
	sum := sha256.New()
	add := func(name string) error {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".md") || strings.HasSuffix(name, ".tftest.hcl") {
			return nil
		}
		raw, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(raw), raw)
		return nil
	}
	test := filepath.Join("infra", "test")
	for _, folder := range []string{filepath.Join(test, "standin"), filepath.Join(test, "plans"), filepath.Join("infra", "modules")} {
		if err := files(root, folder, add); err != nil {
			return nil, err
		}
	}
	if err := add(filepath.Join("infra", "common.auto.tfvars")); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, layer := range tree.Layers {
		folders := []string{filepath.Join("infra", layer)}
		if layer == slices.Max(tree.Layers) {
			folders = append(folders, "charts")
		}
		for _, folder := range folders {
			if err := files(root, folder, add); err != nil {
				return nil, err
			}
		}
		fmt.Fprintln(sum, environment)
		out[layer] = hex.EncodeToString(sum.Sum(nil))[:16]
	}
	return out, nil
}
