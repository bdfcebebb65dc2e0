// SPDX-License-Identifier: Apache-2.0

package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A program is one run of a program. It sees env and nothing else of ours, has no input, and is killed with
// everything it started once its time is over.
type program struct {
	path  string
	args  []string
	dir   string
	env   []string
	limit time.Duration
}

var (
	errTime   = errors.New("it did not end in time")
	errOutput = errors.New("it printed more than 64 KiB")
)

// run returns what the program printed, and the end of what it wrote to its standard error. The error is an
// *exec.ExitError, or what a person is told: it did not start, or end in time, or stop printing.
func (p program) run(ctx context.Context) (stdout, stderr string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.limit, errTime)
	defer cancel()
	out, errs := &head{max: maxValue + 2}, &tail{max: 4 << 10}
	cmd := exec.CommandContext(ctx, p.path, p.args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.dir, p.env, out, errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second // for who left the group and holds the pipes
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case out.full:
		err = errOutput
	case errors.Is(err, exec.ErrWaitDelay): // it ended well; what it left running, as op its daemon, says nothing more
		err = nil
	case cmd.Process == nil:
		err = fmt.Errorf("it did not start: %s", reason(err))
	}
	return string(out.data), string(errs.data), err
}

// find returns the path of a program, absolute or by its name on PATH: one outside the checkout, which a pull request
// cannot replace.
func (k Keeper) find(name string) (string, error) {
	candidates := []string{name}
	if !filepath.IsAbs(name) {
		if strings.Contains(name, "/") {
			return "", fmt.Errorf("%s is a file of the checkout, which a pull request could replace", name)
		}
		candidates = nil
		for _, dir := range k.searched() {
			candidates = append(candidates, filepath.Join(dir, name))
		}
	}
	for _, file := range candidates {
		real, err := k.outside(file)
		if err != nil {
			continue
		}
		if info, err := os.Stat(real); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return file, nil
		}
	}
	return "", fmt.Errorf("there is no program %s outside the checkout", name)
}

// searched returns the folders of PATH that no pull request can put a program into.
func (k Keeper) searched() []string {
	var dirs []string
	for _, dir := range filepath.SplitList(k.Environ["PATH"]) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if _, err := k.outside(dir); err == nil {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// environment returns PATH and the variables of the job that allowed is true for, as a process takes them.
func (k Keeper) environment(allowed func(name string) bool) []string {
	env := []string{"PATH=" + strings.Join(k.searched(), string(os.PathListSeparator))}
	for name, value := range k.Environ {
		if name != "PATH" && allowed(name) {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// A head keeps the first bytes written to it, and refuses more. (An embedded bytes.Buffer would be read into behind
// Write's back.)
type head struct {
	data []byte
	max  int
	full bool
}

func (h *head) Write(p []byte) (int, error) {
	if h.full = h.full || len(h.data)+len(p) > h.max; h.full {
		return 0, errOutput
	}
	h.data = append(h.data, p...)
	return len(p), nil
}

// A tail keeps the last bytes written to it.
type tail struct {
	data []byte
	max  int
}

func (t *tail) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	t.data = t.data[max(0, len(t.data)-t.max):]
	return len(p), nil
}
