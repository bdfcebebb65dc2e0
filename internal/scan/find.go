// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/layerbot/layerbot/internal/report"
)

// A search is one scanner that is looked for, once.
type search struct {
	mu     sync.Mutex
	done   bool
	status Status
}

// Find looks for scanners without running them on anything.
func (e *Engine) Find(ctx context.Context, scanners []report.Scanner) []Status {
	all := make([]Status, len(scanners))
	var group sync.WaitGroup
	for i, s := range scanners {
		group.Go(func() { all[i] = e.known(ctx, s) })
	}
	group.Wait()
	return all
}

// known returns what find once said, if that was whole.
func (e *Engine) known(ctx context.Context, s report.Scanner) Status {
	key := report.Scanner{Tool: s.Tool, Version: s.Version, SHA256: s.SHA256}
	e.mu.Lock()
	one := e.found[key]
	if one == nil {
		one = &search{}
		e.found[key] = one
	}
	e.mu.Unlock()
	one.mu.Lock()
	defer one.mu.Unlock()
	if !one.done {
		one.status = e.find(ctx, s)
		one.done = ctx.Err() == nil
	}
	return one.status
}

// find returns the first program that is the one that is wanted: on PATH, in the cache, or from its release.
func (e *Engine) find(ctx context.Context, s report.Scanner) Status {
	want := strings.TrimPrefix(s.Version, "v")
	if want == "" {
		want = e.pins[s.Tool].version
	}
	st := Status{Scanned: report.Scanned{Tool: s.Tool, State: report.ToolMissing}}
	if _, ok := adapterOf(s.Tool); !ok {
		st.Message, st.Hint = "there is no scanner of that name", "trivy, tfsec, checkov, gitleaks and tflint are known"
		return st
	}
	missing := st
	missing.Message = fmt.Sprintf("%s %s is neither on PATH nor in the tool cache", s.Tool, want)
	missing.Hint = e.how(s.Tool, want)
	for _, path := range e.candidates(s.Tool, want) {
		st := e.probe(ctx, s, want, path)
		if st.State == report.Ran {
			return st
		}
		if missing.State == report.ToolMissing {
			missing = st
		}
	}
	if !e.o.Download || want != e.pins[s.Tool].version {
		return missing
	}
	path, err := e.install(ctx, s.Tool)
	switch {
	case err != nil:
		missing.Message += "; it could not be downloaded: " + oneLine(err.Error(), maxFault)
		return missing
	case path == "":
		return missing
	}
	return e.probe(ctx, s, want, path)
}

// how says how to get a scanner.
func (e *Engine) how(tool, version string) string {
	get := pins[tool].how
	if version != Pinned(tool) {
		get = "that version"
	}
	return fmt.Sprintf("put it on PATH (%s), or choose the version that you have by `version` in scanner %q of .github/layerbot.hcl", get, tool)
}

// candidates returns the programs that could be the scanner, in the order in which they are tried.
func (e *Engine) candidates(tool, version string) []string {
	cached := filepath.Join(e.o.CacheDir, tool+"-"+version)
	var paths []string
	for _, dir := range filepath.SplitList(e.o.Search) {
		paths = append(paths, filepath.Join(dir, tool))
	}
	if e.o.CacheDir != "" {
		paths = append(paths, filepath.Join(cached, tool), filepath.Join(cached, "bin", tool))
	}
	var there []string
	for _, path := range paths {
		if info, err := os.Stat(path); filepath.IsAbs(path) && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			there = append(there, path)
		}
	}
	return there
}

// versionTime is how long a scanner may take to tell its version. Python reads all of checkov for it.
const versionTime = time.Minute

var versionNumber = regexp.MustCompile(`\d+\.\d+\.\d+[0-9A-Za-z.+-]*`)

// probe tells whether the program at path is the one that is wanted.
func (e *Engine) probe(ctx context.Context, s report.Scanner, want, path string) Status {
	st := Status{Scanned: report.Scanned{Tool: s.Tool, State: report.WrongVersion}, Path: path}
	if s.SHA256 != "" {
		sum, err := digest(path)
		if err != nil || !strings.EqualFold(sum, s.SHA256) {
			st.Message = fmt.Sprintf("the SHA-256 of %s is %s, not the configured %s", path, sum, s.SHA256)
			st.Hint = fmt.Sprintf("see where that program comes from; if it is right, correct `sha256` in scanner %q of .github/layerbot.hcl", s.Tool)
			return st
		}
	}
	var err error
	if st.Version, err = e.version(ctx, s.Tool, path); err != nil {
		st.Message, st.Hint = fmt.Sprintf("%s does not tell its version: %s", path, oneLine(err.Error(), maxFault)), e.how(s.Tool, want)
		return st
	}
	switch st.Version {
	case want:
		st.State = report.Ran
	case "":
		st.Message, st.Hint = fmt.Sprintf("%s does not tell its version; %s is wanted", path, want), e.how(s.Tool, want)
	default:
		st.Message, st.Hint = fmt.Sprintf("%s is version %s; %s is wanted", path, st.Version, want), e.how(s.Tool, want)
	}
	return st
}

// version returns the version of a program; "" if it tells none. What a Python environment has installed is written there,
// and checkov itself takes seconds to say it.
// Source: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
func (e *Engine) version(ctx context.Context, tool, path string) (string, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil && tool == "checkov" {
		records, _ := filepath.Glob(filepath.Join(filepath.Dir(real), "..", "lib", "python*", "site-packages", "checkov-*.dist-info"))
		if len(records) == 1 {
			return versionNumber.FindString(strings.TrimSuffix(filepath.Base(records[0]), ".dist-info")), nil
		}
	}
	home, err := e.home(tool)
	if err != nil {
		return "", err
	}
	c := command{path: path, args: []string{"--version"}, dir: home, env: e.environ(tool, home), limit: versionTime, max: 1 << 20, joined: e.joined}
	out, err := c.run(ctx)
	return versionNumber.FindString(string(out.stdout)), err
}

// digest returns the SHA-256 of a file, in hexadecimal.
func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
