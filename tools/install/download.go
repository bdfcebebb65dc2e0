// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"archive/zip"
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
)

// maxDownload is more than any of the releases has, packed or not.
const maxDownload = 512 << 20

// download writes the program called name in the archive of r to a file, after checking the archive's digest.
func (in *installer) download(ctx context.Context, r Release, name, to string) error {
	archive, err := os.CreateTemp("", "layerbot-tool-")
	if err != nil {
		return err
	}
	defer os.Remove(archive.Name())
	defer archive.Close()
	size, err := in.fetch(ctx, r, archive)
	if err != nil {
		return err
	}
	packed, err := unpack(archive, size, name)
	if err != nil {
		return fmt.Errorf("open %s: %w", r.URL, err)
	}
	program, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755) //nolint:gosec // a program
	if err != nil {
		return err
	}
	_, err = io.Copy(program, io.LimitReader(packed, maxDownload))
	return errors.Join(err, program.Close())
}

// unpack returns the file called name at the root of a zip or a tar.gz file.
func unpack(archive *os.File, size int64, name string) (io.Reader, error) {
	if files, err := zip.NewReader(archive, size); err == nil {
		return files.Open(name)
	}
	if _, err := archive.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	unzipped, err := gzip.NewReader(archive)
	if err != nil {
		return nil, err
	}
	files := tar.NewReader(unzipped)
	for {
		header, err := files.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("there is no %s in it", name)
		case err != nil:
			return nil, err
		case path.Clean(header.Name) == name && header.Typeflag == tar.TypeReg:
			return files, nil
		}
	}
}

// fetch writes what r is to w, and fails if that is not what its digest says.
func (in *installer) fetch(ctx context.Context, r Release, w io.Writer) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, http.NoBody)
	if err != nil {
		return 0, err
	}
	resp, err := in.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("get %s: %s", r.URL, resp.Status)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(resp.Body, maxDownload))
	if err != nil {
		return 0, fmt.Errorf("get %s: %w", r.URL, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != r.SHA256 {
		return 0, fmt.Errorf("get %s: its SHA-256 is %s, which is not %s: not used", r.URL, got, r.SHA256)
	}
	return n, nil
}
