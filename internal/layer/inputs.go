// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
)

// inputs answers which targets a file determines.
//
// A file belongs to the nearest folder above it that holds configuration, and so
// to every target that reaches that folder: the root itself and each module it
// calls. Besides, a target is determined by its var-files and backend file, by
// what its code reads through a path that can be told from the text, and by what
// any of these link to. Documentation (*.md and the like), templates for files
// that are put in place by hand, hidden folders and tests do not count, unless
// code reads them.
type inputs struct {
	tree    *tree
	ids     []string                   // of the targets, in the order of the Map
	owners  map[string][]int           // folder of configuration → targets that reach it
	config  map[string]bool            // every folder of configuration
	files   map[string][]int           // file named for a target
	folders map[string][]int           // folder that code of a target reads from
	only    map[string]map[int]bool    // value file or folder → the targets it is for; others of the layer do not care
	linked  map[string][]string        // what links lead to → the links, sorted
	hops    map[string][]string        // link → the links that lead through it, sorted
	own     map[string]map[string]bool // ID → files and folders that are for that environment only
	states  []state                    // of each target

	once sync.Once
	of   map[string][]string // ID → files
}

func (d *discovery) collectInputs(targets []*Target) *inputs {
	in := &inputs{
		tree: d.tree, owners: map[string][]int{}, config: map[string]bool{}, files: map[string][]int{},
		folders: map[string][]int{}, only: map[string]map[int]bool{}, linked: map[string][]string{},
		hops: map[string][]string{}, own: map[string]map[string]bool{},
	}
	for dir := range d.folders {
		in.config[dir] = true
	}
	for _, link := range sortedKeys(d.tree.links) {
		real, through, ok := d.tree.follow(link)
		if ok {
			in.linked[real] = append(in.linked[real], link)
		}
		for _, hop := range through[1:] { // the first is link itself
			in.hops[hop] = append(in.hops[hop], link)
		}
	}
	for i, t := range targets {
		info := d.info[t]
		in.ids = append(in.ids, t.ID())
		in.states = append(in.states, info.states[len(info.states)-1])
		for _, dir := range info.root.reach {
			in.owners[dir] = append(in.owners[dir], i)
			for _, c := range d.folders[dir].calls {
				in.add(i, c.through...)
			}
		}
		for _, name := range append(slices.Clone(t.VarFiles), t.BackendConfig) {
			if name != "" {
				real, through, _ := d.tree.follow(name)
				in.add(i, append(through, name)...)
				in.reserve(name, i)
				info.own[real] = info.own[real] || info.own[name]
			}
		}
		common := d.references(t, true)
		for ref := range d.references(t, false) {
			if d.tree.has[ref] {
				in.add(i, ref)
			} else {
				in.folders[ref] = append(in.folders[ref], i)
			}
			info.own[ref] = info.own[ref] || !common[ref]
		}
		in.own[t.ID()] = info.own
		if info.envFolder != "" {
			in.reserve(info.envFolder, i)
		}
	}
	return in
}

// add makes files determine target i.
func (in *inputs) add(i int, files ...string) {
	for _, name := range files {
		in.files[name] = append(in.files[name], i)
	}
}

// reserve makes a file or folder one that only such targets care for.
func (in *inputs) reserve(name string, i int) {
	if in.only[name] == nil {
		in.only[name] = map[int]bool{}
	}
	in.only[name][i] = true
}

// touched returns the targets that a changed file determines, in no order.
func (in *inputs) touched(name string) map[int]bool {
	found := map[int]bool{}
	if !fs.ValidPath(name) {
		return found
	}
	for _, alias := range in.aliases(name) {
		for _, i := range in.files[alias] {
			found[i] = true
		}
		for _, at := range above(alias) {
			for _, i := range in.folders[at] {
				if !isDocument(alias) && !isConfig(alias) { // code reads data there, not another layer's code
					found[i] = true
				}
			}
		}
		owner := path.Dir(alias)
		for !in.config[owner] && owner != "." {
			owner = path.Dir(owner)
		}
		if !counts(relative(alias, owner)) || owner == "." && path.Dir(alias) != "." {
			continue // a root at the top of the repository does not own all of it
		}
		for _, i := range in.owners[owner] {
			if in.admits(alias, owner, i) {
				found[i] = true
			}
		}
	}
	return found
}

