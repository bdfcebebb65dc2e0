// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/redact"
)

// A bot is the program: what its verbs share.
type bot struct {
	env      environment
	out      io.Writer // results
	err      io.Writer // log and progress
	raw      *stream   // standard output behind the redactor: for mask only
	log      *slog.Logger
	redactor *redact.Redactor

	kms    *aws.Signer // see signer
	signed []byte      // see signature
}

// build puts the program together. Everything it prints passes one redactor; flush ends both streams.
func build(env environment, stdout, stderr io.Writer) (b *bot, flush func()) {
	r := redact.New(env.secrets()...)
	raw := &stream{to: stdout}
	out, errs := r.Writer(raw), r.Writer(stderr)
	b = &bot{env: env, out: out, err: errs, raw: raw, redactor: r, log: newLog(errs, env.Actions, env.All["RUNNER_DEBUG"] == "1")}
	if env.Actions {
		b.out, b.err = &tame{to: out}, &tame{to: errs}
	}
	return b, func() {
		_ = out.Close() // the streams themselves are gone if this fails
		_ = errs.Close()
	}
}

func (b *bot) command() *cobra.Command {
	var dir string
	root := &cobra.Command{
		Use:   "bot",
		Short: "Layerbot plans layered Terraform, in pull requests and in front of a checkout",
		Long: `Layerbot plans the Terraform layers that a change touches.

In front of a checkout:       bot layers, bot plan compute dev
In a GitHub Actions workflow: bot gate, bot plan --ticket, bot report (one job each)`,
		SilenceUsage: true, SilenceErrors: true,
		SuggestionsMinimumDistance: 2,
		Args:                       unknownVerb,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return errors.Join(b.enter(dir), b.env.Config.Check())
		},
	}
	root.PersistentFlags().StringVarP(&dir, "working-directory", "C", "", "`folder` of the checkout (default: the current one)")
	root.Version = version
	root.SetVersionTemplate("layerbot {{.Version}}\n")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetOut(b.out)
	root.SetErr(b.err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &usageError{message: err.Error(), next: "run `" + c.CommandPath() + " --help` for what it takes"}
	})
	root.AddCommand(b.gate(), b.plan(), b.apply(), b.report(), b.drift(), b.scan(), b.policy(), b.layers(), b.initialize(), b.doctor(), b.appCommand(), b.version())
	return root
}

// unknownVerb names the nearest verb of a command line that has none.
func unknownVerb(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	e := &usageError{message: fmt.Sprintf("there is no command %q", args[0]), next: "`bot --help` lists them"}
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		e.next = "did you mean `bot " + near[0] + "`?"
	}
	return e
}

// enter makes dir the folder that the program looks at, if it is given.
func (b *bot) enter(dir string) error {
	if dir == "" {
		return nil
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(b.env.Dir, dir)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return &usageError{message: "there is no folder " + dir, next: "name the folder of a checkout with --working-directory"}
	}
	b.env.Dir = dir
	return nil
}

// usageError is a command line that cannot be understood.
type usageError struct{ message, next string }

func (e *usageError) Error() string { return e.message }

// Hint returns what to type instead.
func (e *usageError) Hint() string { return e.next }
