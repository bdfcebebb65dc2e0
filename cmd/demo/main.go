// SPDX-License-Identifier: Apache-2.0

// Command demo shows Layerbot at work, with everything on this machine: a GitHub on loopback, a repository of
// Terraform layers, people who open pull requests and comment, and the real bot answering them. Each phase runs as
// its own process with only the environment that its job would have on GitHub Actions.
//
// It checks what it shows: if anything turns out other than the story has it, it says so and exits with 1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/term"
)

// options are what the demo was asked for.
type options struct {
	Bot    string // the program; "" builds it
	Once   bool   // write the page to Out and end
	Out    string
	Addr   string // of the page
	Temp   string // where a folder for all work is made; "" is the system's place for temporary files
	Colour bool
}

func main() { os.Exit(command()) }

// command reads the command line, shows the demo and returns the exit code.
func command() int {
	o := options{Once: os.Getenv("DEMO_ONCE") == "1"}
	flag.StringVar(&o.Bot, "bot", "", "the `program` to show; built with go build if not given")
	flag.BoolVar(&o.Once, "once", o.Once, "write the page to a folder and end (also DEMO_ONCE=1)")
	flag.StringVar(&o.Out, "out", "demo-out", "the `folder` that --once writes")
	flag.StringVar(&o.Addr, "addr", "127.0.0.1:0", "loopback `address` of the page")
	flag.Parse()
	o.Colour = term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("NO_COLOR") == ""

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	defer stop()
	if err := demo(ctx, o, story(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		return 1
	}
	return 0
}

// demo plays the scenes once. Whatever happens, nothing that it started is left running.
func demo(ctx context.Context, o options, scenes []scene, out io.Writer) (err error) {
	dir, err := os.MkdirTemp(o.Temp, "layerbot-demo-")
	if err != nil {
		return err
	}
	defer func() {
		if left := leftovers(dir); len(left) > 0 {
			err = errors.Join(err, fmt.Errorf("processes were left running: %v", left))
		}
		err = errors.Join(err, os.RemoveAll(dir))
	}()
	line := newTimeline(out, o.Colour)
	if o.Bot, err = program(ctx, o.Bot, dir, line); err != nil {
		return err
	}
	s, err := setUp(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.hub.Close()) }()
	m, err := newMeter(ctx, s.hub.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	b, err := newBoard(ctx, o.Addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()

	p := &play{stage: s, line: line, actions: &actions{stage: s, bot: o.Bot, line: line, meter: m}, board: b}
	failed, err := p.run(ctx, scenes)
	if err != nil {
		return err
	}
	if o.Once {
		err = p.write(o.Out)
	} else {
		line.tell("The page", "stays until you press Ctrl-C:", b.URL)
		<-ctx.Done()
		line.print()
	}
	if failed > 0 {
		err = errors.Join(err, fmt.Errorf("not everything was as told (%d)", failed))
	}
	return err
}

// program returns the absolute path of the bot, building it if none was given.
func program(ctx context.Context, path, dir string, line *timeline) (string, error) {
	if path != "" {
		return filepath.Abs(path)
	}
	gotool, err := exec.LookPath("go")
	if err != nil {
		return "", fmt.Errorf("build bot: %w (or name a built one with --bot)", err)
	}
	path = filepath.Join(dir, "bot")
	line.chapter("", "Building bot")
	done := line.working("go build")
	defer done()
	cmd := exec.CommandContext(ctx, gotool, "build", "-o", path, "github.com/layerbot/layerbot/cmd/bot")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build bot: %w\n%s", err, out)
	}
	return path, nil
}
