// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// The ID of a secret is told to code scanning and stays there. It must not be what guesses can be tried on.
func TestTheIDOfASecretDoesNotTellIt(t *testing.T) {
	t.Parallel()
	find := func(secret string) string {
		all, err := merge([]raw{{tool: "gitleaks", rule: "password", file: "a.tfvars", line: 1, end: 1}}, files(map[string]string{"a.tfvars": secret}))
		if err != nil {
			t.Fatal(err)
		}
		veil(all)
		return all[0].ID
	}
	ids, tries := map[string]bool{}, 20_000
	for i := range tries {
		ids[find("password = "+hashOf(4, string(rune(i))))] = true
	}
	if share := float64(len(ids)) / float64(tries); share > 0.9 || share < 0.5 {
		t.Errorf("%d secrets have %d IDs: too many tell the secret, too few tell no two apart", tries, len(ids))
	}
	if find("password = a") != find("  password = a") {
		t.Error("an ID depends on spaces")
	}
}

func TestIDsOfSecretsAreUnique(t *testing.T) {
	t.Parallel()
	secret := func(id string) report.Finding {
		return report.Finding{ID: id, File: "a.tf", Rules: []report.Rule{{Tool: "gitleaks", ID: "x"}}}
	}
	all := []report.Finding{secret("0123456789abcdef-01234567"), secret("0123ffffffffffff-01234567"), secret("0123456789abcdef-01234567-2"), {ID: "kept", Rules: []report.Rule{{Tool: "trivy"}}}}
	veil(all)
	seen := map[string]bool{}
	for _, f := range all {
		if seen[f.ID] {
			t.Errorf("%s is there twice", f.ID)
		}
		seen[f.ID] = true
	}
	if !seen["kept"] {
		t.Error("the ID of what is no secret changed")
	}
}
