// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakePython makes environments as venv does, with itself as their Python. Of pip it knows the one call that is right,
// and what that installs says VERSION.
const fakePython = `#!/bin/sh
case "$*" in
"-I -c "*) exit 0 ;;
"-I -m venv "*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
"-I -m pip install --quiet --no-input --no-deps --require-hashes --only-binary :all: --requirement "*/greeter/requirements.txt)
	printf '#!%s\n' "$0" >"${0%/*}/greeter" && chmod +x "${0%/*}/greeter"
	FAIL ;;
*/greeter" version") echo greeter VERSION ;;
*) echo "unexpected: $*" >&2; exit 3 ;;
esac
`

// setUpPython returns an installer that has the fake Python alone, and a tool of the index.
func setUpPython(t *testing.T, version, fail string) (*installer, Tool) {
	t.Helper()
	in, tool, _ := setUp(t, "1.2.3")
	t.Setenv("PATH", "/usr/bin:/bin") // for the script's own needs
	tool.Releases, tool.Requirements = nil, "greeter/requirements.txt"
	if err := os.Mkdir(filepath.Join(in.source, "greeter"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(in.source, "greeter", "requirements.txt"), []byte("greeter==1.2.3"), 0o600); err != nil {
		t.Fatal(err)
	}
	writeProgram(t, filepath.Join(in.path[0], "python3"), strings.NewReplacer("VERSION", version, "FAIL", fail).Replace(fakePython))
	return in, tool
}

func environments(t *testing.T, in *installer, tool Tool) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(filepath.Dir(in.place(tool)), "venv-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPythonProgramHasAnEnvironmentOfItsOwn(t *testing.T) {
	in, tool := setUpPython(t, "1.2.3", "exit 0")
	for range 2 { // the second time nothing is installed
		if err := in.install(context.Background(), tool); err != nil || linked(t, in, "greeter") != in.place(tool) {
			t.Fatal(err)
		}
	}
	if v, err := versionOf(context.Background(), filepath.Join(in.dir, "bin", "greeter"), tool); v != "1.2.3" || err != nil {
		t.Errorf("it says %q, %v", v, err)
	}
	if all := environments(t, in, tool); len(all) != 1 {
		t.Errorf("environments %v", all)
	}
}

func TestPythonProgramIsInstalledAgainWhenItIsNotWhatItWas(t *testing.T) {
	for name, change := range map[string]func(in *installer, environment string) error{
		"other requirements": func(in *installer, _ string) error {
			return os.WriteFile(filepath.Join(in.source, "greeter", "requirements.txt"), []byte("more"), 0o600)
		},
		"its Python is gone": func(_ *installer, environment string) error {
			return os.Remove(filepath.Join(environment, "bin", "python"))
		},
		"it is gone": func(_ *installer, environment string) error { return os.RemoveAll(environment) },
	} {
		t.Run(name, func(t *testing.T) {
			in, tool := setUpPython(t, "1.2.3", "exit 0")
			if err := in.install(context.Background(), tool); err != nil {
				t.Fatal(err)
			}
			first := environments(t, in, tool)[0]
			if err := change(in, first); err != nil {
				t.Fatal(err)
			}
			if err := in.install(context.Background(), tool); err != nil {
				t.Fatal(err)
			}
			if program, err := os.Readlink(in.place(tool)); err != nil || strings.HasPrefix(program, first) {
				t.Errorf("still %s, %v", program, err)
			}
		})
	}
}

func TestHalfAnEnvironmentIsNeverTaken(t *testing.T) {
	for name, fake := range map[string][2]string{
		"pip fails":                 {"1.2.3", "echo THESE PACKAGES DO NOT MATCH THE HASHES >&2; exit 1"},
		"it is of another version":  {"1.2.4", "exit 0"},
		"pip succeeds with nothing": {"1.2.3", `rm "${0%/*}/greeter"; exit 0`},
	} {
		t.Run(name, func(t *testing.T) {
			in, tool := setUpPython(t, fake[0], fake[1])
			err := in.install(context.Background(), tool)
			if err == nil || !strings.Contains(err.Error(), "do without") {
				t.Errorf("%v", err)
			}
			if _, err := os.Lstat(in.place(tool)); err == nil {
				t.Error("it was put in place all the same")
			}
			if left := environments(t, in, tool); left != nil {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// A killed installation leaves an environment that nothing leads to.
func TestWhatAKilledInstallationLeftIsNotTaken(t *testing.T) {
	in, tool := setUpPython(t, "1.2.3", "exit 0")
	name, err := in.environment(tool)
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(filepath.Dir(in.place(tool)), name+"1")
	if err := os.MkdirAll(filepath.Join(left, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeProgram(t, filepath.Join(left, "bin", "greeter"), script+"1.2.3\n")
	if err := in.install(context.Background(), tool); err != nil {
		t.Fatal(err)
	}
	if program, err := os.Readlink(in.place(tool)); err != nil || strings.HasPrefix(program, left+"/") {
		t.Errorf("took %s, %v", program, err)
	}
}

func TestMissingPythonIsSaid(t *testing.T) {
	in, tool := setUpPython(t, "1.2.3", "exit 0")
	t.Setenv("PATH", "") // no apt-get either
	writeProgram(t, filepath.Join(in.path[0], "python3"), "#!/bin/sh\nexit 1\n")
	said := in.out.(interface{ String() string })
	if err := in.install(context.Background(), tool); err == nil || !strings.Contains(said.String(), "apt-get install python3-venv") {
		t.Errorf("%v; said %q", err, said)
	}
}
