// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// Drift plans job.Target twice, refresh-only and as it is: Drift of the report is everything that was changed outside
// Terraform, Changes and Outputs are what an apply would do now. Status is Unchanged only if all three are empty.
// Policies are not asked.
func (r *Runner) Drift(ctx context.Context, creds aws.ReadOnly, job Job) (*report.Report, error) {
	job.Judge = nil
	return r.conduct(ctx, "drift", creds, job, (*run).drift)
}

func (r *run) drift(ctx context.Context) error {
	r.job.Mode = report.Mode{RefreshOnly: true}
	if err := r.plan(ctx); err != nil {
		return err
	}
	outside := r.report.Drift
	r.job.Mode = report.Mode{}
	if err := r.planOnce(ctx); err != nil {
		return err
	}
	r.report.Mode, r.report.Drift = r.job.Mode, outside
	if len(outside) > 0 {
		r.report.Status = report.Changed
	}
	return nil
}
