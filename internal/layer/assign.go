// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// A given is a value file that a root is given, and how closely it belongs to it.
type given struct {
	*valueFile
	own bool // it stands in the root's folder, or above no other root
}

// makeTargets gives every root its environments and every target its files.
func (d *discovery) makeTargets() {
	files := d.valueFiles()
	d.interpret(files)
	d.workspaces = d.declaredWorkspaces()
	byScope := map[string][]*valueFile{}
	for _, v := range files {
		byScope[v.scope] = append(byScope[v.scope], v)
	}
	rootsAt, isRoot := map[string]int{}, map[string]bool{} // how many roots are at or below a folder
	for _, r := range d.roots {
		isRoot[r.dir] = true
		for _, at := range above(r.dir) {
			rootsAt[at]++
		}
	}
	lenders := d.lenders(files, isRoot)
	for _, r := range d.roots {
		r.reach, r.problem = d.reach(r.dir)
		var mine []given
		for _, at := range above(r.dir) { // what is nearer comes later and wins
			if at == r.dir || !isRoot[at] {
				for _, v := range byScope[at] {
					mine = append(mine, given{v, rootsAt[at] == 1 || at == r.dir})
				}
			}
		}
		kept := d.keepFor(r, mine)
		kept = append(kept, d.borrow(r, kept, lenders)...)
		nameShared(kept)
		sort.SliceStable(kept, func(i, j int) bool { return kept[i].rank() < kept[j].rank() })
		d.targetsOf(r, kept)
	}
}

// keepFor drops what is for other layers and what r does not use: a central
// var-file goes to the roots that declare one of its variables.
func (d *discovery) keepFor(r *root, files []given) []given {
	names := r.aliases()
	autoloaded := map[string]bool{}
	for _, base := range d.tree.list(r.dir) {
		if isAutoloaded(base) {
			real, _ := d.tree.resolve(path.Join(r.dir, base))
			autoloaded[real] = true
		}
	}
	var kept []given
	for _, v := range files {
		real, leads := d.tree.resolve(v.path)
		switch {
		case v.layer != "" && !slices.Contains(names, v.layer):
		case r.pathEnv != "" && v.env != "" && v.env != r.pathEnv:
		case !leads || autoloaded[real] && !v.isBackend:
		case v.isVar && !v.own && v.layer == "" && !d.declares(r, v.valueFile) && !v.isBackend:
		case v.isBackend && !v.isVar && r.backend == nil:
		default:
			kept = append(kept, v)
		}
	}
	return kept
}

// rank orders files that are handed to Terraform: what is shared comes first,
// then what is for the environment, for the layer, and the root's own; of these,
// one that is a backend file too comes last.
func (v given) rank() int {
	rank := 0
	if v.isBackend {
		rank++
	}
	if v.layer != "" {
		rank += 2
	}
	if v.own {
		rank += 4
	}
	if v.env != "" {
		rank += 8
	}
	return rank
}

// declares reports whether r declares a variable that the file sets. A file that
// cannot be read is given to every root, so that its error is seen.
func (d *discovery) declares(r *root, v *valueFile) bool {
	for name := range d.values(v) {
		if _, ok := r.variables[name]; ok {
			return true
		}
	}
	return v.bad != nil
}

// environments returns the environments that files show for r. Where files in an
// environment's folder name the layer, those that are for all layers add none.
func (d *discovery) environments(r *root, files []given) []string {
	found, selected := map[string]bool{}, false
	for _, v := range files {
		selected = selected || v.env != "" && v.layer != "" && !v.own && v.isVar
	}
	for _, v := range files {
		counts := v.own || v.layer != "" || v.envFolder == "" || !selected
		if v.isBackend && !v.isVar && !v.own && v.layer == "" && len(d.missingArguments(r, nil)) == 0 {
			counts = false // a complete backend needs no file
		}
		if v.env != "" && counts {
			found[v.env] = true
		}
	}
	return sortedKeys(found)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func (d *discovery) targetsOf(r *root, files []given) {
	if len(d.opts.VarFiles) > 0 {
		files = slices.DeleteFunc(files, func(v given) bool { return !v.isBackend })
	}
	envs := []string{r.pathEnv}
	if r.pathEnv == "" {
		envs = d.configuredEnvironments(r, d.environments(r, files))
	}
	workspaces := d.declaredFor(r)
	if workspaces != nil {
		envs = sortedKeys(workspaces)
	}
	if len(envs) == 0 {
		envs = []string{DefaultEnv}
	}
	for _, env := range envs {
		t := &Target{
			Layer: r.layer, Env: env, Dir: r.dir, VarFiles: []string{}, DependsOn: []string{},
			RequiredVersion: strings.Join(r.versions, ", "), Problem: r.problem,
		}
		if r.backend != nil {
			t.Backend = r.backend.kind
		}
		t.VarFiles = append(t.VarFiles, d.varFiles(r, env, files, workspaces)...)
		t.BackendConfig = d.backendFile(r, env, files)
		r.targets = append(r.targets, t)
		d.info[t] = &targetInfo{root: r, own: map[string]bool{}}
		d.configure(r, t)
		d.fileOf(r, t, files)
		d.checkBackend(r, t)
	}
	d.setWorkspaces(r)
}

// fileOf remembers the values a target's variables have, lowest precedence first,
// and what is for its environment only.
func (d *discovery) fileOf(r *root, t *Target, files []given) {
	info := d.info[t]
	read := func(name string, own bool) {
		v := d.valueFile(name)
		info.values = append(info.values, values{d.values(v), own})
		if v.bad != nil && t.Problem == nil {
			t.Problem = v.bad
		}
	}
	for _, base := range d.tree.list(r.dir) {
		if name := path.Join(r.dir, base); isAutoloaded(base) && d.tree.exists(name) {
			read(name, false)
		}
	}
	for _, name := range t.VarFiles {
		v := d.valueFile(name)
		// By convention it is for one environment or for all of them, and says which.
		info.own[name] = info.own[name] || v.env == t.Env || len(d.opts.VarFiles) == 0 && !v.isShared(v.scope != r.dir)
		read(name, info.own[name])
	}
	if t.BackendConfig != "" {
		info.own[t.BackendConfig] = strings.Contains(d.opts.BackendFile, "{env}") || d.valueFile(t.BackendConfig).env == t.Env
	}
	for _, v := range files {
		if v.env == t.Env && v.envFolder != "" {
			info.envFolder = v.envFolder
			info.own[v.envFolder] = true
		}
	}
}

// A targetInfo is what is known of a target beside what it prints.
type targetInfo struct {
	root      *root
	values    []values        // of its variables, later wins
	envFolder string          // the folder of its environment, "" when there is none
	own       map[string]bool // files and folders that are for its environment only
	states    []state         // where its state is, see places
	upstreams []*Target       // the targets it builds on
	reads     []Place         // that it reads states from, as far as that can be read
	evidence  bool            // a dependency of it is known
}

// values are what one file gives variables.
type values struct {
	names map[string]hcl.Expression
	own   bool // the file is for this environment only
}

// valueFile returns the value file of a path, read once.
func (d *discovery) valueFile(name string) *valueFile {
	if d.byPath[name] == nil {
		d.byPath[name] = &valueFile{path: name}
	}
	return d.byPath[name]
}

func sortedValues(m map[string]string) []string {
	var values []string
	for _, k := range sortedKeys(m) {
		values = append(values, k+"="+m[k])
	}
	return values
}
