// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"slices"
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
			if env, party := splitCompound(parts[at]); party != "" && !(at > 0 && environmentFolders[strings.ToLower(parts[at-1])]) {
				r.pathEnv, parts[at] = env, party
				r.base = withoutPlain(join(parts))
			} else {
				r.base = baseWithout(parts, at)
			}
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
// whose values are mostly words for environments, or that differs from another in
// such a word only ("acme-dev", "acme-prod"); or the child of a folder
// "environments"; or one that has such a word for its name.
func (d *discovery) environmentSegment(i int, dirs []string) int {
	parts := segments(dirs[i])
	for at := range parts {
		byParent := at > 0 && environmentFolders[strings.ToLower(parts[at-1])]
		v := d.variants(dirs, parts, at, byParent)
		exact := strings.ToLower(parts[at])
		_, party := splitCompound(parts[at])
		switch {
		case byParent && (v.like*2 >= v.count || v.like == 0 && v.count <= maxUnknownEnvironments && !d.roots[i].workspace):
			return at
		case !byParent && v.count > 1 && v.exact*2 > v.count && v.word:
			return at
		case !byParent && party != "" && v.parties[party] > 1:
			return at
		case !byParent && environmentWords[exact] && !weakWords[exact]:
			return at
		}
	}
	return -1
}

// maxUnknownEnvironments is how many children of a folder "environments" are
// taken for environments though none has a name for one; more are applications.
const maxUnknownEnvironments = 12

// variation is what stands at one place of paths that are equal otherwise.
type variation struct {
	seen    map[string]bool
	parties map[string]int // what is left of a compound without its word for an environment → how many have it
	count   int
	exact   int  // how many are words for environments, or for what all of them share
	like    int  // exact, and the compounds with such a word
	word    bool // one at least is a word for an environment
}

// variants returns what stands at a place of a path in all roots that are equal
// otherwise; below a folder "environments", in all that begin equally.
func (d *discovery) variants(dirs, parts []string, at int, byParent bool) *variation {
	if d.variations == nil {
		d.variations = map[string]*variation{}
		for _, dir := range dirs {
			others := segments(dir)
			for k, value := range others {
				start := join(others[:k]) + "\x00"
				d.vary(start, value)
				d.vary(start+join(others[k+1:]), value)
			}
		}
	}
	key := join(parts[:at]) + "\x00"
	if !byParent {
		key += join(parts[at+1:])
	}
	return d.variations[key]
}

func (d *discovery) vary(key, value string) {
	v := d.variations[key]
	if v == nil {
		v = &variation{seen: map[string]bool{}, parties: map[string]int{}}
		d.variations[key] = v
	}
	if v.seen[value] {
		return
	}
	v.seen[value] = true
	v.count++
	switch {
	case environmentWords[strings.ToLower(value)]:
		v.word = true
		v.exact++
		v.like++
	case environmentLike(value):
		_, party := splitCompound(value)
		v.parties[party]++
		v.like++
	case sharedWords[strings.ToLower(value)]:
		v.exact++
		v.like++
	}
}

// splitCompound parts "acme-non-prod" into the environment, "non-prod", and what it says beside it, "acme";
// party is "" for a name that says one of them only.
func splitCompound(value string) (env, party string) {
	parts := strings.FieldsFunc(value, isSeparator)
	if environmentWords[strings.ToLower(strings.Join(parts, "-"))] {
		return "", ""
	}
	for n := len(parts) - 1; n > 0; n-- {
		for i := 0; i+n <= len(parts); i++ {
			word := strings.Join(parts[i:i+n], "-")
			if lower := strings.ToLower(word); environmentWords[lower] && !weakWords[lower] {
				return word, strings.Join(slices.Concat(parts[:i], parts[i+n:]), "-")
			}
		}
	}
	return "", ""
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
