// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/go-version"

	"github.com/layerbot/layerbot/internal/report"
)

// sound returns why the target cannot be planned, as far as that can be seen without starting anything.
func (r *run) sound() error {
	t := r.job.Target
	if r.job.Deleted {
		return broken(
			"plan its destroy on a branch that still has it, with "+r.command("plan", "--destroy")+", and apply that before the layer is deleted; or keep its objects with removed blocks",
			"%s is deleted here, while its state may still hold objects that nobody would manage", t.ID())
	}
	if p := t.Problem; p != nil {
		return &failed{Failure: report.Failure{
			Kind: report.Broken, Message: r.runner.redact(p.Message), Hint: p.Hint,
			Diagnostics: []report.Diagnostic{{Severity: "error", Summary: r.runner.redact(p.Message), File: p.File, Line: p.Line}},
		}}
	}
	if !filepath.IsLocal(filepath.FromSlash(t.Dir)) {
		return fmt.Errorf("the folder %q leads out of the repository", t.Dir)
	}
	r.dir = r.runner.path(t.Dir)
	if info, err := os.Stat(r.dir); err != nil || !info.IsDir() {
		return broken("see that this commit has it", "the folder %s does not exist", t.Dir)
	}
	for _, file := range t.VarFiles {
		if err := r.named("var-file", "`var_files`", file); err != nil {
			return err
		}
	}
	if t.BackendConfig != "" {
		if err := r.named("backend-config file", "`backend`", t.BackendConfig); err != nil {
			return err
		}
	}
	return r.inputs()
}

// variable matches what an input variable may be called.
var variable = regexp.MustCompile(`^[\pL_][\pL\pN_-]*$`)

// inputs returns an error if an input cannot be handed on in the environment of a program.
func (r *run) inputs() error {
	for _, name := range slices.Sorted(maps.Keys(r.job.Inputs)) {
		if !variable.MatchString(name) {
			return broken("name an input variable of the layer in .github/layerbot.hcl", "%.100q is no name of an input variable", name)
		}
		if strings.ContainsRune(r.job.Inputs[name], 0) {
			return broken("store it without that byte", "the value of the input variable %s holds a NUL byte", name)
		}
	}
	return nil
}

// named returns an error if a file that the target names is not there.
func (r *run) named(what, setting, file string) error {
	if !filepath.IsLocal(filepath.FromSlash(file)) {
		return fmt.Errorf("the %s %q leads out of the repository", what, file)
	}
	info, err := os.Stat(r.runner.path(file))
	if err == nil && info.Mode().IsRegular() {
		return nil
	}
	return broken(
		"commit the file if it is git-ignored, or say in .github/layerbot.hcl, under "+setting+", where the values come from",
		"the %s %s of %s does not exist", what, file, r.job.Target.ID())
}

// warnings notes what the people of the pull request should know before they trust the plan.
func (r *run) warnings() {
	warn := func(summary, detail string, file string) {
		r.report.Warnings = append(r.report.Warnings, report.Diagnostic{Severity: "warning", Summary: summary, Detail: detail, File: file})
	}
	if b := r.job.Target.Backend; b == "" {
		warn("This layer has no backend", "Its state is a file in the checkout: here that is an empty state, so that everything shows as new. Add a backend block.", "")
	}
	for _, o := range r.found.Overrides {
		summary, detail := "An override file changes this layer", "Terraform merges it over the other files."
		for _, b := range r.found.Backends {
			if b.File == o.File { // only on a person's own machine: see rules
				summary = fmt.Sprintf("An override file sets the backend %q", r.runner.redact(b.Name))
				detail = "What is planned is compared with the state there, which need not be the one that others use."
			}
		}
		warn(summary, detail, r.runner.redact(o.File))
	}
	r.unmasked("", r.found)
}

// init prepares the data folder: backend, modules, providers.
func (r *run) init(ctx context.Context) error {
	r.runner.tell(r.job.Target, "init")
	if !r.runner.store.warm(r.found.Providers) {
		r.runner.store.cold.Lock()
		defer r.runner.store.cold.Unlock()
	}
	r.place.init.Lock()
	defer r.place.init.Unlock()

	if err := r.do(ctx, r.initArgs()...); err != nil {
		return err
	}
	if r.staging != "" {
		if err := r.runner.store.keep(r.staging); err != nil {
			return err
		}
	}
	if err := r.inspectInstalled(); err != nil {
		return err
	}
	return r.workspace(ctx)
}

// jsonInit is the first version whose init can write JSON, for both programs.
var jsonInit = version.Must(version.NewVersion("1.9.0"))

func (r *run) initArgs() []string {
	t := r.job.Target
	args := []string{"init", "-input=false", "-no-color"}
	if r.tool.version.Core().GreaterThanOrEqual(jsonInit) {
		args = append(args, "-json")
	}
	if t.BackendConfig != "" {
		args = append(args, "-backend-config="+r.runner.path(t.BackendConfig))
	}
	for _, name := range slices.Sorted(maps.Keys(t.BackendValues)) {
		args = append(args, "-backend-config="+name+"="+t.BackendValues[name])
	}
	return args
}

// workspace sees that the target's workspace exists. Terraform would create it on the way to a plan, and a plan
// must not write; the state of a local backend is part of the checkout, where that does no harm.
func (r *run) workspace(ctx context.Context) error {
	t := r.job.Target
	if t.Workspace == "" || t.Workspace == "default" || t.Backend == "" || t.Backend == "local" {
		return nil
	}
	var out, stderr tail
	out.max, stderr.max = 1<<20, maxLog
	if err := r.program([]string{"workspace", "list"}, &out, &stderr).run(ctx); err != nil {
		return r.fault("workspace list", err, newStream(r, nil), stderr.String())
	}
	for _, line := range strings.Split(out.String(), "\n") {
		if strings.TrimSpace(strings.TrimPrefix(line, "*")) == t.Workspace {
			return nil
		}
	}
	return broken(
		"a plan never creates one: run `terraform workspace new "+t.Workspace+"` in "+t.Dir+" once, then "+r.again(),
		"the workspace %q of %s does not exist", t.Workspace, t.ID())
}

// nothingToInit reports whether init would do nothing: there is no backend, no module and no provider but the one inside
// Terraform. It errs on the side of no; where it wrongly says yes, because a state names a provider, plan fails and is run
// again after init.
func (r *run) nothingToInit() bool {
	t, f := r.job.Target, r.found
	return t.Backend == "" && t.BackendConfig == "" && len(t.BackendValues) == 0 && r.place.lock == nil &&
		!f.Calls && len(f.Modules)+len(f.Providers)+len(f.Backends)+len(f.Unreadable)+len(f.Unclear) == 0
}
