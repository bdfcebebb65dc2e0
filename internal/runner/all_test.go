// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// runAll plans the jobs, at most parallel at a time (0: one for each core), and calls done with each report as
// it arrives, from one goroutine at a time. Every job gets its report, also when ctx ends. It returns the first
// error that Plan returned, after all have ended.
func runAll(ctx context.Context, r *Runner, creds aws.ReadOnly, jobs []Job, parallel int, done func(*report.Report)) error {
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	var group errgroup.Group
	group.SetLimit(parallel)
	var mu sync.Mutex
	for _, job := range jobs {
		group.Go(func() error {
			rep, err := r.Plan(ctx, creds, job)
			mu.Lock()
			defer mu.Unlock()
			done(rep)
			return err
		})
	}
	return group.Wait()
}
