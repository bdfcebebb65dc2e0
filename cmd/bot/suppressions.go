// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/scan"
)

// runSuppressions holds what is suppressed against the account that the repository gives of it.
func (b *bot) runSuppressions(f scanFlags, args []string) error {
	if len(args) > 0 || f.ticket != "" || f.base != "" || len(f.scanners) > 0 {
		return &usageError{message: "--suppressions looks at the whole checkout", next: "`bot scan --suppressions` alone"}
	}
	files, err := git.WorkTree(b.top())
	if err != nil {
		return err
	}
	read := func(name string) ([]byte, error) {
		src, err := files.ReadFile(name)
		var large *git.TooLargeError
		if errors.As(err, &large) { // no code, and no list
			return nil, nil
		}
		return src, err
	}
	all, err := scan.Suppressions(scan.Files{Paths: files.Paths(), Read: read})
	if err != nil {
		return err
	}
	baseline, err := os.ReadFile(b.top() + "/" + scan.BaselinePath)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	gaps := scan.Account(all, baseline)
	for _, s := range all {
		fmt.Fprintf(b.out, "%s:%d: %s %s  %s\n", s.File, s.Line, s.Tool, s.Rule, or(strings.TrimSpace(s.Reason), "(no reason)"))
	}
	for _, g := range gaps {
		b.log.Error(fmt.Sprintf("%s:%d: %s", g.File, g.Line, g.Message), "hint", g.Hint)
	}
	if len(gaps) > 0 {
		return exit(exitError)
	}
	b.log.Info(fmt.Sprintf("%d suppressions, each accounted for", len(all)))
	return nil
}
