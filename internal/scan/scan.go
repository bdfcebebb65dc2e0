// SPDX-License-Identifier: Apache-2.0

// Package scan runs scanners on the files of one target and makes findings of
// what they say: new in this change, existing or fixed, each with its line and
// with what keeps it quiet.
//
// Scanners are programs whose version is pinned; they run on a private copy of
// the files, with nothing of the surrounding environment, and can neither be
// steered by the change that they look at nor reach the network: modules from
// elsewhere are not looked into. What they print is data: size-capped and read
// strictly.
package scan

import (
	"log/slog"
	"time"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// Options are what all scans of one Engine share.
type Options struct {
	Search    string            // folders in which programs are looked for first, as PATH has them
	CacheDir  string            // NAME-VERSION/NAME below it is looked for next; of checkov NAME-VERSION/bin/NAME, a Python environment
	Environ   map[string]string // surrounding environment; of it only where tflint's plugins are (TFLINT_PLUGIN_DIR, HOME) is used
	Timeout   time.Duration     // of one scanner on one tree; 0: 5 minutes
	MaxOutput int64             // bytes that one scanner may print; 0: 64 MiB
	Download  bool              // a pinned release whose checksum is known may be fetched into CacheDir
	Releases  string            // where releases are fetched from; "" is https://github.com
	Log       *slog.Logger      // nil: none
	Progress  func(Progress)    // told of what is at work whenever that changes, of each target one at a time; nil: nobody
}

// A Progress is what the scan of a target is at.
type Progress struct {
	Target  layer.Target
	Running []string // scanners, each once, in the order in which they began; empty between two
}

// Files are some files of a tree: paths from its root, slash-separated, and a way to read each.
type Files struct {
	Paths []string
	Read  func(name string) ([]byte, error) // called concurrently

	// Links to folders, and where they lead without further links: a module may be called through one. Scanners find the
	// files in both places, findings are in the folder.
	Folders map[string]string
}

// A Job is one target to scan.
type Job struct {
	Target   layer.Target
	Scanners []report.Scanner
	Head     Files  // the target's files, and IgnoreFiles
	Base     *Files // the same at the base; nil: nothing is compared
	Settings Files  // SettingsFiles of the base, which alone may steer scanners

	HeadSHA, BaseSHA string // for the Scan; "" for a working directory
}

// IgnoreFiles are the names of files that list what is suppressed, at the root or in the layer's folder. They are taken
// from the head, as what is suppressed in the code itself is, and shown.
func IgnoreFiles() []string {
	var all []string
	for _, a := range adapters {
		all = append(all, a.ignores...)
	}
	return all
}

// SettingsFiles are the names of files that steer scanners, likewise, some of them below a folder (".tfsec/config.yml").
// Those of the head are never used.
func SettingsFiles() []string {
	var all []string
	for _, a := range adapters {
		all = append(all, a.settings...)
	}
	return all
}

// Pinned returns the version of a scanner that is run where none is configured; "" of no scanner.
func Pinned(tool string) string { return pins[tool].version }

// A Status is whether a scanner is to be had.
type Status struct {
	report.Scanned        // State is Ran where it could be run
	Path           string // of the program; "" where there is none
}
