// SPDX-License-Identifier: Apache-2.0

package plans

import (
	"context"
	"os"
	"path/filepath"

	"github.com/layerbot/layerbot/infra/test/standin"
)

// Provider puts the provider that stands in for AWS where Terraform finds it, and returns the configuration file that says so.
func Provider(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	_, rc, err := standin.Install(ctx, filepath.Join(cache, "layerbot", "infra-plans", "provider"))
	return rc, err
}
