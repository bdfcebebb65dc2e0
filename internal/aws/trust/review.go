// SPDX-License-Identifier: Apache-2.0

package trust

import (
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A Finding is a subject that a policy admits and should not. It has a Risk always.
type Finding struct {
	Subject
	Claim string // the first claim that no admissible subject shares with it; a condition on it keeps it out
	Want  string // what the condition must ask for, `"…:ref": "refs/heads/prod"`
}

// A Review is what a policy does with a table of subjects.
type Review struct {
	Use      Use
	Admitted []Subject // of the table, in its order
	Unwanted []Finding // those that must not be
	Missing  []Subject // wanted, and not admitted
}

// Exact reports whether the policy admits whom it should and nobody else.
func (r Review) Exact() bool { return len(r.Unwanted) == 0 && len(r.Missing) == 0 }

// Sound reports whether the policy admits nobody that it should not, and somebody that it should: of a repository's
// two forms of sub one is enough.
func (r Review) Sound() bool {
	return len(r.Unwanted) == 0 && slices.ContainsFunc(r.Admitted, func(s Subject) bool { return s.Wanted(r.Use) })
}

// Review judges the policy of a role that is for u against subjects, those that Subjects returns, and against what the
// policy itself names besides.
func (p *Policy) Review(subjects []Subject, u Use) Review {
	r := Review{Use: u}
	for _, s := range subjects {
		admitted := p.Admits(s.Claims)
		if admitted {
			r.Admitted = append(r.Admitted, s)
		}
		switch {
		case admitted && !s.Admissible(u):
			r.Unwanted = append(r.Unwanted, finding(s, subjects, u))
		case !admitted && s.Wanted(u):
			r.Missing = append(r.Missing, s)
		}
	}
	r.Unwanted = append(r.Unwanted, p.named(subjects, u)...)
	return r
}

// asks yields the values that admission depends on, with their conditions.
func (p *Policy) asks() iter.Seq2[condition, pattern] {
	return func(yield func(condition, pattern) bool) {
		for _, s := range p.statements {
			for _, c := range s.conditions {
				for _, v := range c.values {
					if !s.deny && !c.negated && !c.null && !yield(c, v) {
						return
					}
				}
			}
		}
	}
}

// named returns tokens that no table can foresee: those that differ from a wanted one by a value that the policy names
// itself, such as a second branch.
func (p *Policy) named(subjects []Subject, u Use) (all []Finding) {
	for c, v := range p.asks() {
		value := v.example()
		if expected(c.claim, value, subjects, u) {
			continue
		}
		admitted := slices.IndexFunc(subjects, func(s Subject) bool {
			_, known := s.Claims[c.claim]
			return known && s.Wanted(u) && p.Admits(s.with(c.claim, value))
		})
		name := "a token whose " + c.claim + " is " + value
		if admitted >= 0 && !slices.ContainsFunc(all, func(f Finding) bool { return f.Name == name }) {
			s := subjects[admitted]
			all = append(all, finding(Subject{Name: name, Form: s.Form, Claims: s.with(c.claim, value), Risk: "the policy names it"}, subjects, u))
		}
	}
	return all
}

// with returns s's claims with another value of one.
func (s Subject) with(claim, value string) Claims {
	c := maps.Clone(s.Claims)
	c[claim] = value
	return c
}

// expected reports whether a claim may have the value. Of the reusable workflow any commit may be named: two are, while
// one follows the other.
func expected(claim, value string, subjects []Subject, u Use) bool {
	file, _, _ := strings.Cut(value, "@")
	return slices.ContainsFunc(subjects, func(s Subject) bool {
		return s.Admissible(u) && (s.Claims[claim] == value ||
			claim == "job_workflow_ref" && pinned.MatchString(value) && strings.HasPrefix(s.Claims[claim], file+"@"))
	})
}

// For says what a role is for by whom it admits: applying if it admits a job that should apply, for a role that does
// more is judged as the strongest; else planning, else signing, by the same measure. Where it admits none of these,
// the GitHub environment of the first that it admits tells; without one it is for applying. It is "" if the policy
// admits nobody.
func (p *Policy) For(subjects []Subject) Use {
	var admitted []Subject
	for _, s := range subjects {
		if p.Admits(s.Claims) {
			admitted = append(admitted, s)
		}
	}
	for _, u := range []Use{Apply, Plan, App} {
		if slices.ContainsFunc(admitted, func(s Subject) bool { return s.Wanted(u) }) {
			return u
		}
	}
	switch {
	case len(admitted) == 0:
		return ""
	case strings.HasPrefix(admitted[0].Claims["environment"], "plan-"):
		return Plan
	case admitted[0].Claims["environment"] == App.environment(""):
		return App
	}
	return Apply
}

// others says why a job of another use should not have the role.
var others = map[Use]string{
	Plan:  "a job that plans: it runs what nobody has reviewed",
	Apply: "a job that applies: a role of its own keeps what it may do from others",
	App:   "gate and report: they need AWS for nothing but to sign",
	"":    "a job that may apply, at most",
}

// finding names the claim that tells s from those that may have the role.
func finding(s Subject, subjects []Subject, u Use) Finding {
	f := Finding{Subject: s}
	if f.Risk == "" {
		f.Risk = others[s.Use]
	}
	for _, claim := range claims {
		var values []string
		for _, o := range subjects {
			if value, ok := o.Claims[claim]; ok && o.Wanted(u) && !slices.Contains(values, value) {
				values = append(values, value)
			}
		}
		if len(values) > 0 && !slices.Contains(values, s.Claims[claim]) {
			f.Claim, f.Want = claim, `"`+public+":"+claim+`": ["`+strings.Join(values, `", "`)+`"]`
			break
		}
	}
	return f
}

// Complete returns r with the ids and the workflow that it lacks taken from what p's conditions name, or else with words in
// angle brackets for them: to a policy that does not ask for them they do not matter, and who copies a condition that has
// one sees that something is to be put in its place.
func (p *Policy) Complete(r Repository) Repository {
	inSub := regexp.MustCompile(`^repo:` + regexp.QuoteMeta(r.Owner) + `@([0-9]+)/` + regexp.QuoteMeta(r.Name) + `@([0-9]+):`)
	for c, v := range p.asks() {
		value, plain := v.text()
		switch {
		case !plain:
		case c.claim == "repository_id":
			r.ID = or(r.ID, value)
		case c.claim == "job_workflow_ref":
			r.Workflow = or(r.Workflow, value)
		case c.claim == "sub":
			if ids := inSub.FindStringSubmatch(value); ids != nil {
				r.OwnerID, r.ID = or(r.OwnerID, ids[1]), or(r.ID, ids[2])
			}
		}
	}
	r.OwnerID, r.ID = or(r.OwnerID, "<owner id>"), or(r.ID, "<repository id>")
	r.Workflow = or(r.Workflow, "layerbot/layerbot/.github/workflows/gitops.yml@"+someCommit)
	return r
}
