package runner

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// maxLog is how much of a program's output a failure keeps, in bytes.
const maxLog = 16 << 10

// failed is a fault of the target: it becomes the Failure of its report.
type failed struct {
	report.Failure
	first bool // it counts even where the run was cancelled
}

func (f *failed) Error() string { return f.Message }

// Hint says what to do next.
func (f *failed) Hint() string { return f.Failure.Hint }

// broken returns a fault that the target's files are the cause of.
func broken(hint, format string, args ...any) error {
	return &failed{Failure: report.Failure{Kind: report.Broken, Message: fmt.Sprintf(format, args...), Hint: hint}}
}

// explain returns what err means for the people of the pull request.
func (r *run) explain(ctx context.Context, err error) *report.Failure {
	var own *failed
	var tool *ToolError
	isOwn := errors.As(err, &own)
	switch {
	case isOwn && own.first:
		return &own.Failure
	case errors.Is(context.Cause(ctx), errTimeout):
		return &report.Failure{
			Kind:    report.Interrupted,
			Message: fmt.Sprintf("the %s took longer than %s and was stopped", r.noun(), r.runner.o.Timeout),
			Hint:    r.again() + "; if it is always this slow, raise the time limit",
		}
	case ctx.Err() != nil:
		return &report.Failure{Kind: report.Interrupted, Message: "the run was cancelled", Hint: r.again()}
	case isOwn:
		return &own.Failure
	case errors.As(err, &tool):
		return &report.Failure{Kind: report.Broken, Message: tool.Error(), Hint: tool.Hint()}
	}
	return &report.Failure{Kind: report.Internal, Message: r.text(err.Error()), Hint: "see the log of the run"}
}

// errTimeout is the cause of a context that ended by Options.Timeout.
var errTimeout = errors.New("time limit")

// command returns a command on the target as people write it: "`/plan compute prod`".
func (r *run) command(verb string, flags ...string) string {
	words := append([]string{"/" + verb, layer.Short(r.job.Target.Layer), r.job.Target.Env}, flags...)
	return "`" + strings.Join(words, " ") + "`"
}

// noun says what the run does. Looking for drift is planning.
func (r *run) noun() string {
	if r.verb == "drift" {
		return "plan"
	}
	return r.verb
}

// again says how the run is repeated.
func (r *run) again() string {
	if r.verb == "drift" {
		return "look for drift again, as the next scheduled run does by itself"
	}
	return r.verb + " again with " + r.command(r.verb)
}

// fault returns why a program that ended with err failed, from what it said.
func (r *run) fault(step string, err error, out *stream, stderr string) error {
	bad, _ := split(out.diagnostics)
	f := report.Failure{Kind: report.Broken, Diagnostics: bad, Log: r.log(out, stderr)}
	switch {
	case len(bad) == 0 && crashed(err) && step == "apply":
		f.Kind = report.Interrupted
		f.Message = fmt.Sprintf("%s crashed during apply (%v)", r.tool.name, err)
		f.Hint = "the state may lack what was done last, and its lock may still be held: see what exists, let " + r.command("unlock") +
			" say who holds the lock, then " + r.again()
	case len(bad) == 0 && crashed(err):
		f.Message = fmt.Sprintf("%s crashed during %s (%v)", r.tool.name, step, err)
		f.Hint = "the end of its output is below; try another version, `version` in the terraform block of .github/layerbot.hcl"
	case len(bad) == 0:
		f.Message = fmt.Sprintf("%s %s failed (%v)", r.tool.name, step, err)
		f.Hint = "the end of its output is below"
	default:
		f.Message = bad[0].Summary
		if step == "apply" {
			f.Hint = "mend what the error names, then " + r.again() + ": what was carried out is not done twice"
		}
		r.class(&f, bad)
	}
	return &failed{Failure: f}
}

// log returns the end of what a program said, at most maxLog bytes.
func (r *run) log(out *stream, stderr string) string {
	end := tail{max: maxLog}
	_, _ = end.Write([]byte(r.text(strings.TrimSpace(out.log.String() + "\n" + stderr)))) // never fails
	return strings.ToValidUTF8(end.String(), "?")
}

