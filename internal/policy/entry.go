// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/layerbot/layerbot/internal/report"
)

// decisions returns what the value of a rule says. It may be a set or an array of entries; or, without a set, true, an
// entry, or an object whose values are entries and whose keys are what is said where the value is true. false says nothing.
func (r *rule) decisions(value any) ([]report.Decision, error) {
	switch v := value.(type) {
	case bool:
		if !v {
			return nil, nil
		}
		return []report.Decision{r.decision(r.name)}, nil
	case []any:
		var all []report.Decision
		for _, e := range v {
			d, err := r.entry(e)
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
		return all, nil
	case map[string]any:
		if _, ok := v["msg"]; !ok {
			return r.keyed(v)
		}
	}
	d, err := r.entry(value)
	if err != nil {
		return nil, err
	}
	return []report.Decision{d}, nil
}

// keyed returns the decisions of an object of them, by key.
func (r *rule) keyed(object map[string]any) ([]report.Decision, error) {
	var all []report.Decision
	for _, key := range sorted(object) {
		said := object[key]
		if yes, _ := said.(bool); yes { // deny[msg] if { … }, which in Rego v1 makes an object
			said = key
		}
		decisions, err := r.decisions(said)
		if err != nil {
			return nil, err
		}
		all = append(all, decisions...)
	}
	return all, nil
}

// entry returns the decision of a string or an object.
func (r *rule) entry(value any) (report.Decision, error) {
	switch v := value.(type) {
	case string:
		return r.decision(v), nil
	case map[string]any:
		meta, _ := v["metadata"].(map[string]any)
		text := func(key string) string {
			s, ok := v[key].(string)
			if !ok {
				s, _ = meta[key].(string)
			}
			return line(s)
		}
		msg, ok := v["msg"].(string)
		if !ok {
			msg = compact(value)
		}
		d := r.decision(msg)
		d.Rule = cmp.Or(text("rule"), d.Rule)
		d.Address = text("address")
		if word := text("severity"); word != "" {
			if d.Severity = report.ParseSeverity(word); d.Severity == "" {
				d.Message = line(fmt.Sprintf("%s (its severity %q is none: write low, medium, high or critical)", d.Message, word))
			}
		}
		targets, _ := v["targets"].([]any)
		for _, t := range targets {
			if id, ok := t.(string); ok {
				d.Targets = append(d.Targets, line(id))
			}
		}
		return d, nil
	}
	return report.Decision{}, &topdown.Error{
		Location: ast.NewLocation(nil, r.file, r.line, 1),
		Message:  fmt.Sprintf("an entry of %s is %s: write a string, or an object with msg", r.name, compact(value)),
	}
}

// decision returns one that says msg.
func (r *rule) decision(msg string) report.Decision {
	return report.Decision{Kind: r.kind, Package: line(r.pkg), Rule: line(r.name), Message: cmp.Or(line(msg), line(r.name)), Source: line(r.source())}
}

// warnings returns one warning for each place where a built-in function could not do with a value. The rule that called
// it is undefined there, and may have passed over what it was to look at.
func (s *survey) warnings(stumbles []topdown.Error) []report.Decision {
	var all []report.Decision
	seen := map[string]bool{}
	for _, e := range stumbles {
		at := where(&e)
		if seen[at] {
			continue
		}
		seen[at] = true
		d := report.Decision{Kind: report.Warn, Severity: report.Medium, Source: line(at), Message: line("the policy could not look at everything: " + e.Message)}
		if r := s.near(e.Location); r != nil {
			d.Package, d.Rule = line(r.pkg), line(r.name)
		}
		all = append(all, d)
	}
	return all
}

// near returns the rule, whether it counts or not, in whose text a place is; nil if there is none.
func (s *survey) near(at *ast.Location) *rule {
	var found *rule
	for _, r := range s.text {
		if at != nil && r.file == at.File && r.line <= at.Row {
			found = r
		}
	}
	return found
}

// result returns decisions in their order, each once, and no more than a report may hold.
func result(all []report.Decision, asked int) *report.Policy {
	slices.SortFunc(all, order)
	all = slices.CompactFunc(all, func(a, b report.Decision) bool {
		b.Source = a.Source
		return order(a, b) == 0
	})
	if all == nil {
		all = []report.Decision{}
	}
	p := &report.Policy{Decisions: all, Rules: asked}
	p.Sort()
	return p
}

// order puts denials first, then goes by severity, address, rule, and by all else.
func order(a, b report.Decision) int {
	warns := func(d report.Decision) int {
		if d.Kind == report.Warn {
			return 1
		}
		return 0
	}
	return cmp.Or(
		warns(a)-warns(b), b.Severity.Rank()-a.Severity.Rank(),
		strings.Compare(a.Address, b.Address), strings.Compare(a.Rule, b.Rule),
		strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Package, b.Package),
		strings.Compare(a.Message, b.Message), strings.Compare(a.File, b.File),
		slices.Compare(a.Targets, b.Targets), strings.Compare(a.Source, b.Source),
	)
}
