package runner

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// maxLog is how much of a program's output a failure keeps, in bytes.
const maxLog = 16 << 10

// failed is a fault of the target: it becomes the Failure of its report.
type failed struct{ report.Failure }

func (f *failed) Error() string { return f.Message }

// Hint says what to do next.
func (f *failed) Hint() string { return f.Failure.Hint }

// broken returns a fault that the target's files are the cause of.
func broken(hint, format string, args ...any) error {
	return &failed{report.Failure{Kind: report.Broken, Message: fmt.Sprintf(format, args...), Hint: hint}}
}

// explain returns what err means for the people of the pull request.
func (r *run) explain(ctx context.Context, err error) *report.Failure {
	var own *failed
	var tool *ToolError
	switch {
	case errors.Is(context.Cause(ctx), errTimeout):
		return &report.Failure{
			Kind:    report.Interrupted,
			Message: fmt.Sprintf("the plan took longer than %s and was stopped", r.runner.o.Timeout),
			Hint:    "plan again with `/plan " + r.command() + "`; if it is always this slow, raise the time limit",
		}
	case ctx.Err() != nil:
		return &report.Failure{Kind: report.Interrupted, Message: "the run was cancelled", Hint: "plan again with `/plan " + r.command() + "`"}
	case errors.As(err, &own):
		return &own.Failure
	case errors.As(err, &tool):
		return &report.Failure{Kind: report.Broken, Message: tool.Error(), Hint: tool.Hint()}
	}
	return &report.Failure{Kind: report.Internal, Message: r.text(err.Error()), Hint: "see the log of the run"}
}

// errTimeout is the cause of a context that ended by Options.Timeout.
var errTimeout = errors.New("time limit")

// command returns the target as it is named in a command.
func (r *run) command() string { return layer.Short(r.job.Target.Layer) + " " + r.job.Target.Env }

// fault returns why a program that ended with err failed, from what it said.
func (r *run) fault(step string, err error, out *stream, stderr string) error {
	bad, _ := split(out.diagnostics)
	f := report.Failure{Kind: report.Broken, Diagnostics: bad, Log: r.log(out, stderr)}
	switch {
	case len(bad) == 0 && crashed(err):
		f.Message = fmt.Sprintf("%s crashed during %s (%v)", r.tool.name, step, err)
		f.Hint = "the end of its output is below; try another version, `version` in the terraform block of .github/layerbot.hcl"
	case len(bad) == 0:
		f.Message = fmt.Sprintf("%s %s failed (%v)", r.tool.name, step, err)
		f.Hint = "the end of its output is below"
	default:
		f.Message = bad[0].Summary
		r.class(&f, bad)
	}
	return &failed{f}
}

// log returns the end of what a program said, at most maxLog bytes.
func (r *run) log(out *stream, stderr string) string {
	end := tail{max: maxLog}
	_, _ = end.Write([]byte(r.text(strings.TrimSpace(out.log.String() + "\n" + stderr)))) // never fails
	return strings.ToValidUTF8(end.String(), "?")
}

// hints are what to do about errors that are common in layered repositories, by a text in the error.
var hints = []struct{ text, hint string }{
	{"no space left on device", "the disk of the runner is full: use a larger one, or plan fewer targets in one job"},
	{"Invalid count argument", "the number depends on something that does not exist yet: plan and apply that first, with `/plan LAYER ENV --target ADDRESS`"},
	{"Invalid for_each argument", "the keys depend on something that does not exist yet: plan and apply that first, with `/plan LAYER ENV --target ADDRESS`"},
	{"No value for required variable", "set it in a var-file of the environment, or name the file in `var_files` of .github/layerbot.hcl"},
	{"Unsupported Terraform Core version", "`version` in the terraform block of .github/layerbot.hcl chooses the version that is run"},
	{"No valid credential sources found", "the job has no AWS credentials: configure plan_role for the environment in .github/layerbot.hcl"},
	{"Failed to query available provider packages", "see that the provider exists and that the registry can be reached from the runner"},
	{"Failed to install provider", "see that the registry can be reached, and that .terraform.lock.hcl has digests for this platform (terraform providers lock)"},
	{"Module not installed", "see that the module's source can be reached from the runner"},
	{"AccessDenied", "the plan role may not do this: add it to the role's policy if planning needs it"},
	{"context deadline exceeded", "an address could not be reached from the runner: data sources that read the network need egress at plan"},
	{"connection refused", "an address could not be reached from the runner: data sources that read the network need egress at plan"},
}

// class refines a failure by its diagnostics, whose summaries Terraform has kept stable over its versions.
func (r *run) class(f *report.Failure, bad []report.Diagnostic) {
	for _, d := range bad {
		switch d.Summary {
		case "Error acquiring the state lock":
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

// lockField matches one line of the lock that Terraform describes in an error.
var lockField = regexp.MustCompile(`(?m)^\s*(ID|Path|Operation|Who|Created):[ \t]*(.*?)\s*$`)

// locked says who holds the state lock, since when, and how to release it.
func (r *run) locked(f *report.Failure, d report.Diagnostic) {
	f.Kind, f.Lock = report.Locked, &report.Lock{}
	for _, m := range lockField.FindAllStringSubmatch(d.Detail, -1) {
		switch m[1] {
		case "ID":
			f.Lock.ID = m[2]
		case "Path":
			f.Lock.Path = m[2]
		case "Operation":
			f.Lock.Operation = m[2]
		case "Who":
			f.Lock.Who = m[2]
		case "Created":
			f.Lock.Created = m[2]
		}
	}
	f.Message = "the state is locked"
	if f.Lock.Who != "" {
		f.Message += fmt.Sprintf(" by %s since %s (%s)", f.Lock.Who, f.Lock.Created, f.Lock.Operation)
	}
	f.Hint = "wait for that run to end; if it is dead, release the lock in `" + r.job.Target.Dir + "`: `" + r.tool.name + " force-unlock " + f.Lock.ID + "`"
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
		f.Hint = fmt.Sprintf("apply %s in %s first, then `/plan %s`", name, r.job.Target.Env, r.command())
		return
	}
	f.Message = "upstream not applied: the state that data.terraform_remote_state." + source + " reads does not exist"
	f.Hint = "apply the layer that writes it first, then `/plan " + r.command() + "`"
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
