// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"

	"github.com/rogpeppe/go-internal/testscript"
)

// sarif prints what code scanning was given: for each upload the ref, and for each run its category and its results.
func (s *stage) sarif(ts *testscript.TestScript, neg bool, args []string) {
	for _, up := range s.repo.SARIFs() {
		fmt.Fprintf(ts.Stdout(), "upload %s %.7s\n", up.Ref, up.Commit)
		var doc struct {
			Runs []struct {
				AutomationDetails struct{ ID string }
				Results           []struct {
					RuleID       string
					Suppressions []struct{ Kind, Justification string }
					Locations    []struct {
						PhysicalLocation struct {
							ArtifactLocation struct{ URI string }
							Region           struct{ StartLine int }
						}
					}
				}
			}
		}
		ts.Check(json.Unmarshal(up.Body, &doc))
		for _, run := range doc.Runs {
			fmt.Fprintf(ts.Stdout(), "  %s\n", run.AutomationDetails.ID)
			for _, r := range run.Results {
				at := r.Locations[0].PhysicalLocation
				fmt.Fprintf(ts.Stdout(), "    %s %s:%d %v\n", r.RuleID, at.ArtifactLocation.URI, at.Region.StartLine, r.Suppressions)
			}
		}
	}
}
