// SPDX-License-Identifier: Apache-2.0

package plans

import (
	"context"
	"path/filepath"

	"github.com/layerbot/layerbot/infra/test/standin"
)

// Provider puts the provider that stands in for AWS below a folder of the caller's, and returns the configuration file of
// Terraform that leads there. Of another folder Terraform might find another build under the same version.
func Provider(ctx context.Context, dir string) (string, error) {
	_, rc, err := standin.Install(ctx, filepath.Join(dir, "provider"))
	return rc, err
}
