// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// A discovery is the state of one run of Discover.
type discovery struct {
	tree    *tree
	opts    Options
	folders map[string]*folder
	callers map[string][]string // module folder → folders that call it
	roots   []*root             // sorted by dir
	result  *Map

	unitSources map[string]bool // folders that Terragrunt units run

	info       map[*Target]*targetInfo
	byPath     map[string]*valueFile // see valueFile
	variations map[string]*variation // see variants
	workspaces map[string][]declared // by folder, see declaredWorkspaces
	order      *order
}

// A root is a folder that Terraform runs in.
type root struct {
	*folder
	layer   string
	base    string   // dir without its environment and its plain "terraform" folder
	pathEnv string   // the environment that dir itself names; "" is none
	reach   []string // folders of every module it calls, itself first
	problem *Problem
	targets []*Target
}

// findRoots decides for every folder whether it is a layer, a module or left out,
// and says why of the left out ones.
func (d *discovery) findRoots() {
	d.callers = map[string][]string{}
	for dir, f := range d.folders {
		for _, c := range f.calls {
			d.callers[c.dir] = append(d.callers[c.dir], dir)
		}
	}
	d.unitSources = d.readUnitSources()
	var single *folder
	for dir, f := range d.folders {
		isRoot, reason := d.judge(f)
		if isRoot {
			d.roots = append(d.roots, &root{folder: f})
		} else if reason != "" {
			d.skip(dir, reason)
		}
		if dir == "." && !isRoot && reason == reasonModule {
			single = f
		}
	}
	if len(d.roots) == 0 && single != nil { // a module on its own is all there is to plan
		d.result.Skipped = slices.DeleteFunc(d.result.Skipped, func(s Skip) bool { return s.Dir == "." })
		d.roots = append(d.roots, &root{folder: single})
	}
	sort.Slice(d.roots, func(i, j int) bool { return d.roots[i].dir < d.roots[j].dir })
	d.skipTerragrunt()
	d.skipOtherLayers()
}

func (d *discovery) skip(dir, reason string) {
	d.result.Skipped = append(d.result.Skipped, Skip{Dir: dir, Reason: reason})
}

const (
	reasonTerragrunt = "a Terragrunt unit: Terragrunt generates its backend and inputs, so plain Terraform cannot plan it"
	reasonDisabled   = "disabled by the -- at the end of its folder's name"
	reasonExample    = "an example or a test"
	reasonModule     = "a module: no backend, no provider of its own and nothing that gives it values"
	reasonShared     = "a folder of files that layers link to"
	reasonUnitSource = "run by Terragrunt units, which generate its backend and inputs"
	reasonTemplate   = "a template: its backend still holds a placeholder"
)

// judge returns whether f is a root, and if not, the reason to report. A module
// that is called needs no mention.
func (d *discovery) judge(f *folder) (isRoot bool, reason string) {
	if d.hasTerragrunt(f.dir) {
		return false, "" // skipTerragrunt reports it
	}
	if disabled(f.dir) {
		return false, reasonDisabled
	}
	if _, excluded := matchFolder(d.opts.Exclude, f.dir); excluded {
		return false, "excluded by the configuration"
	}
	isRoot, reason = d.judgeByContent(f)
	if len(d.opts.Include) == 0 {
		return isRoot, reason
	}
	exact, included := matchFolder(d.opts.Include, f.dir)
	if isRoot && !included {
		return false, "not included by the configuration"
	}
	return isRoot || exact, reason
}

func (d *discovery) judgeByContent(f *folder) (isRoot bool, reason string) {
	switch {
	case d.unitSources[f.dir] && (f.backend == nil || len(f.backend.attrs) == 0):
		return false, reasonUnitSource
	case d.isLinkSource(f):
		return false, reasonShared
	case f.backend != nil && f.hasPlaceholder():
		return false, reasonTemplate
	case f.backend != nil:
		return true, ""
	case d.isExample(f.dir):
		return false, reasonExample
	case d.calledFor(f.dir) || has(moduleFolders, f.dir):
		return false, ""
	case !d.looksLikeRoot(f):
		return false, reasonModule
	}
	return true, ""
}

