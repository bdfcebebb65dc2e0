// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/layerbot/layerbot/internal/layer"
)

// The most that single parts of a report may have, in bytes. What remembers reports counts on maxDigest.
const (
	maxDigest  = 128 // a digest and its algorithm's name
	maxAddress = 4 << 10
	maxOutput  = 16 << 10 // the value of an output after an apply

	maxSettings = 1000 // how many providers are configured
)

// need says whether a report of some status holds a part.
type need int

const (
	never need = iota
	maybe
	always
)

func (n need) admits(held bool) bool { return n == maybe || held == (n == always) }

// needs returns what a report of a status holds; ok is false if there is no such status.
func (s Status) needs() (failure, fingerprint, apply need, ok bool) {
	switch s {
	case Unchanged:
		return never, maybe, never, true // nothing was planned where a lock was looked after
	case Changed:
		return never, always, never, true
	case Applied:
		return never, always, always, true
	case Stopped:
		return always, always, never, true
	case Failed:
		return always, maybe, maybe, true // an apply may fail half way
	}
	return never, never, never, false
}

// check returns what keeps r from being a sound report on t, and puts its values into canonical form.
func (r *Report) check(t layer.Target) error {
	failure, fingerprint, apply, known := r.Status.needs()
	switch {
	case r.Version != Version:
		return fmt.Errorf("version %d, not %d", r.Version, Version)
	case r.Target.ID() != t.ID() || r.Target.Dir != t.Dir:
		return fmt.Errorf("it is on %.100q", r.Target.ID())
	case !known:
		return fmt.Errorf("unknown status %.100q", r.Status)
	case !failure.admits(r.Failure != nil):
		return errors.New("status and failure contradict each other")
	case !fingerprint.admits(r.Fingerprint != nil):
		return errors.New("status and fingerprint contradict each other")
	case !apply.admits(r.Apply != nil):
		return errors.New("status and apply contradict each other")
	case r.Status == Unchanged && (len(r.Changes) > 0 || len(r.Outputs) > 0):
		return errors.New("unchanged, yet it holds changes")
	case r.Omitted < 0 || r.Seconds < 0:
		return errors.New("a number is negative")
	}
	for _, list := range [][]Change{r.Changes, r.Outputs, r.Drift} {
		for i := range list {
			if err := list[i].check(); err != nil {
				return err
			}
		}
	}
	if err := r.checkFingerprint(); err != nil {
		return err
	}
	if err := r.checkVerdict(); err != nil {
		return err
	}
	if err := r.Policy.check(); err != nil {
		return err
	}
	return r.Apply.check(t)
}

// known reports whether a is one of the actions.
func (a Action) known() bool {
	switch a {
	case NoOp, Create, Read, Update, Replace, Delete, Forget:
		return true
	}
	return false
}

// check does the same for one change.
func (c *Change) check() error {
	if !c.Action.known() {
		return fmt.Errorf("unknown action %.100q", c.Action)
	}
	for i := range c.Attrs {
		a := &c.Attrs[i]
		if a.Sensitive && (a.Before != nil || a.After != nil) {
			return fmt.Errorf("a sensitive value is shown at %.100s", c.Address)
		}
		if !leaf(a.Before) || !leaf(a.After) {
			return fmt.Errorf("a value at %.100s is not a scalar", c.Address)
		}
		a.Before, a.After = canonical(a.Before), canonical(a.After)
	}
	return nil
}

