// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package layer

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTerraformFindsWhatIsHidden asks the real programs which providers the same configurations need: what they would
// not find, nobody has to find.
func TestTerraformFindsWhatIsHidden(t *testing.T) {
	for name, files := range hiding() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := "terraform"
			if strings.Contains(name, "OpenTofu") {
				program = "tofu"
			}
			dir := filepath.Join(onDisk(t, files), "a")
			for _, command := range []string{"get", "providers"} {
				cmd := exec.CommandContext(t.Context(), program, "-chdir="+dir, command)
				out, err := cmd.CombinedOutput()
				if err != nil || command == "providers" && !strings.Contains(string(out), "hashicorp/external]") {
					t.Errorf("%s %s: %v\n%s", program, command, err, out)
				}
			}
		})
	}
}
