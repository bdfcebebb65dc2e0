// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/layer"
)

// A forest is the files of a commit and the layers that they make.
type forest struct {
	Tree
	layers *layer.Map        // nil until they are asked for
	links  map[string]string // and where they lead, without further links; "" is nowhere; likewise
}

// read returns the content of a file, also where a link leads to it.
func (f *forest) read(name string) ([]byte, error) {
	if real, ok := f.real(name); ok {
		return f.ReadFile(real)
	}
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// real returns a path without the links in it, if they lead to a place of the tree.
func (f *forest) real(name string) (string, bool) {
	const hops = 16
	for range hops {
		link, to, found := f.firstLink(name)
		if !found {
			return name, true
		}
		rest := strings.TrimPrefix(name, link)
		if name = path.Join(path.Dir(link), to) + rest; path.IsAbs(to) || !fs.ValidPath(name) {
			return "", false
		}
	}
	return "", false
}

// firstLink returns the first link on the way to name, and where it points.
func (f *forest) firstLink(name string) (link, to string, found bool) {
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != '/' {
			continue
		}
		if to, found := f.Link(name[:i]); found {
			return name[:i], to, true
		}
	}
	return "", "", false
}

// folders returns the links to folders that hold some of paths, sorted, and which these are. One that leads in a circle
// is left out where it is none of paths.
func (f *forest) folders(paths []string) map[string]string {
	if f.links == nil {
		f.links = map[string]string{}
		for _, name := range f.Paths() {
			if _, isLink := f.Link(name); isLink {
				f.links[name], _ = f.real(name)
			}
		}
	}
	out := map[string]string{}
	for link, real := range f.links {
		circle := real == "." || strings.HasPrefix(link, real+"/")
		if _, own := slices.BinarySearch(paths, link); circle && !own || real == "" {
			continue
		}
		i, _ := slices.BinarySearch(paths, real+"/")
		if real == "." || i < len(paths) && strings.HasPrefix(paths[i], real+"/") {
			out[link] = real
		}
	}
	return out
}