// checkFingerprint looks at whether what the fingerprint grants is what is shown: reviewers must have seen each
// change, and each value that it leaves open. Its digest must be that of its parts, for it may be all that is kept.
func (r *Report) checkFingerprint() error {
	if r.Fingerprint == nil {
		return nil
	}
	if r.Fingerprint.Digest != r.Fingerprint.digest() {
		return errors.New("the fingerprint is no digest of its parts")
	}
	if len(r.Fingerprint.Settings) > maxSettings {
		return errors.New("the fingerprint has too many settings")
	}
	for provider, s := range r.Fingerprint.Settings {
		if s == "" || len(s) > maxDigest || len(provider) > maxAddress {
			return fmt.Errorf("the fingerprint has no digest of provider %.100s", provider)
		}
	}
	shown := map[string][]Change{}
	for _, c := range r.Changes {
		shown[c.Address] = append(shown[c.Address], c)
	}
	for _, c := range r.Outputs {
		shown["output."+c.Address] = append(shown["output."+c.Address], c.asLeaves())
	}
	for address, p := range r.Fingerprint.Resources {
		if len(p.Digest) > maxDigest || len(p.Runs) > maxDigest {
			return fmt.Errorf("the fingerprint has no digest at %.100s", address)
		}
		one := strings.TrimRight(address, "'") // as Add tells apart what has one address
		fits := func(c Change) bool { return c.shows(p, r.Omitted > 0) }
		if r.Status != Failed && !slices.ContainsFunc(shown[one], fits) {
			return fmt.Errorf("the fingerprint grants what is not shown at %.100s", address)
		}
	}
	return nil
}

// asLeaves returns the change of an output with the paths that its leaves have.
func (c Change) asLeaves() Change {
	c.Attrs = slices.Clone(c.Attrs)
	for i, a := range c.Attrs {
		if a.Path != "" && a.Path[0] != '[' {
			a.Path = "." + a.Path
		}
		c.Attrs[i].Path = "value" + a.Path
	}
	return c
}

// shows reports whether c shows the action and everything unknown of p. Its attributes may have been omitted.
func (c Change) shows(p Print, omitted bool) bool {
	unknown := map[string]bool{}
	for _, a := range c.Attrs {
		unknown[a.Path] = unknown[a.Path] || a.Unknown // redaction may make two paths one
	}
	hidden := func(path string) bool { return !unknown[path] }
	return c.Action == p.Action && (omitted && c.Attrs == nil || !slices.ContainsFunc(p.Unknown, hidden))
}

// checkVerdict looks at the comparison with the reviewed plan.
func (r *Report) checkVerdict() error {
	switch r.Verdict {
	case "", Same, Refined, Remainder, Different, Nothing:
	default:
		return fmt.Errorf("unknown verdict %.100q", r.Verdict)
	}
	if len(r.Differences) > 0 && r.Verdict != Different {
		return errors.New("verdict and differences contradict each other")
	}
	for _, d := range r.Differences {
		switch {
		case len(d.Address) > maxAddress || len(d.Why) > maxAddress:
			return errors.New("a difference is too long")
		case d.Was != "" && !d.Was.known(), d.Now != "" && !d.Now.known():
			return fmt.Errorf("unknown action %.100q or %.100q", d.Was, d.Now)
		}
	}
	return nil
}

// check does the same for what an apply did to t.
func (a *Apply) check(t layer.Target) error {
	if a == nil {
		return nil
	}
	if a.State != "" && a.State != StateFileName(t) {
		return fmt.Errorf("the state is in another file, %.100q", a.State)
	}
	if slices.ContainsFunc(a.Done, func(address string) bool { return len(address) > maxAddress }) {
		return errors.New("an address is too long")
	}
	for i := range a.Outputs {
		o := &a.Outputs[i]
		o.Value = canonical(o.Value)
		switch {
		case o.Sensitive && o.Value != nil:
			return fmt.Errorf("a sensitive value is shown at output %.100s", o.Name)
		case len(o.Name) > maxAddress || len(o.Value) > maxOutput:
			return fmt.Errorf("output %.100s is too long", o.Name)
		}
	}
	return nil
}

// canonical returns value with no escapes but the necessary ones.
func canonical(value []byte) []byte {
	if bytes.IndexByte(value, '\\') < 0 {
		return value
	}
	plain, err := jsontext.AppendFormat(nil, value, jsontext.PreserveRawStrings(false))
	if err != nil { // was decoded: does not happen
		return value
	}
	return plain
}

// leaf reports whether value is a scalar or an empty collection.
func leaf(value []byte) bool {
	return len(value) == 0 || (value[0] != '{' && value[0] != '[') || len(value) == 2
}
