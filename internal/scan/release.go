// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// More than any of the releases has, packed and unpacked.
const (
	maxArchive = 256 << 20
	maxProgram = 512 << 20
)

// install fetches the pinned release of a scanner into the cache and returns the program's path; "" where there is no
// release for this machine.
func (e *Engine) install(ctx context.Context, tool string) (string, error) {
	r, ok := e.pins[tool].releases[runtime.GOOS+"/"+runtime.GOARCH]
	if !ok {
		return "", nil
	}
	base := e.o.Releases
	if base == "" {
		base = "https://github.com"
	}
	archive, err := fetch(ctx, strings.TrimSuffix(base, "/")+"/"+r.path, r.sha256)
	if err != nil {
		return "", err
	}
	place := filepath.Join(e.o.CacheDir, tool+"-"+e.pins[tool].version, tool)
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return "", err
	}
	unpack := unpackTar
	if strings.HasSuffix(r.path, ".zip") {
		unpack = unpackZip
	}
	if err := put(place, func(w io.Writer) error { return unpack(archive, tool, w) }); err != nil {
		return "", fmt.Errorf("unpack %s: %w", path.Base(r.path), err)
	}
	return place, nil
}

// put makes a program whole or not at all. Meanwhile nothing is started: what is would hold the file open for writing, and
// then it cannot be run. https://go.dev/issue/22315
func put(place string, unpack func(io.Writer) error) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	tmp, err := os.CreateTemp(filepath.Dir(place), ".new-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if err := errors.Join(unpack(tmp), tmp.Chmod(0o755), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), place)
}

// fetch returns what url holds, if that is what its digest says.
func fetch(ctx context.Context, url, digest string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("get %s: %s", url, resp.Status)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxArchive))
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", url, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != digest {
		return nil, fmt.Errorf("get %s: its SHA-256 is %x, not the pinned %s: not used", url, sum, digest)
	}
	return data, nil
}

var errNoProgram = errors.New("the program is not in it")

// unpackTar writes the regular file called name at the root of an archive to w, and nothing else of it.
func unpackTar(archive []byte, name string, w io.Writer) error {
	packed, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return err
	}
	files := tar.NewReader(packed)
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return errNoProgram
		}
		if err != nil {
			return err
		}
		if h.Typeflag == tar.TypeReg && path.Clean(h.Name) == name {
			return copyProgram(w, files)
		}
	}
}

// unpackZip likewise.
func unpackZip(archive []byte, name string, w io.Writer) error {
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return err
	}
	for _, f := range files.File {
		if f.Name != name || !f.Mode().IsRegular() {
			continue
		}
		packed, err := f.Open()
		if err != nil {
			return err
		}
		defer packed.Close()
		return copyProgram(w, packed)
	}
	return errNoProgram
}

func copyProgram(w io.Writer, r io.Reader) error {
	n, err := io.Copy(w, io.LimitReader(r, maxProgram))
	if err == nil && n == maxProgram {
		err = errors.New("the program is too large")
	}
	return err
}
