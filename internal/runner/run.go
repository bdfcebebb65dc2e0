// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// A run is one target being planned, applied, looked after or unlocked.
type run struct {
	runner   *Runner
	verb     string // "plan", "apply", "drift", "unlock"
	job      Job
	creds    map[string]string
	report   *report.Report
	found    *layer.Inspection // what the layer is made of
	runsCode bool              // it, or a module from elsewhere, may hold what runs code
	secrets  *secrets

	dir     string // the root module, absolute
	work    string // private folder of the run
	staging string // its plugin cache; "" when there is none
	place   *place
	tool    tool
	env     []string
	print   *report.Fingerprinter // of the last plan
	checks  map[string]string     // of the last plan: message → address
	noted   int                   // how many of the report's warnings are not the plan's
	limit   *time.Timer           // ends the run; nil when there is no time limit
	half    []string              // what an apply left of replacements, of which it carried out one half
}

// credentials are those of either kind.
type credentials interface {
	Environ() map[string]string
	Secrets() []string
}

// conduct has work done on one target, and returns the report on it. What goes wrong with the target is in the
// report; an error means that ctx was cancelled or that the fault is not the target's.
func (r *Runner) conduct(ctx context.Context, verb string, creds credentials, job Job, work func(*run, context.Context) error) (*report.Report, error) {
	start := time.Now()
	defer r.tell(job.Target, "done")
	r.hide(creds.Secrets())

	x := &run{runner: r, verb: verb, job: job, creds: creds.Environ(), secrets: newSecrets(job.Sensitive), report: &report.Report{
		Version: report.Version, Target: job.Target, Head: job.Head, Mode: job.Mode, Deleted: job.Deleted,
	}}
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if r.o.Timeout > 0 {
		x.limit = time.AfterFunc(r.o.Timeout, func() { cancel(errTimeout) })
		defer x.limit.Stop()
	}
	err := work(x, limited)
	if end := x.end(); x.report.Status != report.Applied {
		err = errors.Join(err, end)
	} else if end != nil { // what was applied stays applied
		r.o.Log.Warn("the private folder of a run could not be removed", "target", job.Target.ID(), "error", r.redact(end.Error()))
	}
	x.report.Seconds = time.Since(start).Seconds()
	if err == nil {
		return x.report, nil
	}

	f := x.explain(limited, err)
	x.fail(f)
	r.o.Log.Debug(verb+" failed", "target", job.Target.ID(), "kind", f.Kind, "error", r.redact(err.Error()))
	if ctx.Err() != nil {
		return x.report, fmt.Errorf("%s %s: %w", verb, job.Target.ID(), context.Cause(ctx))
	}
	if f.Kind == report.Internal {
		return x.report, fmt.Errorf("%s %s: %w", verb, job.Target.ID(), err)
	}
	return x.report, nil
}

// hide has the redactor remove secrets, telling it of each only once.
func (r *Runner) hide(secrets []string) {
	for _, s := range secrets {
		if r.redact(s) == s {
			r.o.Redactor.Add(s)
		}
	}
}

// fail has the report say f. Without an apply that was begun it then says only why there is no plan.
func (r *run) fail(f *report.Failure) {
	old := r.report
	if old.Apply != nil {
		old.Status, old.Failure = report.Failed, f
		f.Message = r.progress() + ", then: " + f.Message
		return
	}
	r.report = &report.Report{
		Version: old.Version, Target: old.Target, Head: old.Head, Mode: old.Mode, Tool: old.Tool,
		Seconds: old.Seconds, Deleted: old.Deleted, Warnings: old.Warnings, Status: report.Failed, Failure: f,
	}
}

// begin takes the run from its preconditions to where Terraform can work in the layer. skipped says that init was
// left out, because there seemed to be nothing to initialise.
func (r *run) begin(ctx context.Context) (skipped bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if err := r.sound(); err != nil {
		return false, err
	}
	if err := r.inspect(); err != nil {
		return false, err
	}
	if err := r.open(ctx); err != nil {
		return false, err
	}
	r.warnings()
	if r.nothingToInit() {
		return true, nil
	}
	return false, r.init(ctx)
}

// open takes what the run needs: its place, its private folder, its program and its environment.
func (r *run) open(ctx context.Context) (err error) {
	if r.place, err = r.runner.places.enter(r.dir); err != nil {
		return err
	}
	if r.work, err = os.MkdirTemp(r.runner.work, "run-"); err != nil { // mode 0700
		return err
	}
	if r.tool, err = r.runner.tools.find(ctx, r.job, r.dir); err != nil {
		return err
	}
	r.report.Tool = report.Tool{Name: r.tool.name, Version: r.tool.version.String()}

	env := maps.Clone(r.runner.base)
	r.pass(env)
	maps.Copy(env, r.creds)
	for name, value := range r.job.Inputs {
		env["TF_VAR_"+name] = value
	}
	env["TF_DATA_DIR"] = r.data()
	env["TMPDIR"] = r.work
	if r.job.Target.Workspace != "" {
		env["TF_WORKSPACE"] = r.job.Target.Workspace
	}
	if err := r.restrict(env); err != nil {
		return err
	}
	if env["TF_PLUGIN_CACHE_DIR"] == "" {
		if r.staging, err = r.runner.store.stage(string(r.place.lock)); err != nil {
			return err
		}
		env["TF_PLUGIN_CACHE_DIR"] = r.staging
		if r.place.lock == nil {
			env["TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"] = "1" // there is none to break
		}
	}
	r.env = pairs(env)
	return nil
}

// data is Terraform's data folder.
func (r *run) data() string { return filepath.Join(r.work, "data") }

// end removes what the run left behind.
func (r *run) end() error {
	var errs []error
	for _, dir := range []string{r.work, r.staging} {
		if dir != "" {
			errs = append(errs, os.RemoveAll(dir))
		}
	}
	if name := r.job.Target.Workspace; name != "" { // a local backend made a folder for it; one that holds a state stays
		states := filepath.Join(r.dir, "terraform.tfstate.d")
		_, _ = os.Remove(filepath.Join(states, name)), os.Remove(states)
	}
	if r.place != nil {
		errs = append(errs, r.runner.places.leave(r.place))
	}
	return errors.Join(errs...)
}

// path returns a file of the repository as an absolute path.
func (r *Runner) path(file string) string { return filepath.Join(r.root, filepath.FromSlash(file)) }

// program is a run of the target's program.
func (r *run) program(args []string, out, err io.Writer) command {
	return command{
		path: r.tool.path, args: args, dir: r.dir, env: r.env, out: out, err: err,
		apart: !r.runner.o.Local, joined: r.runner.joined,
	}
}

// do runs the program to its end. The first of args is the step that is at fault when it fails.
func (r *run) do(ctx context.Context, args ...string) error {
	out, stderr := newStream(r, nil), &tail{max: maxLog}
	if err := r.program(args, out, stderr).run(ctx); err != nil {
		return r.fault(args[0], err, out, stderr.String())
	}
	return nil
}
