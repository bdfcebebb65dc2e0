// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// What the tests install is what people get.
func TestPinsAreThoseOfTheTools(t *testing.T) {
	tools, err := os.ReadFile("../../tools/install/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range pins {
		if want := fmt.Sprintf("Name: %q, Version: %q,", name, p.version); !strings.Contains(string(tools), want) {
			t.Errorf("tools/install does not have %s", want)
		}
		for system, r := range p.releases {
			if !strings.Contains(string(tools), r.sha256) && strings.HasPrefix(system, "linux/amd64") {
				t.Errorf("tools/install has another digest of %s for %s", name, system)
			}
		}
	}
}
