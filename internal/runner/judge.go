// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

const (
	maxJudged = 256 << 20 // of a plan's JSON, in bytes, that policies are asked about
	maxSaid   = 4 << 10   // of each text of theirs; a report holds no more
)

// A planCopy is a plan's JSON as policies get it: in memory, and nowhere else. What is over max is not kept.
type planCopy struct {
	max  int
	data []byte
	over bool
}

func (c *planCopy) Write(p []byte) (int, error) {
	if c.over = c.over || len(c.data)+len(p) > c.max; c.over {
		c.data = nil
		return len(p), nil
	}
	c.data = append(c.data, p...)
	return len(p), nil
}

// judge has policies say what they have against the plan. What they say is in the report; an error means that they were
// interrupted, or that it cannot be told what of it may be shown.
func (r *run) judge(ctx context.Context, plan *planCopy) error {
	if plan == nil {
		return nil
	}
	if plan.over {
		r.report.Policy = &report.Policy{
			Failure: fmt.Sprintf("the plan's JSON is over the %d MiB that policies are asked about", plan.max>>20),
			Hint:    "split the layer",
		}
		return nil
	}
	said := *r.job.Judge(ctx, plan.data)
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(said.Decisions) > 0 || said.Failure != "" {
		if err := r.withhold(&said, plan.data); err != nil {
			return err
		}
	}
	r.report.Policy = &said
	return nil
}

// withhold makes what policies say fit to be shown, and says where it applies. Policies see all values in clear.
func (r *run) withhold(said *report.Policy, plan []byte) error {
	p := &planReader{
		runner: r.runner, print: report.NewFingerprinter(nil, report.Tool{}), secrets: allSecrets(r.job.Sensitive), known: map[string]bool{},
	}
	if err := p.read(bytes.NewReader(plan)); err != nil {
		return err
	}
	shown := func(text string) string { return clip(r.text(p.secrets.clean(text)), maxSaid) }
	places := r.declarations()
	said.Failure, said.Hint = shown(said.Failure), shown(said.Hint)
	said.Decisions = slices.Clone(said.Decisions)
	for i := range said.Decisions {
		d := &said.Decisions[i]
		place, _ := places.Find(d.Address)
		if p.known[d.Address] { // as it stands beside its change
			d.Address = clip(r.runner.redact(d.Address), maxSaid)
		} else {
			d.Address = shown(d.Address)
		}
		d.Package, d.Rule, d.Message, d.Source, d.File = shown(d.Package), shown(d.Rule), shown(d.Message), shown(d.Source), shown(d.File)
		d.Targets = nil // it is about this one
		if d.File == "" || !fs.ValidPath(d.File) {
			d.File, d.Line = r.runner.redact(place.File), place.Line
		}
	}
	return nil
}

// declarations returns where the blocks of the layer are; none if they cannot be read.
func (r *run) declarations() layer.Declarations {
	places, err := layer.Places(os.DirFS(r.runner.root), path.Clean(r.job.Target.Dir))
	if err != nil { // it was read before the plan
		r.runner.o.Log.Warn("decisions of policies have no lines", "target", r.job.Target.ID(), "error", r.text(err.Error()))
	}
	return places
}

// clip cuts what is over a size.
func clip(text string, size int) string {
	const more = "…"
	if len(text) <= size {
		return text
	}
	return strings.ToValidUTF8(text[:size-len(more)], "") + more
}

// objection returns why policies do not let the plan be carried out, nil if they do.
func (r *run) objection() *report.Failure {
	p := r.report.Policy
	if r.job.Judge == nil && !r.job.Threshold.Policies || !r.job.Threshold.Denies(p) {
		return nil
	}
	f := &report.Failure{
		Kind:    report.Refused,
		Message: "policies deny this plan: nothing was applied",
		Hint:    "open a pull request that they allow, or that changes them; this plan cannot be accepted",
	}
	if p == nil || p.Failure != "" {
		f.Message, f.Hint = "policies could not be asked about this plan: nothing was applied", "see the log of the run, then "+r.again()
		if p != nil {
			f.Message, f.Hint = clip(f.Message+": "+p.Failure, maxSaid), cmp.Or(p.Hint, f.Hint)
		}
	}
	return f
}
