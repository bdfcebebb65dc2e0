// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/policy"
	"github.com/layerbot/layerbot/internal/report"
)

// policyFlags are the flags of bot policy.
type policyFlags struct {
	plan, format        string
	manifests, policies []string
	layer, env          string
	run                 runFlags
}

func (b *bot) policy() *cobra.Command {
	var f policyFlags
	cmd := &cobra.Command{
		Use:   "policy [LAYER…|all] [ENV…]",
		Short: "Ask policies about plans or manifests",
		Long: `Plans what is named and asks the Rego policies of the configuration (or --policies) about it, by Conftest's conventions:
deny and violation refuse, warn warns. With --plan or --manifest nothing is planned: they are asked about a file.

Exit codes: 0 nothing is denied, 1 error, 3 denied.`,
		Example: "  bot policy compute dev\n  terraform show -json plan | bot policy --plan - --policies policies\n  helm template charts/ray | bot policy --manifest - --policies policies/ray.rego\n  bot policy test",
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.plan != "" || len(f.manifests) > 0 {
				return b.policyFiles(cmd.Context(), f, args, cmd.InOrStdin())
			}
			return b.policyHere(cmd.Context(), f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.plan, "plan", "", "`file` with a plan as `terraform show -json` prints it (-: standard input)")
	flags.StringArrayVar(&f.manifests, "manifest", nil, "`file` with Kubernetes manifests (-: standard input)")
	flags.StringArrayVar(&f.policies, "policies", nil, "`path` of policies, instead of those of the configuration")
	flags.StringVar(&f.layer, "layer", "", "with --plan: what input.layerbot.layer is")
	flags.StringVar(&f.env, "environment", "", "with --plan: what input.layerbot.environment is")
	flags.StringVar(&f.format, "format", "text", "text, or json (one object a line)")
	f.run.bind(flags)
	cmd.AddCommand(b.policyTest())
	return cmd
}

// rulebook returns the policies that flags, or the configuration, name, with their tests if those are wanted.
func (b *bot) rulebook(ctx context.Context, paths []string, tests bool) (policy.Bundle, error) {
	files, err := git.WorkTree(b.top())
	if err != nil {
		return policy.Bundle{}, err
	}
	if len(paths) == 0 {
		cfg, _, err := phase.Survey(ctx, files, b.env.Config)
		if err != nil {
			return policy.Bundle{}, err
		}
		paths = cfg.Policies.Paths
	} else if paths, err = b.fromTop(paths); err != nil {
		return policy.Bundle{}, err
	}
	if len(paths) == 0 {
		return policy.Bundle{}, &usageError{message: "there are no policies", next: "name them, `--policies policies`, or add `policies { paths = [\"policies\"] }` to .github/layerbot.hcl"}
	}
	return policy.Gather(paths, files.Paths(), files.ReadFile, tests)
}

// fromTop returns paths of the working directory as paths from the root of the repository.
func (b *bot) fromTop(paths []string) ([]string, error) {
	out := make([]string, len(paths))
	for i, p := range paths {
		if !filepath.IsAbs(p) {
			p = filepath.Join(b.env.Dir, p)
		}
		rel, err := filepath.Rel(b.top(), p)
		if err != nil || !filepath.IsLocal(rel) {
			return nil, &usageError{message: paths[i] + " is outside of the repository", next: "name files or folders below " + b.top()}
		}
		out[i] = filepath.ToSlash(rel)
	}
	return out, nil
}

// policyHere plans in the working directory and asks the policies.
func (b *bot) policyHere(ctx context.Context, f policyFlags, args []string) error {
	show, err := policyPrinter(f.format)
	if err != nil {
		return err
	}
	t, out, err := b.prepare(ctx, comment.Plan, args, phase.Planning)
	if err != nil {
		return err
	}
	defer os.RemoveAll(out)
	if len(f.policies) > 0 || t.Policies == nil { // else those of the configuration are in the ticket, and compile
		bundle, err := b.rulebook(ctx, f.policies, false)
		if err != nil {
			return err
		}
		if _, err := policy.Compile(ctx, bundle); err != nil {
			return err // rather than after planning for minutes
		}
		t.Policies = map[string]policy.Bundle{"": bundle}
	}
	for i := range t.Jobs {
		t.Jobs[i].Threshold.Policies = true
	}
	reports, err := b.here(ctx, f.run, t, t.Jobs, out, b.planning)
	if err != nil {
		return err
	}
	page := phase.LocalPage(t, reports, version)
	page.Together = phase.Together(ctx, t, reports)
	if err := b.write("", []byte(show(page, b.env.Colour))); err != nil {
		return err
	}
	if t.Refused(page.Together) {
		return exit(exitRefused)
	}
	return verdict(t, reports, false)
}

// policyFiles asks the policies about files.
func (b *bot) policyFiles(ctx context.Context, f policyFlags, args []string, stdin io.Reader) error {
	show, err := policyPrinter(f.format)
	switch {
	case err != nil:
		return err
	case len(args) > 0:
		return &usageError{message: "with --plan or --manifest nothing is planned", next: "leave out the names of layers and environments"}
	}
	bundle, err := b.rulebook(ctx, f.policies, false)
	if err != nil {
		return err
	}
	set, err := policy.Compile(ctx, bundle)
	if err != nil {
		return err
	}
	page := comment.Page{Version: version, Thresholds: map[string]report.Threshold{}}
	add := func(name string, p *report.Policy) {
		target := layer.Target{Layer: name, Env: or(f.env, "file"), Dir: name}
		page.Thresholds[target.ID()] = report.Threshold{Policies: true}
		page.Reports = append(page.Reports, report.Report{Version: report.Version, Target: target, Status: report.Unchanged, Policy: p})
	}
	if f.plan != "" {
		src, err := b.readInput(f.plan, stdin)
		if err != nil {
			return err
		}
		add(or(f.layer, shownName(f.plan)), set.Judge(ctx, policy.About{Layer: f.layer, Environment: f.env}, src))
	}
	for _, name := range f.manifests {
		src, err := b.readInput(name, stdin)
		if err != nil {
			return err
		}
		add(shownName(name), set.Manifests(ctx, shownName(name), src))
	}
	if err := b.write("", []byte(show(page, b.env.Colour))); err != nil {
		return err
	}
	return filesVerdict(page)
}

// filesVerdict is the exit code of what policies say of files: one that they could not be asked about is an error, also
// where they deny nothing.
func filesVerdict(page comment.Page) error {
	var err error
	for i := range page.Reports {
		r := &page.Reports[i]
		switch {
		case r.Policy.Failure != "" && !slices.ContainsFunc(r.Policy.Decisions, page.Thresholds[r.Target.ID()].Blocks):
			err = exit(exitError)
		case page.Thresholds[r.Target.ID()].Denies(r.Policy):
			return exit(exitRefused)
		}
	}
	return err
}

// shownName is what a file is called in what is shown.
func shownName(name string) string {
	if name == "-" {
		return "stdin"
	}
	return name
}

// readInput reads a file, or standard input ("-"). Nothing in it is an error: what should have written it failed.
func (b *bot) readInput(name string, stdin io.Reader) ([]byte, error) {
	src, err := b.readFile(name, stdin)
	if err == nil && len(bytes.TrimSpace(src)) == 0 {
		return nil, &usageError{message: shownName(name) + " is empty", next: "see whether what was to write it failed; in a script, `set -o pipefail`"}
	}
	return src, err
}

func (b *bot) readFile(name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(stdin)
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(b.env.Dir, name)
	}
	src, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &usageError{message: "there is no file " + name, next: "name a file that is there, or - for standard input"}
	}
	return src, err
}

