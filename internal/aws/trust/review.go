package trust

import (
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
	Admitted []Subject // all of them, in the table's order
	Unwanted []Finding // those of them that must not be
	Missing  []Subject // wanted, and not admitted
}

// Exact reports whether the policy admits whom it should and nobody else.
func (r Review) Exact() bool { return len(r.Unwanted) == 0 && len(r.Missing) == 0 }

// Sound reports whether the policy admits nobody that it should not, and somebody that it should: of a repository's
// two forms of sub one is enough.
func (r Review) Sound() bool {
	return len(r.Unwanted) == 0 && slices.ContainsFunc(r.Admitted, func(s Subject) bool { return s.Wanted(r.Use) })
}

// Review judges the policy of a role that is for u against subjects, those that Subjects returns.
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
	return r
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

// finding names the claim that tells s from those that may have the role.
func finding(s Subject, subjects []Subject, u Use) Finding {
	f := Finding{Subject: s}
	if s.Use != "" || s.May != "" {
		f.Risk = "jobs of another kind; those that plan run what nobody has reviewed"
	}
	for _, claim := range []string{"aud", "sub", "repository_id", "job_workflow_ref", "ref"} {
		var values []string
		for _, o := range subjects {
			if o.Wanted(u) && !slices.Contains(values, o.Claims[claim]) {
				values = append(values, o.Claims[claim])
			}
		}
		if !slices.Contains(values, s.Claims[claim]) {
			f.Claim, f.Want = claim, `"`+public+":"+claim+`": ["`+strings.Join(values, `", "`)+`"]`
			break
		}
	}
	return f
}

// Complete returns r with the ids and the workflow that it lacks taken from what p's conditions name, or else made up:
// those of a policy that does not ask for them do not matter to it.
func (p *Policy) Complete(r Repository) Repository {
	inSub := regexp.MustCompile(`^repo:` + regexp.QuoteMeta(r.Owner) + `@([0-9]+)/` + regexp.QuoteMeta(r.Name) + `@([0-9]+):`)
	for _, s := range p.statements {
		for _, c := range s.conditions {
			for _, v := range c.values {
				value, plain := v.text()
				switch {
				case s.deny || c.negated || !plain:
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
		}
	}
	r.OwnerID, r.ID = or(r.OwnerID, "1111111"), or(r.ID, "2222222")
	r.Workflow = or(r.Workflow, "layerbot/layerbot/.github/workflows/layerbot.yml@"+someCommit)
	return r
}
