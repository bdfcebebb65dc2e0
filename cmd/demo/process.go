// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A process is one program run the way a runner runs it: in its own process group, with exactly the environment it
// is given.
type process struct {
	Dir  string
	Env  map[string]string
	Argv []string
}

// A result is how a process ended. Exit is not an error: what an exit code means is the caller's affair.
type result struct {
	Exit   int
	Output string // standard output and standard error, as they came
	Took   time.Duration
}

// run waits for the process. Cancelling ctx interrupts its whole group, and five seconds later kills it.
func (p process) run(ctx context.Context) (result, error) {
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, p.Argv[0], p.Argv[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.Dir, &output, &output
	cmd.Env = []string{}
	for _, name := range slices.Sorted(maps.Keys(p.Env)) {
		cmd.Env = append(cmd.Env, name+"="+p.Env[name])
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = 5 * time.Second

	began := time.Now()
	err := cmd.Run()
	r := result{Exit: cmd.ProcessState.ExitCode(), Output: output.String(), Took: time.Since(began)}
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it may have left behind
	}
	var exit *exec.ExitError
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	if err != nil && !errors.As(err, &exit) {
		return r, fmt.Errorf("run %s: %w", filepath.Base(p.Argv[0]), err)
	}
	return r, nil
}

// must is run for programs that have to succeed.
func (p process) must(ctx context.Context) (result, error) {
	r, err := p.run(ctx)
	if err == nil && r.Exit != 0 {
		err = fmt.Errorf("%s: exit code %d\n%s", strings.Join(p.Argv, " "), r.Exit, r.Output)
	}
	return r, err
}

// leftovers returns the processes, other than this one, whose working directory or environment lies in dir. It
// looks in /proc, and so sees nothing on systems that have none.
func leftovers(dir string) []string {
	self := fmt.Sprint(os.Getpid())
	var found []string
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, proc := range processes {
		if filepath.Base(proc) == self {
			continue
		}
		cwd, _ := os.Readlink(proc + "/cwd")
		env, _ := os.ReadFile(proc + "/environ")
		if strings.HasPrefix(cwd, dir) || bytes.Contains(env, []byte(dir)) {
			argv, _ := os.ReadFile(proc + "/cmdline")
			found = append(found, filepath.Base(proc)+" "+string(bytes.ReplaceAll(argv, []byte{0}, []byte{' '})))
		}
	}
	return found
}
