// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Environments of a layer that differ by their backend only are looked at once, and each is told all; what differs by a value
// is looked at anew, and so is what could not be read.
func TestTheSameFilesAreLookedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string]string{"trivy": `echo x >> "$HOME/runs"; case "$(/bin/cat app/main.tf)" in broken) exit 3;; esac; ` +
		`echo '{"SchemaVersion":2,"Results":[{"Target":"app/main.tf","Misconfigurations":[{"ID":"AVD-AWS-0001","Status":"FAIL"}]}]}'`})
	runs := func() int {
		text, err := os.ReadFile(filepath.Join(w.work, "home-trivy", "runs"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(text), "x")
	}
	scan := func(env, code, value string) int {
		j := jobOf(map[string]string{"app/main.tf": code, "app/" + env + ".tfbackend": "bucket = " + env, "app/x.tfvars": value}, "trivy")
		j.Target.Env, j.Target.BackendConfig, j.Target.VarFiles = env, "app/"+env+".tfbackend", []string{"app/x.tfvars"}
		s := w.scan(j)
		if s.Target.Env != env {
			t.Errorf("%s is told of %s", env, s.Target.Env)
		}
		return len(s.Findings)
	}
	for _, tt := range []struct {
		env, code, value string
		findings, runs   int
	}{
		{"dev", "a", "1", 1, 1}, {"test", "a", "1", 1, 1}, {"prod", "a", "2", 1, 2}, {"dev", "b", "1", 1, 3},
		{"dev", "broken", "1", 0, 4}, {"test", "broken", "1", 0, 5},
	} {
		if n := scan(tt.env, tt.code, tt.value); n != tt.findings || runs() != tt.runs {
			t.Errorf("%+v: %d findings, %d runs", tt, n, runs())
		}
	}
}
