// SPDX-License-Identifier: Apache-2.0

// Command sarif fails if a scanner found something: it prints each result of the SARIF files in a folder that is not
// suppressed. CodeQL's action has no such gate. A folder without such files fails, too.
//
//	go -C tools run ./sarif FOLDER
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A document is a SARIF 2.1.0 file, as far as it is needed.
type document struct {
	Runs *[]struct {
		Results []struct {
			RuleID       string `json:"ruleId"`
			Message      struct{ Text string }
			Suppressions []any
			Locations    []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI string }
					Region           struct {
						StartLine int `json:"startLine"`
					}
				} `json:"physicalLocation"`
			}
		}
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "sarif: which folder?")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sarif:", err)
		os.Exit(1)
	}
}

func run(dir string, out io.Writer) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.sarif"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("there is no SARIF file in %s", dir)
	}
	found := 0
	for _, file := range files {
		n, err := list(file, out)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		found += n
	}
	if found > 0 {
		return fmt.Errorf("%d results", found)
	}
	return nil
}

// list prints the results of a file that are not suppressed, and counts them.
func list(file string, out io.Writer) (found int, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	var doc document
	if err := json.Unmarshal(text, &doc); err != nil {
		return 0, err
	}
	if doc.Runs == nil {
		return 0, errors.New("it has no runs")
	}
	for _, run := range *doc.Runs {
		for _, r := range run.Results {
			if len(r.Suppressions) > 0 {
				continue
			}
			found++
			for _, at := range r.Locations[:min(len(r.Locations), 1)] {
				fmt.Fprintf(out, "%s:%d: ", at.PhysicalLocation.ArtifactLocation.URI, at.PhysicalLocation.Region.StartLine)
			}
			fmt.Fprintf(out, "%s (%s)\n", r.Message.Text, r.RuleID)
		}
	}
	return found, nil
}
