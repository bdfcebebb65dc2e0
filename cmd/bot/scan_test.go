// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A change could bring a program that is called like a scanner, or a plugin of one.
func TestNoScannerComesFromTheCheckout(t *testing.T) {
	checkout, elsewhere := t.TempDir(), t.TempDir()
	if err := os.MkdirAll(filepath.Join(checkout, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(elsewhere, "link")
	if err := os.Symlink(filepath.Join(checkout, "bin"), link); err != nil {
		t.Fatal(err)
	}
	join := func(dirs ...string) string { return strings.Join(dirs, string(os.PathListSeparator)) }
	search, environ := beyond(checkout, join(checkout, "/usr/bin", filepath.Join(checkout, "bin"), link, elsewhere, filepath.Join(checkout, "later")),
		map[string]string{"TFLINT_PLUGIN_DIR": filepath.Join(checkout, ".tflint.d", "plugins"), "HOME": "/home/x"})
	if want := join("/usr/bin", elsewhere); search != want {
		t.Errorf("%s, not %s", search, want)
	}
	if diff := cmp.Diff(map[string]string{"HOME": "/home/x"}, environ); diff != "" {
		t.Error(diff)
	}
	if _, environ = beyond(checkout, "", map[string]string{"TFLINT_PLUGIN_DIR": "/opt/plugins"}); environ["TFLINT_PLUGIN_DIR"] == "" {
		t.Error("plugins of the machine are not used")
	}
}
