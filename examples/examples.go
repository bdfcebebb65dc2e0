// Package examples holds a small repository of layers that the demo and the tests use as real input.
package examples

import (
	"embed"
	"io/fs"
)

//go:embed all:sample
var files embed.FS

// Sample returns the files of the sample repository by path, slash-separated from its root.
func Sample() (map[string][]byte, error) {
	out := map[string][]byte{}
	root, err := fs.Sub(files, "sample")
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		out[name], err = fs.ReadFile(root, name)
		return err
	})
	return out, err
}