// hints are what to do about errors that are common in layered repositories, by a text in the error.
var hints = []struct{ text, hint string }{
	{"no space left on device", "the disk of the runner is full: use a larger one, or run fewer targets in one job"},
	{"Invalid count argument", "the number depends on something that does not exist yet: let that be applied first, by a pull request of its own that leaves out what is counted, or once by hand with `terraform apply -target=ADDRESS`"},
	{"Invalid for_each argument", "the keys depend on something that does not exist yet: let that be applied first, by a pull request of its own that leaves out what has the keys, or once by hand with `terraform apply -target=ADDRESS`"},
	{"No value for required variable", "set it in a var-file of the environment, or name the file in `var_files` of .github/layerbot.hcl"},
	{"Unsupported Terraform Core version", "`version` in the terraform block of .github/layerbot.hcl chooses the version that is run"},
	{"No valid credential sources found", "the job has no AWS credentials: configure plan_role and apply_role for the environment in .github/layerbot.hcl"},
	{"Failed to query available provider packages", "see that the provider exists and that the registry can be reached from the runner"},
	{"Failed to install provider", "see that the registry can be reached, and that .terraform.lock.hcl has digests for this platform (terraform providers lock)"},
	{"Module not installed", "see that the module's source can be reached from the runner"},
	{"AccessDenied", "the job's role may not do this: add it to the role's policy if this is needed"},
	{"Saved plan is stale", "somebody else changes this layer at the same time: once they are done, `/apply LAYER ENV`"},
	{"context deadline exceeded", "an address could not be reached from the runner: data sources that read the network need egress at plan"},
	{"connection refused", "an address could not be reached from the runner: data sources that read the network need egress at plan"},
}

// class refines a failure by its diagnostics, whose summaries Terraform has kept stable over its versions.
func (r *run) class(f *report.Failure, bad []report.Diagnostic) {
	for _, d := range bad {
		switch d.Summary {
		case lockError:
			r.locked(f, d)
			return
		case "Unable to find remote state":
			r.upstream(f, d)
			return
		}
	}
	for _, d := range bad {
		for _, h := range hints {
			if strings.Contains(d.Summary, h.text) || strings.Contains(d.Detail, h.text) {
				f.Hint = h.hint
				return
			}
		}
	}
}

// upstream says which layer must be applied first.
func (r *run) upstream(f *report.Failure, d report.Diagnostic) {
	f.Kind = report.Upstream
	source := d.Address
	if i := strings.Index(source, "terraform_remote_state."); i >= 0 {
		source = strings.TrimPrefix(source[i:], "terraform_remote_state.")
	}
	source, _, _ = strings.Cut(source, "[")
	if name := upstreamName(source, r.job.Target.DependsOn); name != "" {
		f.Message = fmt.Sprintf("upstream not applied: %s/%s", name, r.job.Target.Env)
		f.Hint = fmt.Sprintf("apply %s in %s first, then %s", name, r.job.Target.Env, r.again())
		return
	}
	f.Message = "upstream not applied: the state that data.terraform_remote_state." + source + " reads does not exist"
	f.Hint = "apply the layer that writes it first, then " + r.again()
}

// upstreamName returns the layer among the folders dirs that a remote state called source stands for: the only
// one, or the one that bears its name; "" when that cannot be told.
func upstreamName(source string, dirs []string) string {
	plain := strings.NewReplacer("-", "", "_", "", ".", "")
	match := ""
	for _, dir := range dirs {
		name := path.Base(dir)
		if name == "terraform" || name == "tf" || name == "infra" {
			name = path.Base(path.Dir(dir))
		}
		name = layer.Short(name)
		if len(dirs) == 1 || plain.Replace(name) == plain.Replace(source) {
			return name
		}
		if strings.Contains(plain.Replace(source), plain.Replace(name)) {
			match = name
		}
	}
	return match
}
