// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"strings"
)

// stateArguments say where in a bucket a state lies. A file with one of them is for one root.
var stateArguments = set("key prefix path address secret_suffix workspace_key_prefix")

// lenders returns the backend files that can serve several roots though they stand in one root's folder,
// by the folder below which they do: those of an environment that say no more than where states are kept.
func (d *discovery) lenders(files []*valueFile, isRoot map[string]bool) map[string][]*valueFile {
	found := map[string][]*valueFile{}
	for _, v := range files {
		if !v.isBackend || v.env == "" || v.layer != "" || !isRoot[v.scope] {
			continue
		}
		general := true
		for name := range d.values(v) {
			general = general && !stateArguments[name]
		}
		if general {
			found[v.scope] = append(found[v.scope], v)
			if parent := path.Dir(v.scope); parent != v.scope {
				found[parent] = append(found[parent], v)
			}
		}
	}
	return found
}

// borrow returns the backend files of the one root beside r, or above it, that has what r's backend block
// leaves out: such roots keep their states side by side.
func (d *discovery) borrow(r *root, files []given, lenders map[string][]*valueFile) []given {
	missing := d.missingArguments(r, nil)
	if len(missing) == 0 {
		return nil
	}
	known := map[string]bool{}
	for _, v := range files {
		if v.isBackend {
			return nil
		}
		known[v.env] = true
	}
	delete(known, "")
	var borrowed []given
	scope := ""
	for _, v := range lenders[path.Dir(r.dir)] {
		values := d.values(v)
		fits := r.pathEnv == "" || r.pathEnv == v.env
		for _, name := range missing {
			fits = fits && values[name] != nil
		}
		switch {
		case !fits || len(known) > 0 && !known[v.env]:
		case scope != "" && scope != v.scope:
			return nil // two of them: which one is not said
		default:
			scope = v.scope
			borrowed = append(borrowed, given{v, false})
		}
	}
	return borrowed
}

// nameShared makes an environment of the root's own backend file that is called "shared" where every other
// environment has a backend file, so that none would fall back on it.
func nameShared(files []given) {
	var shared *valueFile
	equipped := map[string]bool{} // environment → it has a backend file
	for _, v := range files {
		switch word := strings.ToLower(v.word); {
		case v.env != "":
			equipped[v.env] = equipped[v.env] || v.isBackend
		case v.own && v.isBackend && !v.isVar && (word == "shared" || word == "global"):
			shared = v.valueFile
		}
	}
	for _, has := range equipped {
		if !has {
			return
		}
	}
	if shared != nil {
		shared.env = shared.word
	}
}
