// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// write puts data into a file, or on standard output for "" and "-".
func (b *bot) write(name string, data []byte) error {
	if name == "" || name == "-" {
		_, err := b.out.Write(data)
		return err
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// outputs sets the step's outputs. A random delimiter keeps a value from ending its own block.
// Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
func (b *bot) outputs(values map[string]string) error {
	if b.env.OutputPath == "" {
		return nil
	}
	var text strings.Builder
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		random := make([]byte, 16)
		if _, err := rand.Read(random); err != nil {
			return err
		}
		delimiter := "ghadelimiter_" + hex.EncodeToString(random)
		fmt.Fprintf(&text, "%s<<%s\n%s\n%s\n", name, delimiter, values[name], delimiter)
	}
	return appendFile(b.env.OutputPath, text.String())
}

// tallied returns the outputs of a job with Terraform: what its targets would change, or have changed. A replacement is counted
// as an addition and a destruction, as Terraform's own last line does.
func tallied(reports []report.Report, dir string) map[string]string {
	var all report.Counts
	changes, reason := false, ""
	for i := range reports {
		r := &reports[i]
		c := r.Count()
		all.Add += c.Add + c.Replace
		all.Change += c.Change
		all.Destroy += c.Destroy + c.Replace
		changes = changes || r.Status == report.Changed || r.Status == report.Applied
		if r.Failure != nil && reason == "" {
			reason = r.Target.String() + ": " + outcome(r) // redacted where the report was made
		}
	}
	return map[string]string{
		"changes": fmt.Sprint(changes), "to-add": fmt.Sprint(all.Add), "to-change": fmt.Sprint(all.Change), "to-destroy": fmt.Sprint(all.Destroy),
		"report": dir, "failure-reason": reason,
	}
}

// conclude sets the outputs that every phase has: how it ended, and why where nothing has said so yet.
func (b *bot) conclude(code int, err error) error {
	out := map[string]string{"exitcode": fmt.Sprint(code)}
	if err != nil && !errors.As(err, new(exit)) {
		out["failure-reason"] = b.redactor.String(strings.TrimPrefix(err.Error(), "Error: "))
	}
	return b.outputs(out)
}

// summary adds to the job's summary page.
func (b *bot) summary(text string) error {
	if b.env.SummaryPath == "" {
		return nil
	}
	return appendFile(b.env.SummaryPath, b.redactor.String(text))
}

func appendFile(name, text string) (err error) {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	_, err = f.WriteString(text)
	return err
}
