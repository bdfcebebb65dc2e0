// SPDX-License-Identifier: Apache-2.0

package git

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// A Dir is the files of a folder on disk. It is safe for concurrent use.
type Dir struct {
	root  *os.Root
	paths []string
	links map[string]string
}

// WorkTree returns the files of a folder on disk, git-ignored ones included (var-files often are), without
// .git, .terraform and node_modules. It needs no repository. It satisfies layer.Files.
func WorkTree(dir string) (*Dir, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	d := &Dir{root: root, links: map[string]string{}}
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			if name != "." && os.IsPermission(err) {
				return fs.SkipDir // a folder that this user may not read holds no layer of theirs
			}
			return err
		}
		switch {
		case e.IsDir():
			if name != "." && passedOver(e.Name()) {
				return fs.SkipDir
			}
		case e.Type()&fs.ModeSymlink != 0:
			target, err := root.Readlink(filepath.FromSlash(name))
			if err != nil {
				return err
			}
			d.links[name] = filepath.ToSlash(target)
			d.paths = append(d.paths, name)
		case e.Type().IsRegular() && e.Name() != ".git": // a linked worktree has a file of that name
			d.paths = append(d.paths, name)
		}
		return nil
	})
	sort.Strings(d.paths)
	return d, err
}

func passedOver(name string) bool {
	return name == ".git" || name == ".terraform" || name == "node_modules"
}

// Paths returns every file's path, sorted.
func (d *Dir) Paths() []string { return d.paths }

// Link returns what a symbolic link points to.
func (d *Dir) Link(name string) (string, bool) {
	target, ok := d.links[name]
	return target, ok
}

// ReadFile returns the content of a file. A path or link that leaves the folder is refused, and a file above
// MaxFile is a *TooLargeError.
func (d *Dir) ReadFile(name string) ([]byte, error) {
	if !fs.ValidPath(name) || strings.Contains(name, "\\") && filepath.Separator == '\\' {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	native := filepath.FromSlash(name)
	info, err := d.root.Stat(native)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for a writer
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	f, err := d.root.Open(native)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, err
	}
	if len(content) > MaxFile {
		return nil, &TooLargeError{Path: name, Size: info.Size()}
	}
	return content, nil
}
