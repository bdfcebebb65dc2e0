package report

import (
	"io/fs"

	"github.com/layerbot/layerbot/internal/layer"
)

// ScanFileName is the name of the file that holds the scan of t.
func ScanFileName(t layer.Target) string { return fileName("scan-", t, ".json") }

// ReadScans returns one scan for each target of want, in order, from the files that WriteScan made. The files are
// untrusted. Where one is missing or not well-formed, each of scanners is said to have failed.
func ReadScans(fsys fs.FS, want []layer.Target, scanners func(layer.Target) []Scanner) ([]Scan, error) {
	panic("being written")
}

// WriteScan writes a scan into folder dir. What is too much is left out, and counted in Omitted.
func WriteScan(dir string, s *Scan) error { panic("being written") }
