// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/hmarr/codeowners"

	"github.com/layerbot/layerbot/internal/layer"
)

// ownerFiles are the places GitHub reads code owners from; the first that exists counts.
// Source: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
var ownerFiles = []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}

// owned returns the code owners of each target's directory, "@acme/platform".
func owned(rules codeowners.Ruleset, targets []layer.Target) (map[string][]string, error) {
	out := map[string][]string{}
	for _, t := range targets {
		rule, err := rules.Match(path.Join(t.Dir, "main.tf"))
		if err != nil {
			return nil, fmt.Errorf("match code owners of %s: %w", t.Dir, err)
		}
		if rule == nil || out[t.Dir] != nil {
			continue
		}
		for _, o := range rule.Owners {
			out[t.Dir] = append(out[t.Dir], o.String())
		}
	}
	return out, nil
}

// readOwners returns the rules of a tree; none if it has no CODEOWNERS.
func readOwners(files layer.Files) (codeowners.Ruleset, error) {
	for _, name := range ownerFiles {
		src, err := files.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		rules, err := codeowners.ParseFile(bytes.NewReader(src))
		if err != nil {
			return nil, &UserError{Message: fmt.Sprintf("%s: %v", name, err), Next: "correct the file; GitHub shows its errors on the file's page"}
		}
		return rules, nil
	}
	return nil, nil
}
