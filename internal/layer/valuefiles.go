package layer

import (
	"path"
	"regexp"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// A valueFile is a var-file or a backend file and what its place and name say.
type valueFile struct {
	path      string
	scope     string   // the deepest folder on its way that is, or holds, a root
	between   []string // folders from scope to the file
	stem      string   // its name without extensions
	word      string   // what its name says beside "backend", "config", numbers …: "prod", "network-prod"
	isVar     bool
	isBackend bool
	auto      bool // named *.auto.tfvars or terraform.tfvars

	env       string
	envFolder string // the folder that is the environment; "" when the name says it
	layer     string // the layer it is for, simplified; "" is any

	names map[string]hcl.Expression // its values; read when first asked for
	bad   *Problem
}

// valueFiles finds every var-file and backend file that can belong to a root.
func (d *discovery) valueFiles() []*valueFile {
	holds := map[string]bool{".": true} // folders that are or hold a root
	for _, r := range d.roots {
		for _, at := range above(r.dir) {
			holds[at] = true
		}
	}
	var candidates, found []*valueFile
	for _, name := range d.tree.paths {
		if v := classify(name); v != nil {
			candidates = append(candidates, v)
		}
	}
	inParallel(len(candidates), func(i int) { d.values(candidates[i]) })
	for _, v := range candidates {
		name := v.path
		v.scope = path.Dir(name)
		for !holds[v.scope] {
			v.scope = path.Dir(v.scope)
		}
		v.between = segments(relative(path.Dir(name), v.scope))
		if !v.isBackend && (!v.isVar || backendName.MatchString(v.stem)) {
			d.sniff(v)
		}
		if v.isVar || v.isBackend {
			found = append(found, v)
			d.byPath[name] = v
		}
	}
	return found
}

var (
	backendName = regexp.MustCompile(`(?i)(^|[-_.])backend([-_.]|$)`)
	modelName   = regexp.MustCompile(`(?i)\.(template|tmpl|tpl|example|sample|dist)$|[.-](example|sample|template)\.`)
	decoration  = regexp.MustCompile(`(?i)^(backend([-_]config)?|config|terraform|auto|vars|variables|tfvars|s3|gcs|azurerm)$`)
	prefixes    = regexp.MustCompile(`(?i)^(\d+[-_.]|backend[-_]config[-_]|backend[-_]|config[-_]|terraform[-_]|vars[-_]|variables[-_])+`)
	suffixes    = regexp.MustCompile(`(?i)([-_]backend[-_]config|[-_]backend|[-_]config|[-_]vars)$`)
)

// classify judges a file by its name alone; nil is neither kind. A plain .hcl
// file needs a look inside.
func classify(name string) *valueFile {
	base := path.Base(name)
	if strings.HasPrefix(base, ".") || modelName.MatchString(base) {
		return nil
	}
	v := &valueFile{path: name}
	stem := base
	switch {
	case strings.HasSuffix(base, ".tfvars"), strings.HasSuffix(base, ".tfvars.json"):
		stem = strings.TrimSuffix(strings.TrimSuffix(base, ".json"), ".tfvars")
		v.isVar = true
		v.isBackend = strings.EqualFold(stem, "backend") || strings.EqualFold(stem, "backend-config")
		v.auto = isAutoloaded(base)
	case strings.HasSuffix(base, ".tfbackend"), strings.HasSuffix(base, ".backend"):
		stem = strings.TrimSuffix(base, path.Ext(base))
		v.isBackend = true
	case strings.HasSuffix(base, ".hcl"):
		stem = strings.TrimSuffix(base, ".hcl")
		if other := path.Ext(stem); other == ".pkr" || other == ".nomad" || other == ".tftest" || strings.HasPrefix(stem, "terragrunt") {
			return nil
		}
	case (strings.HasSuffix(base, ".conf") || strings.HasSuffix(base, ".config")) && backendName.MatchString(base):
		stem = strings.TrimSuffix(base, path.Ext(base))
		v.isBackend = true
	default:
		return nil
	}
	v.stem, v.word = strings.TrimSuffix(stem, ".auto"), plainWord(stem)
	return v
}

// plainWord strips a stem of what says nothing: "00-config.auto" is "",
// "backend-config-network" is "network", "integration.blue" is "integration".
func plainWord(stem string) string {
	for _, part := range strings.Split(stem, ".") {
		if part == "" || decoration.MatchString(part) {
			continue
		}
		part = suffixes.ReplaceAllString(prefixes.ReplaceAllString(part, ""), "")
		if part != "" && !decoration.MatchString(part) {
			return part
		}
	}
	return ""
}

var backendArguments = set("bucket key region prefix path address storage_account_name container_name resource_group_name " +
	"hostname organization encrypt dynamodb_table use_lockfile kms_key_id conn_str schema_name secret_suffix workspaces workspace_key_prefix")

// sniff makes a file a backend file when its arguments are a backend's.
func (d *discovery) sniff(v *valueFile) {
	known := 0
	for name := range d.values(v) {
		if backendArguments[name] {
			known++
		}
	}
	v.isBackend = known > 0 && known*2 >= len(v.names)
}

// values returns the arguments of a value file. One that cannot be read has none and a problem.
func (d *discovery) values(v *valueFile) map[string]hcl.Expression {
	if v.names != nil {
		return v.names
	}
	v.names = map[string]hcl.Expression{}
	content, err := d.tree.read(v.path)
	if err != nil {
		v.bad = &Problem{Message: "cannot be read: " + err.Error(), File: v.path, Hint: "commit the file, or what it links to"}
		return v.names
	}
	file, problem := parse(v.path, content)
	v.bad = problem
	if file != nil {
		v.names = attributes(file.Body)
	}
	return v.names
}

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
		if len(v.between) > 0 {
			first := strings.ToLower(v.between[0])
			switch {
			case environmentFolders[first] && len(v.between) > 1 && !in.isLayer(v.scope, v.between[1]) && !refusedStem(v.between[1]):
				in.envs[v.between[1]] = true
				continue
			case len(v.between) > 1 && environmentLike(v.between[1]):
				in.envs[v.between[1]] = true
				continue
			case len(v.between) > 1 && !in.isLayer(v.scope, v.between[1]) && !refusedStem(v.between[1]):
				witness(v.between[1], v.word)
				continue
			case environmentWords[first]:
				in.envs[v.between[0]] = true
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
	return environmentFolders[first] || valueFolders[first] || backendFolders[first] || environmentWords[first]
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
