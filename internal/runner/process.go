// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// grace is how long a program has to end after the interrupt, before it is killed. GitHub kills a cancelled job
// 10 s after its first signal; Terraform needs milliseconds to save its state and release the lock.
const grace = 5 * time.Second

// A command is one run of a program. It sees env and nothing else of ours.
type command struct {
	path string
	args []string
	dir  string
	env  []string
	out  io.Writer // standard output
	err  io.Writer // standard error

	apart  bool   // keep it from looking into other processes, where the system can
	joined func() // told when the system cannot; may be nil
}

// run runs c to its end. When ctx ends, the program is interrupted at once and once only: Terraform saves its
// state on the first interrupt and drops everything on the second. The program has a process group of its own,
// so that a terminal's ^C does not become that second one.
func (c command) run(ctx context.Context) error {
	cmd := c.prepare(ctx)
	if c.apart {
		setApart(cmd.SysProcAttr)
	}
	err := cmd.Start()
	if err != nil && c.apart && ctx.Err() == nil {
		if c.joined != nil {
			c.joined()
		}
		cmd = c.prepare(ctx)
		err = cmd.Start()
	}
	if err == nil {
		err = cmd.Wait()
	}
	if cmd.Process != nil && ctx.Err() != nil {
		killGroup(cmd.Process.Pid) // what it left running
	}
	return err
}

func (c command) prepare(ctx context.Context) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.path, c.args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.dir, c.env, c.out, c.err
	cmd.SysProcAttr = attributes()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = grace
	return cmd
}

// crashed reports whether err is the end of a program by a signal or by Terraform's exit code for a panic.
func crashed(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	return exit.ExitCode() == 11 || exit.ExitCode() == 2 || exit.ExitCode() < 0
}

// A tail keeps the last bytes written to it, in whole lines.
type tail struct {
	data []byte
	max  int
	cut  bool // something was dropped
}

func (t *tail) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	if len(t.data) > 2*t.max {
		t.trim()
	}
	return len(p), nil
}

func (t *tail) trim() {
	if over := len(t.data) - t.max; over > 0 {
		t.data = append(t.data[:0], t.data[over:]...)
		t.cut = true
	}
}

func (t *tail) String() string {
	t.trim()
	text := string(t.data)
	if t.cut {
		_, text, _ = strings.Cut(text, "\n")
		// A private key of which the beginning was dropped: nothing would know the rest of it for one.
		if key, rest, ok := strings.Cut(text, "-----END "); ok && !strings.Contains(key, "-----BEGIN ") {
			text = rest
		}
	}
	return text
}
