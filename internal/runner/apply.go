// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// Apply plans job.Target again and, in the same run, applies that very plan file if it is what reviewers saw (the
// same, a refinement or a remainder), or if the job accepts any plan. Otherwise it changes nothing and returns a report
// with status Stopped: its Failure is Stale or Unreviewed, its Changes show the plan, its Differences what changed
// since review. A plan that does nothing is Unchanged, whether it was reviewed or not; its report has no Apply, and
// so no outputs. A plan that policies deny is Stopped, too, with a Failure that is Refused, whatever was reviewed or is
// accepted; one that does nothing is not.
//
// As with Plan, what goes wrong with the target is in the report, which is never nil; what was carried out before it
// went wrong is in its Apply. When ctx ends, Terraform is interrupted at once and has time to save its state. A state
// that cannot be stored is tried again, then kept encrypted in job.Keep; nothing of it stays in the checkout, but on
// a person's own machine (Options.Local).
func (r *Runner) Apply(ctx context.Context, creds aws.ReadWrite, job Job) (*report.Report, error) {
	return r.conduct(ctx, "apply", creds, job, (*run).apply)
}

// apply takes the run from its preconditions to a layer that is as planned.
func (r *run) apply(ctx context.Context) error {
	if t := r.job.Target; t.Backend == "" && t.Problem == nil && !r.runner.o.Local {
		return broken("add a backend block, so that the state outlives this job", "%s has no backend: nothing would remember what was applied", t.ID())
	}
	if err := r.recoverable(); err != nil {
		return err
	}
	err := r.plan(ctx)
	if err == nil && r.granted() {
		err = r.carryOut(ctx)
	}
	if stale(err) {
		if err = r.planOnce(ctx); err == nil && r.granted() {
			err = r.carryOut(ctx)
		}
	}
	return r.withSerial(ctx, err)
}

// stale reports whether err says that the state was changed between plan and apply: nothing was applied.
func stale(err error) bool {
	var f *failed
	is := func(d report.Diagnostic) bool { return d.Summary == "Saved plan is stale" }
	return errors.As(err, &f) && slices.ContainsFunc(f.Diagnostics, is)
}

// granted compares the plan with the reviewed one and reports whether it is to be carried out. If it is not, the
// report is complete.
func (r *run) granted() bool {
	rep := r.report
	rep.Verdict, rep.Differences = r.print.Compare()
	objection := r.objection()
	switch {
	case rep.Status == report.Unchanged:
		return false
	case objection != nil:
		rep.Status, rep.Failure = report.Stopped, objection
		return false
	case r.job.Accept || rep.Verdict == report.Same || rep.Verdict == report.Refined || rep.Verdict == report.Remainder:
		return true
	}
	accept := r.command("apply")
	rep.Status, rep.Failure = report.Stopped, &report.Failure{
		Kind:    report.Stale,
		Message: "this is not the plan that was reviewed: nothing was applied",
		Hint:    "see below what changed since review; accept it with " + accept + ", or revert the change, or open a pull request that is planned anew",
	}
	if r.job.Review == nil || r.job.Review.Fingerprint == nil {
		rep.Failure.Kind = report.Unreviewed
		rep.Failure.Message = "nobody reviewed this plan: nothing was applied"
		rep.Failure.Hint = "see below what it would do; accept it with " + accept + ", or revert the change and open a pull request"
	}
	return false
}

// carryOut applies the plan file, and says in the report what was done.
func (r *run) carryOut(ctx context.Context) error {
	r.place.apply.Lock()
	defer r.place.apply.Unlock()
	if err := r.nothingUnstored(); err != nil {
		return err
	}
	if r.limit != nil {
		r.limit.Stop() // to be interrupted is worse than to be slow
	}
	r.runner.tell(r.job.Target, "apply")
	return r.patiently(ctx, r.tryApply)
}

// tryApply carries the plan file out unless the state is locked.
func (r *run) tryApply(ctx context.Context) error {
	out := newStream(r, nil)
	stderr := &tail{max: maxLog}
	args := []string{"apply", "-json", "-input=false", "-lock-timeout=" + r.runner.o.LockTimeout.String(), r.planFile()}
	err := r.program(args, out, stderr).run(ctx)
	if bad, _ := split(out.diagnostics); err == nil && len(bad) == 0 {
		r.applied(ctx, out)
		return nil
	}
	unstored := r.unstored()
	fault := r.fault("apply", err, out, stderr.String())
	if out.begun || unstored {
		r.report.Apply = &report.Apply{Done: r.done(out, crashed(err))}
		r.half = r.halves(out)
	}
	if unstored {
		return r.rescue(ctx, out, fault)
	}
	return fault
}

// applied says that the whole plan was carried out. Of checks, what they say now is what counts.
func (r *run) applied(ctx context.Context, out *stream) {
	_, warnings := split(out.diagnostics)
	r.report.Checks = nil
	r.note(warnings)
	r.report.Status, r.report.Apply = report.Applied, &report.Apply{Done: r.all(), Outputs: r.cleaned(ctx, out.outputs)}
}

// all returns the addresses of the changes that an apply carries out.
func (r *run) all() []string { return r.those(func(report.Change) bool { return true }) }

// done returns the addresses of those that were carried out. What only concerns the state (moves, imports, what is
// forgotten) is not told of by Terraform; it is done once the state is saved, so unless the program crashed.
func (r *run) done(out *stream, crashed bool) []string {
	return r.those(func(c report.Change) bool {
		is := func(action report.Action) bool { return out.complete[string(action)+" "+c.Address] }
		switch c.Action {
		case report.NoOp, report.Forget:
			return !crashed
		case report.Replace:
			return is(report.Create) && is(report.Delete)
		default:
			return is(c.Action)
		}
	})
}

// those returns the addresses of the changes that an apply carries out and which admits.
func (r *run) those(which func(report.Change) bool) []string {
	out := []string{}
	for _, c := range r.report.Changes {
		if c.Action != report.Read && c.Deferred == "" && which(c) {
			out = append(out, c.Address)
		}
	}
	return out
}

// halves says of each replacement that was carried out by half what is left of it.
func (r *run) halves(out *stream) (left []string) {
	for _, c := range r.report.Changes {
		created, deleted := out.complete[string(report.Create)+" "+c.Address], out.complete[string(report.Delete)+" "+c.Address]
		switch {
		case c.Action != report.Replace || created == deleted:
		case deleted:
			left = append(left, c.Address+" was destroyed and not created again")
		default:
			left = append(left, c.Address+" was created anew and its old object is still there")
		}
	}
	return left
}

// progress says how far the apply came: "3 of 7 changes were carried out", and what it left half done.
func (r *run) progress() string {
	const few = 5
	text := fmt.Sprintf("%d of %d changes were carried out", len(r.report.Apply.Done), len(r.all()))
	for _, left := range r.half[:min(len(r.half), few)] {
		text += ", " + left
	}
	if more := len(r.half) - few; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}
