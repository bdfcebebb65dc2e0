// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// exception is what a rule is that exempts others of its package: its value is lists of what follows deny_ in their names.
// Source: https://www.conftest.dev/exceptions/
const exception report.DecisionKind = "exception"

// exempt returns the exemptions that hold.
func (s *survey) exempt(answers []any) map[string]bool {
	all := map[string]bool{}
	for i, r := range s.rules {
		if r.kind != exception {
			continue
		}
		for _, name := range texts(answers[i]) {
			all[r.pkg+":"+name] = true
		}
	}
	return all
}

// exemption returns what exempts a rule: what follows deny_ in its name, in its package.
func (r *rule) exemption() string {
	return r.pkg + ":" + strings.TrimPrefix(strings.TrimPrefix(r.name, string(r.kind)), "_")
}

// texts returns the strings of lists of lists.
func texts(value any) []string {
	if s, ok := value.(string); ok {
		return []string{s}
	}
	var all []string
	list, _ := value.([]any)
	for _, item := range list {
		all = append(all, texts(item)...)
	}
	return all
}

// excepted returns denials as warnings that block nothing; of warnings nothing.
func excepted(all []report.Decision) []report.Decision {
	for i := range all {
		all[i].Message, all[i].Severity = line("excepted: "+all[i].Message), ""
		if all[i].Kind == report.Warn {
			return nil
		}
		all[i].Kind = report.Warn
	}
	return all
}
