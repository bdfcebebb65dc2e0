// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"slices"

	"github.com/layerbot/layerbot/internal/report"
)

// compare sets the state of the findings of the head against those of the base, adds those that are fixed, and puts all
// in their order. compared is false where there is no base: all are Existing. A finding of the base is had once: of two
// alike at the head, one is new. What moved to another file with its block is Existing. The word that suppresses an
// existing finding is New if the finding was not suppressed at the base; that of a new finding is, if it stands in its file,
// for it may have been moved there.
func compare(head, base []report.Finding, compared bool) []report.Finding {
	all := slices.Clone(head)
	for i := range all {
		all[i].State = report.Existing
	}
	if compared {
		all = append(all, settle(all, base)...)
	}
	slices.SortFunc(all, report.Finding.Compare)
	return all
}

// settle sets the states of head and returns what is fixed.
func settle(head, base []report.Finding) (fixed []report.Finding) {
	pending := make([]int, len(head))
	for i := range pending {
		pending[i] = i
		head[i].State = report.New
	}
	taken := make([]bool, len(base))
	for _, key := range []func(id string) string{func(id string) string { return id }, movable} {
		free := map[string][]int{} // of the base, by key
		for i, f := range base {
			if !taken[i] {
				free[key(f.ID)] = append(free[key(f.ID)], i)
			}
		}
		pending = slices.DeleteFunc(pending, func(i int) bool {
			k := key(head[i].ID)
			if len(free[k]) == 0 {
				return false
			}
			settleOne(&head[i], base[free[k][0]])
			taken[free[k][0]], free[k] = true, free[k][1:]
			return true
		})
	}
	for _, i := range pending {
		if s := head[i].Suppressed; s != nil && s.File == head[i].File {
			head[i].Suppressed = asNew(*s)
		}
	}
	for i, f := range base {
		if !taken[i] {
			f.State = report.Fixed
			fixed = append(fixed, f)
		}
	}
	return fixed
}

// settleOne says that a finding was there before.
func settleOne(f *report.Finding, before report.Finding) {
	f.State = report.Existing
	if f.Suppressed != nil && before.Suppressed == nil {
		f.Suppressed = asNew(*f.Suppressed)
	}
}

func asNew(s report.Suppression) *report.Suppression {
	s.New = true
	return &s
}

// markNew marks the suppressions of the head that the base does not have: one of the same tool, rule and file is had once.
func markNew(head, base []report.Suppression) {
	type word struct{ tool, rule, file string }
	had := map[word]int{}
	for _, s := range base {
		had[word{s.Tool, s.Rule, s.File}]++
	}
	for i := range head {
		w := word{head[i].Tool, head[i].Rule, head[i].File}
		head[i].New = had[w] == 0
		had[w] = max(had[w]-1, 0)
	}
}
