// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// requiredArguments are those that Terraform asks for at init and takes from no
// environment variable. https://developer.hashicorp.com/terraform/language/backend
var requiredArguments = map[string][]string{
	"s3": {"bucket", "key"}, "gcs": {"bucket"}, "azurerm": {"container_name", "key"},
	"oss": {"bucket"}, "cos": {"bucket"}, "consul": {"path"}, "kubernetes": {"secret_suffix"},
}

// backendArguments returns what is known of a target's backend: the block, then
// its file, then the values of the configuration.
func (d *discovery) backendArguments(r *root, t *Target) map[string]string {
	args := map[string]string{}
	if r.backend != nil {
		(&scope{}).arguments(args, r.backend.attrs)
	}
	if t == nil {
		return args
	}
	if t.BackendConfig != "" && d.tree.exists(t.BackendConfig) {
		(&scope{}).arguments(args, d.values(d.valueFile(t.BackendConfig)))
	}
	for name, value := range t.BackendValues {
		args[name] = value
	}
	return args
}

// arguments reads the arguments of a backend, and those of the objects among them: "endpoints.s3".
func (s *scope) arguments(args map[string]string, exprs map[string]hcl.Expression) {
	for name, expr := range exprs {
		args[name], _ = s.text(expr)
		for inner, expr := range object(expr) {
			args[name+"."+inner], _ = s.text(expr)
		}
	}
}

// missingArguments returns the required arguments that a backend has nowhere.
func (d *discovery) missingArguments(r *root, t *Target) []string {
	if r.backend == nil {
		return nil
	}
	args := d.backendArguments(r, t)
	var missing []string
	for _, name := range requiredArguments[r.backend.kind] {
		if args[name] == "" {
			missing = append(missing, name)
		}
	}
	return missing
}

// checkBackend sets the problem of a target whose backend cannot be configured,
// and warns of the file that is expected.
func (d *discovery) checkBackend(r *root, t *Target) {
	if t.BackendConfig != "" && d.tree.exists(t.BackendConfig) {
		v := d.valueFile(t.BackendConfig)
		if d.values(v); v.bad != nil && t.Problem == nil {
			t.Problem = v.bad
		}
	}
	missing := d.missingArguments(r, t)
	if len(missing) == 0 {
		return
	}
	values := make([]string, len(missing))
	for i, name := range missing {
		values[i] = name + ` = "…"`
	}
	inConfiguration := "layers { backend { values = { " + strings.Join(values, ", ") + " } } }"
	p := &Problem{File: t.BackendConfig}
	if t.BackendConfig != "" && d.tree.exists(t.BackendConfig) {
		p.Message = fmt.Sprintf("the backend %q lacks %s", r.backend.kind, strings.Join(missing, " and "))
		p.Hint = "add it to " + t.BackendConfig + ", or to the configuration: " + inConfiguration
	} else {
		p.File = d.expectedBackendFile(r, t)
		p.Message = fmt.Sprintf("backend-config missing: the backend %q has no %s", r.backend.kind, strings.Join(missing, " and no "))
		p.Hint = "commit " + p.File + ", or set the values in the configuration: " + inConfiguration
		d.warn(Problem{Message: "backend file is not committed", File: p.File, Hint: p.Hint})
	}
	if t.Problem == nil {
		t.Problem = p
	}
}

// expectedBackendFile says where a missing backend file would be looked for.
func (d *discovery) expectedBackendFile(r *root, t *Target) string {
	if t.BackendConfig != "" {
		return t.BackendConfig
	}
	base := "backend-config.hcl"
	for _, at := range above(r.dir) {
		for _, name := range d.tree.list(at) {
			if backendName.MatchString(name) && modelName.MatchString(name) {
				base = withoutModel(name)
			}
		}
	}
	folder := r.dir
	if info := d.info[t]; info != nil && info.envFolder != "" {
		folder = info.envFolder
	}
	return path.Join(folder, base)
}

// withoutModel returns the name a template stands for: "backend.hcl" of "backend.hcl.template".
func withoutModel(base string) string {
	return modelName.ReplaceAllStringFunc(base, func(m string) string {
		if strings.HasSuffix(base, m) {
			return ""
		}
		return "."
	})
}

// warnOfMissing names var-files that are not committed: only a template of them
// is, or links lead to where they would be. One warning a file.
func (d *discovery) warnOfMissing() {
	holds := map[string]bool{}
	for _, r := range d.roots {
		for _, at := range above(r.dir) {
			holds[at] = true
		}
	}
	why := map[string]string{}
	for _, name := range d.tree.paths {
		base := path.Base(name)
		if !holds[path.Dir(name)] || !strings.Contains(base, ".tfvars") {
			continue
		}
		if target := d.tree.links[name]; target != "" && !d.tree.exists(name) {
			why[target] = name + " links to it"
		} else if real := path.Join(path.Dir(name), withoutModel(base)); modelName.MatchString(base) && !d.tree.has[real] && why[real] == "" {
			why[real] = "only " + base + " is"
		}
	}
	for _, name := range sortedKeys(why) {
		d.warn(Problem{Message: "var-file is not committed: " + why[name], File: name, Hint: "commit it, or put it in place before planning"})
	}
}

// warnOfSharedState names layers that keep their state at the same place: each
// apply would destroy what the other made.
func (d *discovery) warnOfSharedState(targets []*Target) {
	at := map[state]*Target{}
	for _, t := range targets {
		states := d.info[t].states
		s := states[len(states)-1]
		first := at[s]
		switch {
		case strings.Contains(s.bucket+s.key, unknown):
		case first == nil:
			at[s] = t
		case first.Dir != t.Dir:
			d.warn(Problem{Message: "keeps its state where " + first.Dir + " does: " + s.bucket + "/" + s.key, File: t.Dir,
				Hint: "give one of them another key, or exclude one in the configuration"})
		}
	}
}

func (d *discovery) warn(p Problem) { d.result.Warnings = append(d.result.Warnings, p) }