// admits reports whether target i cares for a file of a folder it reaches: not
// when the file, or a folder it lies in, is another environment's.
func (in *inputs) admits(name, owner string, i int) bool {
	for at := name; at != owner && at != "."; at = path.Dir(at) {
		if only := in.only[at]; only != nil && !only[i] {
			return false
		}
	}
	return true
}

// aliases returns a path and every other that links make of it. What leads to a folder is looked at once: links may
// go in circles.
func (in *inputs) aliases(name string) []string {
	all := append([]string{name}, in.hops[name]...)
	if len(in.linked) == 0 {
		return all
	}
	done := map[string]bool{}
	for k := 0; k < len(all); k++ {
		for _, at := range above(all[k]) {
			if links := in.linked[at]; len(links) > 0 && !done[at] {
				done[at] = true
				for _, link := range links {
					all = append(all, path.Join(link, relative(all[k], at)))
				}
			}
		}
	}
	return all
}

var documents = set(".md .markdown .rst .adoc .png .jpg .jpeg .svg .drawio")

// testName is what only `terraform test` and `tofu test` read.
// https://developer.hashicorp.com/terraform/language/tests/mocking https://opentofu.org/docs/cli/commands/test/
var testName = regexp.MustCompile(`\.(tftest|tofutest|tfmock)\.`)

// isDocument reports whether a file only speaks to people.
func isDocument(name string) bool {
	base := strings.ToLower(path.Base(name))
	return documents[path.Ext(base)] || strings.HasPrefix(base, "license") || strings.HasPrefix(base, "codeowners")
}

// isValueFile reports whether a file, or the one that it is a model of, gives values: "prod.tfvars.example". Other templates are
// read by the layer (templatefile).
func isValueFile(base string) bool {
	base = strings.ToLower(base)
	return strings.Contains(base, ".tfvars") || strings.Contains(base, ".hcl")
}

// counts reports whether a file below a folder of configuration determines what
// Terraform does there. The lock file does.
func counts(below string) bool {
	base := path.Base(below)
	if isConfig(base) { // whatever else its name says: "launch-template.tf", "license.tf"
		return true
	}
	if isDocument(base) || testName.MatchString(base) || isValueFile(base) && modelName.MatchString(base) {
		return false
	}
	if strings.HasPrefix(base, ".") && base != ".terraform.lock.hcl" && base != ".terraform-version" {
		return false
	}
	for _, part := range segments(path.Dir(below)) {
		if strings.HasPrefix(part, ".") {
			return false
		}
	}
	return true
}

// stateOf returns where a target keeps its state, if that is known for certain.
func (m *Map) stateOf(i int) (state, bool) {
	if m.inputs == nil {
		return state{}, false
	}
	s := m.inputs.states[i]
	return s, !strings.Contains(s.kind+s.bucket+s.key, unknown)
}

// Inputs returns the files that determine what planning t does, sorted: its own,
// those of every module it calls, its value files, its lock file and what links
// lead to.
func (m *Map) Inputs(t Target) []string {
	if m.inputs == nil {
		return nil
	}
	in := m.inputs
	in.once.Do(func() {
		in.of = map[string][]string{}
		for _, name := range in.tree.paths {
			for i := range in.touched(name) {
				in.of[in.ids[i]] = append(in.of[in.ids[i]], name)
			}
		}
		for _, list := range in.of {
			sort.Strings(list)
		}
	})
	return slices.Clone(in.of[t.ID()])
}
