// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"
	"unicode"
)

// place returns where a location is in the tree that was scanned.
func (run *inRun) place(at inLocation) (file string, line, end int, err error) {
	file, err = run.file(at.Physical.Artifact)
	if err != nil {
		return "", 0, 0, err
	}
	line, end = max(at.Physical.Region.Start, 1), at.Physical.Region.End
	if at.Physical.Region.Start < 0 || line > maxLine || end > maxLine {
		return "", 0, 0, fmt.Errorf("%s has no line %d", file, at.Physical.Region.Start)
	}
	return file, line, max(line, end), nil
}

// file returns the path of an artifact from the root of the tree. What a relative address is relative to is the root
// itself unless run.Bases says that it is a folder below. An absolute one must be below one of run.Bases.
func (run *inRun) file(a inArtifact) (string, error) {
	if a.Index != nil && a.URI == "" {
		if *a.Index < 0 || *a.Index >= len(run.Artifacts) {
			return "", errors.New("an artifact that is not there")
		}
		a = run.Artifacts[*a.Index].Location
	}
	name, absolute, err := decodeURI(a.URI)
	if err != nil {
		return "", err
	}
	if absolute {
		name, err = run.below(name)
	} else {
		name, err = run.join(a.Base, name)
	}
	if err != nil {
		return "", err
	}
	if clean := path.Clean(name); fs.ValidPath(clean) && clean != "." && !strings.HasSuffix(name, "/") {
		return clean, nil
	}
	return "", outside(a.URI)
}

func outside(uri string) error { return fmt.Errorf("%.100q is no file of the tree", uri) }

// join puts the folders before a relative path that the chain of a base names; its end is the root.
func (run *inRun) join(base, name string) (string, error) {
	for range 8 {
		b, ok := run.Bases[base]
		if !ok || b.URI == "" {
			return name, nil
		}
		folder, absolute, err := decodeURI(b.URI)
		if err != nil || absolute {
			return name, err
		}
		base, name = b.Base, path.Join(folder, name)
	}
	return "", errors.New("base addresses that lead in circles")
}

// below makes an absolute path relative to the base that it is in.
func (run *inRun) below(name string) (string, error) {
	name = path.Clean(name)
	for _, b := range run.Bases {
		root, absolute, err := decodeURI(b.URI)
		if err != nil || !absolute || path.Clean(root) == "/" {
			continue
		}
		if rest, ok := strings.CutPrefix(name, path.Clean(root)+"/"); ok {
			return rest, nil
		}
	}
	return "", outside(name)
}

// decodeURI returns the path of an address, which is relative or of a file here. Tools do not agree on whether a path is
// encoded: what cannot be decoded is taken as it is.
func decodeURI(uri string) (name string, absolute bool, err error) {
	name = uri
	if rest, ok := strings.CutPrefix(uri, "file://"); ok {
		name = strings.TrimPrefix(rest, "localhost")
		if !strings.HasPrefix(name, "/") {
			return "", false, outside(uri)
		}
	} else if scheme, _, ok := strings.Cut(uri, ":"); ok && !strings.Contains(scheme, "/") && !strings.Contains(scheme, ".") {
		return "", false, outside(uri) // https:, C:
	}
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	if strings.ContainsRune(name, '\\') || strings.ContainsFunc(name, unicode.IsControl) {
		return "", false, outside(uri)
	}
	return name, strings.HasPrefix(name, "/"), nil
}
