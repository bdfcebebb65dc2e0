// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// rules are those of the job. The backend is looked at, too: unless they name one, it is the target's own, and no override
// file leads the run elsewhere. On a person's own machine that is theirs to do.
func (r *run) rules() layer.Rules {
	rules := r.job.Rules
	if !r.runner.o.Local {
		rules.Backend = cmp.Or(rules.Backend, r.job.Target.Backend, "local")
	}
	return rules
}

// inspect reads what the layer is made of, and returns why it must not be run. Nothing was started yet.
func (r *run) inspect() (err error) {
	files := os.DirFS(r.runner.root)
	r.found, err = layer.Inspect(files, path.Clean(r.job.Target.Dir))
	if err == nil && r.job.Target.BackendConfig != "" {
		err = r.found.BackendFile(files, r.job.Target.BackendConfig)
	}
	if err != nil {
		return fmt.Errorf("read what the layer is made of: %w", err)
	}
	r.found.BackendValues(r.job.Target.BackendValues)
	r.runsCode = mayRunCode(r.found)
	return r.denied("", r.rules(), r.found)
}

// inspectInstalled does the same for what init put in place: modules from elsewhere, and providers, of which states name
// some, too.
func (r *run) inspectInstalled() error {
	rules := r.rules()
	rules.Backend = "" // modules have none that counts
	for _, m := range r.modules() {
		if m.Key == "" || m.local() {
			continue // of the repository, or followed from the module that calls it
		}
		found, err := r.inspectModule(m)
		if err != nil {
			return fmt.Errorf("read what %s is made of: %w", m.address(), err)
		}
		if err := r.denied(m.address(), rules, found); err != nil {
			return err
		}
		r.unmasked(m.address(), found)
		r.runsCode = r.runsCode || mayRunCode(found)
	}
	for _, provider := range slices.Sorted(maps.Keys(installed(r.data()))) {
		if !rules.AllowsProvider(provider) {
			return refusedProvider(r.runner.redact(provider))
		}
	}
	return nil
}

// inspectModule reads a module from elsewhere: it, and what it calls, is in a folder of its own, or behind a link.
func (r *run) inspectModule(m module) (*layer.Inspection, error) {
	whole := filepath.Join(r.data(), "modules", m.Key)
	dir, err := filepath.Rel(whole, m.Dir)
	if err != nil {
		return nil, err
	}
	if whole, err = filepath.EvalSymlinks(whole); err != nil {
		return nil, err
	}
	return layer.Inspect(os.DirFS(whole), filepath.ToSlash(dir))
}

// denied returns why what was found must not be run, nil if it may. It is that of a module from elsewhere, or with
// module "" of the repository's own files. What cannot even be read is broken, not refused.
func (r *run) denied(module string, rules layer.Rules, found *layer.Inspection) error {
	problems := rules.Refusals(found)
	if len(problems) == 0 {
		return nil
	}
	f := report.Failure{Kind: report.Denied, Message: r.runner.redact(problems[0].Message), Hint: problems[0].Hint}
	if len(problems) == len(found.Unreadable) {
		f.Kind = report.Broken
	}
	for _, p := range problems {
		f.Diagnostics = append(f.Diagnostics, r.within(module, report.Diagnostic{Severity: "error", Summary: p.Message, File: p.File, Line: p.Line}))
	}
	if module != "" {
		f.Message = r.runner.redact(module) + ": " + f.Message
	}
	if more := len(problems) - 1; more > 0 {
		f.Message += fmt.Sprintf(", and %d more", more)
	}
	return &failed{Failure: f}
}

// within returns what is said of a module, redacted. The files of one from elsewhere are not in the repository.
func (r *run) within(module string, d report.Diagnostic) report.Diagnostic {
	d.Summary, d.Detail, d.File = r.runner.redact(d.Summary), r.runner.redact(d.Detail), r.runner.redact(d.File)
	if module != "" {
		d.Address, d.Detail = r.runner.redact(module), strings.TrimSpace(fmt.Sprintf("%s (%s:%d)", d.Detail, d.File, d.Line))
		d.File, d.Line = "", 0
	}
	return d
}

// refusedProvider is the fault of a provider that the rules do not allow.
func refusedProvider(name string) *failed {
	return &failed{Failure: report.Failure{
		Kind:    report.Denied,
		Message: "the provider " + name + " is not among those allowed",
		Hint: "a module from elsewhere or the state names it; if it may be used, add it to `providers` in the terraform block of" +
			" .github/layerbot.hcl on the base branch",
	}}
}

// unmasked warns of every call of nonsensitive: what it returns is shown.
func (r *run) unmasked(module string, found *layer.Inspection) {
	for _, u := range found.Unmasked {
		r.report.Warnings = append(r.report.Warnings, r.within(module, report.Diagnostic{
			Severity: "warning", Summary: "nonsensitive() takes the mark off " + u.Name,
			Detail: "What comes of it is shown in plans, comments and logs, as it is or in another form.",
			File:   u.File, Line: u.Line,
		}))
	}
	r.noted = len(r.report.Warnings)
}
