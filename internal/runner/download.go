// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

// install fetches a Terraform that n admits into the cache and returns its path. The download is verified
// against HashiCorp's signature.
func (t *tools) install(ctx context.Context, n need) (string, error) {
	staging, err := os.MkdirTemp(t.dir, ".download-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(staging)
	path, err := t.fetch(ctx, n, staging)
	if err != nil {
		return "", err
	}
	v, err := t.ask(ctx, path, staging)
	if err != nil {
		return "", err
	}
	kept := filepath.Join(t.dir, "terraform-"+v.String())
	if err := os.Rename(staging, kept); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return filepath.Join(kept, filepath.Base(path)), nil
}

func (t *tools) fetch(ctx context.Context, n need, dir string) (string, error) {
	if n.exact != "" {
		v, err := version.NewVersion(n.exact)
		if err != nil {
			return "", err
		}
		exact := &releases.ExactVersion{Product: product.Terraform, Version: v, InstallDir: dir, ApiBaseURL: t.releases}
		return exact.Install(ctx)
	}
	latest := &releases.LatestVersion{Product: product.Terraform, InstallDir: dir, ApiBaseURL: t.releases}
	if n.constraints != "" {
		c, err := version.NewConstraint(n.constraints)
		if err != nil {
			return "", err
		}
		latest.Constraints = c
	}
	return latest.Install(ctx)
}
