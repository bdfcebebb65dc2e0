// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/setup"
)

// doctorFlags are the flags of bot doctor.
type doctorFlags struct{ repository, format string }

func (b *bot) doctor() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what of an installation of Layerbot is missing or wrong, and how to put it right",
		Long: `Looks at the checkout (configuration, layers, backends, Terraform) and asks GitHub about the App and its permissions, the
environments and who may deploy to them, the secrets by name, the workflow and the required checks. Nothing is changed.

GitHub is asked with LAYERBOT_TOKEN, GITHUB_TOKEN or GH_TOKEN, else with the token of gh; about the App with LAYERBOT_APP_ID
and LAYERBOT_APP_PRIVATE_KEY (or LAYERBOT_APP_KMS_KEY). What could not be looked at is unknown, and not fine.

Exit codes: 0 all is ok, or could be safer at most (advice); 1 something is missing, wrong or unknown.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return b.runDoctor(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.repository, "repository", "", "`OWNER/REPO` of the checkout (default: what its remote says)")
	cmd.Flags().StringVar(&f.format, "format", "text", "text or json (one object a line)")
	cmd.AddCommand(b.doctorTrust(), b.doctorScanners())
	return cmd
}

func (b *bot) runDoctor(ctx context.Context, f doctorFlags) error {
	b.out = visibly{b.out}
	if f.format != "text" && f.format != "json" {
		return &usageError{message: "unknown format " + f.format, next: "--format is text or json"}
	}
	s, err := b.site(ctx, f.repository)
	if err != nil {
		return err
	}
	found := b.judgeSite(ctx, s)
	if hint, _ := phase.Hint(s.why); s.why != nil {
		found = append(found, setup.Finding{State: setup.Unknown, Part: "GitHub", Text: s.why.Error(), Fix: hint})
	} else {
		found = append(found, setup.Judge(b.facts(ctx, s))...)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f.format == "json" {
		err = b.write("", []byte(jsonLines(found)))
	} else {
		err = b.table(found)
	}
	for _, one := range found {
		if one.State != setup.OK && one.State != setup.Advice && err == nil {
			err = exit(exitError)
		}
	}
	return err
}

// table prints the findings, and then what puts them right.
func (b *bot) table(found []setup.Finding) error {
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "STATE\tPART\tTEXT")
	parts := map[string][]string{} // by what puts them right
	var fixes []string
	for _, f := range found {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.State, f.Part, strings.Join(strings.Fields(f.Text), " "))
		if f.Fix != "" && parts[f.Fix] == nil {
			fixes = append(fixes, f.Fix)
		}
		parts[f.Fix] = append(parts[f.Fix], f.Part)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, fix := range fixes {
		fmt.Fprintf(b.out, "\n%s\nfix: %s\n", strings.Join(parts[fix], ", "), fix)
	}
	return nil
}
