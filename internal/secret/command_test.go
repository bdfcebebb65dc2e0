// SPDX-License-Identifier: Apache-2.0

package secret_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/secret"
)

// run returns the value of a variable whose command runs in a checkout.
func run(t *testing.T, dir string, v secret.Variable, env map[string]string) (map[string]string, error) {
	t.Helper()
	all := map[string]string{"PATH": os.Getenv("PATH"), "HOME": t.TempDir()}
	for name, value := range env {
		all[name] = value
	}
	v.Name = "x"
	learn := func(v string) { t.Errorf("learnt %q, which is no secret", v) }
	return secret.Keeper{Dir: dir, Environ: all, Learn: learn}.Values(t.Context(), secret.Supply{Variables: []secret.Variable{v}})
}

func TestCommands(t *testing.T) {
	for name, c := range map[string]struct {
		command, fallback string
		want              string // the value, if hint is ""
		hint              string
	}{
		"one line end is cut":       {`printf '1.2.3\n'`, "", "1.2.3", ""},
		"of Windows, too":           {`printf '1.2.3\r\n'`, "", "1.2.3", ""},
		"a lone return is none":     {`printf '1.2.3\r'`, "", "1.2.3\r", ""},
		"only one":                  {`printf '1.2.3\n\n'`, "", "1.2.3\n", ""},
		"a value wins over default": {"echo 1.2.3", "0.0.0", "1.2.3", ""},
		"default for a failure":     {"false", "0.0.0", "0.0.0", ""},
		"default for nothing":       {"true", "0.0.0", "0.0.0", ""},
		"default for a half answer": {"sh -c 'echo 1.2.3; exit 1'", "0.0.0", "0.0.0", ""},
		"stderr is no value":        {"sh -c 'echo 1.2.3 >&2'", "0.0.0", "0.0.0", ""},
		"no shell":                  {`echo '$HOME' '*' '~'`, "", "$HOME * ~", ""},
		"no input":                  {"cat", "none", "none", ""},
		"failing":                   {"sh -c 'echo first >&2; printf \"last\\tone\\033[0m\\n\\n\" >&2; exit 3'", "", "it failed, exit status 3: last one [0m", "`default`"},
		"killed":                    {"sh -c 'kill -9 $$'", "", "it failed, signal: killed", "`default`"},
		"silent":                    {"true", "", "it printed nothing", "`default`"},
		"only a line end":           {"echo", "", "it printed nothing", "`default`"},
		"endless":                   {"yes", "0.0.0", "more than 64 KiB", "by hand"},
		"binary":                    {`printf '\377'`, "0.0.0", "not text", "base64"},
		"unknown program":           {"no-such-program", "0.0.0", "no program no-such-program", "install"},
		"no program":                {"/dev/null", "0.0.0", "no program /dev/null", "install"},
		"a folder":                  {"/usr/bin", "0.0.0", "no program /usr/bin", "install"},
		"open quote":                {"echo 'a", "0.0.0", "does not split", "without a shell"},
		"a shell's operator":        {"echo a; echo b", "0.0.0", "does not split", "without a shell"},
		"nothing at all":            {" ", "0.0.0", "does not split", "without a shell"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := run(t, t.TempDir(), secret.Variable{Command: c.command, Default: c.fallback}, nil)
			if c.hint != "" {
				refusal(t, got, err, "the command "+c.command, "")
				refusal(t, got, err, c.want, c.hint)
				return
			}
			if err != nil || got["x"] != c.want {
				t.Errorf("%q, %v; want %q", got["x"], err, c.want)
			}
		})
	}
}

func TestCommandsGetNoSecret(t *testing.T) {
	dir := t.TempDir()
	got, err := run(t, dir, secret.Variable{Command: "env"}, map[string]string{
		"GITHUB_TOKEN": canary, "AWS_SECRET_ACCESS_KEY": canary, "OP_SERVICE_ACCOUNT_TOKEN": canary, "GIT_DIR": canary, "GIT_CONFIG_PARAMETERS": canary,
		"LD_PRELOAD": canary, "LANG": "C.UTF-8",
	})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(got["x"]) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch {
		case strings.Contains(line, canary):
			t.Errorf("it gets %s", name)
		case name == "PWD" && value != dir, name == "LANG" && value != "C.UTF-8", name == "GIT_TERMINAL_PROMPT" && value != "0":
			t.Errorf("%s=%s", name, value)
		}
	}
}

func TestGitDescribesTheCheckout(t *testing.T) {
	dir, started := t.TempDir(), filepath.Join(t.TempDir(), "started")
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "tag.gpgSign=false"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q")
	git("commit", "-q", "--allow-empty", "-m", "one")
	describe := secret.Variable{Command: "git describe --tags --exact-match --dirty"}
	got, err := run(t, dir, describe, nil)
	refusal(t, got, err, "it failed, exit status 128: fatal: ", "fetch-depth: 0")

	describe.Default = "0.0.0"
	if got, err := run(t, dir, describe, nil); err != nil || got["x"] != "0.0.0" {
		t.Errorf("without a tag: %v, %v", got, err)
	}
	git("tag", "v1.2.3")
	git("config", "core.fsmonitor", "touch '"+started+"'") // as a layer planned before in the same job could
	if got, err := run(t, dir, describe, nil); err != nil || got["x"] != "v1.2.3" {
		t.Errorf("with a tag: %v, %v", got, err)
	}
	if _, err := os.Stat(started); err == nil {
		t.Error("what the checkout's configuration names was started")
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(dir, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		if got, err := run(t, dir, describe, nil); err != nil || got["x"] != "v1.2.3" {
			t.Errorf("a checkout of another user: %v, %v", got, err)
		}
	}
}

func BenchmarkCommand(b *testing.B) {
	k := secret.Keeper{Dir: b.TempDir(), Environ: map[string]string{"PATH": os.Getenv("PATH")}}
	s := secret.Supply{Variables: []secret.Variable{{Name: "x", Command: "git version"}}}
	for b.Loop() {
		if _, err := k.Values(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}
