// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"slices"
	"strings"
	"testing"
)

// Who waits is told which scanners are at work, until none is.
func TestProgressNamesWhatIsAtWork(t *testing.T) {
	t.Parallel()
	var told []string
	w := newWorld(t, map[string]string{"trivy": trivyNone, "gitleaks": "exit 1"}, func(o *Options) {
		o.Progress = func(p Progress) { told = append(told, p.Target.ID()+" "+strings.Join(p.Running, "+")) }
	})
	job := jobOf(map[string]string{"app/main.tf": "a"}, "trivy", "gitleaks")
	base := files(map[string]string{"app/main.tf": "b"})
	job.Base = &base
	w.scan(job)
	for _, want := range []string{"05-app/prod trivy", "05-app/prod gitleaks"} {
		if !slices.ContainsFunc(told, func(s string) bool { return s == want || strings.Contains(s, "+") }) {
			t.Errorf("%q is missing of %q", want, told)
		}
	}
	if len(told) != 8 || told[7] != "05-app/prod " { // the beginning and the end of two scanners on two sides
		t.Errorf("%q", told)
	}
}

// What checkov makes of a variable depends on the order of its sets: it must be the same at base and head.
func TestCheckovAlwaysGoesTheSameWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string]string{"checkov": `echo "{\"checkov_version\": \"$PYTHONHASHSEED\"}"; [ "$PYTHONHASHSEED" = 0 ] || exit 9`})
	if tool := w.scan(jobOf(map[string]string{"app/main.tf": "x"}, "checkov")).Tools[0]; tool.State != "ran" {
		t.Errorf("%+v", tool)
	}
}
