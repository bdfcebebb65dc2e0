// SPDX-License-Identifier: Apache-2.0

package report

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// What a policy's word may hold.
const (
	maxMessage = 4 << 10
	maxLines   = 10_000_000
)

// check returns what keeps p from being a sound word of policies.
func (p *Policy) check() error {
	if p == nil {
		return nil
	}
	switch {
	case p.Rules < 0 || p.Omitted < 0:
		return errors.New("a number of the policies is negative")
	case len(p.Decisions) > MaxDecisions:
		return errors.New("there are too many decisions")
	case p.Failure != "" && len(p.Decisions) > 0:
		return errors.New("the policies were not asked, yet they decided")
	case len(p.Failure) > maxMessage || len(p.Hint) > maxMessage:
		return errors.New("why the policies were not asked is too long")
	}
	for i := range p.Decisions {
		if err := p.Decisions[i].check(); err != nil {
			return err
		}
	}
	return nil
}

func (d *Decision) check() error {
	switch {
	case d.Kind != Deny && d.Kind != Violation && d.Kind != Warn:
		return fmt.Errorf("unknown kind of decision %.100q", d.Kind)
	case d.Severity != "" && d.Severity.Rank() == 0:
		return fmt.Errorf("unknown severity %.100q", d.Severity)
	case max(len(d.Package), len(d.Rule), len(d.Address), len(d.Message), len(d.Source)) > maxMessage:
		return errors.New("a decision is too long")
	case d.File != "" && !fs.ValidPath(d.File) || len(d.File) > maxAddress || d.Line < 0 || d.Line > maxLines:
		return fmt.Errorf("a decision is about no place: %.100q", d.File)
	case len(d.Targets) > 0 && len(strings.Join(d.Targets, "")) > maxMessage:
		return errors.New("a decision is about too many targets")
	}
	return nil
}
