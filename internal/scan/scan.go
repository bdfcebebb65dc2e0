// Package scan runs scanners on the files of one target and makes findings of
// what they say: new in this change, existing or fixed, each with its line and
// with what keeps it quiet.
//
// Scanners are programs whose version is pinned; they run on a private copy of
// the files, with nothing of the surrounding environment, and can neither be
// steered by the change that they look at nor reach the network. What they print
// is data: size-capped and read strictly.
package scan

import (
	"context"
	"log/slog"
	"time"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// Options are what all scans of one Engine share.
type Options struct {
	Search    string            // folders in which programs are looked for first, as PATH has them
	CacheDir  string            // NAME-VERSION/NAME below it is looked for next
	Environ   map[string]string // surrounding environment; only an allow-list of it reaches scanners
	Timeout   time.Duration     // of one scanner on one tree; 0: 5 minutes
	MaxOutput int64             // bytes that one scanner may print; 0: 64 MiB
	Download  bool              // a pinned release whose checksum is known may be fetched into CacheDir
	Releases  string            // where releases are fetched from; "" is https://github.com
	Log       *slog.Logger      // nil: none
}

// An Engine runs scanners. It is safe for concurrent use; programs are looked for once.
type Engine struct{}

// New returns an Engine, whose Close must be called.
func New(o Options) (*Engine, error) { panic("being written") }

// Close removes what the Engine kept.
func (e *Engine) Close() error { panic("being written") }

// Files are some files of a tree: paths from its root, slash-separated, and a way to read each.
type Files struct {
	Paths []string
	Read  func(name string) ([]byte, error) // called concurrently
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
func IgnoreFiles() []string { panic("being written") }

// SettingsFiles are the names of files that steer scanners, likewise. Those of the head are never used.
func SettingsFiles() []string { panic("being written") }

// Scan runs the scanners of a job, all at once, and tells what they found. What goes wrong with a scanner is in the
// result, which is never nil; an error means that ctx was cancelled, or that the fault is not a scanner's.
func (e *Engine) Scan(ctx context.Context, job Job) (*report.Scan, error) { panic("being written") }

// Pinned returns the version of a scanner that is run where none is configured; "" of no scanner.
func Pinned(tool string) string { panic("being written") }

// A Status is whether a scanner is to be had.
type Status struct {
	report.Scanned        // State is Ran where it could be run
	Path           string // of the program; "" where there is none
}

// Find looks for scanners without running them on anything.
func (e *Engine) Find(ctx context.Context, scanners []report.Scanner) []Status {
	panic("being written")
}
