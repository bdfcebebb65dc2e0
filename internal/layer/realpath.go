// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

var (
	errOutside = errors.New("leads out of the repository")
	errLoop    = errors.New("goes round in circles")
)

// realPath returns a path of fsys without symbolic links, as the operating system would follow them: a ".." after a
// link is where the link leads to. The error is errOutside, errLoop or that of fsys.
func realPath(fsys fs.FS, name string) (string, error) {
	real, hops := ".", 0
	todo := strings.Split(name, "/")
	if path.IsAbs(name) {
		return "", fmt.Errorf("%s: %w", name, errOutside)
	}
	for len(todo) > 0 {
		step := todo[0]
		todo = todo[1:]
		switch {
		case step == "" || step == ".":
			continue
		case step == ".." && real == ".":
			return "", fmt.Errorf("%s: %w", name, errOutside)
		case step == "..":
			real = path.Dir(real)
			continue
		}
		next := path.Join(real, step)
		info, err := fs.Lstat(fsys, next)
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			real = next
			continue
		}
		target, err := fs.ReadLink(fsys, next)
		if err != nil {
			return "", err
		}
		if path.IsAbs(target) {
			return "", fmt.Errorf("%s: %w", name, errOutside)
		}
		if hops++; hops > maxHops {
			return "", fmt.Errorf("%s: %w", name, errLoop)
		}
		todo = append(strings.Split(target, "/"), todo...)
	}
	return real, nil
}
