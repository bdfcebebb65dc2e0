// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// Plan reports what applying job.Target would change. It cannot be called with credentials that can change anything.
//
// What goes wrong with the target is a report with status Failed, whose Failure says what to do; an error
// means that ctx was cancelled or that the fault is not the target's. The report is never nil.
func (r *Runner) Plan(ctx context.Context, creds aws.ReadOnly, job Job) (*report.Report, error) {
	return r.conduct(ctx, "plan", creds, job, (*run).plan)
}

// plan takes the run from its preconditions to a complete report.
func (r *run) plan(ctx context.Context) error {
	skipped, err := r.begin(ctx)
	if err != nil {
		return err
	}
	err = r.planOnce(ctx)
	var f *failed
	if skipped && errors.As(err, &f) && f.Kind == report.Broken && ctx.Err() == nil {
		if err := r.init(ctx); err != nil { // perhaps it was needed: a state names providers too
			return err
		}
		return r.planOnce(ctx)
	}
	return err
}

// planArgs are the arguments of `plan`. Nothing in them is parsed by a shell.
func (r *run) planArgs(out string) []string {
	t, mode := r.job.Target, r.job.Mode
	args := []string{"plan", "-json", "-detailed-exitcode", "-input=false", "-lock-timeout=" + r.runner.o.LockTimeout.String(), "-out=" + out}
	if mode.RefreshOnly {
		args = append(args, "-refresh-only")
	}
	if mode.Destroy {
		args = append(args, "-destroy")
	}
	for _, address := range mode.Targets {
		args = append(args, "-target="+address)
	}
	for _, address := range mode.Replace {
		args = append(args, "-replace="+address)
	}
	for _, file := range t.VarFiles {
		args = append(args, "-var-file="+r.runner.path(file))
	}
	return args
}

// planFile is where the run keeps its plan.
func (r *run) planFile() string { return filepath.Join(r.work, "plan") }

// planOnce runs plan and show, completes the report, and has policies judge the plan.
func (r *run) planOnce(ctx context.Context) error { return r.patiently(ctx, r.tryPlan) }

// tryPlan does so unless the state is locked. Show starts as soon as the plan file is complete, beside the end of plan, which
// releases the lock and stops the providers; its result counts only if plan ends well.
func (r *run) tryPlan(ctx context.Context) error {
	r.runner.tell(r.job.Target, "plan")
	r.report.Tool.Providers = installed(r.data())
	reader := r.reader()

	showing, cancel := context.WithCancel(ctx)
	defer cancel()
	var shown chan error
	show := func() {
		shown = make(chan error, 1)
		r.runner.tell(r.job.Target, "read")
		go func() { shown <- r.show(showing, r.planFile(), reader) }()
	}
	out := newStream(r, show)
	stderr := &tail{max: maxLog}
	err := r.program(r.planArgs(r.planFile()), out, stderr).run(ctx)
	if !planned(err, out) {
		cancel()
		if shown != nil {
			<-shown //nolint:errcheck // cancelled: the plan's own fault is what counts
		}
		return r.fault("plan", err, out, stderr.String())
	}
	if shown == nil && !r.nothingToShow(err, out) {
		show()
	}
	if shown != nil {
		if err := <-shown; err != nil {
			return err
		}
	}
	if err := r.complete(reader, out); err != nil {
		return err
	}
	return r.judge(ctx, reader.copy)
}

// planned reports whether plan ended well: with exit code 0 for a plan that does nothing, or 2 for one that does
// something. A program that crashes may end with 2 as well, before it sums up what it planned.
func planned(err error, out *stream) bool {
	var exit *exec.ExitError
	return err == nil || errors.As(err, &exit) && exit.ExitCode() == 2 && out.summed
}

// reader returns a reader for the JSON of this run's plan.
func (r *run) reader() *planReader {
	key := r.job.Key
	if len(key) == 0 {
		key = r.runner.key
	}
	r.print = report.NewFingerprinter(key, r.report.Tool)
	r.print.Places(r.data(), r.runner.root)
	r.print.Ignore(r.job.Volatile)
	if r.verb == "apply" {
		r.print.Against(r.job.Review)
	}
	p := &planReader{runner: r.runner, refreshOnly: r.job.Mode.RefreshOnly, print: r.print, secrets: r.secrets}
	if r.job.Judge != nil {
		p.copy = &planCopy{max: r.runner.maxJudged}
	}
	return p
}

// complete fills the report with what was read.
func (r *run) complete(p *planReader, out *stream) error {
	bad, warnings := split(out.diagnostics)
	if p.errored || len(bad) > 0 {
		return r.fault("plan", errors.New("the plan is marked as failed"), out, "")
	}
	rep := r.report
	rep.Changes, rep.Outputs, rep.Drift = p.changes, p.outputs, p.drift
	rep.RunsCode = r.code(p.code)
	rep.Fingerprint = p.print.Sum(p.time)
	rep.Warnings, rep.Checks = rep.Warnings[:r.noted], nil // those of an earlier plan do not count
	r.checks = p.checks
	r.note(warnings)
	rep.Status = report.Unchanged
	if len(rep.Changes)+len(rep.Outputs) > 0 || r.job.Mode.RefreshOnly && len(rep.Drift) > 0 {
		rep.Status = report.Changed
	}
	return nil
}

// note adds warnings to the report, failed checks apart from the others.
func (r *run) note(warnings []report.Diagnostic) {
	for _, d := range warnings {
		to := &r.report.Warnings
		if d.Summary == "Check block assertion failed" {
			to, d.Address = &r.report.Checks, r.checks[d.Detail]
		}
		d.Summary, d.Detail = r.secrets.clean(d.Summary), r.secrets.clean(d.Detail)
		if !slices.Contains(*to, d) {
			*to = append(*to, d)
		}
	}
}
