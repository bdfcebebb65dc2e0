// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// What is scanned of one target. Files over maxFile are left out, as those that cannot be read, and said to be; over the
// others the target is not scanned at all.
const (
	maxFile  = 5 << 20
	maxTree  = 256 << 20
	maxFiles = 20_000
)

// A tree is the files of one side, read once.
type tree struct {
	files   map[string][]byte
	names   []string          // sorted
	left    []string          // left out, sorted
	folders map[string]string // links to folders → those
}

// gather reads files. Paths that lead out of the tree, or into git's own folder, are an error.
func gather(ctx context.Context, f Files) (*tree, error) {
	if len(f.Paths) > maxFiles {
		return nil, fmt.Errorf("%d files are more than the %d that are scanned", len(f.Paths), maxFiles)
	}
	t := &tree{files: make(map[string][]byte, len(f.Paths)), folders: f.Folders}
	for link, folder := range f.Folders {
		if !inside(link) || folder != "." && !inside(folder) {
			return nil, fmt.Errorf("%q leads to %q, which is no folder of the repository", link, folder)
		}
	}
	var mu sync.Mutex
	var total int
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, name := range f.Paths {
		if _, link := f.Folders[name]; link {
			continue
		}
		if !inside(name) {
			return nil, errors.Join(fmt.Errorf("%q is no file of the repository", name), group.Wait())
		}
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			data, err := f.Read(name)
			leave := errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) || len(data) > maxFile // a link to nowhere, or to a folder
			if err != nil && !leave {
				return fmt.Errorf("read %s: %w", name, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if leave {
				t.left = append(t.left, name)
				return nil
			}
			if total += len(data); total > maxTree {
				return fmt.Errorf("the files are more than the %d MiB that are scanned", maxTree>>20)
			}
			t.files[name] = append([]byte{}, data...) // not nil, and nobody else's
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	slices.Sort(t.left)
	t.left = slices.Compact(t.left)
	for name := range t.files {
		t.names = append(t.names, name)
	}
	slices.Sort(t.names)
	return t, nil
}

// inside reports whether a path names a file that a repository can have.
func inside(name string) bool {
	return fs.ValidPath(name) && name != "." && filepath.IsLocal(filepath.FromSlash(name)) && !strings.ContainsAny(name, "\x00\\") &&
		!slices.ContainsFunc(strings.Split(name, "/"), func(s string) bool { return strings.EqualFold(s, ".git") })
}

// Files returns the tree as merge and suppressions take it.
func (t *tree) Files() Files {
	return Files{Paths: t.names, Read: func(name string) ([]byte, error) {
		data, ok := t.files[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return data, nil
	}}
}

// leftOut is why a file is.
var leftOut = fmt.Sprintf("larger than %d MiB, or a link to nowhere", maxFile>>20)

// lacks returns a file that Terraform reads and that was left out; "" if there is none.
func (t *tree) lacks() string {
	for _, name := range t.left {
		if endsIn(name, code) || endsIn(name, []string{".tfvars", ".tfvars.json", ".hcl"}) {
			return name
		}
	}
	return ""
}

// code are the endings of files that Terraform and OpenTofu read resources from.
var code = []string{".tf", ".tf.json", ".tofu", ".tofu.json"}

func endsIn(name string, endings []string) bool {
	return slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(name, e) })
}

// passedOver returns which files of the tree a scanner does not read although Terraform may, and which of them base does
// not have like that; none of them if base is nil.
func (t *tree) passedOver(a adapter, base *tree) (all, fresh []string) {
	for _, name := range t.names {
		if !endsIn(name, a.blind) {
			continue
		}
		all = append(all, name)
		if base == nil {
			continue
		}
		if old, there := base.files[name]; !there || !bytes.Equal(old, t.files[name]) {
			fresh = append(fresh, name)
		}
	}
	return all, fresh
}

// equal reports whether two trees have the same files with the same contents.
func (t *tree) equal(o *tree) bool {
	return slices.Equal(t.left, o.left) && maps.Equal(t.folders, o.folders) && slices.EqualFunc(t.names, o.names, func(a, b string) bool {
		return a == b && bytes.Equal(t.files[a], o.files[b])
	})
}

// has reports whether one of words stands in one of the files.
func (t *tree) has(words []string) bool {
	for _, data := range t.files {
		if slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(data, []byte(w)) }) {
			return true
		}
	}
	return false
}

// lay writes the files that keep is true for below root, also where folders, links to such, show them, as edit makes them.
// Nobody else may read them, and nobody at all run them: a program among them stays text.
func (t *tree) lay(root string, keep func(name string) bool, folders map[string]string, edit func(name string, data []byte) []byte) error {
	total := 0
	for _, name := range t.names {
		data := edit(name, t.files[name])
		places, err := placesOf(name, folders)
		if err != nil {
			return err
		}
		for _, place := range places {
			if !keep(place) {
				continue
			}
			if total += len(data); total > maxTree {
				return faultf("link to less", "with what links to folders show, the files are more than the %d MiB that are scanned", maxTree>>20)
			}
			file := filepath.Join(root, filepath.FromSlash(place))
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				return err
			}
			if err := os.WriteFile(file, data, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// without returns data with marks made unreadable, every line as long as it was.
func without(data []byte, marks []string) []byte {
	for _, m := range marks {
		data = bytes.ReplaceAll(data, []byte(m), []byte(strings.Repeat("_", len(m))))
	}
	return data
}

// first returns the first file called one of names in the layer's folder, else at the root; "" if there is none.
func (t *tree) first(dir string, names []string) string {
	for _, d := range []string{dir, "."} {
		for _, name := range names {
			if file := path.Join(d, name); t.files[file] != nil {
				return file
			}
		}
	}
	return ""
}
