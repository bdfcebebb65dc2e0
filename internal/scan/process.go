// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// A command is one run of a scanner. It sees env and nothing else of ours, has no input, and is killed with everything
// that it started once its time is over or it has printed too much.
type command struct {
	path  string
	args  []string
	dir   string
	env   []string
	limit time.Duration
	max   int64 // bytes that it may print, to its output and to its errors each

	joined func() // told when the system cannot keep it from the network; may be nil
}

// An output is what a scanner left when it ended by itself.
type output struct {
	stdout, stderr []byte
	code           int
}

// run runs the scanner to its end. That it did not start, or did not end by itself, is a *fault; the only other error
// is that of ctx.
func (c command) run(ctx context.Context) (output, error) {
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timed, stop := context.WithTimeoutCause(inner, c.limit, faultf("make the layer's files fewer, or see why it takes that long",
		"it was stopped after %s", c.limit))
	defer stop()
	much := faultf("something makes it print without end: run it by hand on the layer", "it printed more than %d MiB and was stopped", c.max>>20)
	cmd, out, errs := c.prepare(timed, func() { cancel(much) })
	isolate(cmd.SysProcAttr)
	err := cmd.Start()
	if err != nil && ctx.Err() == nil { // the system lets nobody make namespaces, or there is nothing to start
		cmd, out, errs = c.prepare(timed, func() { cancel(much) })
		if err = cmd.Start(); err == nil && c.joined != nil {
			c.joined()
		}
	}
	if err == nil {
		err = cmd.Wait()
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it left running
	}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return output{}, ctx.Err()
	case timed.Err() != nil:
		return output{}, context.Cause(timed)
	case cmd.Process == nil:
		return output{}, faultf("see that it is a program for this machine", "it did not start: %v", err)
	case err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay):
		return output{}, fmt.Errorf("run %s: %w", c.path, err)
	}
	return output{stdout: out.data, stderr: errs.data, code: cmd.ProcessState.ExitCode()}, nil
}

func (c command) prepare(ctx context.Context, much func()) (cmd *exec.Cmd, out, errs *capture) {
	out, errs = &capture{max: c.max, much: much}, &capture{max: c.max, much: much}
	cmd = exec.CommandContext(ctx, c.path, c.args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.dir, c.env, out, errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second // for what left the group and holds the pipes
	return cmd, out, errs
}

// A capture keeps what is written to it, and calls much instead of keeping more than max.
type capture struct {
	data []byte
	max  int64
	much func()
}

func (c *capture) Write(p []byte) (int, error) {
	if int64(len(c.data)+len(p)) > c.max {
		c.much()
		return 0, errors.New("more than is read")
	}
	c.data = append(c.data, p...)
	return len(p), nil
}

// A fault says why a scanner gave nothing that can be read, to a person.
type fault struct{ message, hint string }

func faultf(hint, format string, args ...any) *fault {
	return &fault{fmt.Sprintf(format, args...), hint}
}

func (f *fault) Error() string { return f.message }

// Hint says what to do next.
func (f *fault) Hint() string { return f.hint }
