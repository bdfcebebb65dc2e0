// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// A shared is what a scanner says of one copy of files, for all targets that have the same: environments of a layer that
// differ by nothing but their backend are looked at once.
type shared struct {
	done chan struct{} // closed when the rest is there
	seen []seen
	err  error // it said nothing that can be read
}

// share returns what look says of a copy of files, or what it said of another that is the same. Only what was read is kept.
func (e *Engine) share(ctx context.Context, key string, look func() ([]seen, error)) ([]seen, error) {
	e.mu.Lock()
	s, known := e.said[key]
	if !known {
		s = &shared{done: make(chan struct{})}
		e.said[key] = s
	}
	e.mu.Unlock()
	if !known {
		defer close(s.done)
		s.seen, s.err = look()
		return slices.Clone(s.seen), s.err
	}
	select {
	case <-s.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.err != nil { // maybe because the other target was given up
		return look()
	}
	return slices.Clone(s.seen), nil
}

// sameness returns a digest of all that a scanner sees, the arguments and the files below place, and of how it is read.
func sameness(place string, c command, r run) (string, error) {
	h := sha256.New()
	for _, word := range slices.Concat([]string{c.path, r.dir, r.workspace, fmt.Sprint(r.bare, r.folders)}, c.args) {
		fmt.Fprintf(h, "%q\n", strings.ReplaceAll(word, place, ""))
	}
	root := os.DirFS(place)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		f, err := root.Open(name)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // a reader
		fmt.Fprintf(h, "%q %d\n", name, info.Size())
		_, err = io.Copy(h, f)
		return err
	})
	return string(h.Sum(nil)), err
}
