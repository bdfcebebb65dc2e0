// SPDX-License-Identifier: Apache-2.0

package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A setting is one line of git configuration, handed over in the environment.
type setting struct{ key, value string }

// safety is the configuration of every command: whatever the repository's own
// configuration names, no program of it runs and no credential of it is used.
// https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT
var safety = []setting{
	{"safe.directory", "*"}, // containers: the checkout often belongs to another uid
	{"core.hooksPath", os.DevNull},
	{"core.fsmonitor", "false"},
	{"core.attributesFile", os.DevNull},
	{"core.excludesFile", os.DevNull},
	{"core.sshCommand", "false"},
	{"core.askPass", "true"},
	{"credential.helper", ""},
	{"diff.external", ""},
	{"gc.auto", "0"},
	{"maintenance.auto", "false"},
	{"fetch.recurseSubmodules", "false"},
	{"submodule.recurse", "false"},
	{"protocol.version", "2"},
	{"protocol.allow", "never"},
	{"protocol.https.allow", "always"},
	{"protocol.http.allow", "always"},
	{"protocol.file.allow", "always"},
	{"http.followRedirects", "false"},
}

// networkVariables are the only variables WithNetwork lets through.
var networkVariables = []string{
	"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO",
}

// command prepares git with args in the repository. Its environment is this one
// and nothing of the caller's: no GIT_* variable, no HOME, no ~/.netrc.
func (r *Repo) command(ctx context.Context, settings []setting, args ...string) (*exec.Cmd, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("git is needed and is not on PATH: %w", err)
	}
	env := map[string]string{
		"PATH":                strings.Join([]string{filepath.Dir(program), "/usr/local/bin", "/usr/bin", "/bin"}, string(os.PathListSeparator)),
		"HOME":                os.DevNull,
		"XDG_CONFIG_HOME":     os.DevNull,
		"LC_ALL":              "C",
		"GIT_CONFIG_NOSYSTEM": "1",
		"GIT_CONFIG_GLOBAL":   os.DevNull,
		"GIT_ATTR_NOSYSTEM":   "1",
		"GIT_TERMINAL_PROMPT": "0",
		"GIT_OPTIONAL_LOCKS":  "0",
		"GIT_NO_LAZY_FETCH":   "1",
		"GIT_PAGER":           "cat",
	}
	for name, value := range r.network {
		env[name] = value
	}
	all := append(append([]setting{}, safety...), settings...)
	env["GIT_CONFIG_COUNT"] = strconv.Itoa(len(all))
	for i, s := range all {
		env["GIT_CONFIG_KEY_"+strconv.Itoa(i)] = s.key
		env["GIT_CONFIG_VALUE_"+strconv.Itoa(i)] = s.value
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"-C", r.dir, "--no-replace-objects"}, args...)...)
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.WaitDelay = 5 * time.Second
	return cmd, nil
}

func (r *Repo) run(ctx context.Context, args ...string) ([]byte, error) {
	return r.runWith(ctx, nil, args...)
}

// runWith returns what git prints, or a *CommandError.
func (r *Repo) runWith(ctx context.Context, settings []setting, args ...string) ([]byte, error) {
	cmd, err := r.command(ctx, settings, args...)
	if err != nil {
		return nil, err
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return nil, &CommandError{Args: args, Code: exit.ExitCode(), Stderr: stderr.String()}
	}
	return stdout.Bytes(), err
}

// line returns the first line of what git prints.
func (r *Repo) line(ctx context.Context, args ...string) (string, error) {
	out, err := r.run(ctx, args...)
	if err != nil {
		return "", err
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return first, nil
}
