package layer

import (
	"path"
	"strings"
)

// name gives every root its environment, if its folder is one, and its layer: the
// base folder's name, or the shortest end of its path that no other layer has.
func (d *discovery) name() {
	dirs := make([]string, len(d.roots))
	for i, r := range d.roots {
		dirs[i] = withoutPlain(r.dir)
	}
	taken := map[string]string{} // base and environment → dir
	for i, r := range d.roots {
		at := d.environmentSegment(i, dirs)
		r.base = dirs[i]
		if at >= 0 {
			parts := segments(dirs[i])
			r.pathEnv = parts[at]
			r.base = baseWithout(parts, at)
		}
		if key := r.base + "\x00" + r.pathEnv; taken[key] != "" {
			r.base, r.pathEnv = r.dir, ""
		} else {
			taken[key] = r.dir
		}
	}
	d.nameLayers()
}

// baseWithout is a root's folder with its environment, the folder that only
// holds environments, and a plain "terraform" left out.
func baseWithout(parts []string, at int) string {
	rest := append(append([]string{}, parts[:at]...), parts[at+1:]...)
	if at == len(parts)-1 && len(rest) > 1 && environmentFolders[strings.ToLower(rest[len(rest)-1])] {
		rest = rest[:len(rest)-1]
	}
	return withoutPlain(join(rest))
}

// environmentSegment returns which folder on the way to dirs[i] is its
// environment, or -1: the leftmost one that varies while its siblings repeat and
// whose values are, at least by half, words for environments; or the child of a
// folder "environments".
func (d *discovery) environmentSegment(i int, dirs []string) int {
	parts := segments(dirs[i])
	for at := range parts {
		byParent := at > 0 && environmentFolders[strings.ToLower(parts[at-1])]
		values := d.variants(dirs, parts, at, byParent)
		known := 0
		for v := range values {
			if environmentLike(v) || sharedWords[strings.ToLower(v)] {
				known++
			}
		}
		exact := strings.ToLower(parts[at])
		switch {
		case byParent && (known*2 >= len(values) || known == 0 && len(values) <= maxUnknownEnvironments && !d.roots[i].workspace):
			return at
		case !byParent && len(values) > 1 && known*2 >= len(values) && d.hasWord(values):
			return at
		case !byParent && len(values) == 1 && environmentWords[exact] && !weakWords[exact]:
			return at
		}
	}
	return -1
}

// maxUnknownEnvironments is how many children of a folder "environments" are
// taken for environments though none has a name for one; more are applications.
const maxUnknownEnvironments = 12

func (d *discovery) hasWord(values map[string]bool) bool {
	for v := range values {
		if environmentLike(v) {
			return true
		}
	}
	return false
}

// variants returns what stands at a place of a path in all roots that are equal
// otherwise; below a folder "environments", in all that begin equally.
func (d *discovery) variants(dirs, parts []string, at int, byParent bool) map[string]bool {
	if d.variantsOf == nil {
		d.variantsOf = map[string]map[string]bool{}
		for _, dir := range dirs {
			others := segments(dir)
			for k := range others {
				for _, key := range []string{join(others[:k]) + "\x00", join(others[:k]) + "\x00" + join(others[k+1:])} {
					if d.variantsOf[key] == nil {
						d.variantsOf[key] = map[string]bool{}
					}
					d.variantsOf[key][others[k]] = true
				}
			}
		}
	}
	key := join(parts[:at]) + "\x00"
	if !byParent {
		key += join(parts[at+1:])
	}
	return d.variantsOf[key]
}

// nameLayers finds the shortest unique path end of every base.
func (d *discovery) nameLayers() {
	count := map[string]int{} // path end → how many bases have it
	seen := map[string]bool{}
	for _, r := range d.roots {
		if seen[r.base] {
			continue
		}
		seen[r.base] = true
		parts := segments(r.base)
		for k := range parts {
			count[join(parts[k:])]++
		}
	}
	for _, r := range d.roots {
		r.layer = r.base
		if r.base == "." && count["root"] == 0 {
			r.layer = "root"
		}
		parts := segments(r.base)
		for k := len(parts) - 1; k >= 0; k-- {
			if end := join(parts[k:]); count[end] == 1 {
				r.layer = end
				break
			}
		}
	}
}

// aliases returns the words that name a root besides its full name, in the form
// that simplify gives them.
func (r *root) aliases() []string {
	last := path.Base(r.base)
	return []string{simplify(r.layer), simplify(Short(r.layer)), simplify(last), simplify(Short(last))}
}

// simplify makes data_and_ai and Data-And-AI the same word.
func simplify(word string) string {
	return strings.ReplaceAll(strings.ToLower(word), "_", "-")
}
