package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// Plan reports what applying job.Target would change. It cannot be called with credentials that can change anything.
//
// What goes wrong with the target is a report with status Failed, whose Failure says what to do; an error
// means that ctx was cancelled or that the fault is not the target's. The report is never nil.
func (r *Runner) Plan(ctx context.Context, creds aws.ReadOnly, job Job) (*report.Report, error) {
	start := time.Now()
	defer r.tell(job.Target, "done")
	r.hide(creds.Secrets())

	limited := ctx
	if r.o.Timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeoutCause(ctx, r.o.Timeout, errTimeout)
		defer cancel()
	}
	x := &run{runner: r, job: job, creds: creds.Environ(), report: &report.Report{
		Version: report.Version, Target: job.Target, Head: job.Head, Mode: job.Mode, Deleted: job.Deleted,
	}}
	err := errors.Join(x.plan(limited), x.end())
	x.report.Seconds = time.Since(start).Seconds()
	if err == nil {
		return x.report, nil
	}

	f := x.explain(limited, err)
	x.fail(f)
	r.o.Log.Debug("plan failed", "target", job.Target.ID(), "kind", f.Kind, "error", r.redact(err.Error()))
	if ctx.Err() != nil {
		return x.report, fmt.Errorf("plan %s: %w", job.Target.ID(), context.Cause(ctx))
	}
	if f.Kind == report.Internal {
		return x.report, fmt.Errorf("plan %s: %w", job.Target.ID(), err)
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

// A run is one target being planned.
type run struct {
	runner *Runner
	job    Job
	creds  map[string]string
	report *report.Report

	dir     string // the root module, absolute
	work    string // private folder of the run
	staging string // its plugin cache; "" when there is none
	place   *place
	tool    tool
	env     []string
}

// fail turns the report into one that says only why there is no plan.
func (r *run) fail(f *report.Failure) {
	old := r.report
	r.report = &report.Report{
		Version: old.Version, Target: old.Target, Head: old.Head, Mode: old.Mode, Tool: old.Tool,
		Seconds: old.Seconds, Deleted: old.Deleted, Warnings: old.Warnings, Status: report.Failed, Failure: f,
	}
}

// plan takes the run from its preconditions to a complete report.
func (r *run) plan(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := r.sound(); err != nil {
		return err
	}
	if err := r.open(ctx); err != nil {
		return err
	}
	r.warnings()
	skipped := r.nothingToInit()
	if !skipped {
		if err := r.init(ctx); err != nil {
			return err
		}
	}
	err := r.planOnce(ctx)
	var f *failed
	if skipped && errors.As(err, &f) && f.Kind == report.Broken && ctx.Err() == nil {
		if err := r.init(ctx); err != nil { // perhaps it was needed: a state names providers too
			return err
		}
		return r.planOnce(ctx)
	}
	return err
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
	maps.Copy(env, r.creds)
	env["TF_DATA_DIR"] = r.data()
	env["TMPDIR"] = r.work
	if r.job.Target.Workspace != "" {
		env["TF_WORKSPACE"] = r.job.Target.Workspace
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

// path returns a file of the repository as an absolute path.
func (r *Runner) path(file string) string { return filepath.Join(r.root, filepath.FromSlash(file)) }

// planOnce runs plan and show, and completes the report. Show starts as soon as the plan file is complete, beside the
// end of plan, which releases the lock and stops the providers; its result counts only if plan ends well.
func (r *run) planOnce(ctx context.Context) error {
	r.runner.tell(r.job.Target, "plan")
	file := filepath.Join(r.work, "plan")
	r.report.Tool.Providers = installed(r.data())
	reader := r.reader()

	showing, cancel := context.WithCancel(ctx)
	defer cancel()
	var shown chan error
	show := func() {
		shown = make(chan error, 1)
		r.runner.tell(r.job.Target, "read")
		go func() { shown <- r.show(showing, file, reader) }()
	}
	out := newStream(r, show)
	stderr := &tail{max: maxLog}
	err := r.program(r.planArgs(file), out, stderr).run(ctx)
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
	return r.complete(reader, out)
}

// planned reports whether plan ended well: with exit code 0 for a plan that does nothing, or 2 for one that does
// something. A program that crashes may end with 2 as well, before it sums up what it planned.
func planned(err error, out *stream) bool {
	var exit *exec.ExitError
	return err == nil || errors.As(err, &exit) && exit.ExitCode() == 2 && out.summed
}

// program is a run of the target's program.
func (r *run) program(args []string, out, err io.Writer) command {
	return command{
		path: r.tool.path, args: args, dir: r.dir, env: r.env, out: out, err: err,
		apart: !r.runner.o.Local, joined: r.runner.joined,
	}
}

// reader returns a reader for the JSON of this run's plan.
func (r *run) reader() *planReader {
	key := r.job.Key
	if len(key) == 0 {
		key = r.runner.key
	}
	return &planReader{
		runner: r.runner, refreshOnly: r.job.Mode.RefreshOnly,
		print: report.NewFingerprinter(key, r.report.Tool),
	}
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
	for _, d := range warnings {
		if d.Summary == "Check block assertion failed" {
			d.Address = p.checks[d.Detail]
			rep.Checks = append(rep.Checks, d)
		} else {
			rep.Warnings = append(rep.Warnings, d)
		}
	}
	rep.Status = report.Unchanged
	if len(rep.Changes)+len(rep.Outputs) > 0 || r.job.Mode.RefreshOnly && len(rep.Drift) > 0 {
		rep.Status = report.Changed
	}
	return nil
}