// matchFolder reports whether a glob matches dir or a folder it lies in; exact
// is true when it is dir itself, or all of it but a plain "terraform" folder.
func matchFolder(globs []string, dir string) (exact, matched bool) {
	for _, glob := range globs {
		for at := dir; ; at = path.Dir(at) {
			if ok, _ := doublestar.Match(strings.TrimSuffix(glob, "/"), at); ok {
				matched = true
				exact = exact || at == dir || at == withoutPlain(dir)
			}
			if at == "." {
				break
			}
		}
	}
	return exact, matched
}

// isExample reports whether a folder lies below examples or tests. A folder "test"
// with other environments beside it is an environment.
func (d *discovery) isExample(dir string) bool {
	parts := segments(strings.ToLower(dir))
	for i, part := range parts {
		if exampleFolders[part] && !(part == "test" && d.hasEnvironments(join(segments(dir)[:i]))) {
			return true
		}
	}
	return false
}

func (d *discovery) hasEnvironments(dir string) bool {
	if environmentFolders[strings.ToLower(path.Base(dir))] {
		return true
	}
	for word := range environmentWords {
		if !weakWords[word] && d.tree.under[path.Join(dir, word)] {
			return true
		}
	}
	return false
}

// calledFor reports whether anything but an example or a test calls the folder.
func (d *discovery) calledFor(dir string) bool {
	for _, caller := range d.callers[dir] {
		if caller != dir && !d.isExample(caller) {
			return true
		}
	}
	return false
}

// looksLikeRoot looks for what only a root has, in a folder without a backend.
func (d *discovery) looksLikeRoot(f *folder) bool {
	last := path.Base(withoutPlain(f.dir))
	if f.provider || numbered.MatchString(last) || rootFolders[strings.ToLower(path.Base(path.Dir(withoutPlain(f.dir))))] && len(f.calls) > 0 {
		return true
	}
	for _, base := range d.tree.list(f.dir) {
		if base == ".terraform.lock.hcl" || isAutoloaded(base) {
			return true
		}
	}
	for name := range environmentFolders {
		if d.tree.under[path.Join(f.dir, name)] {
			return true
		}
	}
	return false
}

// isAutoloaded reports whether Terraform loads a var-file of this name by itself.
func isAutoloaded(base string) bool {
	return base == "terraform.tfvars" || base == "terraform.tfvars.json" ||
		strings.HasSuffix(base, ".auto.tfvars") || strings.HasSuffix(base, ".auto.tfvars.json")
}

// isLinkSource reports whether the folder only exists for others to link its
// files: all of them are linked, or in a folder with a name like "common" those
// that would make it a root.
func (d *discovery) isLinkSource(f *folder) bool {
	linked := d.linkedFrom()
	decisive := f.files
	if sharedWords[strings.Trim(strings.ToLower(path.Base(f.dir)), "_-.")] && len(f.marks) > 0 {
		decisive = f.marks
	}
	for _, name := range decisive {
		if _, isLink := d.tree.links[name]; isLink || !linked[name] {
			return false
		}
	}
	for _, base := range d.tree.list(f.dir) {
		if base == ".terraform.lock.hcl" || isAutoloaded(base) && !linked[path.Join(f.dir, base)] {
			return false
		}
	}
	return true
}

// linkedFrom returns the files that a link from another folder points to.
func (d *discovery) linkedFrom() map[string]bool {
	if d.tree.linked == nil {
		d.tree.linked = map[string]bool{}
		for link := range d.tree.links {
			if real, ok := d.tree.resolve(link); ok && path.Dir(real) != path.Dir(link) {
				d.tree.linked[real] = true
			}
		}
	}
	return d.tree.linked
}

var placeholder = regexp.MustCompile(`\$[a-zA-Z_]|\{\{|<[A-Za-z_-]+>`)

func (f *folder) hasPlaceholder() bool {
	for _, expr := range f.backend.attrs {
		if text, _ := (&scope{}).text(expr); placeholder.MatchString(text) {
			return true
		}
	}
	return false
}
