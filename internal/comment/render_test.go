// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

func TestRenderGolden(t *testing.T) {
	for name, p := range pages() {
		t.Run(name, func(t *testing.T) {
			got := Render(p)
			golden(t, name+".md", got.Body)
			if again := Render(p); again != got {
				t.Error("the same page is rendered in two ways")
			}
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update accepts):\n%s", file, diff)
	}
}
