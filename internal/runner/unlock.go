// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"errors"
	"strings"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// Unlock releases the state lock job.LockID. Without one it only says who holds the state: a report with a Failure of
// kind Locked and its Lock. An Unchanged report says that nobody holds it, or that the lock was released. A lock with
// another id than the one held is left alone: the report is Locked.
func (r *Runner) Unlock(ctx context.Context, creds aws.ReadWrite, job Job) (*report.Report, error) {
	return r.conduct(ctx, "unlock", creds, job, (*run).unlock)
}

func (r *run) unlock(ctx context.Context) error {
	id := r.job.LockID
	if id != "" && !lockID.MatchString(id) {
		return broken("the id stands where the lock is reported: letters, digits and hyphens; "+r.command("unlock")+" shows it",
			"%.100q is no lock id", id)
	}
	if _, err := r.begin(ctx); err != nil {
		return err
	}
	err := r.tryLock(ctx)
	var f *failed
	if id != "" && errors.As(err, &f) && f.Kind == report.Locked && f.Lock.ID == id {
		err = r.do(ctx, "force-unlock", "-force", id)
	}
	if err != nil {
		return err
	}
	r.report.Status = report.Unchanged
	return nil
}

// tryLock takes the state lock and releases it. Of all commands that lock, the one that says of a resource that it is
// sound does least: it asks neither providers nor variables, and writes nothing if the state has no such resource.
func (r *run) tryLock(ctx context.Context) error {
	out, stderr := newStream(r, nil), &tail{max: maxLog}
	args := []string{"untaint", "-no-color", "-allow-missing", "-lock-timeout=0s", "terraform_data.layerbot_asks_who_holds_the_lock"}
	err := r.program(args, out, stderr).run(ctx)
	if err == nil {
		return nil
	}
	if text := stderr.String() + "\n" + out.log.String(); strings.Contains(text, lockError) {
		out.diagnostics = []report.Diagnostic{{Severity: "error", Summary: lockError, Detail: r.text(text)}}
	}
	return r.fault("untaint", err, out, stderr.String())
}
