// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/layerbot/layerbot/internal/report"
)

// A survey is the rules that are asked at once, of one input, so that what they share is worked out once.
type survey struct {
	rules rules // none: nothing is asked
	text  rules // all that there are, counted or not, in the order of files and lines
	query rego.PreparedEvalQuery
}

// A document is an input, and what its decisions are about where they do not say.
type document struct {
	input         ast.Value
	address, file string
}

// prepare makes a survey of rules.
func prepare(ctx context.Context, c *ast.Compiler, store storage.Store, asked, text rules) (*survey, error) {
	s := &survey{text: text}
	if asked.clauses() == 0 {
		return s, nil
	}
	s.rules = asked
	var parts []string
	for _, r := range asked {
		parts = append(parts, fmt.Sprintf("[said | said := %s]", r.ref)) // empty where it is undefined
	}
	q := rego.New(rego.Compiler(c), rego.Store(store), rego.StackTraces(true), rego.Query("["+strings.Join(parts, ", ")+"]"))
	var err error
	if s.query, err = q.PrepareForEval(ctx); err != nil {
		return nil, fmt.Errorf("prepare policies: %w", err)
	}
	return s, nil
}

// ask puts documents before the rules of a survey, one by one, within the timeout for all of them.
func (s *Set) ask(ctx context.Context, q *survey, docs []document) *report.Policy {
	if q == nil {
		return failed("the policies were not compiled", "compile them")
	}
	if len(q.rules) == 0 {
		return result(nil, 0)
	}
	within, cancel := context.WithTimeout(ctx, s.timeout())
	defer cancel()
	var all []report.Decision
	for _, d := range docs {
		decisions, err := q.eval(within, d)
		if err := cmp.Or(err, within.Err()); err != nil {
			return failed(s.why(ctx, err), "nothing is allowed until the policies can be asked: mend them on the base branch, where they are taken from, then plan again")
		}
		all = append(all, decisions...)
	}
	return result(all, q.rules.clauses())
}

// eval returns what the rules say of one document.
func (s *survey) eval(ctx context.Context, d document) ([]report.Decision, error) {
	var stumbles []topdown.Error
	rs, err := s.query.Eval(ctx, rego.EvalParsedInput(d.input), rego.EvalBuiltinErrorList(&stumbles))
	if err != nil {
		return nil, err
	}
	if len(rs) != 1 || len(rs[0].Expressions) != 1 {
		return nil, errors.New("the policies gave no answer")
	}
	answers, ok := rs[0].Expressions[0].Value.([]any)
	if !ok || len(answers) != len(s.rules) {
		return nil, errors.New("the policies gave no answer")
	}
	all := s.warnings(stumbles)
	exempt := s.exempt(answers)
	for i, r := range s.rules {
		said, _ := answers[i].([]any)
		if r.kind == exception {
			continue
		}
		for _, value := range said {
			decisions, err := r.decisions(value)
			if err != nil {
				return nil, err
			}
			if exempt[r.exemption()] {
				decisions = excepted(decisions)
			}
			all = append(all, decisions...)
		}
	}
	for i := range all {
		if all[i].Address == "" {
			all[i].Address = d.address
		}
		all[i].File = d.file
	}
	return all, nil
}

// why says why policies could not be asked.
func (s *Set) why(ctx context.Context, err error) string {
	fault := &topdown.Error{Message: err.Error()}
	errors.As(err, &fault)
	switch {
	case ctx.Err() != nil:
		return "the policies were not asked to the end: " + context.Cause(ctx).Error()
	case topdown.IsCancel(err) || errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("%s took longer than %s", where(fault), s.timeout().Round(time.Millisecond))
	}
	return where(fault) + ": " + fault.Message
}

// where returns the place in a policy that a fault arose at.
func where(fault *topdown.Error) string {
	if fault.Location != nil && fault.Location.File != "" {
		return place(fault.Location.File, fault.Location.Row)
	}
	for _, frame := range fault.StackTrace {
		if frame.Location != nil && frame.Location.File != "" {
			return place(frame.Location.File, frame.Location.Row)
		}
	}
	return "the policies"
}
