// SPDX-License-Identifier: Apache-2.0

package action

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// scratch makes a git repository of files.
func scratch(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		put(t, filepath.Join(dir, name), text)
	}
	command(t, dir, "git", "init", "--quiet")
	return dir
}

func put(t *testing.T, file, text string) {
	t.Helper()
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// command runs a program that must succeed.
func command(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	if said, err := attempt(t, dir, name, args...); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, said)
	}
}

func attempt(t *testing.T, dir, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	said, err := cmd.CombinedOutput()
	return string(said), err
}

func TestLicenseIsNamedWhereItBelongs(t *testing.T) {
	const slashes, hash = "// SPDX-License-Identifier: Apache-2.0\n\n", "# SPDX-License-Identifier: Apache-2.0\n\n"
	written := map[string][2]string{ // before, after
		"a.go":                     {"// Package a does it.\npackage a\n", slashes + "// Package a does it.\npackage a\n"},
		"b.go":                     {"//go:build linux\n\npackage a\n", slashes + "//go:build linux\n\npackage a\n"},
		"c.go":                     {slashes + "package a\n", slashes + "package a\n"},
		"with space/d.go":          {"package d\n", slashes + "package d\n"},
		"p/rules.rego":             {"# METADATA\npackage p\n", hash + "# METADATA\npackage p\n"},
		"infra/a/main.tf":          {"locals {}\n", hash + "locals {}\n"},
		".ci/run":                  {"#!/bin/sh\necho\n", "#!/bin/sh\n" + hash + "echo\n"},
		"Dockerfile":               {"# syntax=docker/dockerfile:1\nFROM x\n", "# syntax=docker/dockerfile:1\n" + hash + "FROM x\n"},
		"x/Dockerfile":             {"FROM x\n", hash + "FROM x\n"},
		".github/workflows/x.yml":  {"# What it is.\non: push\n", hash + "# What it is.\non: push\n"},
		"examples/a/main.tf":       {"locals {}\n", "locals {}\n"},
		"internal/testdata/x.go":   {"package x\n", "package x\n"},
		"README.md":                {"# A\n", "# A\n"},
		"ignored.go":               {"package x\n", "package x\n"},
		".gitignore":               {"ignored.go\n", "ignored.go\n"},
		".github/dependabot.yml":   {"version: 2\n", "version: 2\n"},
		"action.yml":               {"name: x\n", hash + "name: x\n"},
		"hack/license":             {readText(t, "../hack/license"), ""},
		"internal/a/testdata_x.go": {"package a\n", slashes + "package a\n"},
	}
	files := map[string]string{}
	for name, text := range written {
		files[name] = text[0]
	}
	dir := scratch(t, files)
	said, err := attempt(t, dir, "hack/license", "--check")
	if err == nil || !strings.Contains(said, "\na.go\n") || !strings.Contains(said, "these files do not name the licence: hack/license") {
		t.Errorf("%v: %s", err, said)
	}
	if readText(t, filepath.Join(dir, "a.go")) != written["a.go"][0] {
		t.Error("--check wrote")
	}
	for range 2 { // the second time it has nothing to do
		command(t, dir, "hack/license")
	}
	command(t, dir, "hack/license", "--check")
	for name, text := range written {
		if got := readText(t, filepath.Join(dir, name)); text[1] != "" && got != text[1] {
			t.Errorf("%s is\n%s", name, got)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, ".ci/run")); err != nil || info.Mode()&0o111 == 0 {
		t.Error("a script cannot be run any more")
	}
}
