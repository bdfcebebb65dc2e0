// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
)

func (b *bot) doctorScanners() *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scanners",
		Short: "Say which scanners of the configuration can be run here, and what to do about the others",
		Long: `Looks for the scanners of the configuration (or --scanner): on PATH, in the tool cache, and in releases whose checksum is known.

Exit codes: 0 all of them can be run, 1 one cannot.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return b.runDoctorScanners(cmd.Context(), f) },
	}
	cmd.Flags().StringArrayVar(&f.scanners, "scanner", nil, "`name` of a scanner to look for instead of those of the configuration")
	cmd.Flags().BoolVar(&f.noInstall, "no-install", false, "do not install what is not there")
	return cmd
}

func (b *bot) runDoctorScanners(ctx context.Context, f scanFlags) (err error) {
	t, out, err := b.prepare(ctx, comment.Scan, nil, phase.Scanning)
	if err != nil {
		return err
	}
	defer os.RemoveAll(out)
	if err := choose(t, f.scanners); err != nil {
		return err
	}
	e, err := b.engine(f, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SCANNER\tVERSION\tSTATE\tWHERE")
	missing := false
	for _, s := range e.Find(ctx, t.Jobs[0].Threshold.Scanners) {
		where := s.Path
		if s.State != report.Ran {
			missing, where = true, s.Message
			b.log.Warn(s.Tool+": "+s.Message, "hint", s.Hint)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Tool, or(s.Version, "–"), map[bool]string{true: "ready", false: string(s.State)}[s.State == report.Ran], where)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if missing {
		return exit(exitError)
	}
	return nil
}
