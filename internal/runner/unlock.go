package runner

import (
	"context"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// Unlock releases the state lock job.LockID. Without one it only says who holds the state: a report with a Failure of
// kind Locked and its Lock. An Unchanged report says that nobody holds it (without a LockID), or that the lock was released. A lock
// with another id than the one held is left alone: the report is Locked.
func (r *Runner) Unlock(ctx context.Context, creds aws.ReadWrite, job Job) (*report.Report, error) {
	panic("being written")
}
