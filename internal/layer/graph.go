// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"slices"
	"strings"
)

// A graph finds the target behind a state.
type graph struct {
	d       *discovery
	targets []*Target
	exact   map[string][]*Target // kind and key, when the key is known
	partly  []placed             // those whose key is known in part
	keyless map[string][]*Target // simplified name of a layer whose state's key is unknown
	names   map[string][]*Target // simplified name → targets of that layer
	memo    map[state][]*Target
}

type placed struct {
	state
	target *Target
}

// connect sets what every target depends on: the states it reads, then what the
// configuration says.
func (d *discovery) connect(targets []*Target) {
	g := &graph{d: d, targets: targets, exact: map[string][]*Target{}, keyless: map[string][]*Target{}, names: map[string][]*Target{}, memo: map[state][]*Target{}}
	for _, t := range targets {
		names := d.info[t].root.aliases()
		slices.Sort(names)
		names = slices.Compact(names)
		for _, name := range names {
			g.names[name] = append(g.names[name], t)
		}
		for _, s := range d.places(t) {
			if s.key == unknown || s.kind == "local" { // a layer without a backend may get one outside the code
				for _, name := range names {
					g.keyless[name] = append(g.keyless[name], t)
				}
			}
			switch {
			case s.key == unknown:
			case strings.Contains(s.key, unknown):
				g.partly = append(g.partly, placed{s, t})
			default:
				g.exact[s.kind+" "+s.key] = append(g.exact[s.kind+" "+s.key], t)
			}
			d.info[t].states = append(d.info[t].states, s)
		}
	}
	for _, t := range targets {
		depends := map[string]bool{}
		d.info[t].upstreams = g.upstreams(t)
		for _, up := range d.info[t].upstreams {
			depends[up.Dir] = true
		}
		t.DependsOn = sortedKeys(depends)
	}
	d.dependsAsConfigured(g)
}

// upstreams returns the targets whose states t reads, through the modules it calls too.
func (g *graph) upstreams(t *Target) []*Target {
	info := g.d.info[t]
	var found []*Target
	for _, sc := range g.d.scopes(t, false, func(f *folder) bool { return len(f.states) > 0 }) {
		for _, ref := range sc.folder.states {
			kind := ""
			if ref.kind != nil {
				kind, _ = sc.text(ref.kind)
			} else if ref.config["workspaces.name"] != nil {
				kind = "remote"
			}
			args := map[string]string{}
			sc.arguments(args, ref.config)
			s := stateOf(kind, args, t.Dir)
			info.declares(sc, ref, s, args, t.Dir)
			for _, up := range g.closest(t, g.find(s, ref.name)) {
				if up.Dir != t.Dir {
					found = append(found, up)
					info.evidence = true
				}
			}
		}
	}
	return found
}

// find returns the targets that a reference can mean: by key; by a key known in
// part, if it fits one layer only; by the name of a layer whose own key is not
// known, as it stands in the reference's key, or as the data source is called.
func (g *graph) find(s state, name string) []*Target {
	if s.key != unknown {
		if found, ok := g.memo[s]; ok && len(found) > 0 {
			return found
		}
		found := g.byKey(s)
		g.memo[s] = found
		if len(found) > 0 {
			return found
		}
	}
	if s.key == unknown || strings.Contains(s.key, unknown) {
		if found := oneLayer(g.names[simplify(name)]); len(found) > 0 {
			return found
		}
	}
	if s.kind == "remote" {
		return g.byWorkspaceName(s.key)
	}
	for _, word := range keyWords(s.key) {
		if found := oneLayer(g.keyless[word]); len(found) > 0 {
			return found
		}
	}
	return nil
}

func (g *graph) byKey(s state) []*Target {
	var found []*Target
	consider := func(t *Target) {
		for _, own := range g.d.info[t].states {
			if own.kind == s.kind && meets(own.key, s.key) && sameBucket(own.bucket, s.bucket) && own.key != unknown {
				found = append(found, t)
				return
			}
		}
	}
	if !strings.Contains(s.key, unknown) {
		for _, t := range g.exact[s.kind+" "+s.key] {
			consider(t)
		}
		if len(found) > 0 {
			return found
		}
		for _, p := range g.partly {
			consider(p.target)
		}
		return oneLayer(g.mostSpecific(found, s))
	}
	for _, t := range g.targets {
		consider(t)
	}
	return oneLayer(found)
}

// mostSpecific keeps the targets whose keys, as far as they are known, say most of what s says: the
// workspaces of "a/b" are not those of "a".
func (g *graph) mostSpecific(found []*Target, s state) []*Target {
	longest := 0
	said := make([]int, len(found))
	for i, t := range found {
		for _, own := range g.d.info[t].states {
			if meets(own.key, s.key) {
				said[i] = max(said[i], len(own.key))
			}
		}
		longest = max(longest, said[i])
	}
	var kept []*Target
	for i, t := range found {
		if said[i] == longest {
			kept = append(kept, t)
		}
	}
	return kept
}

// byWorkspaceName finds a cloud workspace called after its layer: "vpc-prod".
func (g *graph) byWorkspaceName(name string) []*Target {
	name = simplify(strings.TrimRight(strings.ReplaceAll(name, unknown, ""), "-_"))
	for {
		if found := oneLayer(g.names[name]); len(found) > 0 {
			return found
		}
		i := strings.LastIndexByte(name, '-')
		if i < 0 {
			return nil
		}
		name = name[:i]
	}
}

// keyWords returns the parts of a key that may be a layer's name.
func keyWords(key string) []string {
	var words []string
	for _, part := range strings.Split(key, "/") {
		part = simplify(strings.TrimSuffix(part, path.Ext(part)))
		if part != "" && part != "terraform" && !strings.Contains(part, unknown) {
			words = append(words, part)
		}
	}
	return words
}

// oneLayer returns the targets if all are of one layer, else nothing: a guess
// between layers is worse than none.
func oneLayer(targets []*Target) []*Target {
	for _, t := range targets {
		if t.Layer != targets[0].Layer {
			return nil
		}
	}
	return targets
}

// closest narrows candidates to those of t's environment, where there are any;
// between layers that keep the same key, to the ones whose folders are nearest.
func (g *graph) closest(t *Target, candidates []*Target) []*Target {
	var same []*Target
	for _, c := range candidates {
		if c.Env == t.Env {
			same = append(same, c)
		}
	}
	if len(same) == 0 {
		same = candidates
	}
	if len(oneLayer(same)) > 0 {
		return same
	}
	best, near := -1, []*Target(nil)
	for _, c := range same {
		switch n := sharedSegments(c.Dir, t.Dir); {
		case n > best:
			best, near = n, []*Target{c}
		case n == best:
			near = append(near, c)
		}
	}
	return near
}

func sharedSegments(a, b string) int {
	x, y := segments(a), segments(b)
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}
