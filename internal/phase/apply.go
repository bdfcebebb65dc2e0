// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
)

// Apply applies the jobs of a ticket wave by wave, or releases their locks if that is its work, and leaves one report
// for each in b.Out. Jobs of earlier waves that others ran left theirs in before, which may be nil. A job is only begun when
// everything that it builds on and that this ticket applies is applied; else its report says what it waits for.
func Apply(ctx context.Context, b Bench, from Writers, t *Ticket, jobs []Job, before fs.FS) (err error) {
	w, err := b.enter(ctx, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.leave()) }()
	if t.Work == Unlocking {
		return craft[aws.ReadWrite]{shop: w, creds: from.Credentials,
			do: func(ctx context.Context, tf Terraform, creds aws.ReadWrite, work runner.Job, _ Job) (*report.Report, error) {
				work.LockID = t.Command.LockID
				return tf.Unlock(ctx, creds, work)
			},
		}.each(ctx, jobs)
	}
	return w.apply(ctx, from, jobs, before)
}

// apply does what Apply says, of jobs to be applied.
func (w *workshop) apply(ctx context.Context, from Writers, jobs []Job, before fs.FS) (err error) {
	applying := craft[aws.ReadWrite]{shop: w, creds: from.Credentials, do: w.applyOne}
	for _, wave := range Waves(jobs) {
		ready, rerr := w.ready(wave, before)
		err = errors.Join(err, rerr, applying.each(ctx, ready))
	}
	return err
}

// applyOne applies one target, if what is planned may be applied.
func (w *workshop) applyOne(ctx context.Context, tf Terraform, creds aws.ReadWrite, work runner.Job, j Job) (*report.Report, error) {
	work.Recipients = j.Apply.Recipients
	if j.Apply.Hold == nil {
		work.Review, work.Accept = j.Apply.Review, j.Apply.Accept
	}
	r, err := tf.Apply(ctx, creds, work)
	if h := j.Apply.Hold; h != nil && r != nil && r.Status == report.Stopped {
		return failed(w.ticket, j, h.Kind, h.Message, h.Hint), err
	}
	explain(r, j)
	return r, err
}

// Approve returns those of the jobs that have something to do, each for the very plan that somebody saw and said yes
// to: one report a job, in order.
func Approve(jobs []Job, seen []report.Report) []Job {
	var out []Job
	for i, j := range jobs {
		if seen[i].Status == report.Changed {
			order := *j.Apply
			order.Review = &report.Review{Fingerprint: seen[i].Fingerprint}
			j.Apply = &order
			out = append(out, j)
		}
	}
	return out
}

// Waves returns the jobs in groups, those that come first first.
func Waves(jobs []Job) [][]Job {
	sorted := slices.SortedStableFunc(slices.Values(jobs), func(a, b Job) int { return cmp.Compare(a.Apply.Wave, b.Apply.Wave) })
	var out [][]Job
	for i, j := range sorted {
		if i == 0 || j.Apply.Wave != sorted[i-1].Apply.Wave {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], j)
	}
	return out
}

// ready returns those of a wave that may begin, and keeps a report of each of the others.
func (w *workshop) ready(wave []Job, before fs.FS) (ready []Job, err error) {
	for _, j := range wave {
		held := w.obstacle(j, before)
		if held == nil {
			ready = append(ready, j)
			continue
		}
		err = errors.Join(err, w.keep(held))
	}
	return ready, err
}

// obstacle returns the report of a job that must not begin, nil of one that may.
func (w *workshop) obstacle(j Job, before fs.FS) *report.Report {
	if h := j.Apply.Hold; j.Apply.Idle() {
		return failed(w.ticket, j, h.Kind, h.Message, h.Hint)
	}
	var waits []string
	for _, id := range j.Apply.Upstream {
		if !w.applied(id, os.DirFS(w.Out)) && (before == nil || !w.applied(id, before)) {
			waits = append(waits, id)
		}
	}
	if len(waits) == 0 {
		return nil
	}
	return failed(w.ticket, j, report.Blocked,
		"not begun: what it builds on was not applied ("+strings.Join(waits, ", ")+")",
		"see what is said of that; once it is applied, `/apply` goes on with what is left")
}

// applied reports whether the job of an ID left a good report.
func (w *workshop) applied(id string, left fs.FS) bool {
	up, err := w.ticket.Job(id)
	if err != nil {
		return false
	}
	reports, err := report.ReadAll(left, []layer.Target{up.Target})
	return err == nil && reports[0].Head == w.ticket.Head && good(&reports[0])
}

// good reports whether a target is as its configuration says.
func good(r *report.Report) bool { return r.Status == report.Applied || r.Status == report.Unchanged }

// explain says of a lock that it was left by an apply that has no end, if there is one.
func explain(r *report.Report, j Job) {
	if r == nil || r.Failure == nil || r.Failure.Kind != report.Locked || j.Apply.Unfinished == "" {
		return
	}
	id := ""
	if r.Failure.Lock != nil {
		id = r.Failure.Lock.ID
	}
	r.Failure.Message = fmt.Sprintf("an earlier apply of this target was interrupted (%s): %s", j.Apply.Unfinished, r.Failure.Message)
	r.Failure.Hint = fmt.Sprintf("investigate: see that run's log, and whether it is really over; then release the lock with `/unlock %s %s --lock-id %s` and comment `/apply`",
		layer.Short(j.Target.Layer), j.Target.Env, id)
}
