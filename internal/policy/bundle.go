// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
)

// A Bundle is policies and their data: paths from the root of the repository → contents, .rego, .json, .yaml and .yml.
// As JSON it is packed, and at most MaxPacked bytes: one string of base64 of gzip of an object, the same for the same
// files; "" without any. The zero value has no policies.
type Bundle struct {
	Files map[string]string
}

// MaxPacked is the most bytes of a bundle as JSON: it travels in job outputs, beside much else.
const MaxPacked = 256 << 10

// What an unpacked bundle may hold.
const (
	maxUnpacked = 4 << 20
	maxFiles    = 1000
)

// IsZero reports whether b has no files.
func (b Bundle) IsZero() bool { return len(b.Files) == 0 }

// MarshalJSON packs b. It fails where that is too much, with a TooMuchError.
func (b Bundle) MarshalJSON() ([]byte, error) {
	if b.IsZero() {
		return []byte(`""`), nil
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(b.Files) // in the order of names
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	out, err := json.Marshal(packed.Bytes())
	if err == nil && (len(out) > MaxPacked || len(text) > maxUnpacked) {
		return nil, &TooMuchError{Files: len(b.Files), Packed: len(out)}
	}
	return out, err
}

// UnmarshalJSON reads what MarshalJSON wrote, and nothing else.
func (b *Bundle) UnmarshalJSON(src []byte) error {
	if len(src) > MaxPacked {
		return fmt.Errorf("read policies: %d bytes, where %d are the most", len(src), MaxPacked)
	}
	var packed string
	if err := json.Unmarshal(src, &packed); err != nil {
		return fmt.Errorf("read policies: %w", err)
	}
	files, err := unpack(packed)
	if err != nil {
		return fmt.Errorf("read policies: %w", err)
	}
	read := Bundle{files}
	if err := read.check(); err != nil {
		return fmt.Errorf("read policies: %w", err)
	}
	*b = read
	return nil
}

// unpack returns the files of a packed bundle; nil of "".
func unpack(packed string) (map[string]string, error) {
	if packed == "" {
		return nil, nil
	}
	zipped, err := base64.StdEncoding.Strict().DecodeString(packed)
	if err != nil {
		return nil, err
	}
	rest := bytes.NewReader(zipped)
	r, err := gzip.NewReader(rest)
	if err != nil {
		return nil, err
	}
	r.Multistream(false)
	text, err := io.ReadAll(io.LimitReader(r, maxUnpacked+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxUnpacked:
		return nil, fmt.Errorf("more than %d bytes unpacked", maxUnpacked)
	case rest.Len() > 0:
		return nil, errors.New("something follows the packed files")
	}
	var files map[string]string
	if err := json.Unmarshal(text, &files); err != nil {
		return nil, err
	}
	if again, err := json.Marshal(files); err != nil || !bytes.Equal(again, text) {
		return nil, errors.New("the files are not written as they should be")
	}
	return files, nil
}

// check returns what keeps b from being a bundle.
func (b Bundle) check() error {
	if len(b.Files) > maxFiles {
		return &TooMuchError{Files: len(b.Files)}
	}
	for _, name := range sorted(b.Files) {
		if !fs.ValidPath(name) || !slices.Contains(extensions, path.Ext(name)) {
			return fmt.Errorf("%.200q is no file of policies", name)
		}
	}
	return nil
}

// extensions are those of the files of a bundle.
var extensions = []string{".rego", ".json", ".yaml", ".yml"}

// A TooMuchError says that policies are more than can be handed from job to job.
type TooMuchError struct {
	Files  int
	Packed int // bytes; 0 where there are too many files
}

func (e *TooMuchError) Error() string {
	if e.Packed == 0 {
		return fmt.Sprintf("the policies are %d files, where %d are the most", e.Files, maxFiles)
	}
	return fmt.Sprintf("the policies are %d files and %d bytes packed, where %d are the most", e.Files, e.Packed, MaxPacked)
}

// Hint says what to do next.
func (e *TooMuchError) Hint() string {
	return "name only the folders with policies and their data in `policies { paths = […] }`; examples and fixtures belong below testdata, which is left out"
}
