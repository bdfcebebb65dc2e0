// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
	"github.com/layerbot/layerbot/internal/scan"
)

// scanFlags are the flags of bot scan.
type scanFlags struct {
	ticket, out, format, base string
	targets, scanners         []string
	suppressions, noInstall   bool
	parallel                  int
}

func (b *bot) scan() *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan [LAYER…|all] [ENV…]",
		Short: "Look at layers with scanners: trivy, tfsec, checkov, gitleaks, tflint",
		Long: `Runs the scanners of the configuration (or --scanner) on the files of what is named, and the policies on its manifests.
With --base, findings are told apart that were there before. With --ticket it is a phase of a workflow, in a job without any
credential: one scan for each target is left in --out.
--suppressions holds what is suppressed in code and in ignore files against the tables of docs/security-baseline.md.

Exit codes: 0 fine, 1 findings that fail, a required scanner that did not run, or a suppression nobody accounts for;
3 policies deny a manifest.`,
		Example: "  bot scan compute dev --base main\n  bot scan --scanner trivy --format=sarif > trivy.sarif\n  bot scan --suppressions\n  bot scan --ticket ticket.json --out reports",
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.suppressions:
				return b.runSuppressions(f, args)
			case f.ticket != "":
				return b.scanTicket(cmd.Context(), f, args)
			}
			return b.scanHere(cmd.Context(), f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.scanners, "scanner", nil, "`name` of a scanner to run instead of those of the configuration")
	flags.StringVar(&f.base, "base", "", "`revision` that the change began at: what was there before is not new")
	flags.StringVar(&f.format, "format", "text", "text, markdown, html, sarif, or json (one scan a line)")
	flags.BoolVar(&f.suppressions, "suppressions", false, "check that "+scan.BaselinePath+" accounts for each suppression")
	flags.BoolVar(&f.noInstall, "no-install", false, "fail rather than install a scanner that is not there")
	flags.IntVar(&f.parallel, "parallel", 0, "targets looked at at once (0: one for every two cores)")
	flags.StringVar(&f.ticket, "ticket", "", "`file` with the ticket written by gate (-: standard input)")
	flags.StringArrayVar(&f.targets, "target", nil, "with --ticket: `target` of the ticket")
	flags.StringVar(&f.out, "out", "", "`folder` for the scans, with --ticket")
	return cmd
}

// engine returns what runs scanners.
func (b *bot) engine(f scanFlags, p *progress) (*scan.Engine, error) {
	search, environ := b.env.All["PATH"], b.env.All
	if f.ticket != "" {
		search, environ = beyond(b.top(), search, environ)
	}
	return scan.New(scan.Options{
		Search: search, CacheDir: b.env.scanners(), Environ: environ, Download: !f.noInstall, Log: b.log,
		Progress: func(s scan.Progress) {
			p.stage(runner.Progress{Target: s.Target, Stage: or(strings.Join(s.Running, "+"), "findings")})
		},
	})
}

// beyond returns what of PATH and of an environment leads scanners to no program in the checkout, where the change may have
// put one.
func beyond(checkout, search string, environ map[string]string) (string, map[string]string) {
	real := func(path string) string {
		if to, err := filepath.EvalSymlinks(path); err == nil {
			return to
		}
		return path
	}
	inside := func(dir string) bool {
		rel, err := filepath.Rel(real(checkout), real(dir))
		return err == nil && filepath.IsLocal(rel)
	}
	environ = maps.Clone(environ)
	if inside(environ["TFLINT_PLUGIN_DIR"]) {
		delete(environ, "TFLINT_PLUGIN_DIR")
	}
	return strings.Join(slices.DeleteFunc(filepath.SplitList(search), inside), string(os.PathListSeparator)), environ
}

// scanTicket is the scan phase of a workflow.
func (b *bot) scanTicket(ctx context.Context, f scanFlags, args []string) (err error) {
	switch {
	case len(args) > 0 || f.base != "" || len(f.scanners) > 0:
		return &usageError{message: "with --ticket, only --target chooses what is scanned", next: "what it is scanned with, and compared with, stands in the ticket"}
	case f.out == "":
		return &usageError{message: "--ticket needs --out", next: "name a folder for the scans: `--out reports`"}
	case b.env.holdsKey():
		return &usageError{message: "the App's private key is in the environment of a job that runs scanners", next: "give LAYERBOT_APP_PRIVATE_KEY, or LAYERBOT_APP_KMS_KEY, to the jobs of gate and report only"}
	}
	t, err := b.ticket(f.ticket)
	if err != nil {
		return err
	}
	if t.Work != phase.Planning && t.Work != phase.Scanning {
		return &usageError{message: fmt.Sprintf("the ticket is for %q, and nothing is scanned for that", t.Work), next: "run `bot scan` for tickets of pull requests only: `if: needs.gate.outputs.scans`"}
	}
	jobs, err := jobsOf(t, f.targets)
	if err != nil {
		return err
	}
	repo, err := git.Open(ctx, b.top())
	if err != nil {
		return err
	}
	t.Jobs = jobs
	page, err := b.scanned(ctx, f, t, phase.Bench{Checkout: repo, Root: b.top(), Parallel: f.parallel, Out: f.out})
	if err != nil {
		return err
	}
	if err := errors.Join(b.summary(comment.ScanReply(page).Body), b.outputs(map[string]string{"report": f.out})); err != nil {
		return err
	}
	failed := b.accuse(page)
	if failed != nil { // the log of a red job says why
		if err := b.write("", []byte(comment.ScanTerminal(page, b.env.Colour))); err != nil {
			return err
		}
	}
	return failed
}

