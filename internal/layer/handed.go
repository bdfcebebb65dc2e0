// SPDX-License-Identifier: Apache-2.0

package layer

// varFiles returns what r is handed in an environment, in order. Where code declares the workspaces and
// names their var-files, these are the ones.
func (d *discovery) varFiles(r *root, env string, files []given, workspaces map[string]declared) []string {
	var names []string
	if len(d.opts.VarFiles) == 0 && workspaces != nil && d.workspacesNameFiles() {
		for _, v := range workspaces[env].files {
			names = append(names, v.path)
		}
		return names
	}
	own := map[string]bool{} // what the root's own files for the environment set
	for _, v := range files {
		if v.own && v.isVar && v.env == env {
			for name := range d.values(v.valueFile) {
				own[name] = true
			}
		}
	}
	for _, v := range files {
		mine := v.isVar && (v.env == env || v.isShared(v.scope != r.dir))
		switch loaded := v.auto && v.scope == r.dir && len(v.between) == 0; {
		case !mine, loaded, v.isBackend && !d.declares(r, v.valueFile):
		case v.env == env && !v.own && len(own) > 0 && d.overridden(r, v.valueFile, own):
		default:
			names = append(names, v.path)
		}
	}
	return names
}

// overridden reports whether all that a file sets of r is set again by names.
func (d *discovery) overridden(r *root, v *valueFile, names map[string]bool) bool {
	for name := range d.values(v) {
		if _, ok := r.variables[name]; ok && !names[name] {
			return false
		}
	}
	return v.bad == nil
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
