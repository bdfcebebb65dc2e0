// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// A declared is a workspace of HCP Terraform that code of the repository declares: a tfe_workspace
// resource, or a module that takes the same arguments.
// https://registry.terraform.io/providers/hashicorp/tfe/latest/docs/resources/workspace
type declared struct {
	name  string
	files []*valueFile // the var-files it names, in order
}

// workspaceName is what HCP Terraform allows; what it refuses would end up in names of files and arguments.
var workspaceName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]{0,89}$`)

func (s *source) declare(args map[string]hcl.Expression) {
	if args["working_directory"] != nil {
		s.declares = append(s.declares, args)
	}
}

// declaredWorkspaces returns the workspaces that code declares, by the folder they work in.
func (d *discovery) declaredWorkspaces() map[string][]declared {
	found := map[string][]declared{}
	called := map[string][]*valueFile{} // base name → var-files
	for name, v := range d.byPath {
		if v.isVar {
			called[path.Base(name)] = append(called[path.Base(name)], v)
		}
	}
	for _, dir := range sortedKeys(d.folders) {
		f := d.folders[dir]
		sc := &scope{folder: f}
		for _, args := range f.declares {
			folder, known := sc.text(args["working_directory"])
			name := args["name"]
			if name == nil {
				name = args["workspace_name"]
			}
			text, named := sc.text(name)
			if known && named && workspaceName.MatchString(text) {
				at := path.Clean(strings.Trim(folder, "/"))
				found[at] = append(found[at], declared{text, namedVarFiles(sc, args, at, called)})
			}
		}
	}
	return found
}

// namedVarFiles returns the files of the argument that lists var-files, whatever it is called. One is
// named from the working directory, from the top, or by an end of its path that no other file has.
func namedVarFiles(sc *scope, args map[string]hcl.Expression, dir string, called map[string][]*valueFile) []*valueFile {
	for _, arg := range sortedKeys(args) {
		items, diags := hcl.ExprList(args[arg])
		if diags.HasErrors() || len(items) == 0 {
			continue
		}
		var files []*valueFile
		for _, item := range items {
			text, _ := sc.text(item)
			if v := varFileNamed(text, dir, called[path.Base(text)]); v != nil {
				files = append(files, v)
			}
		}
		if len(files) == len(items) {
			return files
		}
	}
	return nil
}

func varFileNamed(name, dir string, among []*valueFile) *valueFile {
	var ends []*valueFile
	for _, v := range among {
		switch {
		case v.path == path.Join(dir, name), v.path == path.Clean(name):
			return v
		case strings.HasSuffix(v.path, "/"+name):
			ends = append(ends, v)
		}
	}
	if len(ends) == 1 {
		return ends[0]
	}
	return nil
}

// choosesWorkspace reports whether a root's backend leaves open which workspace it is.
func (r *root) choosesWorkspace() bool {
	return r.backend != nil && (r.backend.kind == "cloud" || r.backend.kind == "remote") && r.backend.attrs["workspaces.name"] == nil
}

// workspacesNameFiles reports whether the declared workspaces say which var-files they are given: one
// that names none then has none.
func (d *discovery) workspacesNameFiles() bool {
	for _, list := range d.workspaces {
		for _, w := range list {
			if len(w.files) > 0 {
				return true
			}
		}
	}
	return false
}

// environmentOf returns the environment a declared workspace of r is for: that of
// its var-files, else what its name says beside the layer's.
func (d *discovery) environmentOf(r *root, w declared, alone bool) string {
	for _, v := range w.files {
		if v.env != "" {
			return v.env
		}
	}
	simple := simplify(w.name)
	for _, name := range r.aliases() {
		var rest string
		switch {
		case simple == name:
			return DefaultEnv
		case strings.HasPrefix(simple, name+"-"):
			rest = w.name[len(name)+1:]
		case strings.HasSuffix(simple, "-"+name):
			rest = w.name[:len(w.name)-len(name)-1]
		default:
			continue
		}
		if !alone || environmentLike(rest) {
			return rest
		}
	}
	if alone {
		return DefaultEnv
	}
	return w.name
}

// declaredFor returns the workspaces that code declares for r, by environment;
// nil when there are none or two are for the same one.
func (d *discovery) declaredFor(r *root) map[string]declared {
	all := d.workspaces[r.dir]
	if len(all) == 0 || !r.choosesWorkspace() || r.pathEnv != "" {
		return nil
	}
	byEnv := map[string]declared{}
	for _, w := range all {
		byEnv[d.environmentOf(r, w, len(all) == 1)] = w
	}
	if len(byEnv) < len(all) {
		return nil
	}
	return byEnv
}

// setWorkspaces gives each environment a workspace of its own where nothing else
// keeps their states apart: the backend is the same for all of them (complete in
// the code, or one file for all). A lone environment has one if the code asks for
// terraform.workspace. A cloud or remote backend that names one workspace has no
// others; one that goes by tags is told them by the code that declares them, or by
// the custom of calling them layer-environment.
// https://developer.hashicorp.com/terraform/cli/cloud/settings#the-cloud-block
func (d *discovery) setWorkspaces(r *root) {
	if r.pathEnv != "" || r.backend != nil && r.backend.attrs["workspaces.name"] != nil {
		return
	}
	configs := map[string]bool{}
	for _, t := range r.targets {
		if len(d.missingArguments(r, t)) > 0 {
			return // a file is to come, and it may be one an environment
		}
		configs[t.BackendConfig+"\x00"+strings.Join(sortedValues(t.BackendValues), "\x00")] = true
	}
	apart := len(configs) == len(r.targets) // every environment has a backend of its own
	if len(r.targets) == 1 {
		apart = d.valueFile(r.targets[0].BackendConfig).env != ""
	}
	byTag := r.backend != nil && r.backend.attrs["workspaces.tags"] != nil
	chosenElsewhere := byTag || r.backend != nil && r.backend.attrs["workspaces.prefix"] != nil
	workspaces := d.declaredFor(r)
	for _, t := range r.targets {
		switch {
		case workspaces[t.Env].name != "":
			t.Workspace = workspaces[t.Env].name
		case t.Env == DefaultEnv:
		case byTag: // one name in the whole organisation
			t.Workspace = strings.ReplaceAll(Short(r.layer), "/", "-") + "-" + t.Env
		case chosenElsewhere || !apart && (r.workspace || len(r.targets) > 1):
			t.Workspace = t.Env
		}
	}
}
