// SPDX-License-Identifier: Apache-2.0

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
		f.Message, _, _ = strings.Cut(strings.TrimSpace(bad[0].Summary), "\n") // some are whole paragraphs: they stand below
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
