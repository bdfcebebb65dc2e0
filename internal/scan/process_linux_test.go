// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// A scanner has no network: there is nothing but its own loopback, which is down. Where a machine lets nobody make
// namespaces, that is said.
func TestScannersHaveNoNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string]string{"trivy": `/bin/cat /proc/net/dev > "$HOME/net"; /bin/cat /proc/$PPID/environ > "$HOME/parent"; ` + trivyNone})
	if st := w.scan(jobOf(map[string]string{"app/main.tf": "x"}, "trivy")).Tools[0]; st.State != report.Ran {
		t.Fatalf("%+v", st)
	}
	home := filepath.Join(w.work, "home-trivy")
	net, err := os.ReadFile(filepath.Join(home, "net"))
	if err != nil {
		t.Fatal(err)
	}
	var devices []string
	for line := range strings.Lines(string(net)) {
		if name, _, ok := strings.Cut(line, ":"); ok {
			devices = append(devices, strings.TrimSpace(name))
		}
	}
	parent, err := os.ReadFile(filepath.Join(home, "parent"))
	if err != nil {
		t.Fatal(err)
	}
	if alone := len(devices) == 1 && devices[0] == "lo" && len(parent) == 0; alone == strings.Contains(w.log.String(), "nobody make namespaces") {
		t.Errorf("devices %v, %d bytes of our environment, log %q", devices, len(parent), w.log)
	}
}
