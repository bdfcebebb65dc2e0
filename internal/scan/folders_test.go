// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// A change could call a module through a link, where scanners would not find it.
func TestAModuleIsFoundThroughLinks(t *testing.T) {
	t.Parallel()
	const found = `{"results": [{"rule_id": "AVD-AWS-0107", "description": "open", "severity": "HIGH", "status": 0, "location": {"filename": "FILE", "start_line": 1, "end_line": 1}}]}`
	w := newWorld(t, map[string]string{"tfsec": `for file in app/link/inner/main.tf shared/m/main.tf shared/m/inner/main.tf; do [ -f $file ] || { echo "panic: no $file" >&2; exit 9; }; done
echo '` + strings.Replace(found, "FILE", "app/link/inner/main.tf", 1) + `'`})
	j := jobOf(map[string]string{"app/main.tf": "x", "shared/m/main.tf": "x", "other/main.tf": "y"}, "tfsec")
	j.Head.Paths = append(j.Head.Paths, "app/link")
	j.Head.Folders = map[string]string{"app/link": "shared/m", "shared/m/inner": "other"}
	s := w.scan(j)
	if st := s.Tools[0]; st.State != report.Ran || st.Message != "" {
		t.Fatalf("%+v", st)
	}
	if len(s.Findings) != 1 || s.Findings[0].File != "other/main.tf" {
		t.Errorf("%+v", s.Findings)
	}
}

func TestLinksInCirclesAreNotFollowedForEver(t *testing.T) {
	t.Parallel()
	for name, folders := range map[string]map[string]string{
		"to where it is": {"app/here": "app"},
		"to the root":    {"app/root": "."},
		"to each other":  {"app/x": "shared", "shared/y": "app"},
	} {
		w := newWorld(t, map[string]string{"trivy": trivyNone, "gitleaks": `echo '{"version":"2.1.0","runs":[{"results":[]}]}'`})
		j := jobOf(map[string]string{"app/main.tf": "x", "shared/main.tf": "x"}, "trivy", "gitleaks")
		j.Head.Folders = folders
		tools := w.scan(j).Tools
		if st := tools[0]; st.State != report.Crashed || !strings.Contains(st.Message, "lead in circles") {
			t.Errorf("%s: %+v", name, st)
		}
		if st := tools[1]; st.State != report.Ran { // it follows none
			t.Errorf("%s: %+v", name, st)
		}
	}
}

func TestAPlaceLeadsBackToItsFile(t *testing.T) {
	t.Parallel()
	folders := map[string]string{"app/link": "shared/m", "shared/m/inner": "other", "linked": "app/modules"}
	for _, name := range []string{"shared/m/main.tf", "other/a/b.tf", "app/modules/x.tf", "app/main.tf"} {
		places, err := placesOf(name, folders)
		if err != nil || places[0] != name {
			t.Errorf("%s: %v, %v", name, places, err)
		}
		for _, p := range places {
			if got := original(p, folders); got != name {
				t.Errorf("%s: %s leads to %s", name, p, got)
			}
		}
	}
	if places, _ := placesOf("other/x.tf", folders); !slices.Equal(places, []string{"other/x.tf", "shared/m/inner/x.tf", "app/link/inner/x.tf"}) {
		t.Error(places)
	}
}

func TestALinkLeadsToNoFolderOutside(t *testing.T) {
	t.Parallel()
	for link, folder := range map[string]string{"app/x": "../etc", "../x": "app", "app/y": "/etc", ".git/x": "app"} {
		w := newWorld(t, map[string]string{"trivy": trivyNone})
		j := jobOf(map[string]string{"app/main.tf": "x"}, "trivy")
		j.Head.Folders = map[string]string{link: folder}
		if _, err := w.Scan(t.Context(), j); err == nil || !strings.Contains(err.Error(), "no folder of the repository") {
			t.Errorf("%s: %v", link, err)
		}
	}
}
