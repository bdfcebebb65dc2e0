// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"cmp"
	"fmt"
)

// Made is an App that was just made and installed.
type Made struct {
	ID, Installation int64
	KeyFile          string
	Repository       string // OWNER/REPO; "" is the one that gh finds in the checkout
}

// Store returns the commands that keep its three secrets where only gate and report have them, and then delete the key's
// file.
func (m Made) Store() []string {
	repo := ""
	if m.Repository != "" {
		repo = " --repo " + m.Repository
	}
	set := func(name, value string) string {
		return fmt.Sprintf("gh secret set %s%s --env %s %s", name, repo, AppEnvironment, value)
	}
	return []string{
		fmt.Sprintf("gh api --silent -X PUT repos/%s/environments/%s", cmp.Or(m.Repository, "{owner}/{repo}"), AppEnvironment),
		set(SecretAppID, fmt.Sprintf("--body %d", m.ID)),
		set(SecretInstallationID, fmt.Sprintf("--body %d", m.Installation)),
		set(SecretPrivateKey, "< "+quote(m.KeyFile)),
		"rm " + quote(m.KeyFile),
	}
}
