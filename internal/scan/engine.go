// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/layerbot/layerbot/internal/report"
)

// An Engine runs scanners. It is safe for concurrent use; programs are looked for once.
type Engine struct {
	o     Options
	work  string        // private folder, without symlinks in its path
	slots chan struct{} // one for each scanner that may run
	pins  map[string]pin

	mu    sync.Mutex
	found map[report.Scanner]*search
	said  map[string]*shared // by sameness
	told  sync.Once
}

// New returns an Engine, whose Close must be called.
func New(o Options) (*Engine, error) {
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Minute
	}
	if o.MaxOutput == 0 {
		o.MaxOutput = 64 << 20
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	work, err := os.MkdirTemp("", "layerbot-scan-") // of mode 0700
	if err != nil {
		return nil, err
	}
	if work, err = filepath.EvalSymlinks(work); err != nil {
		return nil, err
	}
	return &Engine{o: o, work: work, slots: make(chan struct{}, runtime.GOMAXPROCS(0)), pins: pins, found: map[report.Scanner]*search{}, said: map[string]*shared{}}, nil
}

// Close removes what the Engine kept.
func (e *Engine) Close() error { return os.RemoveAll(e.work) }

// home returns a folder that is HOME and the place of temporary files for all runs of one scanner: checkov keeps its
// grammar there, which takes a second to make.
func (e *Engine) home(tool string) (string, error) {
	dir := filepath.Join(e.work, "home-"+tool)
	return dir, os.MkdirAll(dir, 0o700)
}

// environ returns all that a scanner sees of an environment. The proxy that is none is for machines on which it cannot
// be kept from the network otherwise.
func (e *Engine) environ(tool, home string) []string {
	const nowhere = "http://127.0.0.1:9"
	env := []string{
		"HOME=" + home, "TMPDIR=" + home, "PATH=" + home, "LANG=C.UTF-8",
		"HTTP_PROXY=" + nowhere, "HTTPS_PROXY=" + nowhere, "http_proxy=" + nowhere, "https_proxy=" + nowhere,
		"AWS_EC2_METADATA_DISABLED=true", "CHECKPOINT_DISABLE=1",
		// Scanners in Go end before they would have to collect garbage, and take a third less processor so. As many run at once
		// as there are processors, so that each does with one: the slowest, which is not in Go, has its own.
		"GOGC=off", "GOMEMLIMIT=1GiB", "GOMAXPROCS=1",
	}
	switch tool {
	case "checkov": // a script, whose first line may look for python; what it makes of a variable depends on the order of sets
		env = append(env, "PATH=/usr/local/bin:/usr/bin:/bin", "PYTHONNOUSERSITE=1", "PYTHONHASHSEED=0", "PYTHONSAFEPATH=1")
	case "tflint":
		if plugins := e.o.Environ["TFLINT_PLUGIN_DIR"]; plugins != "" {
			env = append(env, "TFLINT_PLUGIN_DIR="+plugins)
		} else if home := e.o.Environ["HOME"]; home != "" {
			env = append(env, "TFLINT_PLUGIN_DIR="+filepath.Join(home, ".tflint.d", "plugins"))
		}
	}
	return env
}

// joined says once that scanners share this machine's network.
func (e *Engine) joined() {
	e.told.Do(func() {
		e.o.Log.Warn("This machine lets nobody make namespaces: scanners are kept from the network by their options only.")
	})
}

// Scan runs the scanners of a job, all at once, and tells what they found. What goes wrong with a scanner is in the
// result, which is never nil; an error means that ctx was cancelled, or that the fault is not a scanner's.
func (e *Engine) Scan(ctx context.Context, job Job) (*report.Scan, error) {
	start := time.Now()
	result := &report.Scan{
		Version: report.ScanVersion, Target: job.Target, Head: job.HeadSHA,
		Tools: []report.Scanned{}, Findings: []report.Finding{},
	}
	if job.Base != nil {
		result.Base = job.BaseSHA
	}
	err := e.scan(ctx, job, result)
	result.Seconds = time.Since(start).Seconds()
	if err != nil {
		return result, fmt.Errorf("scan %s: %w", job.Target.ID(), err)
	}
	return result, nil
}

func (e *Engine) scan(ctx context.Context, job Job, result *report.Scan) error {
	s, err := open(ctx, job)
	if err != nil {
		return err
	}
	looks := s.looks(e.Find(ctx, job.Scanners))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := e.run(ctx, s, looks); err != nil {
		return err
	}
	return s.settle(looks, result)
}
