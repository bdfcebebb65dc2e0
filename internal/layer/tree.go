// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
)

// maxHops is how many links a path may lead through before it is taken for a loop.
const maxHops = 40

// A tree is a Files with its folders known and its links resolved.
type tree struct {
	files  Files
	paths  []string            // without the folders that hold no source
	has    map[string]bool     // every path
	dirs   map[string][]string // folder → base names of its files and links, sorted
	under  map[string]bool     // every folder that holds something, at any depth; "." is the root
	links  map[string]string   // link → what it points to, from the root; "" when it leaves the tree
	linked map[string]bool     // files that a link from another folder leads to; built when asked for
}

func newTree(files Files) *tree {
	t := &tree{files: files, has: map[string]bool{}, dirs: map[string][]string{}, under: map[string]bool{".": true}, links: map[string]string{}}
	for _, name := range files.Paths() {
		if generated(name) || !fs.ValidPath(name) {
			continue
		}
		t.paths = append(t.paths, name)
		t.has[name] = true
		dir := path.Dir(name)
		t.dirs[dir] = append(t.dirs[dir], path.Base(name))
		for d := dir; !t.under[d]; d = path.Dir(d) {
			t.under[d] = true
		}
		if target, ok := files.Link(name); ok {
			t.links[name] = inside(dir, target)
		}
	}
	slices.Sort(t.paths)
	for _, names := range t.dirs {
		sort.Strings(names)
	}
	return t
}

// generated reports whether a path lies in a folder that tools fill.
func generated(name string) bool {
	for _, dir := range [...]string{".git", ".terraform", "node_modules", ".terragrunt-cache"} {
		if strings.HasPrefix(name, dir+"/") || strings.Contains(name, "/"+dir+"/") {
			return true
		}
	}
	return false
}

// inside returns target as seen from dir, or "" when that is outside the tree.
func inside(dir, target string) string {
	if path.IsAbs(target) || target == "" {
		return ""
	}
	joined := path.Join(dir, target)
	if joined == ".." || strings.HasPrefix(joined, "../") {
		return ""
	}
	return joined
}

// resolve follows the links on the way to name, and name itself. ok is false when
// they leave the tree or go round in circles; whether the result exists is not checked.
func (t *tree) resolve(name string) (real string, ok bool) {
	real, _, ok = t.follow(name)
	return real, ok
}

// follow is resolve that also tells the links it went through, as far as it came.
func (t *tree) follow(name string) (real string, through []string, ok bool) {
	if len(t.links) == 0 {
		return name, nil, true
	}
	for range maxHops {
		link, rest := t.firstLink(name)
		if link == "" {
			return name, through, true
		}
		through = append(through, link)
		target := t.links[link]
		if target == "" {
			break
		}
		name = path.Join(target, rest)
	}
	return "", through, false
}

func (t *tree) firstLink(name string) (link, rest string) {
	for i := 0; i <= len(name); i++ {
		if i == len(name) || name[i] == '/' {
			if _, ok := t.links[name[:i]]; ok {
				return name[:i], strings.TrimPrefix(name[i:], "/")
			}
		}
	}
	return "", ""
}

// exists reports whether name is a file or a folder, through links.
func (t *tree) exists(name string) bool {
	real, ok := t.resolve(name)
	return ok && (t.has[real] && t.links[real] == "" || t.under[real])
}

// list returns the base names in a folder, through links.
func (t *tree) list(dir string) []string {
	real, ok := t.resolve(dir)
	if !ok {
		return nil
	}
	return t.dirs[real]
}

// read returns a file's content, through links.
func (t *tree) read(name string) ([]byte, error) {
	if real, ok := t.resolve(name); ok {
		name = real
	}
	return t.files.ReadFile(name)
}

// within reports whether name is dir or lies below it.
func within(name, dir string) bool {
	return dir == "." || name == dir || strings.HasPrefix(name, dir+"/")
}

// relative returns name as seen from dir, which it must lie within.
func relative(name, dir string) string {
	if dir == "." {
		return name
	}
	return strings.TrimPrefix(strings.TrimPrefix(name, dir), "/")
}

// below returns the paths at any depth below a folder, by its name alone.
func (t *tree) below(dir string) []string {
	if dir == "." {
		return t.paths
	}
	start, _ := slices.BinarySearch(t.paths, dir+"/")
	end, _ := slices.BinarySearch(t.paths, dir+"0") // "0" follows "/"
	return t.paths[start:end]
}

// above returns every folder from the root of the tree down to dir.
func above(dir string) []string {
	all := []string{"."}
	for i := 0; i < len(dir) && dir != "."; i++ {
		if dir[i] == '/' {
			all = append(all, dir[:i])
		}
	}
	if dir != "." {
		all = append(all, dir)
	}
	return all
}

func segments(name string) []string {
	if name == "." || name == "" {
		return nil
	}
	return strings.Split(name, "/")
}

func join(segments []string) string {
	if len(segments) == 0 {
		return "."
	}
	return strings.Join(segments, "/")
}
