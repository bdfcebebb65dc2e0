package main

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
)

// maxDownload is more than any of the releases has, packed or not.
const maxDownload = 512 << 20

// download writes the program called name in the zip file of r to a file, after checking the zip's digest.
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
	files, err := zip.NewReader(archive, size)
	if err != nil {
		return fmt.Errorf("open %s: %w", r.URL, err)
	}
	packed, err := files.Open(name)
	if err != nil {
		return fmt.Errorf("open %s: %w", r.URL, err)
	}
	defer packed.Close()
	program, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755) //nolint:gosec // a program
	if err != nil {
		return err
	}
	_, err = io.Copy(program, io.LimitReader(packed, maxDownload))
	return errors.Join(err, program.Close())
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
