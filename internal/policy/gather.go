// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Gather takes from a tree what belongs to a bundle: the files below, or matched by, one of paths (a file, a folder or a
// doublestar pattern). Tests (_test.rego) belong only where tests is set. What is below a folder testdata, or one whose
// name begins with a dot, is left out unless paths name the file itself. list holds the tree's files. It is an error with
// a hint if a path holds no policy and no data, if there is no policy at all, or if it is too much.
func Gather(paths, list []string, read func(name string) ([]byte, error), tests bool) (Bundle, error) {
	b := Bundle{map[string]string{}}
	rego := false
	for _, p := range paths {
		p = path.Clean(p)
		if !doublestar.ValidatePattern(p) {
			return Bundle{}, &PathError{Path: p, why: "is no pattern"}
		}
		held := false
		for _, name := range list {
			if !belongs(p, name) {
				continue
			}
			held = true
			if isTest(name) && !tests {
				continue
			}
			rego = rego || path.Ext(name) == ".rego" && !isTest(name)
			src, err := read(name)
			if err != nil {
				return Bundle{}, fmt.Errorf("read policies: %w", err)
			}
			b.Files[name] = string(src)
		}
		if !held {
			return Bundle{}, &PathError{Path: p, why: "holds no policy"}
		}
	}
	if !rego {
		return Bundle{}, &PathError{Path: strings.Join(paths, ", "), why: "holds no policy but tests and data"}
	}
	if _, err := json.Marshal(b); err != nil {
		return Bundle{}, err
	}
	return b, nil
}

// belongs reports whether a path or pattern holds a file of a bundle.
func belongs(pattern, name string) bool {
	if !slices.Contains(extensions, path.Ext(name)) {
		return false
	}
	if name == pattern {
		return true
	}
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if base := path.Base(dir); base == "testdata" || base != "." && strings.HasPrefix(base, ".") {
			return false
		}
		if dir == "." {
			break
		}
	}
	if strings.HasPrefix(path.Base(name), ".") {
		return false
	}
	for at := name; at != "."; at = path.Dir(at) {
		if ok, _ := doublestar.Match(pattern, at); ok || at == pattern {
			return true
		}
	}
	return pattern == "."
}

// A PathError says that policies are configured where there are none.
type PathError struct {
	Path string
	why  string
}

func (e *PathError) Error() string { return fmt.Sprintf("the policies' path %q %s", e.Path, e.why) }

// Hint says what to do next.
func (e *PathError) Hint() string {
	return "`policies { paths = […] }`, or `--policies`, names files, folders or patterns that hold .rego files; of a pull request, those of the base branch"
}
