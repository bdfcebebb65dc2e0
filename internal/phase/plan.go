// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"errors"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
)

// Plan plans the jobs of a ticket with credentials that cannot change anything, and leaves one report for each in
// b.Out. What goes wrong with one target is in its report; the error is one that concerns them all.
func Plan(ctx context.Context, b Bench, from Readers, t *Ticket, jobs []Job) (err error) {
	w, err := b.enter(ctx, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.leave()) }()
	return craft[aws.ReadOnly]{shop: w, creds: from.Credentials,
		do: func(ctx context.Context, tf Terraform, creds aws.ReadOnly, work runner.Job, _ Job) (*report.Report, error) {
			return tf.Plan(ctx, creds, work)
		},
	}.each(ctx, jobs)
}
