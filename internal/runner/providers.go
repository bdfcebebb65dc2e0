// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/dirhash"

	"github.com/layerbot/layerbot/internal/layer"
)

// A store keeps provider packages between runs: host/namespace/type/version/platform holds the folder "package" and
// the file "h1", its digest as lock files write it.
//
// Terraform's own plugin cache must not be written by two runs at once ("text file busy"). So each run gets a
// staging folder as its plugin cache, which links to the packages of the store; what the run downloaded is moved
// into the store by one rename afterwards. A package never changes once it is in the store.
type store struct {
	dir  string
	cold sync.Mutex // held by runs that will probably download, so that they do not all fetch the same
}

const lockFile = ".terraform.lock.hcl"

// stage makes a staging folder with the packages that lock, the text of a lock file, admits.
//
// Terraform would refuse a run over a package whose digest is not in the lock file (a lock file written on another
// platform often has no digest of this one's); it must find no such package in its cache, to fetch and verify it.
func (s *store) stage(lock string) (string, error) {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return "", err
	}
	staging, err := os.MkdirTemp(s.dir, ".staging-")
	if err != nil {
		return "", err
	}
	packages, err := filepath.Glob(filepath.Join(s.dir, "*", "*", "*", "*", platform))
	if err != nil {
		return staging, err
	}
	for _, dir := range packages {
		name, err := filepath.Rel(s.dir, dir)
		if err != nil {
			return staging, err
		}
		sum, err := os.ReadFile(filepath.Join(dir, "h1"))
		if err != nil || strings.HasPrefix(name, ".") || !admits(lock, name, string(sum)) {
			continue // not ours, or not for this run
		}
		link := filepath.Join(staging, name)
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			return staging, err
		}
		if err := os.Symlink(filepath.Join(dir, "package"), link); err != nil {
			return staging, err
		}
	}
	return staging, nil
}

// admits reports whether a lock file accepts the package with the given digest: it names the digest, or does not
// name the provider.
func admits(lock, name, sum string) bool {
	provider := filepath.ToSlash(filepath.Dir(filepath.Dir(name)))
	return !strings.Contains(lock, `"`+provider+`"`) || strings.Contains(lock, sum)
}

// keep moves what a run downloaded into the store and leaves links in its place.
func (s *store) keep(staging string) error {
	packages, err := filepath.Glob(filepath.Join(staging, "*", "*", "*", "*", platform))
	if err != nil {
		return err
	}
	for _, dir := range packages {
		if err := s.keepOne(staging, dir); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) keepOne(staging, dir string) error {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return err // a link to the store
	}
	name, err := filepath.Rel(staging, dir)
	if err != nil {
		return err
	}
	kept := filepath.Join(s.dir, name)
	if _, err := os.Stat(kept); err == nil {
		return nil // of another digest, or another run was faster: ours goes with the staging folder
	}
	sum, err := dirhash.HashDir(dir, "", dirhash.Hash1)
	if err != nil {
		return err
	}
	entry := dir + ".entry"
	if err := errors.Join(os.Mkdir(entry, 0o755), os.WriteFile(filepath.Join(entry, "h1"), []byte(sum), 0o644),
		os.Rename(dir, filepath.Join(entry, "package")), os.MkdirAll(filepath.Dir(kept), 0o755)); err != nil {
		return err
	}
	err = os.Rename(entry, kept)
	if errors.Is(err, fs.ErrExist) {
		return os.Rename(filepath.Join(entry, "package"), dir)
	}
	if err != nil {
		return err
	}
	return os.Symlink(filepath.Join(kept, "package"), dir)
}

// warm reports whether the store holds some version of every one of providers, from whatever registry. It is a guess, on
// which only speed depends.
func (s *store) warm(providers []layer.Use) bool {
	return !slices.ContainsFunc(providers, func(p layer.Use) bool {
		_, name, _ := strings.Cut(p.Name, "/")
		found, _ := filepath.Glob(filepath.Join(s.dir, "*", name))
		return len(found) == 0
	})
}

// installed returns the providers that a data folder holds, with their versions.
func installed(data string) map[string]string {
	dirs, _ := filepath.Glob(filepath.Join(data, "providers", "*", "*", "*", "*"))
	versions := map[string]string{}
	for _, dir := range dirs {
		name, err := filepath.Rel(filepath.Join(data, "providers"), dir)
		if err != nil {
			continue
		}
		versions[filepath.ToSlash(filepath.Dir(name))] = filepath.Base(name)
	}
	return versions
}
