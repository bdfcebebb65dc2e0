// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// indexed installs a Python program with all it is made of into an environment of its own.
//
// An environment holds its own path and cannot be moved. So each is made where it stays, under a name that was never
// used, and what is put in place when it is whole is a link to the program in it.
func (in *installer) indexed(ctx context.Context, t Tool) (string, error) {
	if t.Requirements == "" {
		return "", errNotThisWay
	}
	python, err := in.python(ctx)
	if err != nil {
		return "", err
	}
	name, err := in.environment(t)
	if err != nil {
		return "", err
	}
	in.say("%s %s: installing it from the Python Package Index, about a minute", t.Name, t.Version)
	var environment string
	program, err := in.put(ctx, t, func(to string) (err error) {
		if environment, err = os.MkdirTemp(filepath.Dir(in.place(t)), name); err != nil {
			return err
		}
		if err := in.fill(ctx, python, environment, t); err != nil {
			return err
		}
		return os.Symlink(filepath.Join(environment, "bin", t.Name), to)
	})
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(environment))
	}
	return program, nil
}

// fill makes the environment and installs the requirements of t into it.
func (in *installer) fill(ctx context.Context, python, environment string, t Tool) error {
	if err := os.Chmod(environment, 0o755); err != nil { //nolint:gosec // programs for everyone on the machine
		return err
	}
	if err := execute(ctx, python, "-I", "-m", "venv", environment); err != nil {
		return err
	}
	return execute(ctx, filepath.Join(environment, "bin", "python"), "-I", "-m", "pip", "install", "--quiet", "--no-input",
		"--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirement", filepath.Join(in.source, t.Requirements))
}

// sound says whether the environment that t was put into is of its present requirements, and its Python still there.
func (in *installer) sound(t Tool) bool {
	name, err := in.environment(t)
	if err != nil {
		return false
	}
	program, err := os.Readlink(in.place(t))
	if err != nil || !strings.HasPrefix(program, filepath.Join(filepath.Dir(in.place(t)), name)) {
		return false
	}
	_, err = os.Stat(filepath.Join(filepath.Dir(program), "python"))
	return err == nil
}

// environment returns what the names of environments for the requirements of t begin with.
func (in *installer) environment(t Tool) (string, error) {
	text, err := os.ReadFile(filepath.Join(in.source, t.Requirements))
	digest := sha256.Sum256(text)
	return "venv-" + hex.EncodeToString(digest[:6]) + "-", err
}

// python returns a Python that can make environments. Debian keeps what it takes in a package of its own.
func (in *installer) python(ctx context.Context) (string, error) {
	find := func() string {
		for _, dir := range in.path {
			program := filepath.Join(dir, "python3")
			if execute(ctx, program, "-I", "-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))") == nil {
				return program
			}
		}
		return ""
	}
	program := find()
	if program == "" {
		if err := in.aptGet(ctx, "python3-venv"); err != nil && !errors.Is(err, errNotThisWay) {
			return "", err
		}
		program = find()
	}
	if program == "" {
		return "", errors.New("no python3 on PATH is 3.11 or newer and has the modules venv and ensurepip (on Debian: apt-get install python3-venv)")
	}
	return program, nil
}

// execute runs a program and says what it said last if it fails.
func execute(ctx context.Context, program string, args ...string) error {
	if out, err := exec.CommandContext(ctx, program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args[:min(len(args), 4)], " "), err, lastLines(string(out), 10))
	}
	return nil
}
