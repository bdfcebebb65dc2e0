package runner

import (
	"context"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// Apply plans job.Target again and, in the same run, applies that very plan file if it is what reviewers saw (the same,
// a refinement or a remainder), if it does nothing but move or output, or if the job accepts any plan. Otherwise it changes nothing and returns a
// report with status Stopped: its Failure is Stale or Unreviewed, its Changes show the plan, its Differences what changed since
// review. A plan that does nothing is Unchanged, whether it was reviewed or not.
//
// As with Plan, what goes wrong with the target is in the report, which is never nil; what was carried out before it
// went wrong is in its Apply. When ctx ends, Terraform is interrupted at once and has time to save its state.
func (r *Runner) Apply(ctx context.Context, creds aws.ReadWrite, job Job) (*report.Report, error) {
	panic("being written")
}
