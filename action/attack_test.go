// SPDX-License-Identifier: Apache-2.0

package action

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A runner drops an output in which it finds the text of a secret. The ticket lost, the action would take the targets of the
// job's matrix for words, and plan them as the checkout says: by the pull request's own configuration.
func TestNothingIsPlannedWithoutItsTicket(t *testing.T) {
	for _, name := range []string{"gitops.yml", "gitops-kms.yml"} {
		w := readWorkflows(t)[name]
		if got, want := w.Jobs["plan"].If, "needs.gate.outputs.matrix && needs.gate.outputs.ticket"; got != want {
			t.Errorf("%s plans if %q, not if %q", name, got, want)
		}
	}
}

// A job that ran before on the same runner can leave settings of go's, among them a program that each build is to run.
func TestSettingsOfGoSteerNoBuild(t *testing.T) {
	s := newStage(t)
	s.file("go.mod", "module example.org/bot\n\ngo 1.26\n", 0o644)
	s.file("go.sum", "", 0o644)
	s.file("cmd/bot/main.go", "package main\n\nvar version string\n\nfunc main() { println(version) }\n", 0o644)
	s.file("internal/none.go", "package internal\n", 0o644)
	s.file("examples/none.go", "package examples\n", 0o644)
	stolen, evil, settings := filepath.Join(s.temp, "stolen"), filepath.Join(s.temp, "evil"), filepath.Join(s.temp, "goenv")
	s.put(evil, "#!/bin/sh\ntouch '"+stolen+"'\nexec \"$@\"\n", 0o755)
	s.put(settings, "GOFLAGS=-toolexec="+evil+"\n", 0o644)
	got := s.run("install.sh", map[string]string{"GOENV": settings, "GOCACHE": filepath.Join(s.temp, "cache")})
	if got.code != 0 || strings.TrimSpace(got.stdout) == "" {
		t.Fatalf("exit %d\n%s", got.code, got.stderr)
	}
	if _, err := os.Stat(stolen); err == nil {
		t.Error("the build ran the program of the settings")
	}
}
