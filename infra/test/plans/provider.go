// SPDX-License-Identifier: Apache-2.0

package plans

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Provider puts the stand-in where Terraform finds it, and returns the configuration file that says so. INFRA_TERRAFORMRC names
// another, such as one with a mirror of the real providers.
func Provider(ctx context.Context, root string) (string, error) {
	if rc := os.Getenv("INFRA_TERRAFORMRC"); rc != "" {
		return rc, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "layerbot", "infra-standin")
	cmd := exec.CommandContext(ctx, "go", "run", "./standin/install", dir)
	cmd.Dir = filepath.Join(root, "infra", "test")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("the provider that stands in for AWS was not built: %w: %s", err, out.Bytes())
	}
	return filepath.Join(dir, "terraformrc"), nil
}
