// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// GitHub takes 65,535 characters as the text of a check run: so much of it is for people, and so much is the record.
const (
	maxCheckText = 25_000
	maxRecord    = 40_000
)

const (
	recordOpen  = "\n<!-- layerbot:record "
	recordClose = " -->"
)

// A record is what the App remembers of one environment at one commit: what reviewers saw. It is kept in the text
// of the App's own check run, which nobody else can write.
type record struct {
	Head    string           `json:"head"`
	Targets map[string]entry `json:"targets"` // by target ID
}

// An entry is the outcome of one target.
type entry struct {
	Status      report.Status       `json:"status"`
	Counts      report.Counts       `json:"counts"`
	Losses      []string            `json:"losses,omitempty"`      // addresses of what is destroyed or replaced, the first few
	Fingerprint *report.Fingerprint `json:"fingerprint,omitempty"` // nil when the plan grants nothing
	Run         string              `json:"run,omitempty"`         // address of the run
	Plan        report.Tally        `json:"plan,omitzero"`         // what policies say of the plan
	Files       report.Tally        `json:"files,omitzero"`        // what scanners, and policies on manifests, say of its files
	Partial     bool                `json:"partial,omitempty"`     // the resources of the fingerprints did not fit

	// The pull request where it was planned, or of an apply, where what it was compared with was reviewed. Others may have
	// the same head.
	Pull int `json:"pull,omitempty"`

	// Of an apply: Fingerprint is of the plan that stopped it.
	Review  *report.Fingerprint `json:"review,omitempty"`  // what it was compared with
	Shown   int                 `json:"shown,omitempty"`   // the pull request whose comment shows the plan that stopped it
	Applied []string            `json:"applied,omitempty"` // addresses of reviewed changes that were carried out, also by earlier applies
}

// attach appends the record to text. What does not fit loses the fingerprints of single resources, never the
// digest of a target.
func (r *record) attach(text string) (string, error) {
	text = strings.ReplaceAll(text, strings.TrimSpace(recordOpen), "(layerbot:record") // what a plan says is no record
	if r == nil {
		return text, nil
	}
	packed, err := r.pack()
	if err != nil {
		return "", err
	}
	if len(packed) > maxRecord {
		slim := record{Head: r.Head, Targets: map[string]entry{}}
		for id, e := range r.Targets {
			slim.Targets[id] = e.slim()
		}
		if packed, err = slim.pack(); err != nil {
			return "", err
		}
		if len(packed) > maxRecord {
			return "", fmt.Errorf("the record of %d targets is %d bytes, more than a check run holds", len(r.Targets), len(packed))
		}
	}
	return text + recordOpen + packed + recordClose, nil
}

// slim returns e with the digests of its fingerprints only.
func (e entry) slim() entry {
	e.Fingerprint, e.Review, e.Applied = bare(e.Fingerprint), bare(e.Review), nil
	e.Partial = e.Fingerprint != nil || e.Review != nil
	return e
}

func bare(f *report.Fingerprint) *report.Fingerprint {
	if f == nil {
		return nil
	}
	return &report.Fingerprint{Digest: f.Digest}
}

func (r *record) pack() (string, error) {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if err := json.NewEncoder(z).Encode(r); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(buf.Bytes()), nil
}

// readRecord returns the record in the text of a check run. The caller has verified that the check run is the
// App's own. A text without a record, or with a broken one, has none.
func readRecord(text string) *record {
	_, rest, ok := strings.Cut(text, recordOpen)
	if !ok {
		return nil
	}
	packed, _, ok := strings.Cut(rest, recordClose)
	if !ok {
		return nil
	}
	src, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return nil
	}
	z, err := gzip.NewReader(bytes.NewReader(src))
	if err != nil {
		return nil
	}
	plain, err := io.ReadAll(io.LimitReader(z, 16<<20))
	if err != nil {
		return nil
	}
	var r record
	if json.Unmarshal(plain, &r) != nil {
		return nil
	}
	return &r
}

// plannedOn returns what was planned on one pull request, of what its head remembers.
func plannedOn(entries map[string]entry, pull int) map[string]entry {
	out := maps.Clone(entries)
	maps.DeleteFunc(out, func(_ string, e entry) bool { return e.Pull != pull })
	return out
}

// remembered returns what the App's check runs on the commit head remember of its targets, by ID.
func remembered(checks []github.Check, head string) map[string]entry {
	out := map[string]entry{}
	for _, c := range checks {
		if r := readRecord(c.Text); r != nil && r.Head == head {
			maps.Copy(out, r.Targets)
		}
	}
	return out
}

// earlier returns the row of a target that was planned in an earlier run on the same commit.
func (e entry) earlier(t layer.Target) comment.Earlier {
	return comment.Earlier{Target: t, Status: e.Status, Counts: e.Counts, Losses: e.Losses, Run: e.Run, Tally: e.Plan.Add(e.Files)}
}

// enter returns what is remembered of a report.
func enter(r *report.Report, run string) entry {
	e := entry{Status: r.Status, Counts: r.Count(), Fingerprint: r.Fingerprint, Run: run}
	if r.Status == report.Failed {
		e.Fingerprint = nil // it grants nothing, whatever the report says
	}
	const few = 10
	for _, c := range r.Changes {
		if (c.Action == report.Delete || c.Action == report.Replace) && c.Deferred == "" && len(e.Losses) < few {
			e.Losses = append(e.Losses, clip(c.Address, 500))
		}
	}
	return e
}
