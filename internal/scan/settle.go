// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"fmt"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// maxFindings is how many findings of a target are told.
const maxFindings = 5000

// settle makes the result of what the scanners said.
func (s *session) settle(looks []*look, result *report.Scan) error {
	words, err := s.words(looks)
	if err != nil {
		return err
	}
	result.Suppressions = words
	var head, base []raw
	for _, l := range looks {
		h, b := l.settle(words, s.settings.first(s.job.Target.Dir, l.adapter.settings))
		head, base = append(head, h...), append(base, b...)
		result.Tools = append(result.Tools, l.status.Scanned)
	}
	now, err := merge(head, s.head.Files())
	if err != nil {
		return err
	}
	var then []report.Finding
	if s.base != nil {
		if s.same {
			base = head
		}
		if then, err = merge(base, s.base.Files()); err != nil {
			return err
		}
	}
	result.Findings = compare(now, then, s.base != nil)
	veil(result.Findings)
	if over := len(result.Findings) - maxFindings; over > 0 {
		result.Findings, result.Omitted = result.Findings[:maxFindings], over
	}
	return nil
}

// words returns the suppressions of the head, those that the base does not have marked as new.
func (s *session) words(looks []*look) ([]report.Suppression, error) {
	tools := make([]string, len(looks))
	for i, l := range looks {
		tools[i] = l.status.Tool
	}
	words, err := suppressions(s.head.Files(), tools)
	if err != nil || s.base == nil {
		return words, err
	}
	old, err := suppressions(s.base.Files(), tools)
	markNew(words, old)
	return words, err
}

// passedOver returns what of the head the scanner does not read, and what of that is not so at the base.
func (l *look) passedOver() (all, fresh []string) {
	var base *tree
	if l.base != nil {
		base = l.base.tree
	}
	return l.head.tree.passedOver(l.adapter, base)
}

// settle completes the status of a scanner, and returns what it says of both sides.
func (l *look) settle(words []report.Suppression, settings string) (head, base []raw) {
	if l.head == nil {
		return nil, nil
	}
	st := &l.status.Scanned
	for _, o := range []outcome{l.head.plain, l.head.bare} {
		st.Seconds = max(st.Seconds, o.seconds)
	}
	all, fault := l.head.seen()
	if fault != nil {
		st.State, st.Message, st.Hint = report.Crashed, fault.message, fault.hint
		return nil, nil
	}
	over, fresh := l.passedOver()
	if len(fresh) > 0 {
		st.State, st.Message = report.Crashed, "it passes over files of that kind, and this change writes "+oneLine(strings.Join(fresh, ", "), maxFault)
		st.Hint = "write it as .tf, or configure a scanner that reads it: trivy does"
		return nil, nil
	}
	head = l.adapter.raws(all, l.head.tree, words, settings)
	var notes []string
	if len(over) > 0 {
		notes = append(notes, "passes over "+oneLine(strings.Join(over, ", "), maxFault))
	}
	if left := l.head.tree.left; len(left) > 0 {
		notes = append(notes, fmt.Sprintf("left out, each being %s: %s", leftOut, oneLine(strings.Join(left, ", "), maxFault)))
	}
	if l.base != nil {
		if all, fault = l.base.seen(); fault != nil {
			notes = append(notes, "the base could not be scanned, so that all findings count as new: "+fault.message)
		}
		base = l.adapter.raws(all, l.base.tree, nil, settings)
	}
	st.Message = strings.Join(notes, "; ")
	return head, base
}
