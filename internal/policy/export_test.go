// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/layerbot/layerbot/internal/report"
)

// PlanInput is the part of Judge that reads the plan.
var PlanInput = planInput

// Eval is the part of Judge that asks.
func (s *Set) Eval(ctx context.Context, input ast.Value) *report.Policy {
	return s.ask(ctx, s.single, []document{{input: input}})
}
