// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"slices"
	"sort"

	"github.com/hashicorp/hcl/v2"
)

// maxScopes bounds how many calls of modules are followed for one target.
const maxScopes = 200

// scopes returns where the expressions of a target are read: its root, and every
// module it calls, with the values each is called with. It is empty unless one of
// the folders has what is wanted. Where any environment is meant, values of t's own
// are left out.
func (d *discovery) scopes(t *Target, anyEnv bool, wanted func(*folder) bool) []*scope {
	info := d.info[t]
	if !slices.ContainsFunc(info.root.reach, func(dir string) bool { return wanted(d.folders[dir]) }) {
		return nil
	}
	root := &scope{folder: info.root.folder, values: map[string]hcl.Expression{}, outer: &scope{}, env: t.Workspace}
	if anyEnv {
		root.env = ""
	}
	if root.env == "" && !info.root.workspace {
		root.env = "default"
	}
	for _, v := range info.values {
		if anyEnv && v.own {
			continue
		}
		for name, expr := range v.names {
			root.values[name] = expr
		}
	}
	scopes := []*scope{root}
	for i := 0; i < len(scopes); i++ {
		for _, c := range scopes[i].folder.calls {
			if inner := d.folders[c.dir]; inner != nil && len(scopes) < maxScopes {
				scopes = append(scopes, &scope{folder: inner, values: c.args, outer: scopes[i], env: root.env})
			}
		}
	}
	return scopes
}

// dependsAsConfigured adds the dependencies that the configuration names.
func (d *discovery) dependsAsConfigured(g *graph) {
	m := &Map{}
	for _, t := range g.targets {
		m.Targets = append(m.Targets, *t)
	}
	for _, name := range sortedKeys(d.opts.DependsOn) {
		from := m.layersNamed(name)
		if len(from) == 0 {
			d.warn(Problem{Message: "the configuration names a layer that does not exist: " + name, Hint: nearestHint(name, m.layerNames())})
		}
		for _, upName := range d.opts.DependsOn[name] {
			ups := m.layersNamed(upName)
			if len(ups) == 0 {
				d.warn(Problem{Message: "depends_on of " + name + " names a layer that does not exist: " + upName, Hint: nearestHint(upName, m.layerNames())})
			}
			g.addEdges(from, ups)
		}
	}
}

func (g *graph) addEdges(from, to map[string]bool) {
	for _, t := range g.targets {
		if !from[t.Layer] {
			continue
		}
		var ups []*Target
		for _, u := range g.targets {
			if to[u.Layer] && u.Dir != t.Dir {
				ups = append(ups, u)
			}
		}
		for _, env := range []string{t.Env, ""} { // the same environment, else all
			added := false
			for _, u := range ups {
				if env == "" || u.Env == env {
					t.DependsOn = appendNew(t.DependsOn, u.Dir)
					g.d.info[t].upstreams = append(g.d.info[t].upstreams, u)
					added = true
				}
			}
			if added {
				break
			}
		}
		sort.Strings(t.DependsOn)
		g.d.info[t].evidence = g.d.info[t].evidence || len(ups) > 0
	}
}
