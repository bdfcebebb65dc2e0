// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"slices"
)

// A Policy is what policies say of one plan or of some manifests.
type Policy struct {
	Decisions []Decision `json:"decisions"`         // denials first, then by severity, address, rule; none is that nothing is wrong
	Rules     int        `json:"rules"`             // how many rules were asked
	Failure   string     `json:"failure,omitempty"` // why they could not be asked: then nothing counts as allowed
	Hint      string     `json:"hint,omitempty"`    // beside Failure
	Omitted   int        `json:"omitted,omitempty"` // decisions that are left out, see Sort
}

// DecisionKind is the Conftest convention that a rule goes by.
type DecisionKind string

// The kinds of decisions.
const (
	Deny      DecisionKind = "deny"
	Violation DecisionKind = "violation"
	Warn      DecisionKind = "warn"
)

// A Decision is one thing that a policy has against a plan.
type Decision struct {
	Kind     DecisionKind `json:"kind"`
	Package  string       `json:"package"`            // "terraform"
	Rule     string       `json:"rule"`               // what the entry calls itself, else the name of the Rego rule
	Severity Severity     `json:"severity,omitempty"` // "" where the policy gives none
	Address  string       `json:"address,omitempty"`  // resource that it is about; of a manifest "kind/name"
	Message  string       `json:"message"`
	File     string       `json:"file,omitempty"`    // where that is declared, from the root of the repository
	Line     int          `json:"line,omitempty"`    // from 1; 0 where it is not known
	Source   string       `json:"source,omitempty"`  // of the rule, "policies/terraform.rego:12"
	Targets  []string     `json:"targets,omitempty"` // IDs of the targets that a rule over several speaks of; empty: of all
}

// About reports whether a decision is about the target of an ID: one that names targets is about no others.
func (d Decision) About(id string) bool { return len(d.Targets) == 0 || slices.Contains(d.Targets, id) }

// MaxDecisions is the most decisions of one Policy.
const MaxDecisions = 1000

// Join adds what policies say of something else, and keeps the order. A failure of either is one of the whole.
func (p *Policy) Join(other *Policy) {
	if p.Failure != "" || other.Failure != "" {
		*p = Policy{Failure: cmp.Or(p.Failure, other.Failure), Hint: cmp.Or(p.Hint, other.Hint)}
		return
	}
	p.Decisions, p.Rules, p.Omitted = slices.Concat(p.Decisions, other.Decisions), max(p.Rules, other.Rules), p.Omitted+other.Omitted
	p.Sort()
}

// Sort puts the decisions in their order, and leaves out those that are too many: a few of each kind
// and severity stay, so that what blocks is not pushed out by what does not, whatever the Threshold.
func (p *Policy) Sort() {
	slices.SortStableFunc(p.Decisions, func(a, b Decision) int {
		return cmp.Or(
			a.rank()-b.rank(), b.Severity.Rank()-a.Severity.Rank(), cmp.Compare(a.Address, b.Address),
			cmp.Compare(a.Package, b.Package), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message),
		)
	})
	more := len(p.Decisions) - MaxDecisions
	if more <= 0 {
		return
	}
	const some = 10
	type weight struct{ rank, severity int }
	seen := map[weight]int{}
	stays := make([]bool, len(p.Decisions))
	room := MaxDecisions
	for i, d := range p.Decisions {
		w := weight{d.rank(), d.Severity.Rank()}
		if seen[w]++; seen[w] <= some {
			stays[i] = true
			room--
		}
	}
	kept := make([]Decision, 0, MaxDecisions)
	for i, d := range p.Decisions {
		if !stays[i] && room > 0 {
			stays[i] = true
			room--
		}
		if stays[i] {
			kept = append(kept, d)
		}
	}
	p.Decisions, p.Omitted = kept, p.Omitted+more
}

// rank is 0 for what denies.
func (d Decision) rank() int {
	if d.Kind == Warn {
		return 1
	}
	return 0
}