// scanHere scans the working directory.
func (b *bot) scanHere(ctx context.Context, f scanFlags, args []string) (err error) {
	show, err := scanPrinter(f.format)
	if err != nil {
		return err
	}
	t, out, err := b.prepare(ctx, comment.Scan, args, phase.Scanning)
	if err != nil {
		return err
	}
	defer os.RemoveAll(out)
	if err := choose(t, f.scanners); err != nil {
		return err
	}
	bench := phase.Bench{Root: b.top(), Parallel: f.parallel, Out: out}
	if f.base != "" {
		if bench.Checkout, err = git.Open(ctx, b.top()); err != nil {
			return err
		}
		if t.MergeBase, err = bench.Checkout.MergeBase(ctx, f.base, head); err != nil {
			return err
		}
	}
	page, err := b.scanned(ctx, f, t, bench)
	if err != nil {
		return err
	}
	text, err := show(page, b.env.Colour)
	if err != nil {
		return err
	}
	return errors.Join(b.write("", []byte(text)), b.accuse(page))
}

// choose makes the jobs of a ticket ones of some scanners, if any are named.
func choose(t *phase.Ticket, names []string) error {
	for _, name := range names {
		if scan.Pinned(name) == "" {
			return &usageError{message: fmt.Sprintf("there is no scanner %q", name), next: "--scanner is trivy, tfsec, checkov, gitleaks or tflint"}
		}
	}
	for i := range t.Jobs {
		j := &t.Jobs[i]
		if len(names) > 0 {
			configured := j.Threshold.Scanners
			j.Threshold.Scanners = nil
			for _, name := range names {
				s := report.Scanner{Tool: name, Required: true}
				if at := slices.IndexFunc(configured, func(c report.Scanner) bool { return c.Tool == name }); at >= 0 {
					s = configured[at]
				}
				j.Threshold.Scanners = append(j.Threshold.Scanners, s)
			}
		}
		if !j.Scans() {
			return &usageError{message: "no scanner is configured", next: "name one, `bot scan --scanner trivy`, or add `scanner \"trivy\" {}` to .github/layerbot.hcl"}
		}
	}
	return nil
}

// scanned scans the jobs of a ticket, and returns what is shown of them.
func (b *bot) scanned(ctx context.Context, f scanFlags, t *phase.Ticket, bench phase.Bench) (page comment.Page, err error) {
	p := b.progress(len(phase.Scans(t.Jobs)))
	defer p.stop()
	e, err := b.engine(f, p)
	if err != nil {
		return page, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	bench.Scanned = func(j phase.Job, s *report.Scan) { p.finish(s.Target, comment.ScanLine(j.Threshold, s), s.Seconds) }
	if err := phase.Scan(ctx, bench, e, t, t.Jobs); err != nil {
		return page, err
	}
	return phase.ScanPage(t, os.DirFS(bench.Out), version)
}

// accuse is the exit code of a scan.
func (b *bot) accuse(p comment.Page) error {
	var all report.Tally
	for i := range p.Scans {
		all = all.Add(p.Thresholds[p.Scans[i].Target.ID()].Sum(nil, &p.Scans[i]))
	}
	switch {
	case all.Refused():
		return exit(exitRefused)
	case all.Failed():
		return exit(exitError)
	}
	return nil
}

// scanPrinter returns what shows a scan for --format.
func scanPrinter(format string) (func(comment.Page, bool) (string, error), error) {
	switch format {
	case "text":
		return func(p comment.Page, colour bool) (string, error) { return comment.ScanTerminal(p, colour), nil }, nil
	case "markdown":
		return func(p comment.Page, _ bool) (string, error) { return comment.ScanReply(p).Body, nil }, nil
	case "html":
		return func(p comment.Page, _ bool) (string, error) { return comment.HTML(p), nil }, nil
	case "json":
		return func(p comment.Page, _ bool) (string, error) { return jsonLines(p.Scans), nil }, nil
	case "sarif":
		return func(p comment.Page, _ bool) (string, error) {
			out, err := scan.SARIF(p.Scans, version)
			return string(out) + "\n", err
		}, nil
	default:
		return nil, &usageError{message: "unknown format " + format, next: "--format is text, markdown, html, sarif or json"}
	}
}
