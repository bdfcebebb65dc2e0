// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"sort"
	"strings"
)

// An interpreter tells environments from other words in the names of value files.
type interpreter struct {
	d      *discovery
	layers map[string][]string // scope → simplified names of the layers at or below it, longest first
	envs   map[string]bool
}

// interpret sets the environment and the layer of every file.
func (d *discovery) interpret(files []*valueFile) {
	in := &interpreter{d: d, layers: map[string][]string{}, envs: map[string]bool{}}
	for _, name := range d.opts.Environments {
		in.envs[name] = true
	}
	for _, r := range d.roots {
		if r.pathEnv != "" {
			in.envs[r.pathEnv] = true
		}
		for _, at := range above(r.dir) {
			in.layers[at] = append(in.layers[at], r.aliases()...)
		}
	}
	for _, names := range in.layers {
		sort.Slice(names, func(i, j int) bool {
			return len(names[i]) > len(names[j]) || len(names[i]) == len(names[j]) && names[i] < names[j]
		})
	}
	in.learn(files)
	for _, v := range files {
		in.read(v)
	}
}

// learn collects the words that are environments. A word for one, or a child of
// a folder "environments", is taken at once; any other must repeat among sibling
// folders or layers, or have a backend file.
func (in *interpreter) learn(files []*valueFile) {
	seen := map[string]map[string]bool{} // word → places
	witness := func(word, place string) {
		if seen[word] == nil {
			seen[word] = map[string]bool{}
		}
		seen[word][place] = true
	}
	for _, v := range files {
		if !in.placed(v) {
			continue
		}
		if between := v.telling(); len(between) > 0 {
			first := strings.ToLower(between[0])
			switch {
			case environmentFolders[first] && len(between) > 1 && !in.isLayer(v.scope, between[1]) && !refusedStem(between[1]):
				in.envs[between[1]] = true
				continue
			case len(between) > 1 && environmentLike(between[1]):
				in.envs[between[1]] = true
				continue
			case len(between) > 1 && !in.isLayer(v.scope, between[1]) && !refusedStem(between[1]):
				witness(between[1], v.word)
				continue
			case environmentWords[first]:
				in.envs[between[0]] = true
				continue
			}
		}
		word, layer := in.splitLayer(v.scope, v.word)
		if in.isLayer(v.scope, v.stem) {
			continue // "mobile-backend.tfvars" is for the layer mobile-backend
		}
		if refusedStem(word) || v.auto && len(v.between) == 0 {
			continue
		}
		switch {
		case environmentWords[strings.ToLower(word)], v.isBackend,
			len(v.between) > 0 && environmentFolders[strings.ToLower(v.between[0])]:
			in.envs[word] = true
		case environmentLike(word):
			in.envs[word] = true
		default:
			witness(word, v.scope+"\x00"+layer)
		}
	}
	for word, places := range seen {
		if len(places) > 1 {
			in.envs[word] = true
		}
	}
}

// placed reports whether the file stands where value files stand: beside a root
// or above it, in a folder for values, or in one named like an environment.
func (in *interpreter) placed(v *valueFile) bool {
	if len(v.between) == 0 {
		return true
	}
	first := strings.ToLower(v.between[0])
	return environmentFolders[first] || environmentWords[first] || holdsValues(first)
}

// holdsValues reports whether a folder is named for the value files in it: "tfvars", "workspace-variables".
func holdsValues(folder string) bool {
	last := folder[strings.LastIndexAny(folder, "-_")+1:]
	return valueFolders[folder] || backendFolders[folder] || valueFolders[last]
}

// telling returns the folders from scope to the file without those below the first that only say what kind
// of files they hold: "tfvars/backends".
func (v *valueFile) telling() []string {
	var rest []string
	for i, part := range v.between {
		if i == 0 || !holdsValues(strings.ToLower(part)) {
			rest = append(rest, part)
		}
	}
	return rest
}

func (in *interpreter) isLayer(scope, word string) bool {
	word = simplify(word)
	for _, name := range in.layers[scope] {
		if name == word {
			return !environmentWords[word]
		}
	}
	return false
}

// splitLayer parts "network-prod" or "prod-network" into the layer and the rest.
func (in *interpreter) splitLayer(scope, word string) (rest, layer string) {
	simple := simplify(word)
	for _, name := range in.layers[scope] {
		switch {
		case simple == name && !environmentWords[simple]:
			return "", name
		case strings.HasPrefix(simple, name+"-"):
			return word[len(name)+1:], name
		case strings.HasSuffix(simple, "-"+name):
			return word[:len(word)-len(name)-1], name
		}
	}
	return word, ""
}

func (in *interpreter) read(v *valueFile) {
	if !in.placed(v) {
		v.isVar, v.isBackend = false, false
		return
	}
	at := v.scope
	for _, part := range v.between {
		at = path.Join(at, part)
		switch {
		case v.env == "" && in.envs[part]:
			v.env, v.envFolder = part, at
		case v.layer == "" && in.isLayer(v.scope, part):
			v.layer = simplify(part)
		}
	}
	if v.layer == "" && in.isLayer(v.scope, v.stem) {
		v.layer = simplify(v.stem)
		v.isBackend = v.isBackend && !v.isVar
		return
	}
	if v.word == "" {
		return
	}
	if v.env == "" && in.envs[v.word] {
		v.env = v.word
		return
	}
	rest, layer := in.splitLayer(v.scope, v.word)
	if v.layer == "" {
		v.layer = layer
	}
	if v.env == "" && in.envs[rest] {
		v.env = rest
	}
}

// isShared reports whether a var-file is for every environment: by its name, or
// because nothing else could load a *.auto.tfvars that stands above the layers.
func (v *valueFile) isShared(aboveLayers bool) bool {
	if v.env != "" || !v.isVar || len(v.between) > 1 {
		return false
	}
	return v.word == "" || sharedWords[strings.ToLower(v.word)] || v.layer != "" || v.auto && aboveLayers
}
