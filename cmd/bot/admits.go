// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"

	"github.com/layerbot/layerbot/internal/aws/trust"
)

// judge prints whom a policy admits, and reports whether it is sound.
func (b *bot) judge(file string, p *trust.Policy, r trust.Repository, f trustFlags) bool {
	subjects := trust.Subjects(r, f.env, f.branch)
	use := trust.Use(f.use)
	if use == "" {
		use = p.For(subjects)
	}
	if use == "" {
		use = trust.Apply
	}
	review := p.Review(subjects, use)
	fmt.Fprintf(b.out, "%s: the %s role of %s in %s, applied from %s\n", place(file), use, f.repository, f.env, f.branch)
	fmt.Fprintf(b.out, "  owner %s, repository %s, %s\n", r.OwnerID, r.ID, r.Workflow)
	if f.ownerID == "" || f.repositoryID == "" || f.workflow == "" {
		fmt.Fprintln(b.out, "  (what no flag tells is as the policy has it, or in <> where that asks for none; --owner-id, --repository-id and --workflow tell the truth)")
	}
	only := onlyForm(review.Admitted)
	if only != "" {
		fmt.Fprintf(b.out, "  Only tokens whose sub has %s are admitted: %s.\n", only, formHint[only])
	}
	b.listSubjects("Admitted, as it may be", admissible(review), only)
	for _, group := range byCondition(review.Unwanted) {
		b.listSubjects("Admitted, and should not be. StringEquals would keep it out with\n  "+group.condition, group.subjects, only)
	}
	b.listSubjects("Not admitted, and should be", review.Missing, "")
	if use == trust.Apply && f.branch == f.env && !slices.ContainsFunc(review.Admitted, func(s trust.Subject) bool { return s.Wanted(use) }) {
		fmt.Fprintf(b.out, "  (if %s is applied from another branch than %s, name it: --branch main)\n", f.env, f.branch)
	}
	switch {
	case len(review.Admitted) == 0:
		fmt.Fprintf(b.out, "\nIt admits no job of %s in %s: is it about this repository and this environment? Names count as GitHub writes them.\n", f.repository, f.env)
	case review.Exact():
		fmt.Fprintln(b.out, "\nIt admits whom it should, and nobody else.")
	case review.Sound():
		fmt.Fprintln(b.out, "\nIt admits nobody whom it should not.")
	}
	return review.Sound()
}

// formHint says when a repository has only one form of sub.
var formHint = map[trust.Form]string{
	trust.Names: "repositories that were made, renamed or transferred after 2026-07-15 have ids in it",
	trust.IDs:   "repositories that were made before 2026-07-15, and not renamed or transferred since, have none in it",
}

func admissible(r trust.Review) []trust.Subject {
	return slices.DeleteFunc(slices.Clone(r.Admitted), func(s trust.Subject) bool { return !s.Admissible(r.Use) })
}

// A group is kept out by one condition.
type group struct {
	condition string
	subjects  []trust.Subject
}

// byCondition returns findings in the order of the first of each group.
func byCondition(findings []trust.Finding) (groups []group) {
	for _, f := range findings {
		i := slices.IndexFunc(groups, func(g group) bool { return g.condition == f.Want })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{condition: f.Want})
		}
		groups[i].subjects = append(groups[i].subjects, f.Subject)
	}
	return groups
}

// listSubjects lists them. What is there in one form of sub only says so, unless only that one is admitted at all.
func (b *bot) listSubjects(title string, subjects []trust.Subject, only trust.Form) {
	if len(subjects) > 0 {
		fmt.Fprintf(b.out, "\n%s:\n", title)
	}
	for i, s := range subjects {
		same := func(o trust.Subject) bool { return o.Name == s.Name }
		if slices.ContainsFunc(subjects[:i], same) {
			continue
		}
		line := s.Name
		if only == "" && !slices.ContainsFunc(subjects[i+1:], same) {
			line += ", where sub has " + string(s.Form)
		}
		if s.Risk != "" {
			line += ": " + s.Risk
		}
		fmt.Fprintln(b.out, "  - "+line)
	}
}

// onlyForm returns the form of sub that all of subjects have, or "".
func onlyForm(subjects []trust.Subject) trust.Form {
	if len(subjects) == 0 || slices.ContainsFunc(subjects, func(s trust.Subject) bool { return s.Form != subjects[0].Form }) {
		return ""
	}
	return subjects[0].Form
}
