// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/layerbot/layerbot/internal/report"
)

// planReader reads the JSON of a plan in one pass, holding one change at a time. What it keeps is fit to be
// shown: sensitive values have been withheld and texts redacted.
// Source: https://developer.hashicorp.com/terraform/internals/json-format
type planReader struct {
	runner      *Runner
	refreshOnly bool
	print       *report.Fingerprinter
	secrets     *secrets
	copy        *planCopy       // what was read, for policies; nil: none are asked
	known       map[string]bool // addresses of what has a change, be it none; nil: they do not matter

	changes, outputs, drift []report.Change
	code                    []report.Code
	blocks                  map[string][]string // resource block → addresses of its changes that run provisioners
	provisioned             map[string][]byte   // resource block → its provisioners
	providers               map[string]value    // key of a provider → its arguments
	inputs                  map[string]value    // module → what its call hands on; "" → the values of all variables
	hidden                  []string            // variables of the root module that are sensitive
	checks                  map[string]string   // message of a failed check → its address
	relevant                map[string]bool     // resources that led to changes
	version, format         string
	time                    string
	errored                 bool
}

func (p *planReader) read(from io.Reader) error {
	dec := jsontext.NewDecoder(from, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	p.checks, p.relevant = map[string]string{}, map[string]bool{}
	p.blocks, p.provisioned = map[string][]string{}, map[string][]byte{}
	p.providers, p.inputs = map[string]value{}, map[string]value{}
	if err := members(dec, func(name string) error { return p.section(dec, name) }); err != nil {
		return fmt.Errorf("read the plan: %w", err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("read the plan: something follows its end")
	}
	if !strings.HasPrefix(p.format, "1.") && !strings.HasPrefix(p.format, "0.") {
		return fmt.Errorf("read the plan: its format %q is not known", p.format)
	}
	p.finish()
	return nil
}

func (p *planReader) section(dec *jsontext.Decoder, name string) error {
	switch name {
	case "format_version":
		return text(dec, &p.format)
	case "terraform_version":
		return text(dec, &p.version)
	case "timestamp":
		return text(dec, &p.time)
	case "errored":
		p.errored = dec.PeekKind() == jsontext.KindTrue
	case "variables":
		return p.variables(dec)
	case "planned_values", "prior_state", "values": // the last of a state
		return p.state(dec)
	case "resource_changes":
		return elements(dec, func() error { return p.resource(dec, "") })
	case "deferred_changes":
		return elements(dec, func() error { return p.deferred(dec) })
	case "resource_drift":
		return elements(dec, func() error { return p.drifted(dec) })
	case "output_changes":
		return members(dec, func(name string) error { return p.output(dec, name) })
	case "relevant_attributes":
		return elements(dec, func() error { return p.relevance(dec) })
	case "checks":
		return elements(dec, func() error { return p.check(dec) })
	case "configuration":
		return p.configuration(dec)
	}
	return dec.SkipValue()
}

// resource reads one planned change.
func (p *planReader) resource(dec *jsontext.Decoder, deferred string) error {
	r, err := decodeResource(dec)
	if err != nil {
		return err
	}
	return p.add(r, deferred)
}

// shown returns a change as it is shown, without attributes, and the leaves that differ, with paths below root. name is
// what globs call it by.
func (p *planReader) shown(r *resource, name, root string) (report.Change, []report.Leaf, error) {
	leaves := r.change.finish(root)
	p.secrets.mark(name, leaves)
	for _, v := range []*value{&r.change.before, &r.change.after} {
		p.secrets.learn(name, []byte(root), nil, v)
	}
	for i, l := range leaves {
		if strings.Contains(l.Path, `["`) { // keys of maps are data
			leaves[i].Path = p.runner.redact(l.Path)
		}
	}
	c, err := r.change.report(p.runner.redact(r.address))
	c.Reason, c.MovedFrom, c.ImportID = r.reason, p.runner.redact(r.previous), p.runner.redact(c.ImportID)
	if c.ImportID != "" && p.secrets.covers(name, "id") {
		c.ImportID = hiddenID
	}
	return c, leaves, err
}

// instance matches what tells the instances of one block apart: [0], ["a"].
var instance = regexp.MustCompile(`\[(?:\d+|"(?:[^"\\]|\\.)*")\]`)

func (p *planReader) add(r resource, deferred string) error {
	if p.known != nil {
		p.known[r.address] = true
	}
	c, leaves, err := p.shown(&r, r.address, "")
	if err != nil {
		return err
	}
	c.Deferred = deferred
	if c.Action == report.NoOp && c.MovedFrom == "" && !c.Imported && deferred == "" {
		return nil
	}
	if r.data && c.Action == report.Delete { // only leaves the state
		return nil
	}
	identity := r.change.identity(leaves)
	p.secrets.mark(r.address, identity)
	p.print.Add(c.Address, c, append(leaves, identity...))
	if c.Action == report.Create || c.Action == report.Replace || c.Action == report.Delete {
		block := instance.ReplaceAllString(r.address, "")
		p.blocks[block] = append(p.blocks[block], c.Address)
	}
	c.Attrs = p.runner.attrs(leaves)
	p.changes = append(p.changes, c)
	return nil
}

// deferred reads a change that Terraform put off.
func (p *planReader) deferred(dec *jsontext.Decoder) error {
	reason := "unknown"
	var r resource
	err := members(dec, func(name string) (err error) {
		switch name {
		case "reason":
			return text(dec, &reason)
		case "resource_change":
			r, err = decodeResource(dec)
			return err
		}
		return dec.SkipValue()
	})
	if err != nil {
		return err
	}
	return p.add(r, reason)
}

// drifted reads a change made outside Terraform.
func (p *planReader) drifted(dec *jsontext.Decoder) error {
	r, err := decodeResource(dec)
	if err != nil {
		return err
	}
	c, leaves, err := p.shown(&r, r.address, "")
	if err != nil || c.Action == report.NoOp {
		return err
	}
	c.Attrs = p.runner.attrs(leaves)
	p.drift = append(p.drift, c)
	return nil
}

func (p *planReader) output(dec *jsontext.Decoder, name string) error {
	r := resource{address: name}
	if err := r.change.decode(dec); err != nil {
		return err
	}
	c, leaves, err := p.shown(&r, "output."+name, "value")
	if err != nil || c.Action == report.NoOp {
		return err
	}
	p.print.Add("output."+c.Address, c, leaves)
	c.Attrs = p.runner.attrs(leaves)
	for i, a := range c.Attrs { // shown as the output's own: "", "[0]", "host"
		c.Attrs[i].Path = strings.TrimPrefix(strings.TrimPrefix(a.Path, "value"), ".")
	}
	p.outputs = append(p.outputs, c)
	return nil
}

func (p *planReader) relevance(dec *jsontext.Decoder) error {
	return members(dec, func(name string) error {
		if name != "resource" {
			return dec.SkipValue()
		}
		var address string
		err := text(dec, &address)
		p.relevant[address] = true
		return err
	})
}

// check reads the result of one check block or condition.
func (p *planReader) check(dec *jsontext.Decoder) error {
	var address string
	var messages []string
	err := members(dec, func(name string) error {
		switch name {
		case "address":
			return members(dec, func(name string) error {
				if name == "to_display" {
					return text(dec, &address)
				}
				return dec.SkipValue()
			})
		case "instances":
			return elements(dec, func() error { return problems(dec, &messages) })
		}
		return dec.SkipValue()
	})
	for _, m := range messages {
		p.checks[m] = address
	}
	return err
}

// problems reads the messages of one instance of a check.
func problems(dec *jsontext.Decoder, messages *[]string) error {
	return members(dec, func(name string) error {
		if name != "problems" {
			return dec.SkipValue()
		}
		return elements(dec, func() error {
			return members(dec, func(name string) error {
				if name != "message" {
					return dec.SkipValue()
				}
				var m string
				err := text(dec, &m)
				*messages = append(*messages, m)
				return err
			})
		})
	})
}

// finish puts everything in its order, and drops drift that has no bearing on the plan, as Terraform does.
func (p *planReader) finish() {
	for block, configured := range p.provisioned {
		for _, address := range p.blocks[block] {
			p.print.Runs(address, configured)
		}
	}
	p.settings()
	changed := map[string]bool{}
	for _, c := range p.changes {
		changed[c.Address] = true
	}
	p.drift = slices.DeleteFunc(p.drift, func(c report.Change) bool {
		return !p.refreshOnly && !p.relevant[c.Address] && !changed[c.Address]
	})
	p.secrets.takeInputs(p.inputs[""], p.hidden)
	p.secrets.ready()
	for _, list := range [][]report.Change{p.changes, p.outputs, p.drift} {
		p.secrets.cleanAll(list)
		slices.SortStableFunc(list, func(a, b report.Change) int { return strings.Compare(a.Address, b.Address) })
	}
}
