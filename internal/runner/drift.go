package runner

import (
	"context"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// Drift plans job.Target twice, refresh-only and as it is: Drift of the report is everything that was changed outside
// Terraform, Changes and Outputs are what an apply would do now. Status is Unchanged only if both are empty.
func (r *Runner) Drift(ctx context.Context, creds aws.ReadOnly, job Job) (*report.Report, error) {
	panic("being written")
}
