// SPDX-License-Identifier: Apache-2.0

package checks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/layerbot/layerbot/infra/test/inventory"
	ruleset "github.com/layerbot/layerbot/infra/test/rules"
)

// rules asks each rule of the layers, as written and as applied.
func rules(ctx context.Context, _ string, checks []inventory.Check) (Results, error) {
	facts, err := ruleset.Gather(ctx)
	if err != nil {
		return nil, fmt.Errorf("the layers could not be applied: %w", err)
	}
	all := ruleset.All()
	out := Results{}
	for _, c := range checks {
		if r, ok := all[c.Name]; ok {
			out[c] = r.Check(facts)
		}
	}
	return out, nil
}

// filesOf looks for files and what they must say.
func filesOf(_ context.Context, root string, checks []inventory.Check) (Results, error) {
	out := Results{}
	for _, c := range checks {
		raw, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(c.In)))
		switch {
		case err != nil:
			out[c] = fmt.Errorf("%s is not there", c.In)
		case !strings.Contains(string(raw), c.Name):
			out[c] = fmt.Errorf("%s does not say %q", c.In, c.Name)
		default:
			out[c] = nil
		}
	}
	return out, nil
}

// lives only looks whether there is something to run: what comes of it only a real account shows.
func lives(_ context.Context, _ string, checks []inventory.Check) (Results, error) {
	out := Results{}
	for _, c := range checks {
		out[c] = nil
		if strings.TrimSpace(c.Name) == "" || strings.TrimSpace(c.Shows) == "" {
			out[c] = fmt.Errorf("no command, or not what it shows")
		}
	}
	return out, nil
}
