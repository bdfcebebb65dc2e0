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
		d.targetsOf(r, d.keepFor(r, mine))
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
	sort.SliceStable(kept, func(i, j int) bool { return kept[i].rank() < kept[j].rank() })
	return kept
}

// rank orders files that are handed to Terraform: what is shared comes first,
// then what is for the environment, for the layer, and the root's own.
func (v given) rank() int {
	switch {
	case v.env == "" && v.own:
		return 2
	case v.env == "" && v.layer != "":
		return 1
	case v.env == "":
		return 0
	case v.own:
		return 5
	case v.layer != "":
		return 4
	}
	return 3
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
		for _, v := range files {
			if v.isVar && (v.env == env || v.isShared(v.scope != r.dir)) && (!v.isBackend || d.declares(r, v.valueFile)) && !(v.auto && v.scope == r.dir && len(v.between) == 0) {
				t.VarFiles = append(t.VarFiles, v.path)
			}
		}
		t.BackendConfig = d.backendFile(r, env, files)
		r.targets = append(r.targets, t)
		d.configure(r, t)
		d.fileOf(r, t, files)
		d.checkBackend(r, t)
	}
	d.setWorkspaces(r)
}

// backendFile picks the backend file of a target: the nearest for its
// environment, else the nearest for all. One for all environments is only needed
// where the block is incomplete.
func (d *discovery) backendFile(r *root, env string, files []given) string {
	if r.backend == nil || r.backend.kind == "cloud" {
		return ""
	}
	best, bestRank := "", -1
	for _, v := range files {
		if !v.isBackend || v.env != "" && v.env != env || v.env == "" && len(d.missingArguments(r, nil)) == 0 {
			continue
		}
		if rank := v.rank(); rank > bestRank {
			best, bestRank = v.path, rank
		}
	}
	return best
}

// fileOf remembers the values a target's variables have, lowest precedence first,
// and the folder of its environment.
func (d *discovery) fileOf(r *root, t *Target, files []given) {
	info := &targetInfo{root: r}
	var names []string
	for _, base := range d.tree.list(r.dir) {
		if name := path.Join(r.dir, base); isAutoloaded(base) && d.tree.exists(name) {
			names = append(names, name)
		}
	}
	for _, name := range append(names, t.VarFiles...) {
		v := d.valueFile(name)
		info.values = append(info.values, d.values(v))
		if v.bad != nil && t.Problem == nil {
			t.Problem = v.bad
		}
	}
	for _, v := range files {
		if v.env == t.Env && v.envFolder != "" {
			info.envFolder = v.envFolder
		}
	}
	d.info[t] = info
}

// A targetInfo is what is known of a target beside what it prints.
type targetInfo struct {
	root      *root
	values    []map[string]hcl.Expression // of its variables, later wins
	envFolder string                      // the folder of its environment, "" when there is none
	states    []state                     // where its state is, see places
	evidence  bool                        // a dependency of it is known
}

// valueFile returns the value file of a path, read once.
func (d *discovery) valueFile(name string) *valueFile {
	if d.byPath[name] == nil {
		d.byPath[name] = &valueFile{path: name}
	}
	return d.byPath[name]
}

// setWorkspaces gives each environment a workspace of its own where nothing else
// keeps their states apart: the backend is the same for all of them (complete in
// the code, or one file for all), or the code asks for terraform.workspace. A
// cloud or remote backend that names one workspace has no others.
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
	chosenElsewhere := r.backend != nil && (r.backend.attrs["workspaces.tags"] != nil || r.backend.attrs["workspaces.prefix"] != nil)
	for _, t := range r.targets {
		if t.Env != DefaultEnv && (chosenElsewhere || r.workspace || len(r.targets) > 1 && !apart) {
			t.Workspace = t.Env
		}
	}
}

func sortedValues(m map[string]string) []string {
	var values []string
	for _, k := range sortedKeys(m) {
		values = append(values, k+"="+m[k])
	}
	return values
}
