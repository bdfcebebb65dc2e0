// SPDX-License-Identifier: Apache-2.0

// Command bot plans the Terraform layers that a pull request touches and tells
// the pull request what they would change. In a GitHub Actions job it is one
// phase (gate, plan, report); in front of a checkout it is the same on the
// command line.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/layerbot/layerbot/internal/phase"
)

// The exit codes (README, "Exit codes").
const (
	exitOK      = 0
	exitError   = 1
	exitChanges = 2 // changes present, with --detailed-exitcode
	exitRefused = 3 // policies are against it
	exitStopped = 4 // the plan is not the one that was reviewed
	exitLocked  = 5
)

// exit ends the program with a code after everything was said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func main() { os.Exit(run(os.Args[1:], surroundings(), os.Stdout, os.Stderr)) }

// run is the program without the process around it.
func run(args []string, env environment, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b, flush := build(env, stdout, stderr)
	defer flush()
	cmd := b.command()
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	var code exit
	if err != nil && !errors.As(err, &code) {
		code = exitError
		b.say(ctx, err)
	}
	if err := b.conclude(int(code), err); err != nil {
		b.say(ctx, err)
		return exitError
	}
	return int(code)
}

// say prints an error once: with what to do next if it is meant for people.
func (b *bot) say(ctx context.Context, err error) {
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		b.log.Error("interrupted", "hint", "nothing was changed; run the command again")
		return
	}
	message := strings.TrimPrefix(err.Error(), "Error: ") // a configuration's own form
	if hint, ok := phase.Hint(err); ok {
		b.log.Error(message, "hint", hint)
		return
	}
	b.log.Error(message)
}
