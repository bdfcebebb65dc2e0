// SPDX-License-Identifier: Apache-2.0

package report

import "github.com/layerbot/layerbot/internal/layer"

// ScanVersion is the version of the JSON form of a Scan. ReadScans refuses any other.
const ScanVersion = 1

// A Scan is what scanners say of the files of one target, at the head and compared with the base.
type Scan struct {
	Version      int           `json:"version"`
	Target       layer.Target  `json:"target"`
	Head         string        `json:"head"`                   // commit that was scanned; "" for a working directory
	Base         string        `json:"base,omitempty"`         // commit that it was compared with; "": with nothing, and all findings are Existing
	Tools        []Scanned     `json:"tools"`                  // one for each that is configured, in that order
	Findings     []Finding     `json:"findings"`               // new, then existing, then fixed; suppressed ones last of each; by severity, file, line
	Suppressions []Suppression `json:"suppressions,omitempty"` // all of the head's files, also those that suppress nothing; by file and line
	Manifests    *Policy       `json:"manifests,omitempty"`    // what policies say of the target's manifests; nil where none are configured
	Omitted      int           `json:"omitted,omitempty"`      // findings that are left out: fixed and existing ones before new ones
	Seconds      float64       `json:"seconds"`
}

// ScanState is what became of one scanner.
type ScanState string

// The states of a scanner.
const (
	Ran          ScanState = "ran"
	ToolMissing  ScanState = "missing"       // it is not to be had here
	WrongVersion ScanState = "wrong-version" // what is here is another version, or not the pinned program
	Crashed      ScanState = "failed"        // it gave nothing that can be read
)

// A Scanned is what became of one scanner on one target. Whatever it is but Ran, it found nothing because it did not
// look: that is no success.
type Scanned struct {
	Tool    string    `json:"tool"`
	Version string    `json:"version,omitempty"` // of the program; "" when there is none
	State   ScanState `json:"state"`
	Message string    `json:"message,omitempty"` // why it did not run
	Hint    string    `json:"hint,omitempty"`
	Seconds float64   `json:"seconds,omitempty"`
}

// FindingState is how a finding stands to the base.
type FindingState string

// The states of a finding.
const (
	New      FindingState = "new"
	Existing FindingState = "existing"
	Fixed    FindingState = "fixed" // of the base, and no longer there; its line is that of the base
)

// A Finding is one fact about one place. Found by several tools it is one finding that names them all.
type Finding struct {
	ID         string       `json:"id"` // the same at base and head wherever its lines moved; unique in a scan
	State      FindingState `json:"state"`
	Severity   Severity     `json:"severity,omitempty"` // the highest that a tool gives
	Message    string       `json:"message"`            // one line
	File       string       `json:"file"`               // from the root of the repository
	Line       int          `json:"line"`               // from 1
	End        int          `json:"end,omitempty"`      // last line; 0 is Line
	Address    string       `json:"address,omitempty"`  // of the resource, where a tool names it
	Rules      []Rule       `json:"rules"`              // one for each tool that found it, by name of the tool
	Suppressed *Suppression `json:"suppressed,omitempty"`
}

// A Rule is what one tool calls a finding.
type Rule struct {
	Tool string `json:"tool"`
	ID   string `json:"id"`             // "CKV_AWS_145", "AVD-AWS-0132", "generic-api-key"
	Link string `json:"link,omitempty"` // an https address, or ""
}

// A Suppression is a word in a file that keeps a finding quiet.
type Suppression struct {
	Tool   string `json:"tool"`
	Rule   string `json:"rule"`             // as it is written, "CKV_AWS_145"; "*" for all
	Reason string `json:"reason,omitempty"` // "" is none
	File   string `json:"file"`             // where it is written
	Line   int    `json:"line"`             // from 1
	New    bool   `json:"new,omitempty"`    // not at the base
}