// policyPrinter returns what shows decisions for --format.
func policyPrinter(format string) (func(comment.Page, bool) string, error) {
	switch format {
	case "text":
		return comment.PolicyTerminal, nil
	case "json":
		return func(p comment.Page, _ bool) string {
			type row struct {
				Target string         `json:"target"`
				Policy *report.Policy `json:"policy"`
			}
			var rows []row
			for _, r := range p.Reports {
				rows = append(rows, row{r.Target.ID(), r.Policy})
			}
			if p.Together != nil {
				rows = append(rows, row{"", p.Together})
			}
			return jsonLines(rows)
		}, nil
	default:
		return nil, &usageError{message: "unknown format " + format, next: "--format is text or json"}
	}
}

func (b *bot) policyTest() *cobra.Command {
	return &cobra.Command{
		Use:   "test [PATH…]",
		Short: "Run the tests of policies, as opa test does",
		Long: `Runs the rules named test_… of the policies of the configuration, or of the paths that are named.

Exit codes: 0 all passed, 1 one failed, or there is none.`,
		Example: "  bot policy test\n  bot policy test policies/terraform.rego policies/terraform_test.rego",
		RunE:    func(cmd *cobra.Command, args []string) error { return b.runPolicyTest(cmd.Context(), args) },
	}
}

func (b *bot) runPolicyTest(ctx context.Context, paths []string) error {
	bundle, err := b.rulebook(ctx, paths, true)
	if err != nil {
		return err
	}
	results, err := policy.Test(ctx, bundle)
	if err != nil {
		return err
	}
	failed, skipped := 0, 0
	for _, r := range results {
		switch {
		case r.Failed:
			failed++
			b.log.Error(fmt.Sprintf("%s:%d: %s failed", r.File, r.Line, r.Name), "why", r.Why)
		case r.Skipped:
			skipped++
			b.log.Warn(fmt.Sprintf("%s:%d: %s is skipped", r.File, r.Line, r.Name))
		}
	}
	fmt.Fprintf(b.out, "%d passed, %d failed, %d skipped\n", len(results)-failed-skipped, failed, skipped)
	switch {
	case len(results) == 0:
		return &usageError{message: "there are no tests", next: "write rules named test_… in files named …_test.rego beside the policies"}
	case failed > 0:
		return exit(exitError)
	}
	return nil
}
