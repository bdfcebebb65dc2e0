// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/phase"
)

// head is the revision that a change ends at by default.
const head = "HEAD"

// layersFlags are the flags of bot layers.
type layersFlags struct {
	why, graph, affected bool
	base, head, format   string
}

func (b *bot) layers() *cobra.Command {
	var f layersFlags
	cmd := &cobra.Command{
		Use:   "layers [LAYER…|all] [ENV…]",
		Short: "List the layers, their environments and their order, or what a change affects",
		Example: `  bot layers
  bot layers --why
  bot layers --graph
  bot layers --affected --base main --head HEAD --format=json`,
		RunE: func(cmd *cobra.Command, args []string) error { return b.runLayers(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.why, "why", false, "say which files make up each target, and why folders are left out")
	flags.BoolVar(&f.graph, "graph", false, "print the order as a mermaid graph")
	flags.BoolVar(&f.affected, "affected", false, "only what the change between --base and --head touches")
	flags.StringVar(&f.base, "base", "", "`revision` the change begins at (default: the remote's default branch)")
	flags.StringVar(&f.head, "head", head, "`revision` the change ends at")
	flags.StringVar(&f.format, "format", "text", "text or json (one object a line)")
	return cmd
}

func (b *bot) runLayers(ctx context.Context, f layersFlags, args []string) error {
	b.out = visibly{b.out}
	if f.format != "text" && f.format != "json" {
		return &usageError{message: "unknown format " + f.format, next: "--format is text or json"}
	}
	switch {
	case f.affected && (len(args) > 0 || f.graph || f.why):
		return &usageError{message: "--affected takes no names, no --graph and no --why", next: "it always says which files pulled a target in: `bot layers --affected --base main`"}
	case f.affected:
		return b.affected(ctx, f)
	case f.base != "" || f.head != head:
		return &usageError{message: "--base and --head belong to --affected", next: "`bot layers --affected --base main`"}
	case f.graph && (len(args) > 0 || f.why || f.format != "text"):
		return &usageError{message: "--graph draws all layers, as mermaid only", next: "`bot layers --graph` alone"}
	}
	cmd, err := comment.ParseArgs(comment.Plan, args)
	if err != nil {
		return err
	}
	files, err := git.WorkTree(b.top())
	if err != nil {
		return err
	}
	_, m, err := phase.Survey(ctx, files, b.env.Config)
	if err != nil {
		return err
	}
	if f.graph {
		return b.write("", []byte(m.Mermaid()))
	}
	targets, err := m.Resolve(cmd.Words, cmd.All || len(cmd.Words) == 0)
	if err != nil {
		return err
	}
	for _, w := range m.Warnings {
		if !stops(w, targets) {
			b.log.Warn(phase.Explain(w))
		}
	}
	if f.format == "json" {
		return b.write("", []byte(jsonLines(targets)))
	}
	return b.list(m, targets, f.why)
}

// stops reports whether a warning is about the file that keeps one of targets from being planned: the target says it.
func stops(w layer.Problem, targets []layer.Target) bool {
	return w.File != "" && slices.ContainsFunc(targets, func(t layer.Target) bool { return t.Problem != nil && t.Problem.File == w.File })
}

// affected lists what a change touches.
func (b *bot) affected(ctx context.Context, f layersFlags) error {
	repo, err := git.Open(ctx, b.env.Dir)
	if err != nil {
		return err
	}
	if f.base == "" {
		if f.base, err = repo.DefaultBranch(ctx); err != nil {
			return err
		}
	}
	affected, err := phase.Touched(ctx, repo, b.env.Config, f.base, f.head)
	if err != nil {
		return err
	}
	if f.format == "json" {
		return b.write("", []byte(jsonLines(rows(affected))))
	}
	if len(affected) == 0 {
		b.log.Info(fmt.Sprintf("nothing between %s and %s touches a layer; what is not committed does not count", f.base, f.head))
	}
	for _, a := range affected {
		note := ""
		if a.Deleted {
			note = "  (deleted: its destroy would be planned)"
		}
		fmt.Fprintf(b.out, "%s%s\n", a.Target, note)
		for _, file := range a.Why {
			fmt.Fprintf(b.out, "  %s\n", file)
		}
	}
	return nil
}

// An affectedRow is what --affected prints of a target.
type affectedRow struct {
	Dir     string   `json:"dir"`
	Env     string   `json:"env"`
	Why     []string `json:"why"`
	Layer   string   `json:"layer"`
	Deleted bool     `json:"deleted,omitempty"`
}

func rows(affected []layer.Affected) []affectedRow {
	out := make([]affectedRow, len(affected))
	for i, a := range affected {
		out[i] = affectedRow{Dir: a.Dir, Env: a.Env, Why: a.Why, Layer: a.Layer, Deleted: a.Deleted}
	}
	return out
}

// list prints a table of targets and, with why, what each is made of and what was left out.
func (b *bot) list(m *layer.Map, targets []layer.Target, why bool) error {
	if len(targets) == 0 {
		b.log.Info("there is no Terraform layer here")
		return nil
	}
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WAVE\tTARGET\tDIRECTORY\tDEPENDS ON")
	for _, t := range targets {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", t.Wave, t, t.Dir, or(strings.Join(t.DependsOn, ", "), "–"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if why {
		b.because(m, targets)
	}
	b.problems(targets)
	switch n := len(m.Skipped); {
	case why:
		for _, s := range m.Skipped {
			fmt.Fprintf(b.out, "\nskipped %s: %s\n", s.Dir, s.Reason)
		}
	case n == 1:
		fmt.Fprintln(b.out, "\n1 folder skipped (--why says why)")
	case n > 1:
		fmt.Fprintf(b.out, "\n%d folders skipped (--why says why)\n", n)
	}
	return nil
}

// problems says which targets cannot be planned, each reason once.
func (b *bot) problems(targets []layer.Target) {
	names := map[string][]string{}
	var order []string
	for _, t := range targets {
		if t.Problem == nil {
			continue
		}
		why := phase.Explain(*t.Problem)
		if names[why] == nil {
			order = append(order, why)
		}
		names[why] = append(names[why], t.String())
	}
	for _, why := range order {
		fmt.Fprintf(b.out, "\n%s cannot be planned: %s\n", strings.Join(names[why], ", "), why)
	}
}

// because lists what each target is made of.
func (b *bot) because(m *layer.Map, targets []layer.Target) {
	for _, t := range targets {
		fmt.Fprintf(b.out, "\n%s\n", t)
		line := func(what string, values ...string) {
			if value := strings.Join(values, " "); value != "" {
				fmt.Fprintf(b.out, "  %-10s  %s\n", what, value)
			}
		}
		line("var-files", t.VarFiles...)
		line("backend", strings.TrimSpace(t.Backend+" "+t.BackendConfig))
		line("workspace", t.Workspace)
		line("terraform", t.RequiredVersion)
		var outside []string
		for _, file := range m.Inputs(t) {
			if !strings.HasPrefix(file, t.Dir+"/") && !slices.Contains(t.VarFiles, file) && file != t.BackendConfig {
				outside = append(outside, file)
			}
		}
		line("also reads", outside...)
	}
}
